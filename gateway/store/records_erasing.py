"""Takes a person out of the shop's pushed records: their name, number and id go, the shop's sums stay as they were.

Table and column names in the statements are our own (hence `noqa: S608`), values are always arguments.
"""

import secrets
from collections import Counter
from collections.abc import Iterator

from gateway.store import records_kinds as kinds
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.records_changes import note_everything
from gateway.store.records_schema import SCHEMA, Table

ERASED = "[erased]"
NAMED_BY = {"customer": ("customers", "customer"), "user": ("employees", "user")}
"""Type of a person → the table that names them, and the column by which other tables refer to them."""

_PERSONAL = {
    "customers": ("name", "contact_person", "phone", "email", "address"),
    "employees": ("name",),
}
_NOT_PEOPLE = frozenset({"storefronts", "suppliers", "products"})


async def marks_of(database: Database, business_id: str, kind: str, subject_id: str) -> tuple[str, ...]:
    """Return the texts, in lower case, by which contents can be told to be about this person; the id is one."""
    table, _ = NAMED_BY[kind]
    names = ", ".join(f'"{name}"' for name in _PERSONAL[table])
    sql = f"SELECT {names} FROM pos_{table} WHERE business_id = $1 AND id = $2"  # noqa: S608
    rows = await database.fetch(sql, business_id, subject_id)
    values = [value.strip() for row in rows for value in row if value]
    # A short single word, such as a first name, may mean anybody.
    telling = [value for value in values if len(value) >= 8 or (" " in value and len(value) >= 5)]
    return tuple(dict.fromkeys(text.lower() for text in (subject_id, *telling)))


def forget(business_id: str, kind: str, subject_id: str) -> Script[dict[str, int]]:
    """Replace the person by one without a name under another id; returns how many rows of each table changed."""
    table, column = NAMED_BY[kind]
    fields = _PERSONAL[table]
    names = ", ".join(f'"{name}"' for name in fields)
    sql = f"SELECT {names} FROM pos_{table} WHERE business_id = $1 AND id = $2"  # noqa: S608
    rows = yield Statement(sql, (business_id, subject_id))
    yield from note_everything(business_id)
    new_id = f"erased-{secrets.token_hex(8)}"
    changed: set[tuple[str, str]] = set()
    if rows:
        blank = ", ".join(f"\"{name}\" = ''" for name in fields if name != "name")
        changes = f"id = $3, \"name\" = 'Erased {kind}'" + (f", {blank}" if blank else "")
        sql = f"UPDATE pos_{table} SET {changes} WHERE business_id = $1 AND id = $2"  # noqa: S608
        yield Statement(sql, (business_id, subject_id, new_id))
        changed.add((table, new_id))
    changed |= yield from _refer(business_id, column, subject_id, new_id)
    for value in sorted({value for row in rows for value in row if value and len(value) >= 4}, key=len, reverse=True):
        changed |= yield from _unname(business_id, value)
    return dict(Counter(f"pos_{name}" for name, _ in changed))


def _refer(business_id: str, column: str, old: str, new: str) -> Script[set[tuple[str, str]]]:
    changed = set()
    for table, name in _referring(column):
        made = ", id = replace(id, $2, $3)" if table.natural else ""
        sql = f'UPDATE pos_{table.name} SET "{name}" = $3{made} WHERE business_id = $1 AND "{name}" = $2'  # noqa: S608
        rows = yield Statement(f"{sql} RETURNING id", (business_id, old, new))
        changed |= {(table.name, row[0]) for row in rows}
    return changed


def _referring(column: str) -> Iterator[tuple[Table, str]]:
    columns = {column, "override_by"} if column == "user" else {column}
    for table in SCHEMA.values():
        for name in table.names:
            if name in columns:
                yield table, name


def _unname(business_id: str, value: str) -> Script[set[tuple[str, str]]]:
    """Replace a name, number or address in the free texts of other rows; returns which rows changed."""
    found = set()
    for table in SCHEMA.values():
        if table.name in _NOT_PEOPLE:
            continue
        for column in table.columns:
            if column.kind is kinds.TEXT:
                changed = f'replace("{column.name}", $2, $3)'
                sql = (
                    f'UPDATE pos_{table.name} SET "{column.name}" = {changed} '  # noqa: S608
                    f'WHERE business_id = $1 AND "{column.name}" <> {changed} RETURNING id'
                )
                rows: list[Row] = yield Statement(sql, (business_id, value, ERASED))
                found |= {(table.name, row[0]) for row in rows}
    return found
