"""How far a month's budget has been told of, so that each threshold is told once."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T14:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Budget alerts"

TABLES = ("ALTER TABLE budget ADD COLUMN alerted BIGINT NOT NULL DEFAULT 0",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
