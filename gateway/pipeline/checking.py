"""Before anything else: is the request one that the feature understands."""

from collections.abc import Mapping
from typing import Any

from gateway.errors import FieldError, LanguageNotSupported, PayloadTooLarge, ValidationFailed
from gateway.library.catalog import Feature

MAX_VALUES = 10_000
MAX_CHARACTERS = 200_000
"""More than this in one request is no question any more; masking and grounding read every word of it."""


def check_input(feature: Feature, body: Mapping[str, Any]) -> None:
    """Check a request body or query.

    Raises PayloadTooLarge, LanguageNotSupported, or ValidationFailed naming every wrong field. Inline `records` are
    bounded and checked where they are read.
    """
    _check_size({name: value for name, value in body.items() if name != "records"})
    language = body.get("language")
    if feature.languages and isinstance(language, str) and language not in feature.languages:
        raise LanguageNotSupported(
            f"Answers are written in: {', '.join(feature.languages)}. Leave `language` out or choose one of them.",
            errors=[FieldError("/language", f"must be one of: {', '.join(feature.languages)}")],
        )
    if errors := feature.input.check(dict(body)):
        raise ValidationFailed("Correct the fields named in `errors` and send the request again.", errors=errors)


def _check_size(body: Mapping[str, Any]) -> None:
    values, characters, stack = 0, 0, [body]
    while stack:
        value: Any = stack.pop()
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, dict):
            values += len(value)
            characters += sum(map(len, value))
            stack.extend(value.values())
        elif isinstance(value, list):
            values += len(value)
            stack.extend(value)
    if values > MAX_VALUES or characters > MAX_CHARACTERS:
        limits = f"{MAX_VALUES:,} values and {MAX_CHARACTERS:,} characters"
        raise PayloadTooLarge(f"Besides `records` a request may hold at most {limits}. Send less, or sums instead.")
