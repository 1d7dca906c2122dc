"""An index of the documents that PostgreSQL uses at once: a list of pending entries makes it look dear."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Knowledge index"

TABLES = ()
POSTGRESQL_ONLY = ("ALTER INDEX knowledge_search SET (fastupdate = off)",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
