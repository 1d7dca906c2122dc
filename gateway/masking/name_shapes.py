"""Ordinary words that are names by the shape they are written in: `K. Service`, `Johnson, Glory`, `Dorcas Wood`."""

import re

from gateway.masking.formats import Claims
from gateway.masking.lexicon import FIRST, LAST, NAME, UNKNOWN, Lexicon
from gateway.masking.reading import CUE_GAP, SPACE, Words

_INITIAL = re.compile(r"[A-Z]\.? ?[A-Za-z]")
_COMMA = re.compile(r", {1,2}")
_NUMBERED = frozenset((
    "plan", "vitamin", "grade", "class", "section", "type", "option", "block", "part", "group", "category", "table",
    "hepatitis", "appendix", "item", "till", "store", "size", "model", "batch", "series", "unit", "floor", "level",
    "wing", "branch", "line", "room", "zone", "gate", "shelf", "aisle", "bay", "dock", "route", "annex", "form", "band",
    "tier", "question", "answer", "point", "step", "case", "team", "shift", "side", "phase", "stage", "version", "form",
))  # fmt: skip
"""What a lone letter numbers: `Plan B. Sales rose` names nobody."""
_ARTICLES = frozenset(("of", "the", "a", "an", "our", "your", "my", "this", "in", "at", "these", "those", "no", "any"))
_TITLED = frozenset(("bishop", "deacon", "chief", "constable", "sergeant", "major", "captain", "elder"))
"""Titles that are surnames as well."""
_AUXILIARIES = frozenset(("has", "had", "will", "did", "never"))
_BASE_VERBS = frozenset(
    ("collect", "pay", "buy", "say", "come", "call", "send", "bring", "sign", "want", "live", "take")
)
_ADDRESSED = frozenset(("boss", "friend", "friends", "thanks", "folks", "team", "guys", "today", "madam", "master"))
"""What may open a line before a comma and a name, without belonging to it."""


