"""Support: documents to search, conversations with their encrypted messages, and what a person must answer.

Instants are microseconds since the epoch (UTC).
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T14:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Support chat"

TABLES = (
    """CREATE TABLE knowledge_chunk (
        business_id TEXT NOT NULL,
        id BIGINT NOT NULL,
        document TEXT NOT NULL,
        place INTEGER NOT NULL,
        title TEXT NOT NULL,
        heading TEXT NOT NULL,
        url TEXT NOT NULL,
        body TEXT NOT NULL,
        terms TEXT NOT NULL,
        length INTEGER NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE knowledge_term (
        business_id TEXT NOT NULL,
        term TEXT NOT NULL,
        chunks INTEGER NOT NULL,
        PRIMARY KEY (business_id, term)
    )""",
    """CREATE TABLE conversation (
        business_id TEXT NOT NULL,
        id TEXT NOT NULL,
        user_hash TEXT NOT NULL,
        turns INTEGER NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, id)
    )""",
    """CREATE TABLE conversation_message (
        business_id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        n INTEGER NOT NULL,
        "role" TEXT NOT NULL CHECK ("role" IN ('user', 'assistant')),
        body BYTEA NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, conversation_id, n)
    )""",
    """CREATE TABLE escalation (
        business_id TEXT NOT NULL,
        ticket_ref TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        user_hash TEXT NOT NULL,
        reason TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
        questions INTEGER NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        PRIMARY KEY (business_id, ticket_ref)
    )""",
)
INDEXES = (
    "CREATE INDEX knowledge_chunk_document ON knowledge_chunk (business_id, document, place)",
    "CREATE INDEX conversation_user ON conversation (business_id, user_hash)",
    "CREATE INDEX conversation_expiry ON conversation (expires_at)",
    "CREATE INDEX conversation_message_expiry ON conversation_message (expires_at)",
    "CREATE INDEX escalation_state ON escalation (state, updated_at)",
    "CREATE INDEX escalation_conversation ON escalation (business_id, conversation_id)",
    "CREATE INDEX pos_sales_receipt ON pos_sales (business_id, receipt_number)",
)
SQLITE_ONLY = (
    "CREATE VIRTUAL TABLE knowledge_search USING fts5(terms, tokenize = 'unicode61', detail = 'none')",
    """CREATE TRIGGER knowledge_chunk_in AFTER INSERT ON knowledge_chunk BEGIN
        INSERT INTO knowledge_search (rowid, terms) VALUES (new.id, new.terms); END""",
    """CREATE TRIGGER knowledge_chunk_out AFTER DELETE ON knowledge_chunk BEGIN
        DELETE FROM knowledge_search WHERE rowid = old.id; END""",
)
POSTGRESQL_ONLY = ("CREATE INDEX knowledge_search ON knowledge_chunk USING gin (to_tsvector('simple', terms))",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
