"""Reads the stored tables, one query per question, and remembers the answers of a revision."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.domain.records import SaleItem
from gateway.store.database import Database
from gateway.store.records_memo import Memo
from gateway.store.records_schema import LINES, SCHEMA, Table, decode_sales
from gateway.store.records_source import EVERYTHING, Filter, as_known

OFF_LOOP_ROWS = 2_000
"""Above this many rows decoding takes longer than other requests should wait for the event loop."""


@dataclass(frozen=True)
class StoredRows:
    """The pushed copy as of one revision."""

    db: Database
    memo: Memo
    business_id: str
    revision: str
    as_of: date

    async def rows(self, table: str, where: Filter) -> Sequence[Any]:
        """See `Source.rows`."""
        return await self._remembered(table, where, "<=")

    async def later(self, table: str) -> Sequence[Any]:
        """See `Source.later`."""
        return await self._remembered(table, EVERYTHING, ">")

    async def foreign(self, table: str, currency: str) -> frozenset[str]:
        """See `Source.foreign`."""
        key = (self.business_id, self.revision, self.as_of, table, currency)
        ids = self.memo.get(key)
        if ids is None:
            rows = await self.db.fetch(_FOREIGN[table], self.business_id, currency)
            # A condition on the day would make SQLite walk the index of days instead of the few rows with a currency.
            ids = [row_id for row_id, day in rows if day <= self.as_of.isoformat()]
            self.memo.put(key, ids)
        return frozenset(ids)

    async def _remembered(self, name: str, where: Filter, side: str) -> Sequence[Any]:
        key = (self.business_id, self.revision, self.as_of, name, where, side)
        found = self.memo.get(key)
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
_FOREIGN = {
    name: f'SELECT id, "{SCHEMA[name].day}" FROM pos_{name} WHERE business_id = $1 AND currency <> $2'  # noqa: S608
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


def _number(line: tuple[int, SaleItem]) -> int:
    return line[0]
