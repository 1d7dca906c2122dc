"""Findings as spans of a text, and how overlapping ones are joined."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A personal value from `start` to `end` (end not included); `kind` is its placeholder type, such as `PHONE`."""

    start: int
    end: int
    kind: str


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return the spans left to right, overlapping ones joined; the longest part of a join gives it its kind."""
    merged: list[Span] = []
    longest = 0
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not merged or span.start >= merged[-1].end:
            merged.append(span)
            longest = span.end - span.start
            continue
        last = merged[-1]
        longer = span.end - span.start > longest
        longest = max(longest, span.end - span.start)
        merged[-1] = Span(last.start, max(last.end, span.end), span.kind if longer else last.kind)
    return merged
