"""Closed hours of usage in sums by prompt version, source, model and reason."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T16:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Usage by hour and prompt"

TABLES = (
    """CREATE TABLE prompt_hourly (
        began_at BIGINT NOT NULL,
        feature TEXT NOT NULL,
        prompt TEXT NOT NULL,
        source TEXT NOT NULL,
        model TEXT NOT NULL,
        degraded TEXT NOT NULL,
        calls BIGINT NOT NULL,
        failed BIGINT NOT NULL,
        repaired BIGINT NOT NULL,
        cost BIGINT NOT NULL,
        input_tokens BIGINT NOT NULL,
        output_tokens BIGINT NOT NULL,
        latency_ms BIGINT NOT NULL,
        PRIMARY KEY (feature, began_at, prompt, source, model, degraded)
    )""",
)
INDEXES = ("CREATE INDEX prompt_hourly_hour ON prompt_hourly (began_at)",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
