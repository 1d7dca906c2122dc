"""Reads the stored tables, one query per question, and remembers the answers of a revision."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from gateway.domain.briefs import BriefSale
from gateway.domain.records import SaleItem
from gateway.domain.sold import DayUnits
from gateway.domain.sums import LineSum, SaleSum, merge_lines, merge_sales
from gateway.store.database import Database
from gateway.store.product_days import decode_days, decode_units, select_days, select_units, total_units
from gateway.store.records_changes import UNLOGGED
from gateway.store.records_kept import OFF_LOOP_ROWS, is_kept, kept_already, kept_table
from gateway.store.records_memo import CELL_BYTES, ROW_BYTES, UNITS_BYTES, Memo
from gateway.store.records_schema import LINES, SCHEMA, Table, decode_sales
from gateway.store.records_source import EVERYTHING, Filter, Sums, as_known
from gateway.store.records_sums import Basket, Period, stored_baskets, stored_line_sums, stored_sale_sums
from gateway.store.sale_briefs import Stored, select_briefs
from gateway.store.sale_days import kept_days, known_days
from gateway.store.sale_marks import CUSTOMER, DAY, kept_parts, kept_spans

T = TypeVar("T")


@dataclass(frozen=True)
class StoredRows:
    """The pushed copy as of one revision; `revisions` holds that of each table that ever changed."""

    db: Database
    memo: Memo
    business_id: str
    revisions: Mapping[str, int]
    as_of: date

    def revision(self, table: str) -> int:
        """Return the revision of a table."""
        return self.revisions.get(table, 0)

    async def rows(self, table: str, where: Filter) -> Sequence[Any]:
        """See `Source.rows`."""
        if where == EVERYTHING and table not in UNLOGGED:
            kept = await kept_table(self.db, self.memo, self.business_id, table, self.revision(table))
            return kept.split(self.as_of)[0]
        if where.id is not None and where == Filter(id=where.id) and is_kept(self.memo, self.business_id, table):
            kept = await kept_table(self.db, self.memo, self.business_id, table, self.revision(table))
            row = kept.by_id.get(where.id)
            return () if row is None or SCHEMA[table].day_of(row) > self.as_of else (row,)
        return await self._remembered(table, where, "<=")

    async def later(self, table: str) -> Sequence[Any]:
        """See `Source.later`."""
        kept = kept_already(self.memo, self.business_id, table, self.revision(table))
        return kept.split(self.as_of)[1] if kept else await self._remembered(table, EVERYTHING, ">")

    async def foreign(self, table: str, currency: str) -> frozenset[str]:
        """See `Source.foreign`."""
        key = (self.business_id, self.revision(table), self.as_of, table, currency)
        ids = self.memo.get(key)
        if ids is None:
            rows = await self.db.fetch(_FOREIGN[table], self.business_id, currency)
            # A condition on the day would make SQLite walk the index of days instead of the few rows with a currency.
            ids = [row_id for row_id, day in rows if day <= self.as_of.isoformat()]
            self.memo.put(key, ids)
        return frozenset(ids)

    async def sale_sums(self, wanted: Sums, currency: str) -> Sequence[SaleSum]:
        """See `Source.sale_sums`."""
        if wanted.by == "customer" and not wanted.customers:
            return await self._customer_sums(wanted, currency)

        async def read(first: date, last: date) -> Sequence[SaleSum]:
            period = Period(self.business_id, first, last, self.as_of, currency)
            return await stored_sale_sums(self.db, period, wanted.by, wanted.customers)

        return merge_sales(await self._spans(wanted, currency, read))

    async def _customer_sums(self, wanted: Sums, currency: str) -> Sequence[SaleSum]:
        period = self._period(wanted, currency)

        async def read(customers: Sequence[str] | None) -> Mapping[str, SaleSum]:
            return {one.key: one for one in await stored_sale_sums(self.db, period, "customer", customers or ())}

        def size(found: Mapping[str, SaleSum]) -> int:
            return ROW_BYTES * len(found)

        key = (self.business_id, CUSTOMER, (wanted, self.as_of, currency))
        kept = await kept_parts(self.db, self.memo, key, self.revision("sales"), read, size)
        return [kept.found[name] for name in sorted(kept.found)]

    async def line_sums(self, wanted: Sums, currency: str) -> Sequence[LineSum]:
        """See `Source.line_sums`."""
        if not Filter(product=wanted.product).can_match:
            return ()

        async def read(first: date, last: date) -> Sequence[LineSum]:
            period = Period(self.business_id, first, last, self.as_of, currency)
            return await stored_line_sums(self.db, period, wanted.product, wanted.daily)

        return merge_lines(await self._spans(wanted, currency, read, "lines"))

    async def _spans(
        self, wanted: Sums, currency: str, read: Callable[[date, date], Awaitable[Sequence[T]]], what: str = "sales"
    ) -> Sequence[Sequence[T]]:
        key = (self.business_id, (what, wanted, self.as_of, currency))
        days = (wanted.since or date.min, wanted.until)
        return await kept_spans(self.db, self.memo, key, self.revision("sales"), days, read)

    async def baskets(self, wanted: Sums, currency: str) -> Sequence[frozenset[str]]:
        """See `Source.baskets`."""
        period = self._period(wanted, currency)

        async def read(days: Sequence[str] | None) -> Mapping[str, list[Basket]]:
            return await stored_baskets(self.db, period, days)

        def size(found: Mapping[str, list[Basket]]) -> int:
            return ROW_BYTES * sum(map(len, found.values()))

        key = (self.business_id, DAY, ("baskets", wanted, self.as_of, currency))
        kept = await kept_parts(self.db, self.memo, key, self.revision("sales"), read, size)
        return [basket for _, basket in sorted((one for day in kept.found.values() for one in day), key=_sale_of)]

    def _period(self, wanted: Sums, currency: str) -> Period:
        return Period(self.business_id, wanted.since, wanted.until, self.as_of, currency)

    async def daily_units(
        self, currency: str, products: Collection[str] | None, since: date | None
    ) -> Sequence[DayUnits]:
        """See `Source.daily_units`."""
        wanted = None if products is None else frozenset(products)

        async def read(days: Sequence[str] | None) -> Mapping[str, list[DayUnits]]:
            asked = select_days(self.business_id, currency, self.as_of, products, since, days)
            return decode_days([row for sql, args in asked for row in await self.db.fetch(sql, *args)])

        def size(found: Mapping[str, list[DayUnits]]) -> int:
            return UNITS_BYTES * len(found)

        key = (self.business_id, DAY, ("units", wanted, since, self.as_of, currency))
        kept = await kept_parts(self.db, self.memo, key, self.revision("sales"), read, size)
        return [one for day in sorted(kept.found) for one in kept.found[day]]

    async def units_sold(self, currency: str) -> Mapping[str, float]:
        """See `Source.units_sold`."""

        async def read(days: Sequence[str] | None) -> Mapping[str, dict[str, int]]:
            asked = select_units(self.business_id, currency, self.as_of, days)
            return decode_units([row for sql, args in asked for row in await self.db.fetch(sql, *args)])

        def size(found: Mapping[str, dict[str, int]]) -> int:
            return CELL_BYTES * sum(map(len, found.values()))

        key = (self.business_id, DAY, ("sold", self.as_of, currency))
        kept = await kept_parts(self.db, self.memo, key, self.revision("sales"), read, size)
        total = total_units(kept.by_month(total_units))
        return {product: units / 1000 for product, units in sorted(total.items())}

    async def sale_days(
        self, currency: str, since: date, reduce: Callable[[date, Sequence[BriefSale]], T]
    ) -> Sequence[T]:
        """See `Source.sale_days`."""

        async def read(first: date, last: date) -> Stored:
            return await self.db.read(select_briefs, self.business_id, currency, first, last)

        key = (self.business_id, currency, reduce)
        days = await kept_days(self.db, self.memo, key, self.revision("sales"), since, read, reduce)
        return await known_days(days, since, self.as_of, read, reduce)

    async def _remembered(self, name: str, where: Filter, side: str) -> Sequence[Any]:
        key = (self.business_id, self.revision(name), self.as_of, name, where, side)
        found: Sequence[Any] | None = self.memo.get(key)
        if found is None and not where.can_match:
            return ()
        if found is None:
            table = SCHEMA[name]
            sql, args = select(table, where, side, self.business_id, self.as_of)
            stored = await self.db.fetch(sql, *args)
            if len(stored) > OFF_LOOP_ROWS:
                found = await asyncio.to_thread(_decoded, table, stored, self.as_of)
            else:
                found = _decoded(table, stored, self.as_of)
            self.memo.put(key, found)
        return found


def select(table: Table, where: Filter, side: str, business_id: str, as_of: date) -> tuple[str, list[Any]]:
    """Return SQL and arguments of the rows of `table` on one `side` (`<=` or `>`) of `as_of`."""
    args: list[Any] = [business_id]
    conditions = ["r.business_id = $1"]

    def also(condition: str, value: Any) -> None:
        args.append(value)
        conditions.append(condition.format(f"${len(args)}"))

    if table.day:
        undated = f'r."{table.day}" IS NULL OR ' if table.undated and side == "<=" else ""
        also(f'({undated}r."{table.day}" {side} {{}})', as_of.isoformat())
    if where.since:
        also(f'r."{table.day}" >= {{}}', where.since.isoformat())
    if where.id is not None:
        also("r.id = {}", where.id)
    if where.customer is not None:
        also("r.customer = {}", where.customer)
    if where.receipt is not None:
        also("r.receipt_number = {}", where.receipt)
    if where.product is not None and table.name == "sales":
        # The lines carry the day too ($2, and $3 when there is a `since`), so that their index finds them alone.
        days = f'"day" {side} $2' + (' AND "day" >= $3' if where.since else "")
        also(
            f"r.id IN (SELECT sale FROM pos_sale_items WHERE business_id = $1 AND {days} AND product = {{}})",  # noqa: S608
            where.product,
        )
    elif where.product is not None:
        also("r.product = {}", where.product)
    order = " ORDER BY r.occurrence" if table.natural else ""
    return f"{_HEADS[table.name]} WHERE {' AND '.join(conditions)}{order}", args


def _head(table: Table) -> str:
    columns = ", ".join(f'r."{name}"' for name in table.names)
    if table.name != "sales":
        return f"SELECT {columns} FROM pos_{table.name} r"  # noqa: S608
    lines = ", ".join(f'l."{name}"' for name in LINES.names)
    join = "LEFT JOIN pos_sale_items l ON l.business_id = r.business_id AND l.sale = r.id"
    return f"SELECT {columns}, l.line, {lines} FROM pos_sales r {join}"  # noqa: S608


# S608 everywhere here: the names in these statements are our own, values are always arguments.
# Below and above instead of `<>`, which would walk the index over every row that names its currency.
_FOREIGN = {
    name: " UNION ALL ".join(
        f'SELECT id, "{SCHEMA[name].day}" FROM pos_{name} WHERE business_id = $1 AND currency {side} $2'  # noqa: S608
        for side in ("<", ">")
    )
    for name in ("invoices", "sales")
}
_HEADS = {name: _head(table) for name, table in SCHEMA.items()}


def _decoded(table: Table, stored: Sequence[Sequence[Any]], as_of: date) -> tuple[Any, ...]:
    rows = _joined_sales(stored) if table.name == "sales" else table.decode(stored)
    # The databases' collations differ, so text is sorted here; the sort keeps the order of occurrences.
    rows.sort(key=table.order)
    return tuple(as_known(row, as_of) for row in rows) if table.name == "sales" else tuple(rows)


def _joined_sales(stored: Sequence[Sequence[Any]]) -> list[Any]:
    """Gather the joined rows of each sale: its own values come first, then number and values of one line."""
    width = len(SCHEMA["sales"].names)
    lined = [row for row in stored if row[width] is not None]
    items = LINES.decode(row[width + 1 :] for row in lined)
    lines: dict[str, list[tuple[int, SaleItem]]] = {row[0]: [] for row in stored}
    for row, item in zip(lined, items, strict=True):
        lines[row[0]].append((row[width], item))
    heads = {row[0]: row[:width] for row in stored}
    in_order = ([item for _, item in sorted(numbered, key=_number)] for numbered in lines.values())
    return decode_sales(heads.values(), in_order)


def _sale_of(basket: Basket) -> str:
    return basket[0]


def _number(line: tuple[int, SaleItem]) -> int:
    return line[0]
