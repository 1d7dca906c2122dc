"""Units sold by day: what forecasts and prices need of sales, without reading each receipt."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gateway.domain.records import Sale

NOT_SOLD = frozenset(("CANCELLED", "DRAFT", "PENDING"))
"""Statuses of sales that never count as sold."""


@dataclass(frozen=True, slots=True)
class DayUnits:
    """What was sold on one day in sales of one type: units, and their price in the business's currency."""

    day: date
    type: str
    units: float
    amount: Decimal


def units_by_product(sales: Iterable[Sale]) -> dict[str, float]:
    """Return the units sold of each product, to a thousandth."""
    found: dict[str, int] = {}
    for sale in sales:
        if sale.status not in NOT_SOLD:
            for line in sale.items:
                found[line.product] = found.get(line.product, 0) + round(line.quantity * 1000)
    return {product: units / 1000 for product, units in sorted(found.items())}


def sold_by_day(sales: Iterable[Sale], products: Collection[str] | None = None) -> list[DayUnits]:
    """Return units and amounts by day and type of sale, in that order; `products` narrows them.

    A line's amount is its quantity at its unit price less its own discount.
    """
    found: dict[tuple[date, str], tuple[float, Decimal]] = {}
    for sale in sales:
        if sale.status in NOT_SOLD:
            continue
        for line in sale.items:
            if products is None or line.product in products:
                key = (sale.created_at.date(), sale.type)
                units, amount = found.get(key, (0.0, Decimal(0)))
                price = Decimal(str(line.quantity)) * line.unit_price - line.discount_amount
                found[key] = (units + line.quantity, amount + price)
    cent = Decimal("0.0001")
    return [DayUnits(day, kind, n, amount.quantize(cent)) for (day, kind), (n, amount) in sorted(found.items())]
