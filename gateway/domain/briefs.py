"""Sales in brief: what patterns are found in, without the columns that only receipts need."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol


class Line(Protocol):
    """What a line in brief and a whole `SaleItem` have in common; price and cost are per unit."""

    @property
    def product(self) -> str: ...
    @property
    def quantity(self) -> float: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def cost_price(self) -> Decimal: ...


class BriefSale(Protocol):
    """What a sale in brief and a whole `Sale` have in common."""

    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def total_amount(self) -> Decimal: ...
    @property
    def user(self) -> str | None: ...
    @property
    def customer(self) -> str | None: ...
    @property
    def type(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def subtotal(self) -> Decimal: ...
    @property
    def discount_amount(self) -> Decimal: ...
    @property
    def override_by(self) -> str | None: ...
    @property
    def cancelled_at(self) -> datetime | None: ...
    @property
    def items(self) -> Sequence[Line]: ...


class StoredLine(NamedTuple):
    """A line as it is read for a brief."""

    product: str
    quantity: float
    unit_price: Decimal
    cost_price: Decimal


class StoredSale(NamedTuple):
    """A sale as it is read in brief, its lines in their order."""

    id: str
    created_at: datetime
    total_amount: Decimal
    user: str | None
    customer: str | None
    type: str
    status: str
    subtotal: Decimal
    discount_amount: Decimal
    override_by: str | None
    cancelled_at: datetime | None
    items: tuple[StoredLine, ...]
