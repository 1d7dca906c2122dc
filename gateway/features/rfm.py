"""Customers by recency, frequency and money over a year (RFM), from sums alone: scores, named segments, silence.

Population: customers with at least one sale in the 365 days up to `as_of`. Each measure is scored 1 to 5 by rank, ties
sharing their mean rank; below 25 customers by thirds (1, 3, 5); where all are equal every score is 3.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from gateway.domain.sums import SaleSum
from gateway.features.remembering import Remembered
from gateway.ports import PosData

YEAR = 365
ENOUGH_FOR_FIFTHS = 25
SEGMENTS = (
    "Champions", "Loyal Customers", "New Customers", "Potential Loyalists", "Promising", "At Risk", "Need Attention",
    "Hibernating",
)  # fmt: skip
SILENT_GAPS = 3
LEAST_ORDERS = 3
LEAST_SILENCE = 14
"""Days: whoever buys every day is not lost after a long weekend."""


class Scored(msgspec.Struct, frozen=True):
    """One customer: its sums of the year, days since the last purchase, scores 1 to 5 and the segment they mean."""

    id: str
    orders: int
    revenue: Decimal
    first: date
    last: date
    days: int
    r: int
    f: int
    m: int
    segment: str

    @property
    def usual_gap(self) -> float | None:
        """Mean days between purchases; None below `LEAST_ORDERS` purchases."""
        return (self.last - self.first).days / (self.orders - 1) if self.orders >= LEAST_ORDERS else None

    @property
    def is_silent(self) -> bool:
        """Whether the customer has been away for more than three of its own usual gaps."""
        gap = self.usual_gap
        return gap is not None and self.days >= LEAST_SILENCE and self.days > SILENT_GAPS * gap


@dataclass(frozen=True, slots=True)
class SegmentSum:
    """A named segment: how many customers, their revenue of the year and the means of days, orders and revenue."""

    name: str
    customers: int
    revenue: Decimal
    average_revenue: Decimal
    average_orders: float
    average_days: float


def first_day(as_of: date) -> date:
    """Return the first of the 365 days that count."""
    return as_of - timedelta(days=YEAR - 1)


def score_customers(sums: Sequence[SaleSum], as_of: date) -> list[Scored]:
    """Return every customer of the sums, those of the highest revenue first."""
    days = [(as_of - one.last).days for one in sums]
    money = [one.amount - one.refunded for one in sums]
    recency = rank_scores([-value for value in days])
    frequency = rank_scores([one.sales for one in sums])
    monetary = rank_scores([float(value) for value in money])
    found = [
        Scored(one.key, one.sales, money[i], one.first, one.last, days[i], recency[i], frequency[i], monetary[i],
               segment_of(recency[i], frequency[i], monetary[i], one.sales))
        for i, one in enumerate(sums)
    ]  # fmt: skip
    found.sort(key=lambda one: one.id)
    found.sort(key=lambda one: one.revenue, reverse=True)  # stable: ties stay by id
    return found


_SCORED: Remembered[list[Scored]] = Remembered(16)


async def scored_customers(pos: PosData, as_of: date) -> list[Scored]:
    """Return every customer who bought in the year up to `as_of`, those of the highest revenue first."""

    async def read() -> list[Scored]:
        sums = await pos.sale_sums("customer", since=first_day(as_of))
        await asyncio.sleep(0)  # others may go first: both steps take long in a large shop
        return score_customers(sums, as_of)

    return await _SCORED.get(pos, "scored", read)


def rank_scores(values: Sequence[float]) -> list[int]:
    """Return 1 to 5 for each value by its rank, 5 for the highest."""
    n = len(values)
    ordered = sorted(values)
    if not n or ordered[0] == ordered[-1]:
        return [3] * n
    start: dict[float, int] = {}
    count: dict[float, int] = {}
    for position, value in enumerate(ordered):
        start.setdefault(value, position)
        count[value] = count.get(value, 0) + 1
    score: dict[float, int] = {}
    for value, first in start.items():
        rank = first + (count[value] - 1) / 2
        score[value] = 1 + min(4, int(5 * rank / n)) if n >= ENOUGH_FOR_FIFTHS else (1, 3, 5)[min(2, int(3 * rank / n))]
    return [score[value] for value in values]


def segment_of(r: int, f: int, m: int, orders: int) -> str:
    """Return the first segment whose condition holds; whoever bought once lately is new whatever rank that gives."""
    least = min(r, f, m)
    if least >= 3:
        return "Champions" if least >= 4 else "Loyal Customers"
    if r >= 4 and (f == 1 or orders == 1):
        return "New Customers"
    if r >= 4:
        return "Potential Loyalists"
    if r == 3:
        return "Promising"
    if f >= 2 and m >= 3:
        return "At Risk"
    return "Need Attention" if f >= 3 else "Hibernating"


def sum_segments(customers: Sequence[Scored]) -> list[SegmentSum]:
    """Return the segments that hold anybody, in the order of `SEGMENTS`."""
    found = []
    segments: dict[str, list[Scored]] = {}
    for one in customers:
        segments.setdefault(one.segment, []).append(one)
    for name in SEGMENTS:
        if members := segments.get(name):
            n, revenue = len(members), sum((one.revenue for one in members), Decimal(0))
            found.append(
                SegmentSum(name, n, revenue, (revenue / n).quantize(Decimal("0.01")),
                           sum(one.orders for one in members) / n, sum(one.days for one in members) / n)
            )  # fmt: skip
    return found
