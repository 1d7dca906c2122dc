"""Deletes what has been kept for as long as its table's entry says, and tells what has been kept longer.

Table and column names in the statements are our own (hence `noqa: S608`), values are always arguments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.store.database import Database
from gateway.store.holdings import DAY, PRIVATE_DAYS, Holding, Kept, Period, Until, holdings
from gateway.store.usage_months import overdue_months

BLOCK = 2000
"""Rows that one transaction changes: others wait no longer than that takes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of a table's rows: `sql_where` with one argument says which of them are due."""

    table: str
    policy: str
    sql_where: str
    argument: int | str
    act: str


def rules(now: int) -> Iterator[Rule]:
    """Yield the rules of every table as of `now`, in microseconds since the epoch; a kept table has none."""
    for holding in holdings():
        yield from _rules(holding, now)


async def overdue(database: Database, now: int) -> dict[str, int]:
    """Return how many rows of each table are due and still there; tables without any are left out."""
    found: dict[str, int] = {}
    for rule in rules(now):
        rows = await database.fetch(f"SELECT COUNT(*) FROM {rule.table} WHERE {rule.sql_where}", rule.argument)  # noqa: S608
        if rows[0][0]:
            found[rule.table] = found.get(rule.table, 0) + int(rows[0][0])
    if months := await overdue_months(database, now):
        found["usage"] = found.get("usage", 0) + months
    return found


async def purge(database: Database, now: int) -> int:
    """Delete or empty what is due, and return how many rows that were; any number of processes may do it at once."""
    gone = 0
    place = "rowid" if database.dialect == "sqlite" else "ctid"
    for rule in rules(now):
        due = f"SELECT {place} FROM {rule.table} WHERE {rule.sql_where} LIMIT {BLOCK}"  # noqa: S608
        while await database.fetch(due, rule.argument):  # most looks find nothing: then nothing is locked
            sql = f"{rule.act} WHERE {place} IN ({due}) RETURNING 1"
            gone += len(await database.execute(sql, rule.argument))
    return gone


def policies() -> list[tuple[str, str]]:
    """Return (table, what is kept how long) of every table, in words."""
    return [(holding.table, _words(holding)) for holding in holdings()]


def _rules(holding: Holding, now: int) -> Iterator[Rule]:
    keep = holding.keep
    also = f" AND {holding.where}" if holding.where else ""
    delete, words = f"DELETE FROM {holding.table}", _words(holding)  # noqa: S608
    if isinstance(keep, Until):
        yield Rule(holding.table, words, f"{keep.column} <= $1{also}", now - keep.days * DAY, delete)
    elif isinstance(keep, Period):
        cutoff = (datetime.fromtimestamp(now / 1e6, UTC) - timedelta(days=keep.days)).date().isoformat()
        yield Rule(holding.table, words, f"{keep.column} < $1{also}", cutoff, delete)
    if holding.blank_user:
        where = f"created_at <= $1 AND {holding.user} <> ''"
        act = f"UPDATE {holding.table} SET {holding.user} = ''"  # noqa: S608
        yield Rule(holding.table, words, where, now - PRIVATE_DAYS * DAY, act)


def _words(holding: Holding) -> str:
    keep = holding.keep
    if isinstance(keep, Kept):
        return f"kept: {keep.why}"
    after = f"{keep.days} days after its {keep.column}" if keep.days else f"at its {keep.column}"
    blank = f", without {holding.user} after {PRIVATE_DAYS} days" if holding.blank_user else ""
    return f"deleted {after}{blank}"
