"""asyncpg's exceptions as the two that callers can act upon; apart, since only PostgreSQL needs the driver loaded."""

import asyncpg
from asyncpg.exceptions import InterfaceError, InternalClientError

from gateway.store.database import ConstraintViolation
from gateway.store.errors import not_ready

TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    # What a server says to a new connection while it is restored, moved or closed for maintenance.
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)


def translate_postgres_error(error: Exception) -> Exception:
    """Return `NotReady` for a locked, full or lost database, `ConstraintViolation` for a refused row, else `error`.

    Texts of the driver may hold values of the row, so only the constraint's name is kept.
    """
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        name = getattr(error, "constraint_name", None) or getattr(error, "column_name", None)
        return ConstraintViolation(f"{type(error).__name__}: {name}")
    if _connection_lost(error) or isinstance(error, (*TRANSIENT, OSError, TimeoutError)):
        return not_ready(f"PostgreSQL: {type(error).__name__}")
    return error


def _connection_lost(error: Exception) -> bool:
    # asyncpg says so of a connection that was cut in the middle: "another operation is in progress".
    if isinstance(error, InternalClientError):
        return True
    # asyncpg tells misuse and a lost connection by one class; wrong arguments are no reason to try again.
    return isinstance(error, InterfaceError) and not isinstance(error, ValueError) and "connection" in str(error)
