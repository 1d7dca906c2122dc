"""Piccolo's engines for the command line and the admin: SQLite with the same settings as our own connections.

Piccolo's SQLite engine opens a connection per statement, in rollback-journal mode, with DEFERRED transactions: under
several writers a transaction that reads before it writes fails with "database is locked". The hot path does not use it.
"""

from typing import Any

from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType

from gateway.store.sqlite import LOCK_TIMEOUT, sqlite_path

PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL")


class WalEngine(SQLiteEngine):
    """SQLite in WAL mode whose transactions take the write lock at their beginning."""

    def __init__(self, path: str) -> None:
        super().__init__(path=path, timeout=LOCK_TIMEOUT)

    async def get_connection(self) -> Any:
        """Return a connection of its own to a transaction."""
        connection = await super().get_connection()
        for pragma in PRAGMAS:
            await connection.execute(f"PRAGMA {pragma}")
        return connection

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = False
    ) -> SQLiteTransaction:
        """Return an IMMEDIATE transaction; nesting is refused, since Piccolo's inner ones undo nothing."""
        return super().transaction(transaction_type=transaction_type, allow_nested=allow_nested)


def engine_for(url: str) -> SQLiteEngine | PostgresEngine:
    """Return Piccolo's engine for a `DATABASE_URL`."""
    if url.startswith("sqlite:"):
        return WalEngine(str(sqlite_path(url)))
    return PostgresEngine(config={"dsn": url})
