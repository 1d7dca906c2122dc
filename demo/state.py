"""What changes from day to day while a shop is simulated."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from demo.catalogue import SUPPLIERS, Item

Record = dict[str, Any]


def days(count: int) -> timedelta:
    """Return a span of whole days."""
    return timedelta(days=count)


def money(amount: float) -> str:
    """Return an amount as the records hold it."""
    return f"{amount:.2f}"


@dataclass(eq=False)
class Product:
    """A product on the shelf; `rate` is the smoothed demand of a day, `pending` the deliveries on their way."""

    record: Record
    item: Item
    base: float
    elasticity: float
    price: float
    changes: dict[date, float]
    rate: float
    stock: int = 0
    asked: int = 0
    pending: list[tuple[date, int]] = field(default_factory=list)

    @property
    def lead_time(self) -> tuple[float, float]:
        """Mean and standard deviation in days."""
        return SUPPLIERS[self.item.supplier][1:]


@dataclass(eq=False)
class OpenInvoice:
    """An unpaid invoice and the payments that its customer will make."""

    record: Record
    left: float
    plan: list[tuple[date, float]]
    due: date
    issued: date


@dataclass(eq=False)
class Customer:
    """A buyer; those on credit order every `interval` days for about `size`, `event` is when sudden things start."""

    record: Record
    behaviour: str
    since: date
    size: int = 0
    interval: int = 0
    late: int = 0
    terms: int = 0
    event: date = date.min
    next_order: date = date.max
    stops_buying: date | None = None
    frequency: float = 0.0
    gone: date | None = None
    open: list[OpenInvoice] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What to simulate: the span, the size, and how much of it is dishonest (`fraud` below 1: subtler)."""

    name: str
    tier: str
    start: date
    as_of: date
    horizon: int
    scale: float
    walk_ins: float
    products: int
    credit_customers: int
    retail_customers: int
    dishonest: bool = True
    fraud: float = 1.0