class NameShapes:
    """Names words by initials, commas and pairs; immutable."""

    def __init__(self, lexicon: Lexicon) -> None:
        context = lexicon.context
        self.verbs = context["person verbs"] | _BASE_VERBS
        self._follow = context["may follow"] | self.verbs
        self._cues = context["cues"]
        self._dates = context["days"] | context["months"]
        self._plain = context["never names"] | context["roles"] | context["core"] | context["may follow"]
        self._products = lexicon.products
        self._goods = lexicon.products | lexicon.brands
        self._no_front = self._plain | self._dates | context["places"] | _ADDRESSED

    def name_initialled(self, words: Words, named: set[int], claims: Claims) -> None:
        """Name the word behind an initial: `Z. Wood bought`, `refund to I. Golden`."""
        if _INITIAL.search(words.text) is None:
            return
        for index in (i for i, low in enumerate(words.low) if len(low) == 1):
            if self._is_initialled(words, index, claims):
                named.add(index + 1)

    def _is_initialled(self, words: Words, initial: int, claims: Claims) -> bool:
        index = initial + 1
        if index >= len(words) or words.gap[index] not in (". ", ".") or not words.at(initial).isupper():
            return False
        low, kind = words.low[index], words.kind[index]
        if kind in (NAME, UNKNOWN) or len(low) < 3 or words.style(index) == "lower" or low in self._dates | self._plain:
            return False
        before = words.low[initial - 1] if initial and words.joined(initial) else ""
        if before in _NUMBERED or words.gap[initial][-1:] in ("'", "-") or words.gap[initial][-1:].isdigit():
            return False
        if any(claims.taken[words.start[index] : words.end[index]]):
            return False
        amid_lower = kind in (LAST, FIRST) and index + 1 < len(words) and words.style(index + 1) == "lower"
        if not amid_lower and not self._ends(words, index):
            return False
        return kind in (LAST, FIRST) or not words.begins_sentence(initial)

    def _ends(self, words: Words, index: int) -> bool:
        """Tell whether a name may end with a word: a clause ends there, or a verb or a conjunction follows."""
        return (
            words.closes(index) or words.low[index + 1] in self._follow or words.low[index + 1] in ("ghs", "gh", "ghc")
        )

    def name_reversed(self, words: Words, named: set[int], interesting: list[int]) -> None:
        """Name the word on the other side of a comma: `Johnson, Glory`, `King, Mahamadu`."""
        for index in interesting:
            if words.kind[index] != FIRST or index in named or index - 1 not in named:
                continue
            comma = _COMMA.fullmatch(words.gap[index]) is not None
            if comma and self._may_be_reversed(words, index, index - 1) and self._ends(words, index):
                named.add(index)
        for index in sorted(named):
            front = index - 1
            if front < 0 or front in named or _COMMA.fullmatch(words.gap[index]) is None:
                continue
            if words.kind[front] in (FIRST, LAST) and words.low[front] not in self._no_front | self._goods:
                opens = words.opens(front) or words.style(front - 1) == "lower"
                if opens and self._may_be_reversed(words, front, index):
                    named.add(front)

    def _may_be_reversed(self, words: Words, index: int, name: int) -> bool:
        """Tell whether a word is written like the name across the comma, with a capital, and is no date or goods."""
        style = words.style(index)
        return style != "lower" and style == words.style(name) and words.low[index] not in self._dates | self._goods

    def name_pairs(self, words: Words, named: set[int], interesting: list[int], claims: Claims) -> None:
        """Name two word-like names in a row amid lower case: `does Dorcas Wood owe`, `Victory Brown bought`."""
        for index in interesting:
            last = index + 1
            if words.kind[index] != FIRST or index in named or last in named or not words.joined(last, SPACE):
                continue
            if self._is_pair(words, index, last) and claims.is_free(words.start[index], words.end[last]):
                named.update((index, last))

    def _is_pair(self, words: Words, first: int, last: int) -> bool:
        lows = words.low[first], words.low[last]
        if words.kind[last] not in (FIRST, LAST) or not self._dates.isdisjoint(lows) or lows[0] in self._goods:
            return False
        if words.style(first) != "title" or words.style(last) != "title" or lows[1] in self._plain:
            return False
        ahead = words.low[last + 1] if last + 1 < len(words) and words.joined(last + 1, SPACE) else ""
        introduced = ahead in _AUXILIARIES or self._is_field(words, first)
        if introduced and lows[1] not in self._goods and words.opens(first):
            return True
        if ahead in self.verbs:
            return words.opens(first) or words.low[first - 1] not in _ARTICLES
        if lows[1] in self._goods or words.opens(first):
            return False
        lower = words.style(first - 1) == "lower" and words.low[first - 1] not in _ARTICLES
        cued = words.low[first - 1] in self._cues
        return lower and (cued or ahead in self._follow) and self._ends(words, last)

    def _is_field(self, words: Words, first: int) -> bool:
        """Tell whether a pair is all that a field for a person holds: `"buyer": "Foster Mends"`."""
        cued = first > 0 and words.low[first - 1] in self._cues and words.low[first - 1] != "name"
        return cued and CUE_GAP.fullmatch(words.gap[first]) is not None and words.closes(first + 1)

    def name_goods(self, words: Words, named: set[int]) -> None:
        """Name a surname that is also an article of trade: `Jacob Wood paid`, but not `Kwame Rice 5kg`."""
        for index in sorted(named):
            after = index + 1
            if words.kind[index] not in (NAME, UNKNOWN) or after in named or not words.joined(after, SPACE):
                continue
            if self._is_surname(words, index, after):
                named.add(after)

    def _is_surname(self, words: Words, name: int, index: int) -> bool:
        low, style = words.low[index], words.style(index)
        known = words.kind[index] in (FIRST, LAST) or low in _TITLED
        if not known or low in self._dates | self._plain or style != words.style(name):
            return False
        if words.closes(index):
            return low not in self._products or style != "lower"
        ahead = words.low[index + 1]
        return ahead in self.verbs or (ahead in self._follow and low not in self._products)

    def name_coordinated(self, words: Words, named: set[int], interesting: list[int]) -> None:
        """Name the other of two people: `Sabina Mensa and Rejoice`, `Grace and Kofi came`."""
        for index in interesting:
            if words.kind[index] != FIRST or index in named or words.style(index) == "lower":
                continue
            if words.low[index] in self._dates | self._goods:
                continue
            behind = index - 2 in named and words.low[index - 1] in ("and", "n") and words.joined(index, SPACE)
            ahead = index + 2 in named and words.low[index + 1] in ("and", "n") and words.joined(index + 2, SPACE)
            style = words.style(index - 2 if behind else index + 2) if behind or ahead else ""
            if style == words.style(index) and (self._ends(words, index) if behind else words.joined(index + 1, SPACE)):
                named.add(index)
