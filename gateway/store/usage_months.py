"""Usage that is older than a quarter, in one table for each calendar month (UTC); PostgreSQL only.

A row moves when nothing can change it any more: it was settled long ago, and the hash of the person behind it is gone
after 90 days. So the table that every call writes to, with the key that makes a charge happen once, stays as small as a
quarter's requests, and a month that is no longer kept is dropped instead of deleted row by row. `usage_all` reads both.
"""

from gateway.store.database import Database
from gateway.store.holdings import BOOKS_DAYS, DAY

BLOCK = 5_000
"""Rows that one transaction moves."""

LONGEST_MONTH = 31
_MONTHS = "SELECT gateway_months($1)"
_FILE = "SELECT gateway_file_usage($1, $2)"
_OVERDUE = "SELECT COUNT(*) FROM usage_past WHERE created_at <= $1"


async def file_away(database: Database, now: int) -> int:
    """Make the months up to the next one, drop those no longer kept, move what is due; returns how many rows moved.

    `now` is microseconds since the epoch. Any number of processes may do it at once.
    """
    if database.dialect == "sqlite":
        return 0
    await database.execute(_MONTHS, now)
    moved = 0
    while count := (await database.execute(_FILE, now, BLOCK))[0][0]:
        moved += int(count)
    return moved


async def overdue_months(database: Database, now: int) -> int:
    """Return how many rows of months are kept for longer than figures are, counted from the month's end."""
    if database.dialect == "sqlite":
        return 0
    return int((await database.fetch(_OVERDUE, now - (BOOKS_DAYS + LONGEST_MONTH) * DAY))[0][0])
