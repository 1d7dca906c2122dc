"""Plans that administrators propose and save. Instants are microseconds since the epoch (UTC)."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T17:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Plan revisions"

TABLES = (
    """CREATE TABLE plan_revision (
        id TEXT NOT NULL PRIMARY KEY,
        base BIGINT NOT NULL,
        number BIGINT UNIQUE,
        body TEXT NOT NULL,
        note TEXT NOT NULL,
        reason TEXT NOT NULL,
        proposed_by TEXT NOT NULL,
        proposed_at BIGINT NOT NULL,
        saved_by TEXT,
        saved_at BIGINT
    )""",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
