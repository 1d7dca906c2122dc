"""Tenants, keys, money, audit, kept answers and releases; `docs/data-model.md` explains each column.

Instants are microseconds since the epoch (UTC), money is nano-USD, JSON is text.
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Ledger, tenants and releases"

TABLES = (
    """CREATE TABLE revision (
        name TEXT NOT NULL PRIMARY KEY,
        n BIGINT NOT NULL
    )""",
    """CREATE TABLE business (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        "plan" TEXT NOT NULL,
        timezone TEXT NOT NULL,
        currency TEXT NOT NULL,
        ai_opt_out BOOLEAN NOT NULL,
        trial_ends_at BIGINT,
        created_at BIGINT NOT NULL
    )""",
    """CREATE TABLE api_key (
        id TEXT NOT NULL PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        prefix TEXT NOT NULL,
        name TEXT NOT NULL,
        business_id TEXT REFERENCES business (id),
        scopes TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        revoked_at BIGINT,
        last_used_at BIGINT
    )""",
    """CREATE TABLE feature_setting (
        business_id TEXT NOT NULL,
        name TEXT NOT NULL,
        enabled BOOLEAN,
        opted_out BOOLEAN,
        changed_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, name)
    )""",
    """CREATE TABLE quota_counter (
        business_id TEXT NOT NULL,
        meter TEXT NOT NULL,
        period TEXT NOT NULL,
        used BIGINT NOT NULL CHECK (used >= 0),
        PRIMARY KEY (business_id, meter, period)
    )""",
    """CREATE TABLE budget (
        business_id TEXT NOT NULL,
        period TEXT NOT NULL,
        spent BIGINT NOT NULL CHECK (spent >= 0),
        reserved BIGINT NOT NULL CHECK (reserved >= 0),
        PRIMARY KEY (business_id, period)
    )""",
    """CREATE TABLE reservation (
        business_id TEXT NOT NULL,
        request_id TEXT NOT NULL,
        feature TEXT NOT NULL,
        meter TEXT,
        units BIGINT NOT NULL CHECK (units >= 0),
        quota_period TEXT NOT NULL,
        budget_period TEXT NOT NULL,
        amount BIGINT NOT NULL CHECK (amount >= 0),
        state TEXT NOT NULL CHECK (state IN ('open', 'sent', 'charged', 'returned')),
        owner TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, request_id)
    )""",
    """CREATE TABLE usage (
        business_id TEXT NOT NULL,
        request_id TEXT NOT NULL,
        feature TEXT NOT NULL,
        tokens_used BIGINT NOT NULL,
        cost BIGINT NOT NULL CHECK (cost >= 0),
        created_at BIGINT NOT NULL,
        prompt TEXT NOT NULL,
        prompt_hash TEXT NOT NULL,
        source TEXT NOT NULL,
        route TEXT NOT NULL,
        model TEXT NOT NULL,
        degraded TEXT NOT NULL,
        status BIGINT NOT NULL,
        input_tokens BIGINT NOT NULL,
        cached_tokens BIGINT NOT NULL,
        cache_write_tokens BIGINT NOT NULL,
        output_tokens BIGINT NOT NULL,
        reasoning_tokens BIGINT NOT NULL,
        attempts BIGINT NOT NULL,
        latency_ms BIGINT NOT NULL,
        user_hash TEXT NOT NULL,
        grounding TEXT NOT NULL,
        PRIMARY KEY (business_id, request_id)
    )""",
    """CREATE TABLE audit_head (
        business_id TEXT NOT NULL PRIMARY KEY,
        seq BIGINT NOT NULL,
        hash TEXT NOT NULL
    )""",
    """CREATE TABLE audit (
        business_id TEXT NOT NULL,
        seq BIGINT NOT NULL,
        at BIGINT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        object_id TEXT NOT NULL,
        details TEXT NOT NULL,
        prev_hash TEXT NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (business_id, seq)
    )""",
    """CREATE TABLE idempotency (
        business_id TEXT NOT NULL,
        key TEXT NOT NULL,
        feature TEXT NOT NULL,
        request_hash TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('running', 'done')),
        status BIGINT,
        body BYTEA,
        lease_until BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, key)
    )""",
    """CREATE TABLE answer_cache (
        business_id TEXT NOT NULL,
        query_hash TEXT NOT NULL,
        response BYTEA NOT NULL,
        subjects TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, query_hash)
    )""",
    """CREATE TABLE prompt_version (
        content_hash TEXT NOT NULL PRIMARY KEY,
        feature TEXT NOT NULL,
        version BIGINT NOT NULL,
        body TEXT NOT NULL,
        imported_at BIGINT NOT NULL,
        UNIQUE (feature, version),
        UNIQUE (content_hash, feature)
    )""",
    """CREATE TABLE verdict (
        content_hash TEXT NOT NULL REFERENCES prompt_version (content_hash) ON UPDATE RESTRICT,
        model TEXT NOT NULL,
        suite_hash TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'failed', 'not_enough_evidence')),
        figures TEXT NOT NULL,
        run_by TEXT NOT NULL,
        run_at BIGINT NOT NULL,
        PRIMARY KEY (content_hash, model, suite_hash),
        UNIQUE (content_hash, model, suite_hash, outcome)
    )""",
    # The constant outcome is part of the foreign key: a release cannot point at anything but a passed verdict.
    """CREATE TABLE release (
        id TEXT NOT NULL PRIMARY KEY,
        feature TEXT NOT NULL,
        label TEXT NOT NULL,
        target TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        model TEXT NOT NULL,
        suite_hash TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome = 'passed'),
        released_by TEXT NOT NULL,
        note TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        FOREIGN KEY (content_hash, feature) REFERENCES prompt_version (content_hash, feature),
        FOREIGN KEY (content_hash, model, suite_hash, outcome)
            REFERENCES verdict (content_hash, model, suite_hash, outcome) ON UPDATE RESTRICT ON DELETE RESTRICT
    )""",
)

INDEXES = (
    "CREATE INDEX reservation_expiry ON reservation (expires_at)",
    "CREATE INDEX usage_day ON usage (business_id, created_at)",
    "CREATE INDEX idempotency_expiry ON idempotency (expires_at)",
    "CREATE INDEX answer_cache_expiry ON answer_cache (expires_at)",
    "CREATE INDEX release_live ON release (feature, label, target, created_at)",
)

# SQLite checks foreign keys only where the connection asks for it; a stray one must not get past the proof either.
SQLITE_ONLY = (
    """CREATE TRIGGER release_needs_verdict_insert BEFORE INSERT ON release
        WHEN NOT EXISTS (SELECT 1 FROM verdict v WHERE v.content_hash = NEW.content_hash AND v.model = NEW.model
                         AND v.suite_hash = NEW.suite_hash AND v.outcome = 'passed')
        BEGIN SELECT RAISE(ABORT, 'a release needs a passed verdict'); END""",
    """CREATE TRIGGER release_needs_verdict_update BEFORE UPDATE ON release
        WHEN NOT EXISTS (SELECT 1 FROM verdict v WHERE v.content_hash = NEW.content_hash AND v.model = NEW.model
                         AND v.suite_hash = NEW.suite_hash AND v.outcome = 'passed')
        BEGIN SELECT RAISE(ABORT, 'a release needs a passed verdict'); END""",
    """CREATE TRIGGER released_verdict_stays BEFORE UPDATE OF content_hash, model, suite_hash, outcome ON verdict
        WHEN (NEW.content_hash, NEW.model, NEW.suite_hash, NEW.outcome)
             IS NOT (OLD.content_hash, OLD.model, OLD.suite_hash, OLD.outcome)
             AND EXISTS (SELECT 1 FROM release r WHERE r.content_hash = OLD.content_hash AND r.model = OLD.model
                         AND r.suite_hash = OLD.suite_hash)
        BEGIN SELECT RAISE(ABORT, 'this verdict carries a release'); END""",
    """CREATE TRIGGER released_verdict_remains BEFORE DELETE ON verdict
        WHEN EXISTS (SELECT 1 FROM release r WHERE r.content_hash = OLD.content_hash AND r.model = OLD.model
                     AND r.suite_hash = OLD.suite_hash)
        BEGIN SELECT RAISE(ABORT, 'this verdict carries a release'); END""",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
