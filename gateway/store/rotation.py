"""Seals everything that rests encrypted with the newest SECRET_KEY, so that an earlier one can be given up.

Table and column names in the statements are our own (hence `noqa: S608`), values are always arguments.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from gateway.store.crypto import Sealer, Unreadable
from gateway.store.database import Database, Row
from gateway.store.holdings import Holding, Sealed, holdings

PAGE = 500


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to: values sealed anew, values that were current, and values no listed key opens."""

    renewed: int
    current: int
    unreadable: int


async def rotate(database: Database, sealer: Sealer) -> Rotated:
    """Seal every value anew that is under an earlier key; may be broken off and run again, while the service runs."""
    renewed = current = unreadable = 0
    for holding in holdings():
        for sealed in holding.sealed:
            async for key, value in _values(database, holding, sealed):
                if sealer.current(value):
                    current += 1
                elif await _renew(database, sealer, holding, sealed, key, value):
                    renewed += 1
                else:
                    unreadable += 1
    return Rotated(renewed, current, unreadable)


async def _values(database: Database, holding: Holding, sealed: Sealed) -> AsyncIterator[tuple[Row, bytes]]:
    names = _names(holding)
    order = ", ".join(names)
    where = f"{sealed.column} IS NOT NULL"
    after = f" AND ({order}) > ({', '.join(f'${at}' for at in range(1, len(names) + 1))})"
    last: Row = ()
    while True:
        sql = f"SELECT {order}, {sealed.column} FROM {holding.table} WHERE {where}{after if last else ''} "  # noqa: S608
        rows = await database.fetch(f"{sql}ORDER BY {order} LIMIT {PAGE}", *last)
        if not rows:
            return
        for row in rows:
            yield row[:-1], row[-1]
        last = rows[-1][:-1]


async def _renew(database: Database, sealer: Sealer, holding: Holding, sealed: Sealed, key: Row, value: bytes) -> bool:
    business_id, rest = (key[0], key[1:]) if holding.scoped else ("", key)
    name = sealed.row(rest)
    try:
        plain = sealer.open(sealed.purpose, business_id, name, value)
    except Unreadable:
        return False
    places = " AND ".join(f"{column} = ${at}" for at, column in enumerate(_names(holding), 3))
    sql = f"UPDATE {holding.table} SET {sealed.column} = $1 WHERE {sealed.column} = $2 AND {places}"  # noqa: S608
    # A value that was changed meanwhile is under the newest key already.
    await database.execute(sql, sealer.seal(sealed.purpose, business_id, name, plain), value, *key)
    return True


def _names(holding: Holding) -> tuple[str, ...]:
    return ("business_id", *holding.key) if holding.scoped else holding.key
