"""Which unknown or name-like words are ordinary after all: codes, places, acronyms, slips, verbs and dates."""

import re
from collections.abc import Collection
from functools import cached_property

from gateway.masking.folding import LETTER, fold
from gateway.masking.formats import Claims
from gateway.masking.lexicon import BUSINESS, FIRST, NAME, SAFE, TITLE, UNKNOWN, Lexicon, humps
from gateway.masking.reading import CUE_GAP, SPACE, WORDS, Words

MODALS = frozenset(("will", "may", "can", "mark", "grant", "bill"))
"""Verbs that are also first names: in lower case they are verbs."""
_ENDINGS = re.compile(
    r"(?:i[sz]ations?|abilit(?:y|ies)|ations?|ments?|ness|olog(?:y|ies)|graph(?:y|ics?)|ware|scripts?)\Z"
)
"""Endings that no name has."""
_SUFFIX_OF_ADDRESS = frozenset(
    [
        "com",
        "org",
        "net",
        "io",
        "gh",
        "edu",
        "gov",
        "info",
        "dev",
        "app",
        "co",
        "py",
        "js",
        "ts",
        "md",
        "json",
        "yaml",
        "yml",
        "txt",
        "csv",
        "pdf",
        "xlsx",
        "html",
        "sql",
    ]
)


class Catalogue:
    """Words of product names, brands and categories: where a product may stand, those that no list knows are safe."""

    def __init__(self, names: Collection[str] = (), strangers: Lexicon | None = None) -> None:
        """Take names; with `strangers` only their words that this lexicon does not know, as names may be sentences."""
        self._names, self._strangers = names, strangers

    @cached_property
    def words(self) -> frozenset[str]:
        """The words as a text's shadow shows them; worked out only where a text holds a word that no list knows."""
        words = set(WORDS.findall(fold("\n".join(self._names)).lower)) if self._names else set()
        known = self._strangers
        return frozenset(words if known is None else (word for word in words if known.classes[word] == UNKNOWN))


class Settler:
    """Makes ordinary words safe, word by word; immutable."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._cues, self._before_days = lexicon.context["cues"], lexicon.context["before days"]
        self._dates = lexicon.context["days"] | lexicon.context["months"]
        self._phrase_starts = {phrase[0] for phrase in lexicon.phrases}

    def settle(self, words: Words, interesting: list[int], claims: Claims, catalogue: Catalogue) -> None:
        """Make words safe that are claimed, parts of a code, places, acronyms, inflections or typing errors."""
        for index in interesting:
            kind, start, end = words.kind[index], words.start[index], words.end[index]
            if kind == FIRST and self._is_everyday(words, index):
                words.kind[index] = SAFE
                continue
            if claims.is_known_name(start):
                words.kind[index] = NAME
            elif any(claims.taken[start:end]):
                strong = kind == NAME and end - start >= 4 and claims.is_protected(start, end)
                words.kind[index] = NAME if strong and words.low[index] not in self._dates else SAFE
            elif kind in (NAME, UNKNOWN) and self._in_code(words, index):
                words.kind[index] = NAME if kind == NAME and end - start >= 4 else SAFE
            elif kind == UNKNOWN and self._is_plain_unknown(words, index, catalogue):
                words.kind[index] = SAFE
            for first in range(max(0, index - 2), index + 1):
                if words.low[first] in self._phrase_starts:
                    self._settle_phrase(words, first)

    def _is_everyday(self, words: Words, index: int) -> bool:
        """Tell whether a name-like word is plainly a verb or a date: `will` in lower case, `on Friday`."""
        low = words.low[index]
        if low in MODALS:
            return words.text[words.start[index]].islower()
        return (
            low in self._dates and index > 0 and words.gap[index] == " " and words.low[index - 1] in self._before_days
        )

    def _settle_phrase(self, words: Words, index: int) -> None:
        for size in (3, 2):
            if tuple(words.low[index : index + size]) in self._lexicon.phrases:
                words.kind[index : index + size] = [SAFE] * size

    @staticmethod
    def _in_code(words: Words, index: int) -> bool:
        before = words.gap[index][-1:]
        after = words.text[words.end[index] : words.end[index] + 1]
        return before.isdigit() or after.isdigit()

    def _is_plain_unknown(self, words: Words, index: int, catalogue: Catalogue) -> bool:
        word, low = words.at(index), words.low[index]
        if len(word) == 1 or (low.startswith("mm") and word.islower()):
            return True  # no name begins with mm, many Twi nouns do
        if low in catalogue.words and not self._beside_name(words, index):
            return True
        if len(word) == 2 and LETTER not in word:
            return not self._beside_name(words, index)
        style = words.style(index)
        if (len(low) > 7 and _ENDINGS.search(low)) or self._in_identifier(words, index):
            return True
        if style == "title" and not word.istitle() and len(parts := humps(word)) > 1:
            return all(len(part) <= 2 or self._lexicon.is_safe(part) for part in parts)
        if style == "upper" and len(word) <= 4 and not words.among_capitals(index):
            return not self._beside_name(words, index) and not self._beside_unknown(words, index)
        if style == "lower" and self._lexicon.is_slip(low):
            return True
        if self._beside_name(words, index) or (style == "title" and not words.opens(index)):
            return False
        business_follows = words.joined(index + 1, SPACE) and words.kind[index + 1] == BUSINESS
        errors = style != "title" and not self._beside_unknown(words, index)
        return not business_follows and self._lexicon.explains(low, typing_errors=errors)

    @staticmethod
    def _beside_unknown(words: Words, index: int) -> bool:
        """Tell whether another unknown word, or a word-like name in capitals, touches the word."""
        before, after = index - 1, index + 1
        if words.joined(index) and (
            words.kind[before] == UNKNOWN or (words.kind[before] == FIRST and words.style(before) != "lower")
        ):
            return True
        return words.joined(after) and words.kind[after] == UNKNOWN

    def _in_identifier(self, words: Words, index: int) -> bool:
        """Tell whether the word is part of a web or file name, or of an identifier with ordinary parts."""
        before, after = index - 1, index + 1
        if after < len(words) and words.gap[after] == "." and words.low[after] in _SUFFIX_OF_ADDRESS:
            return True
        left = (
            index > 0 and words.gap[index] in ("_", "__") and words.kind[before] == SAFE and len(words.low[before]) > 2
        )
        right = (
            after < len(words)
            and words.gap[after] in ("_", "__")
            and words.kind[after] == SAFE
            and len(words.low[after]) > 2
        )
        return left or right

    def _beside_name(self, words: Words, index: int) -> bool:
        """Tell whether a title, an initial, a cue or a known name touches the word."""
        before, after = index - 1, index + 1
        if words.joined(index) and (words.kind[before] in (NAME, TITLE) or words.is_initial(before)):
            return True
        if index and words.low[before] in self._cues and CUE_GAP.fullmatch(words.gap[index]):
            return True
        if words.joined(after) and words.is_initial(after) and words.gap[after + 1][:1] == ".":
            return True
        return words.joined(after) and words.kind[after] == NAME
