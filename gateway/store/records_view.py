"""One business's records as they were known at the end of a day."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from gateway.domain.briefs import BriefSale
from gateway.domain.records import (
    Customer,
    Employee,
    Invoice,
    Payment,
    PriceChange,
    Product,
    Refund,
    Reminder,
    Sale,
    StockMovement,
    Storefront,
    Supplier,
)
from gateway.domain.sold import DayUnits
from gateway.domain.sums import LineSum, SaleKey, SaleSum
from gateway.store.records_inline import InlineRows
from gateway.store.records_later import Later
from gateway.store.records_query import StoredRows
from gateway.store.records_source import EVERYTHING, Filter, Source, Sums

T = TypeVar("T")


@dataclass
class RecordView:
    """`PosData` over stored and inline tables; make it with `open_view`.

    `foreign` holds the ids of invoices and sales in another currency.
    """

    business_id: str
    currency: str
    as_of: date
    revision: str
    stored: StoredRows
    inline: InlineRows
    inline_tables: frozenset[str]
    foreign: Mapping[str, frozenset[str]]
    business_name: str = ""
    is_patient: bool = False
    utc_offset: timedelta = timedelta(0)
    _later: Later | None = None
    _read: set[str] = field(default_factory=set)

    @property
    def excluded(self) -> int:
        """How many rows in another currency were left out."""
        self.note(self.foreign)
        return sum(map(len, self.foreign.values()))

    @property
    def brought(self) -> str:
        """A digest of what the request brought along."""
        return self.inline.digest

    @property
    def read(self) -> frozenset[str]:
        """The tables that were asked so far."""
        return frozenset(self._read)

    def note(self, tables: Iterable[str]) -> None:
        """Note that what is known of these tables was used."""
        self._read.update(tables)

    def stamp(self, tables: Collection[str]) -> Hashable:
        """Return what changes whenever one of these tables does."""
        stored = sorted(set(tables) - self.inline_tables)
        return (self.inline.digest, tuple((table, self.stored.revision(table)) for table in stored))

    async def customer(self, customer_id: str) -> Customer | None:
        """Return the customer, None when this business has no such one by `as_of`."""
        found = await self._rows("customers", Filter(id=customer_id))
        return (await self._balanced(found))[0] if found else None

    async def customers(self) -> Sequence[Customer]:
        """Return every customer by id."""
        return await self._balanced(await self._rows("customers"))

    async def invoices(self, *, customer_id: str | None = None) -> Sequence[Invoice]:
        """Return invoices by issue date, their amounts, status and reminders as they stood at `as_of`."""
        rows = await self._rows("invoices", Filter(customer=customer_id))
        later = await self._what_came_later()
        if not later.touches_invoices:
            return rows
        return [later.invoice_before(row) for row in rows]

    async def payments(self, *, customer_id: str | None = None, since: date | None = None) -> Sequence[Payment]:
        """Return payments by day."""
        rows = await self._rows("payments", Filter(customer=customer_id, since=since))
        return _leave_out(rows, "invoice", self.foreign["invoices"])

    async def reminders(self, *, customer_id: str | None = None) -> Sequence[Reminder]:
        """Return contacts about invoices by day."""
        return await self._rows("reminders", Filter(customer=customer_id))

    async def product(self, product_id: str) -> Product | None:
        """Return the product, None when this business has no such one by `as_of`."""
        found = await self._rows("products", Filter(id=product_id))
        return found[0] if found else None

    async def products(self) -> Sequence[Product]:
        """Return every product by id."""
        return await self._rows("products")

    async def price_changes(self, *, product_id: str | None = None) -> Sequence[PriceChange]:
        """Return price changes by day."""
        return await self._rows("price_changes", Filter(product=product_id))

    async def storefronts(self) -> Sequence[Storefront]:
        """Return every storefront by id."""
        return await self._rows("storefronts")

    async def employees(self) -> Sequence[Employee]:
        """Return every employee by id."""
        return await self._rows("employees")

    async def suppliers(self) -> Sequence[Supplier]:
        """Return every supplier by id."""
        return await self._rows("suppliers")

    async def sales(
        self, *, customer_id: str | None = None, product_id: str | None = None, since: date | None = None
    ) -> Sequence[Sale]:
        """Return whole sales by time; with `product_id` those that hold it on some line."""
        return await self._rows("sales", Filter(customer=customer_id, product=product_id, since=since))

    async def sale_days(self, since: date, reduce: Callable[[date, Sequence[BriefSale]], T]) -> Sequence[T]:
        """Return what `reduce` makes of each day with sales from `since` on, in order of days."""
        return await self._source("sales").sale_days(self.currency, since, reduce)

    async def sale_by_receipt(self, receipt_number: str) -> Sale | None:
        """Return the last sale with this receipt number, None when this business has no such one by `as_of`."""
        found = await self._rows("sales", Filter(receipt=receipt_number))
        return found[-1] if found else None

    async def sale(self, sale_id: str) -> Sale | None:
        """Return the sale, None when this business has no such one by `as_of`."""
        found = await self._rows("sales", Filter(id=sale_id))
        return found[0] if found else None

    async def sale_sums(
        self,
        by: SaleKey,
        *,
        since: date | None = None,
        until: date | None = None,
        customers: Collection[str] | None = None,
    ) -> Sequence[SaleSum]:
        """Return sums of the sales that count, by key; `until` reaches `as_of` at most."""
        if customers is not None and not customers:
            return ()
        only = tuple(sorted(customers or ()))
        wanted = Sums(since, min(until or self.as_of, self.as_of), by, customers=only)
        return await self._source("sales").sale_sums(wanted, self.currency)

    async def baskets(self, *, since: date | None = None) -> Sequence[frozenset[str]]:
        """Return the products of every sale that counts and has lines."""
        return await self._source("sales").baskets(Sums(since, self.as_of), self.currency)

    async def line_sums(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        product_id: str | None = None,
        daily: bool = False,
    ) -> Sequence[LineSum]:
        """Return sums of the lines of sales that count, by product and, if `daily`, by day."""
        wanted = Sums(since, min(until or self.as_of, self.as_of), "day", product_id, daily)
        return await self._source("sales").line_sums(wanted, self.currency)

    async def daily_units(
        self, *, products: Collection[str] | None = None, since: date | None = None
    ) -> Sequence[DayUnits]:
        """Return what was sold by day and type of sale, of all products or of these together."""
        return await self._source("sales").daily_units(self.currency, products, since)

    async def units_sold(self) -> Mapping[str, float]:
        """Return how many units of each product were ever sold."""
        return await self._source("sales").units_sold(self.currency)

    async def refunds(self, *, since: date | None = None) -> Sequence[Refund]:
        """Return refunds by time."""
        return _leave_out(await self._rows("refunds", Filter(since=since)), "sale", self.foreign["sales"])

    async def stock_movements(self, *, product_id: str | None = None) -> Sequence[StockMovement]:
        """Return stock movements by day."""
        return await self._rows("stock_movements", Filter(product=product_id))

    def _source(self, table: str) -> Source:
        self.note(_RESTS_ON.get(table, (table,)))
        return self.inline if table in self.inline_tables else self.stored

    async def _rows(self, table: str, where: Filter = EVERYTHING) -> Sequence[Any]:
        rows = await self._source(table).rows(table, where)
        return _leave_out(rows, "id", self.foreign.get(table))

    async def _what_came_later(self) -> Later:
        if self._later is None:
            names = ("payments", "reminders", "invoices")
            payments, reminders, invoices = [await self._source(name).later(name) for name in names]
            self._later = Later.of(payments, reminders, invoices)
            if reminders:
                self._later.last_reminders = _last_reminders(await self.reminders())
        return self._later

    async def _balanced(self, customers: Sequence[Customer]) -> Sequence[Customer]:
        """Give customers whose invoices changed after `as_of` the balance that their invoices add up to by then."""
        later = await self._what_came_later()
        if not later.customers or not any(customer.id in later.customers for customer in customers):
            return customers
        only = customers[0].id if len(customers) == 1 else None
        balances: dict[str, Decimal] = {}
        for invoice in await self.invoices(customer_id=only):
            if invoice.status != "WRITTEN_OFF":
                owed = balances.get(invoice.customer, Decimal(0)) + invoice.amount_outstanding
                balances[invoice.customer] = owed
        return [
            msgspec.structs.replace(customer, outstanding_balance=balances.get(customer.id, Decimal("0.00")))
            if customer.id in later.customers
            else customer
            for customer in customers
        ]


_RESTS_ON = {"payments": ("payments", "invoices"), "refunds": ("refunds", "sales")}
"""Tables whose rows are left out by what another table says."""


def _leave_out(rows: Sequence[Any], key: str, ids: frozenset[str] | None) -> Sequence[Any]:
    return [row for row in rows if getattr(row, key) not in ids] if ids else rows


def _last_reminders(reminders: Sequence[Reminder]) -> dict[str, date]:
    """Return the day of each invoice's last reminder; `reminders` come by day."""
    return {reminder.invoice: reminder.date for reminder in reminders}


async def open_view(
    business_id: str,
    currency: str,
    as_of: date,
    revision: str,
    stored: StoredRows,
    inline: InlineRows,
    names: frozenset[str],
) -> RecordView:
    """Return the view in which the tables `names` come from `inline` and the others from `stored`."""
    sources = {table: inline if table in names else stored for table in ("invoices", "sales")}
    foreign = {table: await source.foreign(table, currency) for table, source in sources.items()}
    return RecordView(business_id, currency, as_of, revision, stored, inline, names, foreign)
