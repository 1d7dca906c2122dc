"""Closed days of usage in sums, and an index by which the newest requests of all businesses are found and filtered."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T15:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Usage by day"

TABLES = (
    """CREATE TABLE usage_daily (
        day TEXT NOT NULL,
        business_id TEXT NOT NULL,
        feature TEXT NOT NULL,
        model TEXT NOT NULL,
        source TEXT NOT NULL,
        calls BIGINT NOT NULL,
        degraded BIGINT NOT NULL,
        failed BIGINT NOT NULL,
        cost BIGINT NOT NULL,
        input_tokens BIGINT NOT NULL,
        cached_tokens BIGINT NOT NULL,
        output_tokens BIGINT NOT NULL,
        PRIMARY KEY (day, business_id, feature, model, source)
    )""",
)
INDEXES = ("CREATE INDEX usage_recent ON usage (created_at, request_id, feature, source, degraded, status, model)",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
