"""What people said of alerts: something to it, or not; instants are microseconds since the epoch (UTC)."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Outcomes of alerts"

TABLES = (
    """CREATE TABLE alert_outcome (
        business_id TEXT NOT NULL,
        alert_id TEXT NOT NULL,
        pattern TEXT NOT NULL,
        outcome TEXT NOT NULL,
        comment BYTEA,
        user_hash TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, alert_id)
    )""",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
