"""Sign-ins through a provider that were used, and accounts of the provider. Instants are microseconds (UTC)."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T17:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Single sign-on"

TABLES = (
    """CREATE TABLE admin_sso_used (
        hash TEXT NOT NULL PRIMARY KEY,
        used_at BIGINT NOT NULL
    )""",
    """CREATE TABLE admin_identity (
        person_id TEXT NOT NULL REFERENCES admin_person (id),
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        bound_at BIGINT NOT NULL,
        PRIMARY KEY (person_id, issuer),
        UNIQUE (issuer, subject)
    )""",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
