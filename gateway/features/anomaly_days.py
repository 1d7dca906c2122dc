"""What the rules for unusual sales need of one day: so that a new sale costs its own day and not a year of them."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import log
from typing import NamedTuple, TypeVar

import msgspec

from gateway.domain.briefs import BriefSale, Line
from gateway.domain.sold import NOT_SOLD

K = TypeVar("K")

MOST_DISCOUNT = 0.15
LATE_MINUTES = 15


class Head(NamedTuple):
    """A sale without its lines."""

    id: str
    at: datetime
    amount: Decimal
    user: str | None
    customer: str | None


class Placed(NamedTuple):
    """Values in rising order, and side by side the places of the sales that they belong to."""

    values: tuple[float, ...]
    places: tuple[int, ...]

    def over(self, least: float) -> Iterator[tuple[float, int]]:
        """Yield the values above `least` with their places."""
        at = bisect_right(self.values, least)
        return zip(self.values[at:], self.places[at:], strict=True)


class SaleDay(msgspec.Struct, frozen=True):
    """One day's sales, reduced: `rung` counts all of them by till, everything else only those that were sold.

    `heads` are the sales in order, `logs` by type of sale ln(amount) and the places of their heads, `lines` by type and
    product the quantities and theirs, `hours` and `digits` how many began in each hour and with each digit. `cheap`,
    `discounted` and `voided` are whole sales to look at: below cost, with a large discount, cancelled late.
    """

    day: date
    heads: tuple[Head, ...]
    logs: Mapping[str, Placed]
    lines: Mapping[tuple[str, str], Placed]
    hours: Mapping[int, int]
    digits: Mapping[str, int]
    rung: Mapping[str, int]
    cheap: tuple[BriefSale, ...]
    discounted: tuple[BriefSale, ...]
    voided: tuple[BriefSale, ...]


def reduce_day(day: date, sales: Sequence[BriefSale]) -> SaleDay:
    """Reduce the sales of one day."""
    sold = [sale for sale in sales if sale.status not in NOT_SOLD]
    logs: dict[str, list[tuple[float, int]]] = {}
    lines: dict[tuple[str, str], list[tuple[float, int]]] = {}
    for place, sale in enumerate(sold):
        if sale.total_amount > 0:
            logs.setdefault(sale.type, []).append((log(sale.total_amount), place))
        for line in sale.items:
            lines.setdefault((sale.type, line.product), []).append((line.quantity, place))
    return SaleDay(
        day=day,
        heads=tuple(Head(one.id, one.created_at, one.total_amount, one.user, one.customer) for one in sold),
        logs={kind: Placed(*zip(*sorted(found), strict=True)) for kind, found in logs.items()},
        lines={key: Placed(*zip(*sorted(found), strict=True)) for key, found in lines.items()},
        hours=Counter(sale.created_at.hour for sale in sold),
        digits=Counter(_first_digit(sale.total_amount) for sale in sold if sale.total_amount > 0),
        rung=Counter(sale.user for sale in sales if sale.user),
        cheap=tuple(sale for sale in sold if sale.override_by is None and below_cost(sale)),
        discounted=tuple(sale for sale in sold if sale.override_by is None and discount_share(sale) > MOST_DISCOUNT),
        voided=tuple(sale for sale in sales if (minutes_to_void(sale) or 0) > LATE_MINUTES),
    )


class Ordered(NamedTuple):
    """The values of several days in rising order: `logs` by type of sale, `lines` by type and product."""

    logs: Mapping[str, list[float]]
    lines: Mapping[tuple[str, str], list[float]]


def ordered(days: Iterable[SaleDay]) -> Ordered:
    """Return the values of these days in rising order."""
    found = list(days)
    return Ordered(
        merged({key: part.values for key, part in day.logs.items()} for day in found),
        merged({key: part.values for key, part in day.lines.items()} for day in found),
    )


def merged(parts: Iterable[Mapping[K, Sequence[float]]]) -> dict[K, list[float]]:
    """Return the values of each key in rising order; within a part they are so already."""
    found: dict[K, list[float]] = {}
    for part in parts:
        for key, values in part.items():
            found.setdefault(key, []).extend(values)
    for gathered in found.values():
        gathered.sort()  # of sorted parts, which makes it a merge
    return found


def below_cost(sale: BriefSale) -> list[Line]:
    """Return the lines that were sold below their cost."""
    return [line for line in sale.items if 0 < line.unit_price < line.cost_price]


def discount_share(sale: BriefSale) -> float:
    """Return the discount as a part of the subtotal."""
    return float(sale.discount_amount / sale.subtotal) if sale.subtotal > 0 else 0.0


def minutes_to_void(sale: BriefSale) -> int | None:
    """Return the whole minutes from sale to cancellation; None for a sale that stands."""
    if sale.status != "CANCELLED" or sale.cancelled_at is None:
        return None
    return int((sale.cancelled_at - sale.created_at).total_seconds() // 60)


def total(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Return the sum of counts."""
    whole: Counter[str] = Counter()
    for one in counts:
        whole.update(one)
    return whole


def _first_digit(amount: Decimal) -> str:
    return str(amount).lstrip("0.")[0]
