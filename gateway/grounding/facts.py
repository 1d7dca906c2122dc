"""The evidence of one request as an index: every number, date, id and word that an answer may cite."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import itemgetter

from gateway.grounding.extract import lower
from gateway.grounding.figures import Figure, Form
from gateway.grounding.keys import IN_NAME, LENGTH, key_info, stem, stretch
from gateway.grounding.lexicon import WEEKDAY_NAMES, Kind, names_currency
from gateway.grounding.reading import Unsupported, Values
from gateway.grounding.subjects import Row, Rows
from gateway.grounding.texts import PLACEHOLDER, figures_in, figures_of_record, statement
from gateway.grounding.values import NO_NOUNS, Value, names_score, subject_of

__all__ = ["UNNAMED", "FactIndex", "Unsupported"]

UNNAMED = frozenset({LENGTH, IN_NAME})
_THIS = 3
"""The period of a value whose name says none, beside one of an earlier period."""
_STATEMENT = 16
"""How long an evidence text must be to count as a statement, in characters."""


class FactIndex(Values):
    """What a sentence may ask of the evidence; each answer is worked out when the first figure asks for it."""

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
            if current[1] != previous[1] and key_info(previous[4]).role < _THIS and key_info(current[4]).role <= _THIS:
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

    def name_of(self, period: str) -> str:
        """Return the name of a period of the evidence in lower case, such as `last month`; empty where it has none."""
        whole = self._objects[0].get(period)
        name = whole.get("name") if isinstance(whole, dict) else None
        return name.lower() if isinstance(name, str) else ""

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
        return [id(self._objects[place - 1]) for place, _ in self._days.get((figure.month, figure.day), ())]

    def names_of_day(self, figure: Figure) -> list[tuple[str, list[str]]]:
        """Return the name of each date that a figure shows, with the names of the other dates beside it."""
        found = []
        for place, name in self._days.get((figure.month, figure.day), ()):
            beside = [
                key
                for key, value in self._objects[place - 1].items()
                if key != name
                and isinstance(value, str)
                and len(value) == 10
                and value[4:5] == value[7:8] == "-"
                and value != self._objects[place - 1][name]
            ]
            found.append((name, beside))
        return found

    def row_of(self, value: Value) -> Row | None:
        """Return the named row that holds a value."""
        return self.rows.row_of(id(self._objects[value[6] - 1])) if value[6] else None

    def named(self, word: str) -> list[Value]:
        """Return the values whose name holds a word."""
        return [v for v in self._values if v[4] and word in key_info(v[4]).words]

    def counted(self, word: str) -> Iterator[tuple[float, float]]:
        """Yield the amounts named by a word, each with the counts beside it."""
        for value in self.named(word):
            if value[2] & Kind.MONEY:
                yield from ((value[1], size) for name, size in self.beside(value) if key_info(name).kinds == Kind.COUNT)

    def aged_amounts(self) -> float:
        """Return the sum of the amounts that stand under ages, such as `days_31_60` and `over_90_days`."""
        ages = {v[4]: v[1] for v in self._values if v[2] & Kind.MONEY and len(key_info(v[4]).windows) == 2}
        over = {v[4]: v[1] for v in self._values if v[2] & Kind.MONEY and self.age_of(v) == v[4]}
        return sum((ages | over).values())

    def related(self, word: str, others: frozenset[str]) -> Iterator[tuple[float, float]]:
        """Yield the amounts named by a word, each with those beside it that are named by one of the others."""
        for value in self.named(word):
            if value[2] & Kind.MONEY:
                for name, size in self.beside(value):
                    info = key_info(name)
                    if info.kinds & Kind.MONEY and not info.words.isdisjoint(others):
                        yield value[1], size

    def age_of(self, value: Value) -> str:
        """Return the name that says of which age an amount is, `days_31_60` or `over 90 days`: its key or its row."""
        row = self.row_of(value)
        for name in (value[4], *(row.names[:1] if row else ())):
            info = key_info(name)
            if len(info.windows) == 2 or (info.windows and "over" in info.words):
                return name
        return ""

    def names_its_row(self, value: Value, low: str) -> bool:
        """Return whether a lower-cased text names the row that holds a value, or the last word of that name."""
        row = self.row_of(value)
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
                above = key_info(value[5]) if value[5] and not info.role else None
                if above and above.role and not above.subject:  # current: {price}, suggested: {price}
                    sides.setdefault((0, info.subject), {}).setdefault(above.role, value)
                sides.setdefault((value[6], info.subject), {}).setdefault(info.role or _THIS, value)
        return [
            (side[max(side)], side[min(side)])
            for side in sides.values()
            if len(side) > 1 and (min(side) < _THIS or max(side) > _THIS)
        ]

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
