"""A business's records held in memory, behind the same port as the stored copy."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from gateway.domain.records import (
    TABLES,
    Customer,
    Employee,
    Invoice,
    Payment,
    PriceChange,
    Product,
    Record,
    Refund,
    Reminder,
    Sale,
    StockMovement,
    Storefront,
    Supplier,
)
from gateway.domain.sold import DayUnits, sold_by_day, units_by_product
from gateway.domain.sums import LineSum, SaleKey, SaleSum, baskets_of, sum_lines, sum_sales

DEMO_DAY = date(2026, 11, 20)
ROOT = Path(__file__).resolve().parents[2]
DEMO_DIR, PROMPTS = ROOT / "demo" / "tenant", ROOT / "prompts"
SANKOFA = "f8820783-4394-46f9-a877-97243cadc3af"
AKWAABA = "6e9c975b-3ac7-4aaf-b2a0-1653d504e150"


def day_of(row: Any) -> date | None:
    """Return the business-local day a row belongs to, None when the table has no day of its own."""
    for name in ("issue_date", "payment_date", "date"):
        if (day := getattr(row, name, None)) is not None:
            return day
    if isinstance(row, Sale | Refund):
        return row.created_at.date()
    return None


class InlinePos:
    """`PosData` over lists of records; rows in another currency or after `as_of` are left out."""

    def __init__(
        self,
        tables: Mapping[str, Iterable[Record]] | None = None,
        *,
        as_of: date = DEMO_DAY,
        business_id: str = "business-1",
        currency: str = "GHS",
        business_name: str = "",
    ) -> None:
        self.business_name, self.is_patient, self.utc_offset = business_name, False, timedelta(0)
        self.business_id, self.currency, self.as_of, self.excluded = business_id, currency, as_of, 0
        self.revision = uuid4().hex  # each fake holds records of its own
        self.brought, self.read = "", frozenset[str]()
        given = tables or {}
        self._rows = {name: self._usable(given.get(name, ())) for name in TABLES}

    def note(self, tables: Iterable[str]) -> None:
        """Keep no books: a fake's records change only with its revision."""

    def stamp(self, tables: Collection[str]) -> Hashable:
        return self.revision

    @classmethod
    def from_dir(cls, path: Path, business_id: str, as_of: date = DEMO_DAY) -> "InlinePos":
        """Read the JSON Lines files of a tenant folder and keep one business's rows."""
        tables = {}
        for name, row_type in TABLES.items():
            lines = (path / f"{name}.jsonl").read_bytes().splitlines()
            rows = msgspec.json.decode(b"[" + b",".join(lines) + b"]", type=list[row_type])
            tables[name] = [row for row in rows if row.business == business_id]
        return cls(tables, as_of=as_of, business_id=business_id)

    @classmethod
    def of(cls, as_of: date = DEMO_DAY, **tables: Sequence[Mapping[str, Any]]) -> "InlinePos":
        """Build from plain dictionaries in the wire format: `InlinePos.of(customers=[{...}], invoices=[...])`."""
        return cls({name: msgspec.convert(rows, list[TABLES[name]]) for name, rows in tables.items()}, as_of=as_of)

    def _usable(self, rows: Iterable[Record]) -> list[Any]:
        kept = []
        for row in rows:
            day = day_of(row)
            if (day and day > self.as_of) or getattr(row, "currency", None) not in (None, self.currency):
                self.excluded += 1
            else:
                kept.append(row)
        return sorted(kept, key=lambda row: (day_of(row) or date.min, getattr(row, "id", "")))

    def _pick(self, table: str, since: date | None = None, **equal: Any) -> list[Any]:
        wanted = {key: value for key, value in equal.items() if value is not None}
        return [
            row
            for row in self._rows[table]
            if all(getattr(row, key) == value for key, value in wanted.items())
            and (since is None or (day_of(row) or date.min) >= since)
        ]

    def _one(self, table: str, row_id: str) -> Any:
        return next((row for row in self._rows[table] if row.id == row_id), None)

    async def customer(self, customer_id: str) -> Customer | None:
        return self._one("customers", customer_id)

    async def customers(self) -> Sequence[Customer]:
        return self._pick("customers")

    async def invoices(self, *, customer_id: str | None = None) -> Sequence[Invoice]:
        return self._pick("invoices", customer=customer_id)

    async def payments(self, *, customer_id: str | None = None, since: date | None = None) -> Sequence[Payment]:
        return self._pick("payments", since, customer=customer_id)

    async def reminders(self, *, customer_id: str | None = None) -> Sequence[Reminder]:
        return self._pick("reminders", customer=customer_id)

    async def product(self, product_id: str) -> Product | None:
        return self._one("products", product_id)

    async def products(self) -> Sequence[Product]:
        return self._pick("products")

    async def price_changes(self, *, product_id: str | None = None) -> Sequence[PriceChange]:
        return self._pick("price_changes", product=product_id)

    async def storefronts(self) -> Sequence[Storefront]:
        return self._pick("storefronts")

    async def employees(self) -> Sequence[Employee]:
        return self._pick("employees")

    async def suppliers(self) -> Sequence[Supplier]:
        return self._pick("suppliers")

    async def sales(
        self, *, customer_id: str | None = None, product_id: str | None = None, since: date | None = None
    ) -> Sequence[Sale]:
        rows = self._pick("sales", since, customer=customer_id)
        return [sale for sale in rows if product_id is None or any(line.product == product_id for line in sale.items)]

    async def sale(self, sale_id: str) -> Sale | None:
        return self._one("sales", sale_id)

    async def sale_sums(
        self, by: SaleKey, *, since: date | None = None, until: date | None = None, customers=None
    ) -> Sequence[SaleSum]:
        sales = [sale for sale in self._rows["sales"] if customers is None or sale.customer in customers]
        return sum_sales(sales, by, since, until or self.as_of)

    async def baskets(self, *, since: date | None = None) -> Sequence[frozenset[str]]:
        return baskets_of(self._rows["sales"], since, self.as_of)

    async def line_sums(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        product_id: str | None = None,
        daily: bool = False,
    ) -> Sequence[LineSum]:
        return sum_lines(self._rows["sales"], since, until or self.as_of, product_id, daily)

    async def units_sold(self):
        return units_by_product(self._rows["sales"])

    async def sale_days(self, since: date, reduce):
        found: dict[date, list[Sale]] = {}
        for sale in self._pick("sales", since):
            found.setdefault(sale.created_at.date(), []).append(sale)
        return [reduce(day, sales) for day, sales in sorted(found.items())]

    async def sale_by_receipt(self, receipt_number: str) -> Sale | None:
        found = self._pick("sales", receipt_number=receipt_number)
        return found[-1] if found else None

    async def daily_units(self, *, products=None, since: date | None = None) -> Sequence[DayUnits]:
        return sold_by_day(self._pick("sales", since), products)

    async def refunds(self, *, since: date | None = None) -> Sequence[Refund]:
        return self._pick("refunds", since)

    async def stock_movements(self, *, product_id: str | None = None) -> Sequence[StockMovement]:
        return self._pick("stock_movements", product=product_id)
