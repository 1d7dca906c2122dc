"""One narrow index of usage by age: sums have tables of their own, and each index costs every call that is written."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T16:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "One index of usage by age"

TABLES = ()
INDEXES = (
    "DROP INDEX usage_recent",
    "DROP INDEX usage_age",
    "CREATE INDEX usage_recent ON usage (created_at, request_id, feature, source, degraded, status, model)",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
