"""SQLite's many exceptions as the two that callers can act upon, and the refusal that either database gives."""

import sqlite3

from gateway.errors import NotReady
from gateway.store.database import ConstraintViolation

TRANSIENT = frozenset(
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


def translate_sqlite_error(error: Exception) -> Exception:
    """Return `NotReady` for a locked, full or lost database, `ConstraintViolation` for a refused row, else `error`."""
    if isinstance(error, sqlite3.IntegrityError):
        return ConstraintViolation(str(error))
    if isinstance(error, sqlite3.OperationalError) and _primary_code(error) in TRANSIENT:
        return not_ready(f"SQLite: {error}")
    if isinstance(error, OSError | TimeoutError):
        return not_ready(f"SQLite: {type(error).__name__}")
    return error


def not_ready(cause: str) -> NotReady:
    """Return the refusal for a store that cannot answer now."""
    return NotReady(f"The database cannot take this now; send it again. ({cause})", headers={"Retry-After": "1"})


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
