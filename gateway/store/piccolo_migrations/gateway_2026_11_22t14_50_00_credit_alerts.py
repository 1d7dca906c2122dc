"""Which credit alerts were told; `docs/data-model.md` explains each column."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T14:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Credit alerts"

TABLES = (
    """CREATE TABLE credit_alert (
        business_id TEXT NOT NULL,
        customer_id TEXT NOT NULL,
        alert_id TEXT NOT NULL,
        severity TEXT NOT NULL CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
        alerted_on TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, customer_id)
    )""",
)

INDEXES = ("CREATE INDEX credit_alert_age ON credit_alert (created_at)",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
