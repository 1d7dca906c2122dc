"""Names in free text, by a closed world: a word that no safe list knows is taken for a name.

Known names come first, then ordinary words, then words one typing error away from one. Names that are words (Grace,
Sunday) count only beside a title, a cue, another name or a personal value.
"""

import re

from gateway.masking.businesses import BusinessReader
from gateway.masking.formats import Claims
from gateway.masking.lexicon import BUSINESS, FIRST, LAST, NAME, SAFE, TITLE, UNKNOWN, Lexicon
from gateway.masking.name_shapes import NameShapes
from gateway.masking.reading import CUE_GAP, SPACE, Words
from gateway.masking.settling import Catalogue, Settler
from gateway.masking.spans import Span

_PACK = re.compile(
    r"[ \t,]{0,2}\(?\d+(?:[.,]\d+)?[ ]?"
    r"(?:kg|g|gm|mg|l|lt|ltr|ml|cl|cm|mm|m|inch|in\b|\"|''|pcs|pack|pk|x|w|v|gb|tb|mah|way|s\b)",
    re.IGNORECASE,
)
_COUNT = re.compile(r" \d+ ?(?:pcs|packs?|pk)\b", re.IGNORECASE)
_CHAT_SPEAKER = re.compile(r"(?:\A|[\n\x1e])(?:\[[^\]\n]{4,30}\] ?|\d[^\n]{6,24} - )?\Z")
_PIDGIN = frozenset(("no", "don", "never", "go", "wan", "dey"))
_PIDGIN_VERBS = frozenset((
    "pay", "owe", "buy", "come", "collect", "bring", "send", "talk", "pick", "take", "return", "give", "carry", "gree",
    "sign", "call", "fit", "answer",
))  # fmt: skip
_NAME_TITLES = frozenset(("mama", "papa", "dada", "maa", "daddy", "mummy", "mommy", "nii", "naa", "nana", "maame"))
"""Titles that are as much a part of the name they precede."""


