"""Who may open the admin: one-time sign-in links and the sessions they become, both kept as hashes.

Instants are microseconds since the epoch (UTC).
"""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Admin access"

TABLES = (
    """CREATE TABLE admin_link (
        hash TEXT NOT NULL PRIMARY KEY,
        "role" TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL
    )""",
    """CREATE TABLE admin_session (
        hash TEXT NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        "role" TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        seen_at BIGINT NOT NULL
    )""",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
