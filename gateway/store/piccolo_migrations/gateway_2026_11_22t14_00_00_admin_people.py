"""People of the admin: accounts with roles, the sessions they open, links that let them in, and wrong tries.

Links and sessions of before belonged to nobody; they lived for hours at most and are dropped.
Instants are microseconds since the epoch (UTC).
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Admin people"

_ROLES = "('viewer', 'editor', 'reviewer', 'releaser', 'admin')"

TABLES = (
    "DROP TABLE admin_link",
    "DROP TABLE admin_session",
    f"""CREATE TABLE admin_person (
        id TEXT NOT NULL PRIMARY KEY,
        email TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        "role" TEXT NOT NULL CHECK ("role" IN {_ROLES}),
        password TEXT,
        totp BYTEA,
        totp_step BIGINT NOT NULL,
        active BOOLEAN NOT NULL,
        created_at BIGINT NOT NULL,
        seen_at BIGINT
    )""",
    f"""CREATE TABLE admin_link (
        hash TEXT NOT NULL PRIMARY KEY,
        person_id TEXT REFERENCES admin_person (id),
        "role" TEXT NOT NULL CHECK ("role" IN {_ROLES}),
        made_by TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL
    )""",
    """CREATE TABLE admin_session (
        hash TEXT NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        person_id TEXT NOT NULL REFERENCES admin_person (id),
        kind TEXT NOT NULL CHECK (kind IN ('browser', 'api')),
        created_at BIGINT NOT NULL,
        seen_at BIGINT NOT NULL
    )""",
    """CREATE TABLE admin_wrong_try (
        id TEXT NOT NULL PRIMARY KEY,
        account TEXT NOT NULL,
        peer TEXT NOT NULL,
        tried_at BIGINT NOT NULL
    )""",
)
INDEXES = (
    "CREATE INDEX admin_session_person ON admin_session (person_id)",
    "CREATE INDEX admin_wrong_try_account ON admin_wrong_try (account, tried_at)",
    "CREATE INDEX admin_wrong_try_peer ON admin_wrong_try (peer, tried_at)",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
