"""Commits of versions to a branch. Instants are microseconds since the epoch (UTC)."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T17:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Prompt commits"

TABLES = (
    """CREATE TABLE prompt_commit (
        id TEXT NOT NULL PRIMARY KEY,
        content_hash TEXT NOT NULL REFERENCES prompt_version (content_hash),
        branch TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
        said TEXT NOT NULL,
        asked_by TEXT NOT NULL,
        asked_at BIGINT NOT NULL,
        ended_at BIGINT
    )""",
)
INDEXES = ("CREATE INDEX prompt_commit_version ON prompt_commit (content_hash, asked_at)",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
