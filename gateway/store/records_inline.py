"""Reads the tables that a request brought along, with the same meaning as the stored ones."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from gateway.domain.briefs import BriefSale
from gateway.domain.records import Record, Sale
from gateway.domain.sold import DayUnits, sold_by_day, units_by_product
from gateway.domain.sums import LineSum, SaleSum, baskets_of, sum_lines, sum_sales
from gateway.store.records_schema import SCHEMA, Table
from gateway.store.records_source import Filter, Sums, as_known
from gateway.store.sale_days import by_day

T = TypeVar("T")


@dataclass(frozen=True)
class InlineRows:
    """Tables that a request brought along; `digest` tells their contents."""

    tables: Mapping[str, Sequence[Record]]
    as_of: date
    digest: str = ""
    _sorted: dict[str, Sequence[Any]] = field(default_factory=dict)

    async def rows(self, table: str, where: Filter) -> Sequence[Any]:
        """See `Source.rows`."""
        return [row for row in self._known(table) if _fits(SCHEMA[table], row, where)]

    async def later(self, table: str) -> Sequence[Any]:
        """See `Source.later`."""
        return [row for row in self.tables[table] if SCHEMA[table].day_of(row) > self.as_of]

    async def foreign(self, table: str, currency: str) -> frozenset[str]:
        """See `Source.foreign`."""
        return frozenset(row.id for row in self._known(table) if row.currency not in (None, currency))

    async def sale_sums(self, wanted: Sums, currency: str) -> Sequence[SaleSum]:
        """See `Source.sale_sums`."""
        sales = self._sales(currency)
        if wanted.customers:
            sales = [sale for sale in sales if sale.customer in wanted.customers]
        return sum_sales(sales, wanted.by, wanted.since, wanted.until)

    async def line_sums(self, wanted: Sums, currency: str) -> Sequence[LineSum]:
        """See `Source.line_sums`."""
        return sum_lines(self._sales(currency), wanted.since, wanted.until, wanted.product, wanted.daily)

    async def baskets(self, wanted: Sums, currency: str) -> Sequence[frozenset[str]]:
        """See `Source.baskets`."""
        return baskets_of(self._sales(currency), wanted.since, wanted.until)

    def _sales(self, currency: str) -> Sequence[Sale]:
        return [sale for sale in self._known("sales") if sale.currency in (None, currency)]

    async def daily_units(
        self, currency: str, products: Collection[str] | None, since: date | None
    ) -> Sequence[DayUnits]:
        """See `Source.daily_units`."""
        sales = (row for row in self._known("sales") if row.currency in (None, currency))
        return sold_by_day((row for row in sales if since is None or row.created_at.date() >= since), products)

    async def units_sold(self, currency: str) -> Mapping[str, float]:
        """See `Source.units_sold`."""
        return units_by_product(row for row in self._known("sales") if row.currency in (None, currency))

    async def sale_days(
        self, currency: str, since: date, reduce: Callable[[date, Sequence[BriefSale]], T]
    ) -> Sequence[T]:
        """See `Source.sale_days`."""
        days = by_day(sale for sale in self._sales(currency) if sale.created_at.date() >= since)
        return [reduce(day, sales) for day, sales in days.items()]

    def _known(self, name: str) -> Sequence[Any]:
        if name not in self._sorted:
            table = SCHEMA[name]
            known: list[Any] = [row for row in self.tables[name] if table.day_of(row) <= self.as_of]
            known.sort(key=table.order)
            self._sorted[name] = [as_known(row, self.as_of) for row in known] if name == "sales" else known
        return self._sorted[name]


def _fits(table: Table, row: Any, where: Filter) -> bool:
    if where.since is not None and table.day_of(row) < where.since:
        return False
    if where.product is not None:
        products = [item.product for item in row.items] if isinstance(row, Sale) else [row.product]
        if where.product not in products:
            return False
    if where.receipt is not None and row.receipt_number != where.receipt:
        return False
    return where.id in (None, getattr(row, "id", None)) and where.customer in (None, getattr(row, "customer", None))
