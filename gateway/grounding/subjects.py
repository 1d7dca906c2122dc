"""Whose value a figure is: `<PERSON_1> owes GHS 900` falls when the rows of the evidence give the GHS 900 to another.

Only rows of one list are held against each other, and only by names they carry. A clause that names a row, and none of
the rows that carry its figure, has paired a true value with a wrong name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gateway.domain.evidence import Json
from gateway.grounding.figures import Figure, Finding, Form
from gateway.grounding.keys import stem
from gateway.grounding.lexicon import NOUN_GROUPS, SIGNALS, word_set
from gateway.grounding.scan import places_of_words, words_in
from gateway.grounding.texts import figures_of_record

_NAME_KEYS = (
    "name", "customer", "product", "employee", "supplier", "segment", "category", "item", "store", "measure", "metric",
    "label", "title", "of", "about", "weekday", "paid_by", "product_name", "segment_name",
)  # fmt: skip
"""The keys whose text names a row, the most telling first."""
_DAY_KEYS = ("day", "date")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_COUNTED = frozenset(map(stem, NOUN_GROUPS))
"""Words that count rows rather than name one: `customers` of the Loyal Customers."""
_NAMELESS = "\0"
_ALIAS_KEYS = ("ref", "number", "invoice_number", "sku")
_NAMING = frozenset(_NAME_KEYS)
NAME_KEYS = frozenset(_NAME_KEYS + _ALIAS_KEYS + _DAY_KEYS)
"""An object with none of these keys has no name."""
_BOUND = frozenset(
    {Form.MONEY, Form.PERCENT, Form.FRACTION, Form.COUNT, Form.NUMBER, Form.DURATION, Form.MULTIPLE, Form.DATE}
)
_PLACEHOLDER = re.compile(r"<([a-z_]+?)(?:_[flv][0-9]?)?_([0-9]+)>")
_TOKEN = re.compile(r"<[a-z_]+_[0-9]+>|[a-z0-9][a-z0-9'’]*")
_CLAUSE = re.compile(
    r"[;:()]|,(?!\d)|\s[–—-]\s|\b(?:while|whereas|but|although|though|and|because|when|after|despite|so|as|since|if)\b"
)
_LOOSE = re.compile(
    r"\+|\b(?:next|the (?:first|last)|second|third|fourth|fifth|other|others|ones|another|rest|runner|followed|follows"
    r"|following|ahead|behind|than|versus|vs|against|compared|comparison|respectively|combined|together|overall"
    r"|altogether|both|difference|gap|instead|rather|of which|between|unlike|replac\w+|if|could)\b"
)
"""Words with which a clause may speak of a row that it does not name."""


_GOODS = frozenset({"product", "item", "product_name", "price", "stock", "on_hand"})
"""Keys of rows whose names people cut short, as they do with goods."""
_PLAIN_WORDS = word_set("""
    large small half full mobile money card cash credit risk loyal case cover line power water fresh local other
    shop home daily weekly monthly current standard average person business customer plan trial starter professional
