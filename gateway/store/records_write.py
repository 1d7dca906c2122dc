"""Scripts that change the stored tables; each moves the business's and the table's revision in the same transaction.

Table and column names in the statements are our own (hence `noqa: S608`), values are always arguments.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.store.database import Script, Statement
from gateway.store.product_days import renew_days
from gateway.store.records_changes import note_change
from gateway.store.records_schema import LINES, SCHEMA, Encoded, Table
from gateway.store.sale_marks import mark, stored_keys

BLOCK = 500
"""Ids per statement: one shape of statement to prepare, and few round trips."""

LINE_COLUMNS = ("sale", "line", "day", *LINES.names)


def write_rows(business_id: str, table: Table, rows: Sequence[Encoded]) -> Script[int]:
    """Insert or replace rows; returns how many were there before."""
    ids = [row["id"] for row in rows]
    # The revision's row lock makes pushes of one business wait for each other, so that the count is exact.
    yield from note_change(business_id, table.name, ids)
    present = yield from _present(business_id, table, ids)
    days, customers = (yield from stored_keys(business_id, present)) if table.name == "sales" else ([], [])
    yield Statement(_UPSERTS[table.name], [(business_id, *_stored(table, row)) for row in rows], many=True)
    if table.name == "sales":
        yield from _replace_lines(business_id, rows, present)
        days += [row["day"] for row in rows]
        yield from renew_days(business_id, days)
        yield from mark(business_id, days, [*customers, *(row["customer"] for row in rows if row["customer"])])
    return len(present)


def remove_rows(business_id: str, table: Table, ids: Sequence[str]) -> Script[int]:
    """Delete rows by id; returns how many there were."""
    yield from note_change(business_id, table.name, ids)
    present = yield from _present(business_id, table, ids)
    days, customers = (yield from stored_keys(business_id, present)) if table.name == "sales" else ([], [])
    yield Statement(
        f"DELETE FROM pos_{table.name} WHERE business_id = $1 AND id = $2",  # noqa: S608
        [(business_id, row_id) for row_id in present],
        many=True,
    )
    if table.name == "sales":
        yield from _remove_lines(business_id, present)
        yield from renew_days(business_id, days)
        yield from mark(business_id, days, customers)
    return len(present)


def _present(business_id: str, table: Table, ids: Sequence[str]) -> Script[list[str]]:
    """Return which of `ids` are stored."""
    found: list[str] = []
    for block in _blocks(ids):
        places = ", ".join(f"(${at})" for at in range(2, 2 + len(block)))
        # A subquery per id, since a table that has just grown has no statistics: PostgreSQL would scan it for `IN`.
        sql = (
            f"WITH wanted (id) AS (VALUES {places}) SELECT (SELECT r.id FROM pos_{table.name} r "  # noqa: S608
            "WHERE r.business_id = $1 AND r.id = w.id) FROM wanted w"
        )
        rows = yield Statement(sql, (business_id, *block))
        found += [row[0] for row in rows if row[0] is not None]
    return found


def _blocks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), BLOCK):
        yield ids[start : start + BLOCK]


def _replace_lines(business_id: str, rows: Sequence[Encoded], present: Sequence[str]) -> Script[None]:
    yield from _remove_lines(business_id, present)
    lines = [
        (business_id, row["id"], number, row["day"], *(item[name] for name in LINES.names))
        for row in rows
        for number, item in enumerate(row["items"], 1)
    ]
    if lines:
        yield Statement(_INSERT_LINE, lines, many=True)


def _remove_lines(business_id: str, sales: Sequence[str]) -> Script[None]:
    if sales:
        sql = "DELETE FROM pos_sale_items WHERE business_id = $1 AND sale = $2"
        yield Statement(sql, [(business_id, sale) for sale in sales], many=True)


def _columns(table: Table) -> tuple[str, ...]:
    return (*table.derived, *table.names)


def _stored(table: Table, row: Encoded) -> list[Any]:
    return [row[name] for name in _columns(table)]


def _insert(table: str, columns: Sequence[str]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join(f"${at}" for at in range(2, 2 + len(columns)))
    return f"INSERT INTO pos_{table} (business_id, {names}) VALUES ($1, {places})"  # noqa: S608


def _upsert(table: Table) -> str:
    columns = _columns(table)
    replaced = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "id")
    return f"{_insert(table.name, columns)} ON CONFLICT (business_id, id) DO UPDATE SET {replaced}"


_INSERT_LINE = _insert("sale_items", LINE_COLUMNS)
_UPSERTS = {name: _upsert(table) for name, table in SCHEMA.items()}