class NameReader:
    """Finds people and businesses in shadows; immutable."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        context = lexicon.context
        self._titles, self._strict = context["titles"], context["strict titles"]
        self._cues, self._verbs, self._follow = context["cues"], context["person verbs"], context["may follow"]
        self._never, self._business = context["never names"], context["business"]
        self._place_nouns = context["places"]
        self._openers = context["openers"] | context["core"] | context["roles"]
        self._businesses = BusinessReader(lexicon)
        self._dates = context["days"] | context["months"]
        self._before_days = context["before days"]
        sections = ("cues", "titles", "never names", "business", "places", "person verbs", "roles")
        shelves = (lexicon.products, lexicon.brands, lexicon.places)
        self._no_surname = frozenset().union(*(context[section] for section in sections), *shelves)
        self._settler = Settler(lexicon)
        self._shapes = NameShapes(lexicon)

    def read(self, words: Words, claims: Claims, catalogue: Catalogue) -> list[Span]:
        """Return the names among the words of a shadow, left to right; claimed characters are left alone."""
        interesting = [i for i, kind in enumerate(words.kind) if kind >= FIRST]
        initialled: set[int] = set()
        self._shapes.name_initialled(words, initialled, claims)
        if not interesting and not initialled:
            return []
        self._settler.settle(words, interesting, claims, catalogue)
        interesting = [i for i in interesting if words.kind[i] >= FIRST]
        named = {index for index in interesting if words.kind[index] in (NAME, UNKNOWN)}
        self._unname_brands(words, named, claims, catalogue)
        named |= initialled
        self._name_by_title(words, named, interesting)
        self._name_by_neighbour(words, named)
        known = len(named)
        self._shapes.name_goods(words, named)
        self._shapes.name_pairs(words, named, interesting, claims)
        self._shapes.name_reversed(words, named, interesting)
        self._shapes.name_coordinated(words, named, interesting)
        self._name_by_context(words, named, interesting, claims)
        if len(named) > known:
            self._name_by_neighbour(words, named)
        spans = self._businesses.read(words, named, interesting, claims)
        self._repeat(words, named, interesting, claims)
        return spans + self._people(words, named)

    def _is_product(self, words: Words, index: int) -> bool:
        """Tell whether a product noun or a pack size stands right after word `index`."""
        counted = words.kind[index] == NAME and _COUNT.match(words.text, words.end[index])  # gave Mansa 12 pcs
        if not counted and _PACK.match(words.text, words.end[index]):
            return True
        after = index + 1
        if words.low[after : after + 1] == ["s"] and words.gap[after] == "'":
            after += 1  # Uncle Ben's Rice
        if not words.joined(after, SPACE) or words.low[after] not in self._lexicon.products:
            return False
        pack = _PACK.match(words.text, words.end[after]) is not None
        called = words.kind[index] in (NAME, FIRST) and words.kind[after] in (FIRST, LAST)
        if called and not pack and not words.closes(after) and words.low[after + 1] in self._shapes.verbs:
            return False  # Jacob Wood paid
        if words.low[index] in self._lexicon.brands and words.style(index) == "title":
            return True
        return pack or (words.style(index) != "lower" and words.style(after) != "lower")

    def _unname_brands(self, words: Words, named: set[int], claims: Claims, catalogue: Catalogue) -> None:
        """Take a single name before a product noun, a pack size or a place noun for a brand or a place."""
        for index in sorted(named):
            last = index + 1 >= len(words) or not (index + 1 in named and words.joined(index + 1, SPACE))
            if not last or claims.is_protected(words.start[index], words.end[index]):
                continue
            first = index
            while first and first - 1 in named and words.joined(first, SPACE):
                first -= 1
            if first and words.joined(first, CUE_GAP) and self._calls_person(words, first - 1):
                continue
            place = words.joined(index + 1, SPACE) and words.low[index + 1] in self._place_nouns
            listed = all(word in catalogue.words for word in words.low[first : index + 1])
            follows = listed and words.joined(index + 1, SPACE) and words.low[index + 1] in catalogue.words
            product = (first == index or listed) and self._is_product(words, index)
            if (place and words.style(index) != "lower") or product or follows:
                for each in range(first, index + 1):
                    named.discard(each)
                    words.kind[each] = SAFE

    def _calls_person(self, words: Words, index: int) -> bool:
        low = words.low[index]
        return low in self._titles or low in self._cues or low in ("to", "from", "by")

    def _name_by_title(self, words: Words, named: set[int], interesting: list[int]) -> None:
        for index in interesting:
            after = index + 1
            if words.kind[index] != TITLE or not words.joined(after) or after in named:
                continue
            low, kind = words.low[after], words.kind[after]
            strict = words.low[index] in self._strict
            capital = words.style(after) != "lower" and words.style(index) != "lower" and low not in self._never
            weak = kind == SAFE and strict and capital and len(low) > 2 and not self._is_product(words, after)
            called = kind == FIRST or (kind == LAST and (capital or strict)) or weak
            if called and low not in self._never and not _PACK.match(words.text, words.end[after]):
                named.add(after)

    def _name_by_neighbour(self, words: Words, named: set[int]) -> None:
        """Name the word-like words that touch a name and are written like it."""
        for index in sorted(named):
            step = self._over_initials(words, index, -1)
            while step and step - 1 not in named and self._joins_before(words, step - 1, index):
                named.add(step - 1)
                index = step - 1
                step = self._over_initials(words, index, -1)
        for index in sorted(named):
            step = self._over_initials(words, index, 1)
            while step + 1 < len(words) and step + 1 not in named and self._joins_after(words, index, step + 1):
                index = step + 1
                named.add(index)
                step = self._over_initials(words, index, 1)

    def _over_initials(self, words: Words, index: int, direction: int) -> int:
        """Return the farthest word reached from a name by stepping over initials only."""
        while 0 <= index + direction < len(words):
            beside = index + direction
            if not words.joined(max(index, beside)) or not words.is_initial(beside):
                break
            index = beside
        return index

    def _joins_before(self, words: Words, index: int, name: int) -> bool:
        """Tell whether a word that touches a name from the left belongs to it; initials may stand between."""
        kind, low, style = words.kind[index], words.low[index], words.style(index)
        if kind not in (FIRST, LAST, SAFE) or not words.joined(index + 1, SPACE) or style != words.style(name):
            return False
        if kind == SAFE:
            return self._is_fastened(words, index, name) or self._is_surname_like(words, index, name)
        if low in self._dates:
            return name == index + 1 and not (
                index and words.joined(index, SPACE) and words.low[index - 1] in self._before_days
            )
        if kind == FIRST or (style != "lower" and not words.begins_sentence(index)):
            return True
        return style == "title" and words.kind[name] == NAME and low not in self._openers

    def _joins_after(self, words: Words, name: int, index: int) -> bool:
        """Tell whether a word that touches a name from the right belongs to it."""
        kind, low, style = words.kind[index], words.low[index], words.style(index)
        joined = words.joined(index, SPACE) or (index - name > 1 and words.joined(index))
        if kind not in (FIRST, LAST, SAFE) or low in self._dates or not joined or style != words.style(name):
            return False
        if kind != FIRST and self._is_fastened(words, index, name):
            return True
        if low in self._lexicon.products or self._is_product(words, index):
            return False
        if kind == SAFE:
            return self._is_surname_like(words, index, name)
        if style == "lower":
            ends = words.closes(index) or words.low[index + 1] in self._verbs
            return kind == FIRST and ends
        return style == "title" or not words.among_capitals(index)

    def _is_fastened(self, words: Words, index: int, name: int) -> bool:
        """Tell whether a hyphen, an initial or a title ties an ordinary word to a name."""
        low = words.low[index]
        if len(low) < 3 or low in self._no_surname:
            return False
        between = words.gap[max(index, name)]
        if abs(name - index) == 2:
            return between.startswith(".") or (words.style(index) == "title" and index > name)
        titled = index > 0 and words.kind[index - 1] == TITLE and words.joined(index)
        return between == "-" or (titled and index < name)

    def _is_surname_like(self, words: Words, index: int, name: int) -> bool:
        """Tell whether an ordinary word with a capital beside a name is part of it: `Sake Nwosu` amid lower case."""
        low = words.low[index]
        if (
            words.style(index) != "title"
            or len(low) < 3
            or low in self._no_surname
            or words.kind[name] not in (NAME, UNKNOWN)
        ):
            return False
        first, last = min(index, name), max(index, name)
        field = last + 1 >= len(words) or words.gap[last + 1][:1] in ',:|\t"'
        if words.begins_sentence(first) and not field:
            return False
        before = (
            first == 0
            or words.gap[first].strip(" \t") != ""
            or words.style(first - 1) == "lower"
            or words.kind[first - 1] == TITLE
        )
        after = last + 1 >= len(words) or words.gap[last + 1].strip(" \t") != "" or words.style(last + 1) == "lower"
        return before and after

    def _name_by_context(self, words: Words, named: set[int], interesting: list[int], claims: Claims) -> None:
        for index in interesting:
            candidate = words.kind[index] == FIRST and index not in named and not self._is_product(words, index)
            if candidate and self._stands_out(words, index, claims):
                named.add(index)

    def _stands_out(self, words: Words, index: int, claims: Claims) -> bool:
        """Tell whether the surroundings make a word-like name a name."""
        return (
            self._after_cue(words, index)
            or self._before_verb(words, index)
            or self._beside_value(words, index, claims)
            or self._speaks(words, index)
            or self._stands_as_name(words, index)
        )

    def _after_cue(self, words: Words, index: int) -> bool:
        if not index or words.low[index - 1] not in self._cues or not CUE_GAP.fullmatch(words.gap[index]):
            return False
        if words.low[index] in self._dates and words.low[index - 1] in (
            "call",
            "meet",
            "met",
            "visit",
            "text",
            "contact",
        ):
            return False
        if words.closes(index) or words.low[index + 1] in self._follow or words.low[index + 1] in self._verbs:
            return True
        return words.style(index) == "title" and words.style(index + 1) == "lower" and words.kind[index + 1] != BUSINESS

    def _before_verb(self, words: Words, index: int) -> bool:
        after = index + 1
        if self._is_pidgin(words, after):
            return words.opens(index) and words.low[index] not in self._dates
        if after >= len(words) or words.low[after] not in self._verbs or not words.joined(after, SPACE):
            possessive = after < len(words) and words.gap[after] == "'" and words.low[after] == "s"
            return possessive and words.style(index) == "title" and words.low[index] not in self._dates
        if words.style(index) == "lower":
            return words.opens(index) or words.low[index - 1] in ("that", "and", "because", "if", "when", "but")
        return words.opens(index) or words.low[index - 1] not in (
            "the",
            "a",
            "an",
            "our",
            "my",
            "your",
            "this",
            "last",
            "on",
        )

    @staticmethod
    def _is_pidgin(words: Words, index: int) -> bool:
        """Tell whether a verb of Pidgin stands at `index`: `no pay`, `don buy`, `never come`."""
        spaced = words.joined(index, SPACE) and words.joined(index + 1, SPACE)
        return spaced and words.low[index] in _PIDGIN and words.low[index + 1] in _PIDGIN_VERBS

    def _beside_value(self, words: Words, index: int, claims: Claims) -> bool:
        """Tell whether a phone number, an e-mail or an id follows at once."""
        end = words.end[index]
        ahead = re.match(r"[\"']?[ \t]{0,2}[,:;|\-(<\t]{0,2}[ \t]{0,2}[\"'+]?", words.text[end : end + 8])
        place = end + (ahead.end() if ahead else 0)
        return claims.taken[place : place + 1] == b"\x01" and words.low[index] not in self._dates

    def _speaks(self, words: Words, index: int) -> bool:
        """Tell whether a word stands as the speaker of a chat line."""
        end, start = words.end[index], words.start[index]
        if words.text[end : end + 2] != ": " or words.style(index) == "lower":
            return False
        before = words.text[max(0, start - 34) : start]
        opening = (
            _CHAT_SPEAKER.search(before)
            if len(before) > 33
            else _CHAT_SPEAKER.match(before) or _CHAT_SPEAKER.search(before)
        )
        stamped = before.rstrip(" ").endswith(("]", "-"))
        return opening is not None and (stamped or (words.low[index] not in self._dates and len(words) > index + 1))

    def _stands_as_name(self, words: Words, index: int) -> bool:
        """Tell whether a capital in the middle of a lower-case sentence gives a name away."""
        low = words.low[index]
        if words.style(index) != "title" or low in self._dates or low in self._lexicon.brands or words.opens(index):
            return False
        before = words.low[index - 1]
        if words.style(index - 1) != "lower" or before in ("of", "the", "a", "an", "our", "your", "my", "this", "in"):
            return False
        if words.closes(index):
            return before in self._cues or before in ("with", "by", "from", "to", "saw", "see", "than")
        return words.style(index + 1) == "lower" and words.low[index + 1] in self._follow

    def _repeat(self, words: Words, named: set[int], interesting: list[int], claims: Claims) -> None:
        """Name other mentions of a word-like name that is written with the same capitals."""
        known = {(words.low[i], words.style(i)) for i in interesting if i in named and words.kind[i] == FIRST}
        known = {(low, style) for low, style in known if style != "lower" and low not in self._dates}
        if not known:
            return
        for index in interesting:
            if index in named or words.kind[index] != FIRST or (words.low[index], words.style(index)) not in known:
                continue
            attached = words.joined(index + 1, SPACE) and words.low[index + 1] not in self._follow | self._verbs
            if not attached and not self._is_product(words, index):
                named.add(index)

    def _people(self, words: Words, named: set[int]) -> list[Span]:
        spans: list[Span] = []
        for index in sorted(named):
            if spans and words.start[index] < spans[-1].end:
                continue
            first = index
            while first and words.joined(first) and words.is_initial(first - 1):
                first -= 1
            if first and words.joined(first, SPACE) and words.low[first - 1] in _NAME_TITLES:
                first -= 1
            spans.append(Span(words.start[first], words.end[self._last_of_name(words, named, index)], "PERSON"))
        return spans

    @staticmethod
    def _last_of_name(words: Words, named: set[int], index: int) -> int:
        """Return the last word of the name that begins at `index`; initials may stand inside it."""
        last = index
        while words.joined(last + 1):
            if last + 1 in named:
                last += 1
            elif last + 2 in named and len(words.low[last + 1]) == 1 and words.joined(last + 2):
                last += 2
            else:
                break
        return last
