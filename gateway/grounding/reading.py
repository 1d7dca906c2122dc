"""Read the evidence of one request into values: each number with what it measures, each date, text and trend."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter

from gateway.domain.evidence import Evidence, Json
from gateway.grounding.figures import Verdict
from gateway.grounding.keys import IN_NAME, KeyInfo, key_info
from gateway.grounding.lexicon import STABLE_VALUES, Kind
from gateway.grounding.subjects import NAME_KEYS
from gateway.grounding.values import DIGITS_OF_NUMBER, NO_NOUNS, Value, bare_number, nouns_of_row

NUMERIC = re.compile(r"([+\-−])?(?:GHS|GH₵|₵|\$)?\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,15})?)\s?(%)?$")
_RECORDS = frozenset({IN_NAME, "invoice", "order", "payment"})
_NUMBER_STARTS = ("+", "-", "−", "G", "₵", "$")
_SCALED = Kind.DAYS | Kind.MONTHS
_TRENDS = {
    "increasing": 1, "rising": 1, "growing": 1, "up": 1, "improving": 1, "accelerating": 1, "expanding": 1,
    "decreasing": -1, "declining": -1, "falling": -1, "down": -1, "shrinking": -1, "deteriorating": -1, "slowing": -1,
} | dict.fromkeys(STABLE_VALUES, 0)  # fmt: skip

Unsupported = Callable[[str], Sequence[str]]
"""A feature's own check: returns the words of a sentence that claim what its input does not state."""


class Values:
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
        self._days: dict[tuple[int, int], list[tuple[int, str]]] = {}
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
                    values.append((number, number, kind, nouns, key, above, 0))  # of every row with such a key
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
                self._days.setdefault((day.month, day.day), []).append((place, key))
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
        number = -number if m[1] and m[1] != "+" else number
        if m[3]:  # 0.2% is no fraction of one
            self._values.append((abs(number), number, kinds, info.nouns or key_info(above).nouns, key, above, place))
            return
        self._number(number, kinds, info, key, above, place)
