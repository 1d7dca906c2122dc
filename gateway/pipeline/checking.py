"""Before anything else: is the request one that the feature understands."""

from collections.abc import Mapping
from typing import Any

from gateway.errors import FieldError, LanguageNotSupported, ValidationFailed
from gateway.library.catalog import Feature


def check_input(feature: Feature, body: Mapping[str, Any]) -> None:
    """Check a request body or query. Raises LanguageNotSupported, or ValidationFailed naming every wrong field."""
    language = body.get("language")
    if feature.languages and isinstance(language, str) and language not in feature.languages:
        raise LanguageNotSupported(
            f"Answers are written in: {', '.join(feature.languages)}. Leave `language` out or choose one of them.",
            errors=[FieldError("/language", f"must be one of: {', '.join(feature.languages)}")],
        )
    if errors := feature.input.check(dict(body)):
        raise ValidationFailed("Correct the fields named in `errors` and send the request again.", errors=errors)
