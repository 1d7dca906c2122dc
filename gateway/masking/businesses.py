"""Business names in free text: a suffix such as Ventures or Ltd pulls in the words before it."""

from gateway.masking.formats import Claims
from gateway.masking.lexicon import BUSINESS, FIRST, LAST, Lexicon
from gateway.masking.reading import SPACE, Words
from gateway.masking.spans import Span

_FIRST_PARTS = frozenset(("cold", "mini", "chop", "drinking", "filling", "general"))


class BusinessReader:
    """Finds businesses; immutable."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._strong = lexicon.context["strong business"]
        self._houses = lexicon.context["houses"]
        self._no_business = lexicon.context["not business names"]

    def read(self, words: Words, named: set[int], interesting: list[int], claims: Claims) -> list[Span]:
        """Return the businesses whose suffix is among the interesting words; `named` are words known to be names."""
        spans: list[Span] = []
        for index in interesting:
            if words.kind[index] != BUSINESS or (
                index + 1 < len(words) and words.kind[index + 1] == BUSINESS and words.joined(index + 1)
            ):
                continue
            first = self._business_start(words, named, index)
            if first is None or any(claims.taken[words.start[first] : words.end[index]]):
                continue
            spans.append(Span(words.start[first], words.end[index], "BUSINESS"))
        return spans

    def _business_start(self, words: Words, named: set[int], suffix: int) -> int | None:
        """Return the first word of the business whose last suffix word is `suffix`, or None."""
        first = suffix
        while first and words.joined(first, SPACE) and self._is_suffix(words, first - 1):
            first -= 1
        strong = any(word in self._strong for word in words.low[first : suffix + 1])
        capital = words.style(first) != "lower"
        core = first
        while core and suffix - core < 6 and self._is_business_word(words, named, core - 1, strong, capital):
            core -= 1
        while core < first and words.low[core] in ("of", "and", "the", "for"):
            core += 1
        distinct = [i for i in range(core, first) if words.low[i] not in self._no_business and len(words.low[i]) > 1]
        if not distinct:
            return None
        if named.isdisjoint(range(core, first)) and not self._looks_like_name(words, core, first, strong, capital):
            return None
        return core

    def _looks_like_name(self, words: Words, core: int, first: int, strong: bool, capital: bool) -> bool:
        """Tell whether ordinary words before a suffix are a business's name rather than a description."""
        if capital and all(words.style(i) != "lower" or words.low[i] in ("of", "and") for i in range(core, first)):
            brands = all(
                words.low[i] in self._lexicon.products or words.low[i] in self._lexicon.brands
                for i in range(core, first)
            )
            house = any(word in self._houses for word in words.low[first : first + 2])
            called = words.kind[core] == FIRST or (words.kind[core] == LAST and strong)
            opening = core + 1 == first and words.opens(core) and not strong and not house and not called
            return (not brands or strong or house) and not opening
        called = strong or any(words.kind[i] == FIRST for i in range(core, first))
        return called and first - core >= 2 and words.opens(core)

    def _is_suffix(self, words: Words, index: int) -> bool:
        return words.kind[index] == BUSINESS or words.low[index] in _FIRST_PARTS

    def _is_business_word(self, words: Words, named: set[int], index: int, strong: bool, capital: bool) -> bool:
        gap = words.gap[index + 1]
        if not (SPACE.fullmatch(gap) or gap in (" & ", "'", "&")):
            return False
        if index in named or gap == "'" or (words.low[index] == "s" and words.gap[index] == "'"):
            return True
        low = words.low[index]
        if low in ("of", "and", "the"):
            return (
                index > 0 and words.joined(index, SPACE) and words.style(index - 1) != "lower"
                if capital
                else low == "of"
            )
        if low in self._no_business:
            return (
                capital
                and words.style(index) == "title"
                and not words.opens(index)
                and low in ("super", "new", "best", "general")
            )
        return words.style(index) != "lower" if capital else True
