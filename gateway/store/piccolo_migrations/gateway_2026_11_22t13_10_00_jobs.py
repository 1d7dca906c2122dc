"""Work for later, events and their delivery; `docs/data-model.md` explains each column.

Instants are microseconds since the epoch (UTC), JSON is text, BYTEA is encrypted.
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T13:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Jobs, events and webhooks"

TABLES = (
    """CREATE TABLE job (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        dedupe_key TEXT,
        request_hash TEXT NOT NULL,
        scope TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed', 'dead', 'cancelled')),
        payload BYTEA,
        outcome BYTEA,
        subjects TEXT NOT NULL,
        done BIGINT NOT NULL,
        total BIGINT NOT NULL,
        attempts BIGINT NOT NULL,
        priority BIGINT NOT NULL,
        run_at BIGINT NOT NULL,
        owner TEXT,
        lease_until BIGINT,
        fault TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        finished_at BIGINT,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE event (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        dedupe_key TEXT NOT NULL,
        data BYTEA NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE webhook (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        url BYTEA NOT NULL,
        events TEXT NOT NULL,
        secret BYTEA NOT NULL,
        secret_previous BYTEA,
        previous_until BIGINT,
        disabled_at BIGINT,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE webhook_delivery (
        business_id TEXT NOT NULL,
        webhook_id TEXT NOT NULL,
        event_id TEXT NOT NULL,
        event_business_id TEXT NOT NULL,
        type TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
        attempts BIGINT NOT NULL,
        log TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        changed_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, webhook_id, event_id)
    )""",
)

INDEXES = (
    "CREATE UNIQUE INDEX job_once ON job (business_id, kind, dedupe_key)",
    "CREATE INDEX job_due ON job (run_at) WHERE state = 'queued'",
    "CREATE INDEX job_leased ON job (lease_until) WHERE state = 'running'",
    "CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL",
    "CREATE UNIQUE INDEX event_once ON event (business_id, type, dedupe_key)",
    "CREATE INDEX event_age ON event (created_at)",
    "CREATE INDEX webhook_delivery_age ON webhook_delivery (created_at)",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
