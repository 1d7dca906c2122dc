"""The drivers' many exceptions as the two that callers can act upon."""

import sqlite3

import asyncpg
from asyncpg.exceptions import InterfaceError

from gateway.errors import NotReady
from gateway.store.database import ConstraintViolation

TRANSIENT_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
    }
)
TRANSIENT_POSTGRES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
)


def translate_db_error(error: Exception) -> Exception:
    """Return `NotReady` for a locked, full or lost database, `ConstraintViolation` for a refused row, else `error`.

    Texts of the drivers may hold values of the row, so only the constraint's name is kept.
    """
    if isinstance(error, sqlite3.IntegrityError):
        return ConstraintViolation(str(error))
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        name = getattr(error, "constraint_name", None) or getattr(error, "column_name", None)
        return ConstraintViolation(f"{type(error).__name__}: {name}")
    if isinstance(error, sqlite3.OperationalError) and _primary_code(error) in TRANSIENT_SQLITE:
        return not_ready(f"SQLite: {error}")
    if _connection_lost(error) or isinstance(error, (*TRANSIENT_POSTGRES, OSError, TimeoutError)):
        return not_ready(f"PostgreSQL: {type(error).__name__}")
    return error


def not_ready(cause: str) -> NotReady:
    """Return the refusal for a store that cannot answer now."""
    return NotReady(f"The database cannot take this now; send it again. ({cause})", headers={"Retry-After": "1"})


def _connection_lost(error: Exception) -> bool:
    # asyncpg tells misuse and a lost connection by one class; wrong arguments are no reason to try again.
    return isinstance(error, InterfaceError) and not isinstance(error, ValueError) and "connection" in str(error)


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
