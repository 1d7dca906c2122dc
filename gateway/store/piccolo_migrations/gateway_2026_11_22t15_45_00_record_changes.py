"""Which rows of which table a push changed, so that what processes remember of the other rows stays good.

`before` is the table's revision before the change: a reader that finds no unbroken chain reads the table again.
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T15:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Changes of records"

TABLES = (
    """CREATE TABLE pos_table_revision (
        business_id TEXT NOT NULL,
        name TEXT NOT NULL,
        revision BIGINT NOT NULL,
        PRIMARY KEY (business_id, name)
    )""",
    """CREATE TABLE pos_change (
        business_id TEXT NOT NULL,
        name TEXT NOT NULL,
        revision BIGINT NOT NULL,
        before BIGINT NOT NULL,
        ids TEXT,
        PRIMARY KEY (business_id, name, revision)
    )""",
)
INDEXES = ()


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
