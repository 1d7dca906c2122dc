"""The words of a text in a row: where each stands, how it is written, and what lies between."""

import re
from itertools import accumulate

from gateway.masking.folding import BOUNDARY, LETTER, Shadow
from gateway.masking.lexicon import Lexicon

WORDS = re.compile(f"([a-z{LETTER}]+)")
JOINT = re.compile(r"[ \t+]{1,2}|[-'_]|\. ?|\+")
"""What may stand between two words of one name."""
SPACE = re.compile(r"[ \t+]{1,2}|-")
CUE_GAP = re.compile(r"[ \t]{1,2}|[\"']?[ \t]{0,2}[:=,\-][ \t]{0,2}[\"']?|\. ")
"""What may stand between a cue and a name."""


class Words:
    """The words of one shadow with their places, classes and gaps; `gap[i]` is what stands before word i."""

    def __init__(self, shadow: Shadow, lexicon: Lexicon) -> None:
        pieces = WORDS.split(shadow.lower)
        ends = list(accumulate(map(len, pieces)))
        self.text = shadow.text
        self._shadow = shadow
        self.low = pieces[1::2]
        self.gap = pieces[0::2]
        self.end = ends[1::2]
        self.start = ends[0:-1:2]
        self.kind = list(map(lexicon.classes.__getitem__, self.low))

    def at(self, index: int) -> str:
        """Return a word as it is written."""
        return self.text[self.start[index] : self.end[index]]

    def spelled(self, index: int) -> str:
        """Return a word in lower case with its own letters, also those that are all one in the shadow."""
        low = self.low[index]
        return self._shadow.spelled[self.start[index] : self.end[index]] if LETTER in low else low

    def __len__(self) -> int:
        return len(self.low)

    def joined(self, index: int, pattern: re.Pattern[str] = JOINT) -> bool:
        """Tell whether word `index` exists and follows the word before it as part of one name."""
        if not 0 < index < len(self.low):
            return False
        gap = self.gap[index]
        return gap == " " or (len(gap) < 4 and pattern.fullmatch(gap) is not None)

    def style(self, index: int) -> str:
        """Return how a word is written: `lower`, `upper` or `title` (anything else that begins with a capital)."""
        word = self.at(index)
        if word.islower():
            return "lower"
        return "upper" if word.isupper() and len(word) > 1 else "title"

    def begins_sentence(self, index: int) -> bool:
        """Tell whether a word begins a sentence or a line."""
        return index == 0 or any(mark in self.gap[index] for mark in f".!?\n{BOUNDARY}")

    def opens(self, index: int) -> bool:
        """Tell whether a word begins a sentence, a line or a field."""
        gap = self.gap[index]
        return index == 0 or any(mark in gap for mark in f'.!?\n{BOUNDARY}:;"(—') or gap.strip(" \t") != ""

    def closes(self, index: int) -> bool:
        """Tell whether a word ends a clause."""
        return index + 1 >= len(self.low) or self.gap[index + 1].strip(" \t") != ""

    def is_initial(self, index: int) -> bool:
        """Tell whether a single letter stands as an initial: with a full stop, or as a lone capital."""
        if len(self.low[index]) != 1 or index + 1 >= len(self) or self.gap[index][-1:] in ("'", "-"):
            return False
        return self.gap[index + 1] in (". ", ".") or (self.at(index).isupper() and self.low[index] not in "ai")

    def among_capitals(self, index: int) -> bool:
        """Tell whether most words around a word are written in capitals."""
        around = [self.at(i) for i in range(max(0, index - 3), min(len(self), index + 4)) if len(self.low[i]) > 2]
        return sum(w.isupper() for w in around) > max(2, len(around) // 2)
