"""One row of the table of forms."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.masking.patterns import Match

PROTECT = ""
"""The kind of a form that is not personal and must survive."""

Found = tuple[int, int] | None
"""Where a value stands, or None when the match is none."""


def whole(text: str, match: Match) -> Found:
    """Take group 1 (a pattern that reads a neighbour or a cue puts the value there), else the whole match."""
    del text
    try:
        return match.span(1)
    except IndexError:
        return match.span()


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One form: what it is called, its placeholder type, its pattern, and the check that reads a match (None = no)."""

    name: str
    kind: str
    rank: int
    pattern: str
    read: Callable[[str, Match], Found] = whole
