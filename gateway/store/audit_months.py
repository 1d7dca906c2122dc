"""Lines of the audit log that are older than a quarter, in one table for each calendar month (UTC); PostgreSQL only.

The chain goes through both: a line moves as it is, and `audit_all` reads all of them. Lines are evidence, so no month
is dropped; a month that is closed no longer changes, and is copied once.
"""

from gateway.store.database import Database

BLOCK = 5_000
"""Lines that one transaction moves."""

_MONTHS = "SELECT gateway_audit_months($1)"
_FILE = "SELECT gateway_file_audit($1, $2)"


async def file_lines(database: Database, now: int) -> int:
    """Make the months that are needed, move what is due, and return how many lines that were.

    `now` is microseconds since the epoch. Any number of processes may do it at once.
    """
    if database.dialect == "sqlite":
        return 0
    await database.execute(_MONTHS, now)
    moved = 0
    while count := (await database.execute(_FILE, now, BLOCK))[0][0]:
        moved += int(count)
    return moved
