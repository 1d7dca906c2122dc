"""When stock runs out and what to order: reorder point, safety stock and the order that lasts until the next one.

Safety stock is z * sqrt(L * s_d^2 + d^2 * s_L^2) with d units a day of deviation s_d and a lead time of L days of
deviation s_L; z = 1.65 keeps stock through nineteen of twenty lead times. An order fills up to L + 14 days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from gateway.domain.records import Product, Supplier

SERVICE_Z = 1.65
REVIEW_DAYS = 14
TOO_MUCH_DAYS = 120
FARTHEST_DAYS = 180
SOON_DAYS = 7
MOST_COVER = 999
"""Where days of cover stop being counted."""
USUAL_LEAD, USUAL_LEAD_DEVIATION = 7.0, 2.0

REORDER, MONITOR, HOLD, REDUCE = "REORDER", "MONITOR", "HOLD", "REDUCE"
HIGH, MEDIUM, LOW = "HIGH", "MEDIUM", "LOW"


@dataclass(frozen=True, slots=True)
class Stock:
    """What is there and on its way (units), and how long a delivery takes (days)."""

    units: float
    on_order: float
    lead_days: float = USUAL_LEAD
    lead_deviation: float = USUAL_LEAD_DEVIATION
    lead_is_known: bool = False

    @property
    def position(self) -> float:
        """Units there and on order."""
        return self.units + self.on_order

    @property
    def arrival_days(self) -> int:
        """Whole days until what is ordered today, or was ordered before, can be sold."""
        return max(1, ceil(self.lead_days))


@dataclass(frozen=True, slots=True)
class Restock:
    """The decision with the figures behind it; days are counted from the day after `as_of` (1 is tomorrow)."""

    action: str
    quantity: int
    urgency: str
    daily: float
    safety_stock: int
    reorder_point: int
    order_up_to: int
    cover_days: int | None
    stockout_days: int | None


def stock_of(product: Product, supplier: Supplier | None) -> Stock:
    """Return the stock of a product; nobody owes units, so a count below 0 is 0."""
    units, on_order = max(0.0, product.stock), max(0.0, product.on_order)
    if supplier is None:
        return Stock(units, on_order)
    return Stock(units, on_order, supplier.lead_time_days, supplier.lead_time_sd_days, True)


def stockout(stock: Stock, daily: Sequence[float]) -> int | None:
    """Return after how many days the shelf is empty: 0 when it is already, None beyond half a year.

    What is on order counts from the day on which it can be there.
    """
    if stock.units <= 0 and sum(daily) > 0:
        return 0
    left = stock.units
    for ahead, units in enumerate(daily[:FARTHEST_DAYS], 1):
        if ahead == stock.arrival_days:
            left += stock.on_order
        left -= units
        if left < -1e-9:
            return ahead
    return None


def restock(stock: Stock, daily: Sequence[float], deviation: float, active: bool = True) -> Restock:
    """Return what to do; `daily` are the expected units from tomorrow on, `deviation` that of a single day."""
    span = ceil(stock.lead_days) + REVIEW_DAYS
    rate = sum(daily[:span]) / span
    safety = SERVICE_Z * sqrt(stock.lead_days * deviation**2 + rate**2 * stock.lead_deviation**2) if rate else 0.0
    point, full = ceil(rate * stock.lead_days + safety), ceil(rate * (stock.lead_days + REVIEW_DAYS) + safety)
    empty = stockout(stock, daily)
    cover = None if rate <= 0 else min(MOST_COVER, int(stock.position / rate))
    action = _action(stock, point, cover, span) if active else HOLD
    quantity = max(1, ceil(full - stock.position)) if action == REORDER else 0
    return Restock(action, quantity, _urgency(stock, empty), rate, ceil(safety), point, full, cover, empty)


def _action(stock: Stock, point: int, cover: int | None, span: int) -> str:
    if cover is None:
        return REDUCE if stock.position > 0 else HOLD
    if stock.position <= point:
        return REORDER
    if cover > TOO_MUCH_DAYS:
        return REDUCE
    return MONITOR if cover < span else HOLD


def _urgency(stock: Stock, empty: int | None) -> str:
    if empty is None:
        return LOW
    if empty <= stock.arrival_days:
        return HIGH
    return MEDIUM if empty <= stock.arrival_days + SOON_DAYS else LOW
