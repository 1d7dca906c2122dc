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
from gateway.grounding.texts import figures_of_record

_NAME_KEYS = (
    "name", "customer", "product", "employee", "supplier", "segment", "category", "item", "store", "measure", "metric",
    "label", "title", "of", "about", "weekday",
)  # fmt: skip
"""The keys whose text names a row, the most telling first."""
_ALIAS_KEYS = ("ref", "number", "invoice_number", "sku")
NAME_KEYS = frozenset(_NAME_KEYS + _ALIAS_KEYS)
"""An object with none of these keys has no name."""
_BOUND = frozenset({Form.MONEY, Form.PERCENT, Form.COUNT, Form.NUMBER, Form.DURATION, Form.MULTIPLE, Form.DATE})
_PLACEHOLDER = re.compile(r"<([a-z_]+?)(?:_[flv][0-9]?)?_([0-9]+)>")
_TOKEN = re.compile(r"<[a-z_]+_[0-9]+>|[a-z0-9][a-z0-9'’]*")
_CLAUSE = re.compile(
    r"[;:()]|,(?!\d)|\s[–—-]\s|\b(?:while|whereas|but|although|though|and|because|when|after|despite|so|as|since|if)\b"
)
_LOOSE = re.compile(
    r"\b(?:next|the (?:first|last)|second|third|fourth|fifth|other|others|another|rest|runner|followed|follows"
    r"|following|ahead|behind|than|versus|vs|against|compared|comparison|respectively|combined|together|overall"
    r"|altogether|both|difference|gap|instead|rather|of which|between|unlike|replac\w+|if|would|could)\b"
)
"""Words with which a clause may speak of a row that it does not name."""


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
    """It stands in a list of what code computed, which repeats the facts under true names."""


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
        for tree in facts:
            self._walk(tree, _Place(None, False))
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
        family = self._families
        other = _Place(place.row, place.listed, self._computed)
        for item in items:
            if type(item) is dict or isinstance(item, Mapping):
                self._object(item, self._place(item, family, place))
            elif type(item) not in _BARE:
                self._walk(item, other)

    def _place(self, item: Mapping[str, Json], family: int, outer: _Place) -> _Place:
        name = next((text for key in _NAME_KEYS if isinstance(text := item.get(key), str) and len(text) > 2), None)
        aliases = [text for key in _ALIAS_KEYS if isinstance(text := item.get(key), str) and len(text) > 1]
        if name is None and not aliases:
            return _Place(outer.row, True, self._computed)
        names = [*([name] if name else ()), *aliases]
        lows = tuple(_plain(one) for one in names)
        row = Row(family, lows, frozenset(w for one in lows for w in _words(one)), outer.row, item)
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

    def mentions(self, low: str) -> list[Mention]:
        """Return where rows are named in full; a name inside a longer one does not count."""
        found = [
            (at, at + len(name), row)
            for name, rows in self._by_name.items()
            if name in low
            for at in _places(name, low)
            for row in rows.values()
        ]
        spans = {(at, end) for at, end, _ in found}
        inside = {(a, b) for a, b in spans if any(c <= a and b <= d and (c, d) != (a, b) for c, d in spans)}
        return [one for one in found if (one[0], one[1]) not in inside]

    def _cited(self) -> list[tuple[Figure, _Place]]:
        """The figures inside texts, each with the place of its text."""
        if self._figures is None:
            self._figures = [
                (figure, place)
                for text, place in self._texts
                for figure in (figures_of_record(text) if any(c.isdigit() for c in text) else ())
            ]
        return self._figures


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
        own = level.words.difference(*(one.words for one in siblings))
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
        if not (at and low[at - 1].isalnum() and name[0].isalnum()) and not (low[end : end + 1].isalnum()):
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
