"""Forgets a person: what is known by their hash, and whatever sealed content speaks of them.

Table and column names in the statements are our own (hence `noqa: S608`), values are always arguments.
"""

from collections.abc import Sequence

from gateway.store.crypto import Sealer, Unreadable
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.holdings import Holding, Subject

PAGE = 500


async def erase(
    database: Database, sealer: Sealer, holding: Holding, subject: Subject, spare: Sequence[str] = ()
) -> int:
    """Take the person out of one table and return how many rows that changed; `spare` are first keys that stay."""
    if not holding.scoped:
        return 0
    gone = 0
    if holding.user and subject.user_hash:
        gone += await database.run(_by_user, holding, subject)
    if holding.customer and subject.type == "customer":
        gone += await database.run(_by_customer, holding, subject)
    if holding.sealed and subject.marks and holding.table != "webhook":
        for key in await _about(database, sealer, holding, subject):
            if key[0] not in spare:
                gone += await database.run(_by_key, holding, subject.business_id, key)
    if holding.erase is not None:
        gone += await database.run(holding.erase, subject)
    return gone


async def _about(database: Database, sealer: Sealer, holding: Holding, subject: Subject) -> list[Row]:
    """Return the keys of the rows whose sealed content holds one of the marks."""
    found: list[Row] = []
    names = [*holding.key, *(sealed.column for sealed in holding.sealed)]
    width = len(holding.key)
    order = ", ".join(holding.key)
    sql = (
        f"SELECT {', '.join(names)} FROM {holding.table} WHERE business_id = $1 ORDER BY {order} LIMIT {PAGE} OFFSET $2"  # noqa: S608
    )
    start = 0
    while rows := await database.fetch(sql, subject.business_id, start):
        for row in rows:
            key = row[:width]
            pairs = zip(holding.sealed, row[width:], strict=True)
            if any(_speaks(sealer, s.purpose, subject, s.row(key), value) for s, value in pairs):
                found.append(key)
        start += len(rows)
    return found


def _speaks(sealer: Sealer, purpose: str, subject: Subject, row: str, sealed: bytes | None) -> bool:
    if sealed is None:
        return False
    try:
        text = sealer.open(purpose, subject.business_id, row, sealed).decode("utf-8", "replace").lower()
    except Unreadable:
        return False
    return any(mark in text for mark in subject.marks)


def _by_user(holding: Holding, subject: Subject) -> Script[int]:
    mine = f"WHERE business_id = $1 AND {holding.user} = $2 RETURNING {holding.user}"
    act = f"UPDATE {holding.table} SET {holding.user} = ''" if holding.blank_user else f"DELETE FROM {holding.table}"  # noqa: S608
    rows = yield Statement(f"{act} {mine}", (subject.business_id, subject.user_hash))
    return len(rows)


def _by_customer(holding: Holding, subject: Subject) -> Script[int]:
    sql = f"DELETE FROM {holding.table} WHERE business_id = $1 AND {holding.customer} = $2 RETURNING business_id"  # noqa: S608
    rows = yield Statement(sql, (subject.business_id, subject.id))
    return len(rows)


def _by_key(holding: Holding, business_id: str, key: Row) -> Script[int]:
    places = " AND ".join(f"{name} = ${at}" for at, name in enumerate(holding.key, 2))
    act = f"UPDATE {holding.table} SET {holding.on_mark}" if holding.on_mark else f"DELETE FROM {holding.table}"  # noqa: S608
    rows = yield Statement(f"{act} WHERE business_id = $1 AND {places} RETURNING business_id", (business_id, *key))
    return len(rows)
