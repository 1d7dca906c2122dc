"""When the sales of a day and of a customer last changed, so that what is known of the others stays good.

What was pushed before this needs no marks: no process keeps anything from before its own start.
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T17:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Marks of changed sales"

TABLES = (
    """CREATE TABLE pos_sale_mark (
        business_id TEXT NOT NULL,
        about TEXT NOT NULL,
        key TEXT NOT NULL,
        revision BIGINT NOT NULL,
        PRIMARY KEY (business_id, about, key)
    )""",
)
INDEXES = ("CREATE INDEX pos_sale_mark_revision ON pos_sale_mark (business_id, about, revision)",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
