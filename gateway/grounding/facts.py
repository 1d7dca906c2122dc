"""The evidence of one request as an index: every number, date, id and word that an answer may cite."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from operator import itemgetter

from gateway.domain.evidence import Evidence, Json
from gateway.grounding.extract import lower
from gateway.grounding.figures import Figure, Form, Verdict
from gateway.grounding.keys import IN_NAME, LENGTH, KeyInfo, key_info, stem, stretch
from gateway.grounding.lexicon import (
    STABLE_VALUES,
    WEEKDAY_NAMES,
    Kind,
    names_currency,
)
from gateway.grounding.subjects import NAME_KEYS, Rows
from gateway.grounding.texts import PLACEHOLDER, figures_in, figures_of_record, statement
from gateway.grounding.values import (
    DIGITS_OF_NUMBER,
    NO_NOUNS,
    Value,
    bare_number,
    names_score,
    nouns_of_row,
    subject_of,
)

NUMERIC = re.compile(r"([+\-−])?(?:GHS|GH₵|₵|\$)?\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,15})?)\s?(%)?$")
_RECORDS = frozenset({IN_NAME, "invoice", "order", "payment"})
UNNAMED = frozenset({LENGTH, IN_NAME})
_NUMBER_STARTS = ("+", "-", "−", "G", "₵", "$")
_SCALED = Kind.DAYS | Kind.MONTHS
_TRENDS = {
    "increasing": 1, "rising": 1, "growing": 1, "up": 1, "improving": 1, "accelerating": 1, "expanding": 1,
    "decreasing": -1, "declining": -1, "falling": -1, "down": -1, "shrinking": -1, "deteriorating": -1, "slowing": -1,
} | dict.fromkeys(STABLE_VALUES, 0)  # fmt: skip

Unsupported = Callable[[str], Sequence[str]]
"""A feature's own check: returns the words of a sentence that claim what its input does not state."""


_THIS = 3
"""The period of a value whose name says none, beside one of an earlier period."""
_STATEMENT = 16
"""How long an evidence text must be to count as a statement, in characters."""


