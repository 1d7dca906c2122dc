"""A prompt's life in the admin: drafts, what people say of them, examples, evaluation runs, kept requests, canaries.

Instants are microseconds since the epoch (UTC).
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Prompt life"

TABLES = (
    """CREATE TABLE prompt_draft (
        id TEXT NOT NULL PRIMARY KEY,
        feature TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'approved', 'released', 'closed')),
        version BIGINT,
        content_hash TEXT,
        base_hash TEXT NOT NULL,
        author TEXT NOT NULL,
        edit BIGINT NOT NULL,
        edited_by TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL
    )""",
    """CREATE TABLE prompt_note (
        id TEXT NOT NULL PRIMARY KEY,
        draft_id TEXT NOT NULL REFERENCES prompt_draft (id),
        kind TEXT NOT NULL CHECK (kind IN ('comment', 'asked', 'approved', 'changes', 'released')),
        author TEXT NOT NULL,
        text TEXT NOT NULL,
        content_hash TEXT,
        created_at BIGINT NOT NULL
    )""",
    """CREATE TABLE prompt_example (
        id TEXT NOT NULL PRIMARY KEY,
        feature TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        body TEXT NOT NULL,
        source TEXT NOT NULL,
        author TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (feature, fingerprint)
    )""",
    """CREATE TABLE eval_run (
        id TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('examples', 'replay')),
        draft_id TEXT REFERENCES prompt_draft (id),
        feature TEXT NOT NULL,
        body TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        live_hash TEXT NOT NULL,
        suite_hash TEXT NOT NULL,
        model TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'cancelled', 'failed')),
        total BIGINT NOT NULL,
        done BIGINT NOT NULL,
        outcome TEXT NOT NULL,
        figures TEXT NOT NULL,
        started_by TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        started_at BIGINT,
        ended_at BIGINT
    )""",
    """CREATE TABLE eval_case (
        run_id TEXT NOT NULL REFERENCES eval_run (id),
        number BIGINT NOT NULL,
        name TEXT NOT NULL,
        passed BOOLEAN NOT NULL,
        live_passed BOOLEAN NOT NULL,
        changed BOOLEAN NOT NULL,
        detail BYTEA NOT NULL,
        PRIMARY KEY (run_id, number)
    )""",
    """CREATE TABLE request_sample (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        feature TEXT NOT NULL,
        body BYTEA NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE release_plan (
        id TEXT NOT NULL PRIMARY KEY,
        draft_id TEXT NOT NULL REFERENCES prompt_draft (id),
        label TEXT NOT NULL,
        target TEXT NOT NULL,
        note TEXT NOT NULL,
        planned_by TEXT NOT NULL,
        due_at BIGINT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'cancelled')),
        said TEXT NOT NULL
    )""",
    """CREATE TABLE canary (
        id TEXT NOT NULL PRIMARY KEY,
        feature TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        baseline_hash TEXT NOT NULL,
        target TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('watched', 'halted', 'ended')),
        said TEXT NOT NULL,
        started_by TEXT NOT NULL,
        started_at BIGINT NOT NULL,
        ended_at BIGINT
    )""",
)
INDEXES = (
    "CREATE INDEX prompt_draft_feature ON prompt_draft (feature, updated_at)",
    "CREATE INDEX prompt_note_draft ON prompt_note (draft_id, created_at)",
    "CREATE INDEX eval_run_draft ON eval_run (draft_id, created_at)",
    "CREATE INDEX eval_run_newest ON eval_run (created_at)",
    "CREATE INDEX request_sample_feature ON request_sample (feature, created_at)",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
