"""The index of the newest requests holds all that sums of a day need, so that they never read the rows themselves."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T15:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Sums from an index"

TABLES = ()
INDEXES = (
    "DROP INDEX usage_recent",
    "CREATE INDEX usage_recent ON usage (created_at, request_id, feature, source, degraded, status, model, "
    "business_id, cost, input_tokens, cached_tokens, output_tokens)",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