""")
_BARE = frozenset({int, float, bool, type(None)})
_MAX_READ = 50_000
"""Texts of more characters in all are not searched for figures; whose a value is stays open then."""


@dataclass(slots=True, eq=False)
class Row:
    """An object of a list that has a name; `family` is its list, `above` the row it stands in."""

    family: int
    names: tuple[str, ...]
    words: frozenset[str]
    above: "Row | None"
    item: Mapping[str, Json]
    day: str = ""

    def chain(self) -> "Iterator[Row]":
        """Yield the row and those it stands in."""
        row: Row | None = self
        while row is not None:
            yield row
            row = row.above


Mention = tuple[int, int, Row]
"""Where a row is named: start, end, and which."""


@dataclass(slots=True)
class _Place:
    """Where a value stands: in a named row, in a row without a name, or in none."""

    row: Row | None
    listed: bool
    repeats: bool = False
    """It stands in the request, or in a list of what code computed, which repeats the facts under true names."""


class Rows:
    """The named rows of some facts, and which of them each object and each text belongs to."""

    def __init__(self, facts: Sequence[Json], computed: Json) -> None:
        self.rows: list[Row] = []
        self._by_name: dict[str, dict[int, Row]] = {}
        """Name → list → its first row of that name."""
        self._of_object: dict[int, _Place] = {}
        self._texts: list[tuple[str, _Place]] = []
        self._families = 0
        self._computed = False
        self._alone: list[tuple[str, _Place]] = []
        """Objects outside of lists that have a name: about the row of that name, where a list has one."""
        self._figures: list[tuple[Figure, _Place]] | None = None
        self._telling: dict[str, Row] | None = None
        self._by_day: dict[tuple[int, int], list[Row]] = {}
        for tree in facts:
            # What the request says is asked, not known: a row that carries the figure comes before it.
            self._walk(tree, _Place(None, False, repeats=isinstance(tree, str)))
        self._computed = True
        self._walk(computed, _Place(None, False))
        for name, place in self._alone:
            row = next(iter(self._by_name.get(name, {}).values()), None)
            place.row, place.listed = row, place.listed or row is not None
        self._unread = sum([len(text) for text, _ in self._texts]) > _MAX_READ

    def _walk(self, node: Json, place: _Place) -> None:
        if isinstance(node, Mapping):
            self._object(node, place)
        elif isinstance(node, list):
            self._list(node, place)
        elif isinstance(node, str):
            self._texts.append((node, place))

    def _object(self, node: Mapping[str, Json], place: _Place) -> None:
        if place.row is None and not place.listed and isinstance(name := node.get("name"), str):
            place = _Place(None, False, self._computed)
            self._alone.append((_plain(name), place))
        self._of_object[id(node)] = place
        texts = self._texts
        for value in node.values():
            shape = type(value)
            if shape is str:
                texts.append((value, place))
            elif shape is dict:
                self._object(value, place)
            elif shape is list:
                self._list(value, place)
            elif shape not in _BARE:
                self._walk(value, place)

    def _list(self, items: Sequence[Json], place: _Place) -> None:
        self._families += 1
        family, first = self._families, len(self.rows)
        other = _Place(place.row, place.listed, self._computed)
        for item in items:
            if type(item) is dict or isinstance(item, Mapping):
                self._object(item, self._place(item, family, place))
            elif type(item) not in _BARE:
                self._walk(item, other)
        if len(self.rows) > first + 1 and self.rows[first].day:
            self._tell_by_day([row for row in self.rows[first:] if row.family == family])

    def _tell_by_day(self, rows: Sequence[Row]) -> None:
        """Rows that no name tells apart go by their days, if all have one."""
        days = [row.day for row in rows]
        if all(_ISO_DAY.fullmatch(day) for day in days) and len({row.names[0] for row in rows}) < len(rows):
            for row in rows:
                row.names, row.words = (row.day,), frozenset()
                self._by_day.setdefault((int(row.day[5:7]), int(row.day[8:10])), []).append(row)

    def _place(self, item: Mapping[str, Json], family: int, outer: _Place) -> _Place:
        name, aliases = None, []
        told = NAME_KEYS.intersection(item)
        if told:
            texts = [(key, text) for key in item if key in told and isinstance(text := item[key], str)]
            own = [(_NAME_KEYS.index(key), text) for key, text in texts if key in _NAMING and len(text) > 2]
            name = min(own)[1] if own else None
            aliases = [text for key, text in texts if key in _ALIAS_KEYS and len(text) > 1]
        day = item.get("day") or item.get("date") or ""
        if name is None and not aliases and not day:
            return _Place(outer.row, True, self._computed)
        names = [*([name] if name else ()), *aliases] or [_NAMELESS]
        lows = tuple(_plain(one) for one in names)
        row = Row(family, lows, frozenset(w for one in lows for w in _words(one)), outer.row, item, str(day))
        self.rows.append(row)
        for low in lows:
            self._by_name.setdefault(low, {}).setdefault(family, row)
        return _Place(row, True, self._computed)

    def carriers(self, figure: Figure, objects: Sequence[int]) -> list[Row] | None:
        """Return the rows that carry a figure, given the objects with its value; None when it may belong to nobody."""
        if self._unread or any(one not in self._of_object for one in objects):
            return None
        places = [self._of_object[one] for one in objects]
        places += [place for found, place in self._cited() if _same(found, figure)]
        places = [place for place in places if not place.repeats] or places
        rows = [place.row for place in places if place.row is not None]
        if not rows or any(place.row is None and not place.listed for place in places):
            return None
        return rows

    def row_of(self, identity: int) -> Row | None:
        """Return the row that an object is, or stands in."""
        place = self._of_object.get(identity)
        return place.row if place else None

    def said_amounts(self) -> list[list[float]]:
        """Return the amounts in the texts of rows that hold just one, list by list and field by field."""
        amounts: dict[int, tuple[Row, list[Figure]]] = {}
        for figure, place in self._cited():
            if figure.form is Form.MONEY and place.row is not None:
                amounts.setdefault(id(place.row), (place.row, []))[1].append(figure)
        found: dict[tuple[int, str], list[float]] = {}
        for row, own in amounts.values():
            if len(own) == 1:
                found.setdefault((row.family, _field(row, own[0])), []).append(own[0].value)
        return list(found.values())

    def mentions(self, low: str) -> list[Mention]:
        """Return where rows are named in full; a name inside a longer one does not count."""
        found = [
            (at, at + len(name), row)
            for name, rows in self._by_name.items()
            if name in low
            for at in _places(name, low)
            for row in rows.values()
        ]
        found += self._by_one_word(low)
        spans = {(at, end) for at, end, _ in found}
        inside = {(a, b) for a, b in spans if any(c <= a and b <= d and (c, d) != (a, b) for c, d in spans)}
        return [one for one in found if (one[0], one[1]) not in inside]

    def named_in(self, low: str, figures: Sequence[Figure]) -> list[Mention]:
        """Return where rows are named in full, by a word of their own, or by the day that tells them apart."""
        found = self.mentions(low)
        if self._by_day:
            for f in figures:
                if f.form is Form.DATE and f.day:
                    found += [(f.start, f.end, row) for row in self._by_day.get((f.month, f.day), ())]
        return found

    def _by_one_word(self, low: str) -> list[Mention]:
        """Return where a word of a longer name stands that no other row of the list has: `Samsung`, `the paste`."""
        if self._telling is None:
            self._telling = _telling_words(self.rows)
        if not self._telling:
            return []
        return [
            (at, at + len(word), row)
            for at, word in places_of_words(low)
            if (row := self._telling.get(word) or self._telling.get(stem(word))) is not None
        ]

    def _cited(self) -> list[tuple[Figure, _Place]]:
        """The figures inside texts, each with the place of its text."""
        if self._figures is None:
            self._figures = [
                (figure, place)
                for text, place in self._texts
                for figure in (figures_of_record(text) if any(c.isdigit() for c in text) else ())
            ]
        return self._figures


def _field(row: Row, figure: Figure) -> str:
    """Return the field of a row whose text states a figure; empty where it stands deeper in the row."""
    texts = ((key, text) for key, text in row.item.items() if isinstance(text, str))
    return next((key for key, text in texts if figure in figures_of_record(text)), "")


def _telling_words(rows: Sequence[Row]) -> dict[str, Row]:
    """Return the words that stand in the names of one row only, and in no name of a value."""
    found: dict[str, Row | None] = {}
    for row in rows:
        if _GOODS.isdisjoint(row.item):
            continue
        for word in set(words_in(row.names[0])):
            if len(word) > 3 and word not in NOUN_GROUPS and word not in SIGNALS and word not in _PLAIN_WORDS:
                same = word not in found or ((one := found[word]) is not None and one.names[0] == row.names[0])
                found[word] = row if same else None
    if not found:
        return {}
    keys = {stem(part) for row in rows for key in row.item for part in key.split("_")}
    return {word: row for word, row in found.items() if row is not None and stem(word) not in keys}


def _same(a: Figure, b: Figure) -> bool:
    if a.form is Form.DATE:
        return b.form is Form.DATE and (a.month, a.day) == (b.month, b.day)
    return a.form is b.form and abs(a.value - b.value) <= 0.005 * max(a.value, b.value)


def as_named(low: str) -> str:
    """Return a lower-cased text with `<person_f_1>` as `<person_1>`, at the same places."""
    return _PLACEHOLDER.sub(lambda m: f"<{m[1]}_{m[2]}>".ljust(len(m[0])), low) if "<" in low else low


def _plain(name: str) -> str:
    return _PLACEHOLDER.sub(r"<\1_\2>", " ".join(name.lower().split()))


@lru_cache(maxsize=1024)
def _words(name: str) -> frozenset[str]:
    """The words that tell a name apart: placeholders whole, others by their stem."""
    return frozenset(
        token if token[0] == "<" else stem(token)
        for token in _TOKEN.findall(name)
        if len(token) > 2 or token[0].isdigit()
    )


def pairing_findings(
    cited: Sequence[tuple[Figure, Sequence[int]]], rows: Rows, mentions: Sequence[Mention], text: str, plain: str
) -> list[Finding]:
    """Return the figures that a sentence gives to a row which does not carry them.

    `cited` are the figures that values of the evidence carry, each with the objects that hold those values; a figure
    that stands in texts only has none. `mentions` are the rows named in `plain`, the text `as_named`.
    """
    found = []
    outside = [f for f, _ in cited if not any(at <= f.start and f.end <= end for at, end, _ in mentions)]
    for start, end in _clauses(plain, mentions, outside):
        named = [row for at, stop, row in mentions if start <= at and stop <= end]
        if not named or _LOOSE.search(plain, start, end):
            continue
        words = _words_of(plain[start:end])
        for figure, objects in cited:
            if start <= figure.start and figure.end <= end and figure.form in _BOUND:
                if figure.word and plain.endswith(("the ", "these "), 0, figure.start):
                    continue  # of the two
                carriers = rows.carriers(figure, objects)
                if carriers and all(_is_other(row, named, words) for row in carriers):
                    reason = "the evidence gives it to another name"
                    found.append(Finding("pairing", text[figure.start : figure.end], figure.start, figure.end, reason))
    return found


def _is_other(row: Row, named: Sequence[Row], words: frozenset[str]) -> bool:
    """Tell whether a clause names a sibling of a row, or of one above it, and by no word of its own the row itself."""
    for level in row.chain():
        siblings = [one for one in named if one.family == level.family]
        own = level.words.difference(_COUNTED, *(one.words for one in siblings))
        same = any(set(level.names[:1]) & set(one.names[:1]) for one in siblings)
        if siblings and not same and not own & words:
            return True
    return False


def _words_of(clause: str) -> frozenset[str]:
    return frozenset(t if t[0] == "<" else stem(t) for t in _TOKEN.findall(clause))


def _places(name: str, low: str) -> Iterator[int]:
    at = low.find(name)
    while at >= 0:
        end = at + len(name)
        if not (at and low[at - 1].isalnum() and name[0].isalnum()):
            after = low[end : end + 2]
            if not after[:1].isalnum() or (after[0] == "s" and name[-1].isalpha() and not after[1:].isalnum()):
                yield at
        at = low.find(name, end)


def _clauses(low: str, mentions: Sequence[Mention], figures: Sequence[Figure]) -> list[tuple[int, int]]:
    """Return the stretches of a sentence that hold figures with a name; a lone name or figure joins what is beside it.

    `A and B owe 5 and 9` stays whole, `A owes 5 and B owes 9` is two, `A owes 5, and is 9 days late` is one.
    """
    cuts = [(0, 0)]
    for m in _CLAUSE.finditer(low):
        if not any(at <= m.start() and m.end() <= end for at, end, _ in mentions):
            cuts.append((m.start(), m.end()))
    cuts.append((len(low), len(low)))
    pieces = [(cuts[i][1], cuts[i + 1][0]) for i in range(len(cuts) - 1)]
    merged: list[tuple[int, int, bool, bool]] = []
    for start, end in pieces:
        named = any(start <= at and stop <= end for at, stop, _ in mentions)
        counted = any(start <= f.start and f.end <= end for f in figures)
        if merged and (not merged[-1][2] or not merged[-1][3] or not named):
            first = merged.pop()
            merged.append((first[0], end, first[2] or named, first[3] or counted))
        else:
            merged.append((start, end, named, counted))
    return [(start, end) for start, end, named, counted in merged if named and counted]
