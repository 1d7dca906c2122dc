"""An index of the whole service's days, so that they are found without passing each business's day."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T18:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Days of the whole service"

TABLES = ()
INDEXES = ("CREATE INDEX usage_daily_whole ON usage_daily (day) WHERE business_id = ''",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
