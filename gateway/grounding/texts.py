"""What a text of the evidence holds: its figures, and whether it is a statement that an answer may repeat."""

import re
from functools import lru_cache

from gateway.grounding.extract import is_plain, lower, read
from gateway.grounding.figures import Figure, Form

PLACEHOLDER = re.compile(r"<([A-Z]+(?:_[A-Z]+)*_\d+)>")
_NAME_BEFORE = re.compile(r"(?<![^\W_])[A-Z][^\W\d_]*[\s-]$")
_LONGEST_NAME = 40
_KEPT_LENGTH = 200
_KEPT_TEXTS = 1024


def figures_in(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text, without bare numbers that are part of a name."""
    low = lower(text)
    if is_plain(low) or (text[:1] == "<" and PLACEHOLDER.fullmatch(text)):
        return ()
    return tuple(
        f
        for f in read(text, low).figures
        if f.form is not Form.NUMBER or not _NAME_BEFORE.search(text, max(0, f.start - _LONGEST_NAME), f.start)
    )


def figures_of_record(text: str) -> tuple[Figure, ...]:
    """Return what `figures_in` does; records say the same short things again, so those are read once."""
    return _remembered(text) if len(text) <= _KEPT_LENGTH else figures_in(text)


_remembered = lru_cache(maxsize=_KEPT_TEXTS)(figures_in)


def statement(text: str) -> str:
    """Return a text in lower case if it states a figure in some words, else nothing."""
    return _statement(text) if len(text) <= _KEPT_LENGTH else _statement.__wrapped__(text)


@lru_cache(maxsize=_KEPT_TEXTS)
def _statement(text: str) -> str:
    low = lower(text).rstrip(". ")
    return "" if low.count(" ") < 2 or is_plain(low) else low
