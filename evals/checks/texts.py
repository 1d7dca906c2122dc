"""Checks of the answer's text, with promptfoo's names and meaning."""

from typing import Any

import re2

from evals.checks.registry import CheckError, Outcome, Output, check


@check("equals")
def equals(output: Output, value: Any) -> Outcome:
    """The answer is exactly this: text for text, object for object."""
    same = output.body == value if isinstance(value, dict | list) else output.text == str(value)
    return Outcome(same, "the answer equals the expected one" if same else "the answer differs from the expected one")


@check("contains")
def contains(output: Output, value: Any) -> Outcome:
    """The text holds this piece."""
    wanted = _text(value)
    return Outcome(wanted in output.text, f"the text contains “{wanted}”")


@check("icontains")
def icontains(output: Output, value: Any) -> Outcome:
    """The text holds this piece, in any case of letters."""
    wanted = _text(value)
    return Outcome(wanted.lower() in output.text.lower(), f"the text contains “{wanted}” in any case")


@check("contains-any")
def contains_any(output: Output, value: Any) -> Outcome:
    """The text holds at least one of these pieces."""
    wanted = _texts(value)
    return Outcome(any(piece in output.text for piece in wanted), f"the text contains one of {wanted}")


@check("contains-all")
def contains_all(output: Output, value: Any) -> Outcome:
    """The text holds every one of these pieces."""
    missing = [piece for piece in _texts(value) if piece not in output.text]
    return Outcome(not missing, f"the text lacks {missing}" if missing else "the text contains them all")


@check("icontains-any")
def icontains_any(output: Output, value: Any) -> Outcome:
    """The text holds at least one of these pieces, in any case of letters."""
    wanted, lowered = _texts(value), output.text.lower()
    return Outcome(any(piece.lower() in lowered for piece in wanted), f"the text contains one of {wanted} in any case")


@check("starts-with")
def starts_with(output: Output, value: Any) -> Outcome:
    """The text begins with this piece."""
    return Outcome(output.text.startswith(_text(value)), f"the text starts with “{value}”")


@check("regex")
def regex(output: Output, value: Any) -> Outcome:
    """A pattern (RE2) is found in the text."""
    try:
        found = re2.search(_text(value), output.text)  # type: ignore[no-untyped-call]
    except re2.error as error:
        raise CheckError(f"the pattern cannot be used: {error}") from None
    return Outcome(found is not None, f"the pattern {value} is found")


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool) or value == "":
        raise CheckError("the value must be a text or a number")
    return str(value)


def _texts(value: Any) -> list[str]:
    values = value.split(",") if isinstance(value, str) else value
    if not isinstance(values, list) or not values:
        raise CheckError("the value must be a list of texts")
    return [_text(item.strip() if isinstance(item, str) else item) for item in values]
