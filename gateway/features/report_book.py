"""What a report's facts are made of: the findings by list and measure, and the shape of a fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from gateway.features.report_figures import MONEY, Amount, polarity, words_of
from gateway.features.report_spots import Change, Findings, Level, Spot

TOP = 5
ADDITIVE = frozenset((MONEY, "count", "plain"))
_HEADLINE = frozenset(("revenue", "sales", "profit", "turnover", "income", "receivables", "outstanding", "overdue"))
_AVERAGES = frozenset(("average", "avg", "price", "median", "per", "score", "rating", "index", "rank"))
_ON_SHELVES = frozenset(("stock", "reorder"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One true statement: `values` are its worded figures by name.

    A change carries its sign; sentences leave it out, as their verb tells it. `direction` is up, down or unchanged,
    `reading` good or bad where more of it is clearly so for a shop.
    """

    kind: str
    spot: Spot
    values: Mapping[str, str]
    weight: float
    direction: str = ""
    reading: str = ""


class Book:
    """The findings of one report, grouped: `changed` by place, `groups` by list and measure, `totals` by measure."""

    def __init__(self, found: Findings, currency: str) -> None:
        self.found, self.currency = found, currency
        self.changed = {(c.spot.about, c.spot.of): c for c in found.changes}
        self.groups: dict[tuple[str, str], list[Level]] = {}
        self.change_groups: dict[tuple[str, str], list[Change]] = {}
        for level in found.levels:
            if level.spot.group:
                self.groups.setdefault((level.spot.group, level.spot.about), []).append(level)
        for change in found.changes:
            if change.spot.group:
                self.change_groups.setdefault((change.spot.group, change.spot.about), []).append(change)
        self.totals = {level.spot.about: level.amount for level in found.levels if not level.spot.of}
        self.totals |= {c.spot.about: c.now for c in found.changes if not c.spot.of}

    def text(self, value: Decimal, kind: str) -> str:
        """Return a figure as a sentence shows it."""
        return Amount(value, kind).text(self.currency)


def adds_up(about: str, kind: str) -> bool:
    """Return whether figures of this kind can be summed: amounts and counts, no prices, averages or percentages."""
    words = set(words_of(about))
    if kind != MONEY and words & _ON_SHELVES:
        return False  # a bag of rice and a bottle of oil have no sum
    return kind in ADDITIVE and not _AVERAGES & words


def headline(about: str) -> bool:
    """Return whether a figure is one that a shop owner looks at first."""
    return bool(_HEADLINE & set(words_of(about)))


def reading_of(about: str, delta: Decimal) -> str:
    """Return whether a change is good or bad for a shop; empty where it depends."""
    sign = polarity(about) * (1 if delta > 0 else -1 if delta < 0 else 0)
    return "good" if sign > 0 else "bad" if sign < 0 else ""
