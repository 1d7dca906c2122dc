"""An index by which retention finds old usage rows without looking at the others."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T15:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Age of usage"

TABLES = ()
INDEXES = ("CREATE INDEX usage_age ON usage (created_at)",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
