"""What people say of answers, and what they decide on recommendations."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T14:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Feedback and decisions"

TABLES = (
    """CREATE TABLE feedback (
        business_id TEXT NOT NULL,
        request_id TEXT NOT NULL,
        user_hash TEXT NOT NULL,
        feature TEXT NOT NULL,
        rating BIGINT,
        outcome TEXT NOT NULL,
        comment BYTEA,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, request_id, user_hash)
    )""",
    """CREATE TABLE decision (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        request_id TEXT NOT NULL,
        feature TEXT NOT NULL,
        decision TEXT NOT NULL CHECK (decision IN ('approve', 'override')),
        content BYTEA NOT NULL,
        user_hash TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
)
INDEXES = (
    "CREATE INDEX feedback_age ON feedback (created_at)",
    "CREATE INDEX decision_age ON decision (created_at)",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