class FactIndex:
    """Built once per request from the evidence and the request's own text; afterwards only read.

    `known_placeholders` are the placeholders of this request; those standing in the facts or the request are known too.
    """

    def __init__(
        self,
        evidence: Evidence,
        request_text: str = "",
        known_placeholders: Iterable[str] = (),
        unsupported: Unsupported | None = None,
    ) -> None:
        self.unsupported = unsupported
        self._request_text = request_text
        self._trees = [evidence.facts, evidence.derived, request_text], evidence.computed
        self.as_of = evidence.as_of
        self.dates: set[date] = {evidence.as_of}
        self._days: dict[tuple[int, int], list[int]] = {}
        self._of_place: dict[int, list[tuple[str, float]]] | None = None
        self.texts: list[str] = [request_text] if request_text else []
        self.trends: list[tuple[str, str, int]] = []
        self._given_placeholders = frozenset(known_placeholders)
        self.verdicts: dict[str, Verdict] = {}
        self._currencies: dict[str, bool] = {}
        self._row_names: dict[int, str] = {}
        self._may_name_rows = False
        self._keys: set[str] = set()
        self._values: list[Value] = []
        self._objects: list[Mapping[str, Json]] = []
        self._walk(evidence.facts, "", 0)
        self._walk(evidence.computed, "", 0)
        self._walk(evidence.derived, "", Kind.EVERY)
        self._values.append((evidence.n, evidence.n, Kind.COUNT, _RECORDS, "n", "", 0))
        self._values.sort(key=itemgetter(0))
        self._magnitudes = [v[0] for v in self._values]

    # building ------------------------------------------------------------------------------------------------------

    def _walk(self, node: Mapping[str, Json], above: str, inherited: int) -> None:
        self._objects.append(node)
        place, keys, values = len(self._objects), self._keys, self._values
        nouns_above = key_info(above).nouns
        for key, value in node.items():
            info = key_info(key)
            shape = type(value)
            if key not in keys:
                keys.add(key)
                for number, kind in info.windows:
                    nouns = info.windowed if kind & Kind.COUNT else info.nouns
                    values.append((number, number, kind, nouns, key, above, place))
            kinds = inherited if inherited == Kind.SCORE else info.kinds or inherited
            if shape is str:
                if info.names_row:
                    self._row_names[place] = value
                self._text(value, kinds, info, key, above, place)
            elif shape is int or shape is float:
                if kinds & _SCALED or -1 <= value <= 1:
                    self._number(value, kinds, info, key, above, place)
                else:
                    values.append((abs(value), value, kinds or Kind.ANY, info.nouns or nouns_above, key, above, place))
            elif shape is dict:
                self._walk(value, key, info.inherited or inherited)
            elif shape is list:
                self._list(value, key, info, above, inherited, place)
            elif shape is not bool and value is not None:
                self._may_name_rows = True

    def _list(self, items: list[Json], key: str, info: KeyInfo, above: str, inherited: int, place: int) -> None:
        """The length of a list is a count of what the list or its rows are named after, with a mark among its nouns."""
        first = type(items[0]) if items else dict
        if first is dict or first is str:
            nouns = nouns_of_row(tuple(items[0])) if items and first is dict and not info.nouns else info.counted
            self._values.append((len(items), len(items), Kind.COUNT, nouns, key, above, place))
        kinds = inherited if inherited == Kind.SCORE else info.kinds or inherited
        for item in items:
            shape = type(item)
            if shape is dict:
                self._may_name_rows = self._may_name_rows or not NAME_KEYS.isdisjoint(item)
                self._walk(item, key, info.inherited or inherited)
            elif shape is str:
                self._text(item, kinds, info, key, above, place)
            elif shape is int or shape is float:
                self._number(item, kinds, info, key, above, place)
            elif shape is not bool and item is not None:
                self._walk_item(item, key, info, above, kinds, place)

    def _walk_item(self, item: Json, key: str, info: KeyInfo, above: str, kinds: int, place: int) -> None:
        """An item of a kind that few lists hold: a list, or an object or value of another class than JSON's own."""
        self._may_name_rows = True
        if isinstance(item, str):
            self._text(item, kinds, info, key, above, place)
        elif isinstance(item, int | float):
            self._number(item, kinds, info, key, above, place)
        elif isinstance(item, list):
            self._list(item, key, info, above, kinds, place)

    def _number(self, value: float, kinds: int, info: KeyInfo, key: str, above: str, place: int) -> None:
        size = abs(value)
        if size <= 1 and size and (kinds & (Kind.PERCENT | Kind.RATIO) or (not kinds and type(value) is float)):
            self._values.append((size * 100, value * 100, Kind.PERCENT, NO_NOUNS, key, above, place))
        if kinds & _SCALED and info.unit != 1.0:
            value, size = value * info.unit, size * info.unit
        self._values.append((size, value, kinds or Kind.ANY, info.nouns or key_info(above).nouns, key, above, place))

    def _text(self, value: str, kinds: int, info: KeyInfo, key: str, above: str, place: int) -> None:
        if len(value) >= 10 and value[4] == "-" and value[7] == "-":
            try:
                day = date.fromisoformat(value[:10])
                self.dates.add(day)
                self._days.setdefault((day.month, day.day), []).append(place)
            except ValueError:
                self.texts.append(value)
            else:
                if len(value) > 10:
                    self.texts.append(value)
            return
        first = value[:1]
        if first.isdecimal() and (number := bare_number(value)) is not None:
            self._number(number, kinds or (Kind.MONEY if value[-3:-2] == "." else 0), info, key, above, place)
            return
        m = NUMERIC.match(value) if first in _NUMBER_STARTS or first.isdecimal() else None
        if m is None or (len(value) > DIGITS_OF_NUMBER and value.isdecimal()):
            self.texts.append(value)
            trend = _TRENDS.get(value.lower()) if len(value) < 16 else None
            if trend is not None:
                self.trends.append((key, above, trend))
            return
        number = float(m[2].replace(",", ""))
        if m[3]:
            kinds = Kind.PERCENT
        elif not kinds and m[2][-3:-2] == ".":
            kinds = Kind.MONEY
        self._number(-number if m[1] and m[1] != "+" else number, kinds, info, key, above, place)

    # what is read only when a figure asks for it ---------------------------------------------------------------------

    @cached_property
    def corpus(self) -> str:
        """Every text of the evidence and the request, and the names of the facts, in lower case."""
        words = [" ".join(k.split("_")) for k in sorted(self._keys)]
        return lower("\n".join([*self.texts, *words, *sorted(self._keys)]))

    @cached_property
    def known_placeholders(self) -> frozenset[str]:
        """The placeholders of this request, written as `PERSON_1`."""
        seen = [m for text in self.texts if "<" in text for m in PLACEHOLDER.findall(text)]
        return frozenset(p.strip("<>").upper() for p in [*self._given_placeholders, *seen])

    @cached_property
    def cited(self) -> tuple[Figure, ...]:
        """The figures inside texts of the evidence and the request, without bare numbers that are part of a name."""
        found: list[Figure] = []
        for text in [*self.texts, *(k for k in sorted(self._keys) if not key_info(k).plain)]:
            found += figures_in(text) if text is self._request_text else figures_of_record(text)
        return tuple(found)

    def allows_currency(self, unit: str) -> bool:
        """Return whether an amount may be shown in `unit`: the cedi unless the facts name another, or one they
        mention."""
        if unit == "GHS" and "currency" not in self._keys:
            return True
        if unit not in self._currencies:
            self._currencies[unit] = names_currency(self.corpus, unit)
        return self._currencies[unit]

    @property
    def facts_texts(self) -> Iterator[str]:
        """The texts of the evidence without the request's own."""
        return (text for text in self.texts if text is not self._request_text)

    @cached_property
    def _statements(self) -> tuple[str, ...]:
        """The evidence's own statements with figures, lower-cased, longest first; what the request says is none."""
        texts = [t for t in self.facts_texts if len(t) >= _STATEMENT]
        return tuple(sorted({t for text in texts if (t := statement(text))}, key=len, reverse=True))

    def beyond_statements(self, low: str) -> str:
        """Return a lower-cased sentence without what it repeats of the evidence word for word."""
        for said in self._statements:
            if said in low:
                low = low.replace(said, " ")
        return low

    @cached_property
    def _text_values(self) -> list[Value]:
        """The numbers inside texts, as evidence values, sorted by magnitude."""
        values: list[Value] = []
        for f in self.cited:
            kinds = f.kinds if f.form is not Form.NUMBER else f.kinds & ~(Kind.PERCENT | Kind.RATIO)
            if kinds:
                nouns = frozenset({f.unit}) if f.form is Form.COUNT and f.unit else NO_NOUNS
                values.append((f.value, -f.value if f.sign < 0 else f.value, kinds, nouns, "", "", 0))
        # Each once: a text that repeats a figure a thousand times must not be compared with a thousand times.
        return sorted(dict.fromkeys(values), key=itemgetter(0))

    @cached_property
    def named_weekdays(self) -> frozenset[int]:
        """Weekdays named in the evidence or the request."""
        named = {n for n, name in enumerate(WEEKDAY_NAMES) if name.lower() in self.corpus}
        return frozenset(named | {int(f.value) for f in self.cited if f.form is Form.WEEKDAY})

    @cached_property
    def weekdays(self) -> frozenset[int]:
        """Weekdays named in the evidence or the request, or falling on a date of the evidence."""
        return self.named_weekdays | {d.weekday() for d in self.dates}

    @cached_property
    def partial_dates(self) -> frozenset[tuple[int, int, int]]:
        """Year, month and day of every date of the evidence; parts that a text leaves out are 0."""
        whole = {(d.year, d.month, d.day) for d in self.dates}
        return frozenset(whole | {(f.year, f.month, f.day) for f in self.cited if f.form is Form.DATE})

    @cached_property
    def labels(self) -> list[tuple[frozenset[str], Value]]:
        """The values a sentence can name by the words of their key, with those words."""
        own = [key_info(value[4]).label for value in self._values]
        counted = Counter(own)
        named = []
        for label, value in zip(own, self._values, strict=True):
            if len(label) < 2 and (not label or counted[label] > 1):
                label = label | key_info(value[5]).label
            if label and UNNAMED.isdisjoint(value[3]):
                named.append((label, value))
        return named

    @cached_property
    def movements(self) -> list[tuple[frozenset[str], int]]:
        """What moves and which way: named trends, signed changes and two-period values; the name as stemmed words."""
        moves = [(subject_of(key, above), sign, 0) for key, above, sign in self.trends]
        for value in self._values:
            way = key_info(value[4]).direction if value[4] and value[1] else 0
            if way:
                moves.append((subject_of(value[4], value[5]), way if value[1] > 0 else -way, value[6]))
        for current, previous in self._pairs:
            if current[1] != previous[1]:
                moves.append((subject_of(current[4], current[5]), 1 if current[1] > previous[1] else -1, current[6]))
        names = {
            place: frozenset(stem(word) for word in lower(name).split()) for place, name in self._row_names.items()
        }
        named = [(names.get(place, label), sign) for label, sign, place in moves]
        return [(label, sign) for label, sign in named if label]

    @cached_property
    def rows(self) -> Rows:
        """The rows of the evidence that carry a name; where no list holds one, nothing has to be walked again."""
        return Rows(*self._trees) if self._may_name_rows else Rows((), {})

    def holders(self, values: Iterable[Value]) -> list[int]:
        """Return the identities of the objects that hold some values; 0 for one that none holds, none for texts."""
        return [id(self._objects[v[6] - 1]) if v[6] else 0 for v in values if v[6] or v[4]]

    def months_of(self, name: str) -> frozenset[int]:
        """Return the months of the days that the object of this name holds."""
        whole = self._objects[0].get(name)
        texts = [v for v in whole.values() if isinstance(v, str)] if isinstance(whole, dict) else []
        return frozenset(int(t[5:7]) for t in texts if len(t) == 10 and t[4] == t[7] == "-" and t[5:7].isdecimal())

    def beside(self, value: Value) -> list[tuple[str, float]]:
        """Return the names and sizes of the numbers in the same object."""
        if not value[6]:
            return []
        if self._of_place is None:
            self._of_place = {}
            for one in self._values:
                if UNNAMED.isdisjoint(one[3]):
                    self._of_place.setdefault(one[6], []).append((one[4], one[1]))
        return [one for one in self._of_place.get(value[6], ()) if one[0] != value[4]]

    def holders_of_day(self, figure: Figure) -> list[int]:
        """Return the identities of the objects that hold the day of a date."""
        return [id(self._objects[place - 1]) for place in self._days.get((figure.month, figure.day), ())]

    def names_its_row(self, value: Value, low: str) -> bool:
        """Return whether a lower-cased text names the row that holds a value, or the last word of that name."""
        row = self.rows.row_of(id(self._objects[value[6] - 1])) if value[6] else None
        return row is not None and any(name in low for name in row.names)

    @cached_property
    def has_scores(self) -> bool:
        """Return whether a value of the evidence is a score by its name."""
        return any(names_score(v) for v in self._values)

    @cached_property
    def stretches(self) -> dict[str, set[float]]:
        """What is measured over stretches of time → their days."""
        found: dict[str, set[float]] = {}
        for value in self._values:
            measure, days = stretch(value[4], value[5])
            if days:
                found.setdefault(measure, set()).add(days)
        return found

    def speaks_of(self, noun: str) -> bool:
        """Return whether the evidence counts such things itself; `noun` is a group, or `?` and a word's singular."""
        return noun in self._counted

    @cached_property
    def _counted(self) -> frozenset[str]:
        groups = NO_NOUNS.union(*(v[3] for v in self._values))
        return groups | {"?" + word for key in self._keys for word in key_info(key).words}

    def near_leaves(self, low: float, high: float) -> list[Value]:
        """Return the evidence numbers in the closed interval that stand as values of their own, not inside texts."""
        return self._values[bisect_left(self._magnitudes, low) : bisect_right(self._magnitudes, high)]

    def near(self, low: float, high: float) -> list[Value]:
        """Return the evidence numbers whose magnitude lies in the closed interval."""
        found = self.near_leaves(low, high)
        if self.texts:
            texts = self._text_values
            if texts and texts[-1][0] >= low:
                start = bisect_left(texts, low, key=itemgetter(0))
                found = found + texts[start : bisect_right(texts, high, start, key=itemgetter(0))]
        return found

    def pairs(self) -> list[tuple[Value, Value]]:
        """Return (current, previous) for values an object holds for two periods, under names that differ only in
        that."""
        return self._pairs

    @cached_property
    def _pairs(self) -> list[tuple[Value, Value]]:
        sides: dict[tuple[int, str], dict[int, Value]] = {}  # object and name → period → value
        for value in self._values:
            info = key_info(value[4]) if value[4] else None
            if info and LENGTH not in value[3]:
                sides.setdefault((value[6], info.subject), {}).setdefault(info.role or _THIS, value)
        return [(side[max(side)], side[min(side)]) for side in sides.values() if len(side) > 1 and min(side) < _THIS]

    def mentions(self, phrase: str) -> bool:
        """Return whether the lower-cased `phrase` stands in the evidence or the request as whole words."""
        corpus, at = self.corpus, -1
        while (at := corpus.find(phrase, at + 1)) >= 0:
            after = at + len(phrase)
            if not (at and corpus[at - 1].isalnum() and phrase[0].isalnum()) and not (
                after < len(corpus) and corpus[after].isalnum() and phrase[-1].isalnum()
            ):
                return True
        return False
