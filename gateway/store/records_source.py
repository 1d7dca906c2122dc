"""What a view asks of the place where its rows come from: the stored tables, or what the request brought along."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

import msgspec

from gateway.domain.briefs import BriefSale
from gateway.domain.records import Sale
from gateway.domain.sold import DayUnits
from gateway.domain.sums import LineSum, SaleKey, SaleSum
from gateway.store.records_kinds import is_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a query; None does not."""

    id: str | None = None
    customer: str | None = None
    product: str | None = None
    since: date | None = None
    receipt: str | None = None

    @property
    def can_match(self) -> bool:
        """Whether the ids may exist at all: text that no column takes would be an error of the database."""
        return all(is_id(text) for text in (self.id, self.customer, self.product, self.receipt) if text is not None)


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Sums:
    """Which sales or lines to sum: the days from `since` to `until`; `by` and `customers` (none: all) for sales."""

    since: date | None
    until: date
    by: SaleKey = "day"
    product: str | None = None
    daily: bool = False
    customers: tuple[str, ...] = ()


class Source(Protocol):
    """Rows of one business; `as_of` splits them into known and later ones."""

    async def rows(self, table: str, where: Filter) -> Sequence[Any]:
        """Return the rows up to `as_of` in the table's fixed order."""

    async def later(self, table: str) -> Sequence[Any]:
        """Return the rows after `as_of`."""

    async def foreign(self, table: str, currency: str) -> frozenset[str]:
        """Return the ids of rows up to `as_of` that are in another currency."""

    async def sale_sums(self, wanted: Sums, currency: str) -> Sequence[SaleSum]:
        """Return the sums of sales, by key."""

    async def line_sums(self, wanted: Sums, currency: str) -> Sequence[LineSum]:
        """Return the sums of lines, by product and day."""

    async def baskets(self, wanted: Sums, currency: str) -> Sequence[frozenset[str]]:
        """Return the products of each sale."""

    async def daily_units(
        self, currency: str, products: Collection[str] | None, since: date | None
    ) -> Sequence[DayUnits]:
        """Return what was sold in this currency up to `as_of` by day and type of sale."""

    async def units_sold(self, currency: str) -> Mapping[str, float]:
        """Return what was ever sold in this currency up to `as_of`, by product."""

    async def sale_days(
        self, currency: str, since: date, reduce: Callable[[date, Sequence[BriefSale]], T]
    ) -> Sequence[T]:
        """Return each day's sales in this currency up to `as_of`, reduced."""


def as_known(sale: Sale, as_of: date) -> Sale:
    """Return the sale as it stood at the end of `as_of`: one that was cancelled later had not been."""
    if sale.cancelled_at is None or sale.cancelled_at.date() <= as_of:
        return sale
    return msgspec.structs.replace(sale, status="COMPLETED", cancelled_at=None)
