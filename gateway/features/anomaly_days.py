"""What the rules for unusual sales need of one day: so that a new sale costs its own day and not a year of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import log
from typing import NamedTuple

import msgspec

from gateway.domain.records import Sale, SaleItem
from gateway.domain.sold import NOT_SOLD

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
    """Values, and side by side the places of the sales that they belong to."""

    values: tuple[float, ...]
    places: tuple[int, ...]

    def over(self, least: float) -> Iterator[tuple[float, int]]:
        """Yield the values above `least` with their places."""
        if max(self.values) > least:
            yield from ((one, place) for one, place in zip(self.values, self.places, strict=True) if one > least)


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
    cheap: tuple[Sale, ...]
    discounted: tuple[Sale, ...]
    voided: tuple[Sale, ...]


def reduce_day(day: date, sales: Sequence[Sale]) -> SaleDay:
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
        logs={kind: Placed(*zip(*found, strict=True)) for kind, found in logs.items()},
        lines={key: Placed(*zip(*found, strict=True)) for key, found in lines.items()},
        hours=Counter(sale.created_at.hour for sale in sold),
        digits=Counter(_first_digit(sale.total_amount) for sale in sold if sale.total_amount > 0),
        rung=Counter(sale.user for sale in sales if sale.user),
        cheap=tuple(sale for sale in sold if sale.override_by is None and below_cost(sale)),
        discounted=tuple(sale for sale in sold if sale.override_by is None and discount_share(sale) > MOST_DISCOUNT),
        voided=tuple(sale for sale in sales if (minutes_to_void(sale) or 0) > LATE_MINUTES),
    )


def below_cost(sale: Sale) -> list[SaleItem]:
    """Return the lines that were sold below their cost."""
    return [line for line in sale.items if 0 < line.unit_price < line.cost_price]


def discount_share(sale: Sale) -> float:
    """Return the discount as a part of the subtotal."""
    return float(sale.discount_amount / sale.subtotal) if sale.subtotal > 0 else 0.0


def minutes_to_void(sale: Sale) -> int | None:
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
    return str(amount.normalize().as_tuple().digits[0])
