"""PostgreSQL through an asyncpg pool; deadlocks are tried again, and every statement runs in its task's scope."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import asyncpg
import structlog

from gateway.errors import NotReady
from gateway.store import scope
from gateway.store.database import Dialect, P, Row, Script, Statement, T
from gateway.store.errors import not_ready
from gateway.store.postgres_errors import translate_postgres_error
from gateway.store.scope import APP_ROLE, OPERATOR, Scope

ATTEMPTS = 6
SESSION = {
    "application_name": "ai-gateway",
    # Money is acknowledged only once its WAL record is on disk, whatever the server's default says.
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    # Every statement is short; compiling one costs more than running it.
    "jit": "off",
}
# Whoever connects, the service acts with the rights of the application's role; migrations do not.
_STEP_DOWN = (
    "SELECT set_config('role', rolname, false) FROM pg_roles "  # noqa: S608 - our own constant
    f"WHERE rolname = '{APP_ROLE}' AND rolname <> current_user AND pg_has_role(session_user, oid, 'MEMBER')"
)
_BYPASSES = (
    "SELECT r.rolsuper OR r.rolbypassrls OR pg_has_role(current_user, c.relowner, 'MEMBER') "
    "FROM pg_roles r, pg_class c WHERE r.rolname = current_user AND c.oid = to_regclass('public.usage')"
)
_log = structlog.get_logger(__name__)


class _Connection(asyncpg.Connection):
    """A connection that knows in which scope it is: switching costs a round trip, staying costs nothing."""

    _scope: Scope | None = None

    async def within(self, wanted: Scope) -> None:
        """Switch to a scope for the statements that follow outside of a transaction."""
        if self._scope != wanted:
            self._scope = None  # should the next line be cut short, nobody knows which it is
            await self.execute(_switch(wanted, local=False))
            self._scope = wanted

    async def begin(self, begin: str, wanted: Scope) -> None:
        """Begin a transaction in a scope, in one round trip; it ends with the transaction."""
        await self.execute(begin if self._scope == wanted else f"{begin}; {_switch(wanted, local=True)}")


class PostgresDatabase:
    """A pool of connections, READ COMMITTED; scripts must therefore decide by conditional writes, not by reads."""

    dialect: Dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 10, as_owner: bool = False) -> None:
        self.url = url
        self._pool_size = pool_size
        self._as_owner = as_owner
        self._pool: Any = None
        self._running: set[asyncio.Task[Any]] = set()
        self.write_refused = False

    async def open(self) -> None:
        """Connect. Raises `NotReady` when the server cannot be reached."""
        try:
            self._pool = await asyncpg.create_pool(  # type: ignore[no-untyped-call]
                self.url,
                min_size=1,
                max_size=self._pool_size,
                timeout=5,
                command_timeout=None if self._as_owner else 30,  # a migration may have a large table to read
                statement_cache_size=512,
                server_settings=SESSION,
                connection_class=_Connection,
                init=None if self._as_owner else _step_down,
                reset=_keep,
            )
            if not self._as_owner and (await self.fetch(_BYPASSES) or [(False,)])[0][0]:
                _log.warning("row_security_off", reason="the role owns the tables or may bypass row-level security")
        except Exception as error:
            raise translate_postgres_error(error) from error

    async def close(self) -> None:
        """Wait for the transactions under way and disconnect."""
        if self._running:
            await asyncio.wait(self._running)
        if self._pool is not None:
            await self._pool.close()
        self._pool = None

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """See `Database.fetch`."""
        try:
            async with self._connected().acquire(timeout=5) as connection:
                await connection.within(scope.current())
                return _rows(await connection.fetch(sql, *args))
        except Exception as error:
            raise translate_postgres_error(error) from error

    lookup = fetch
    """See `Database.lookup`."""

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.read`."""
        return await self._transact(lambda: script(*args, **kwargs), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    async def execute(self, sql: str, *args: Any) -> list[Row]:
        """See `Database.execute`."""
        return await self._finish(self.fetch(sql, *args))

    async def run(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.run`."""
        return await self._finish(self._transact(lambda: script(*args, **kwargs), "BEGIN"))

    async def execute_ddl(self, statements: Sequence[str]) -> None:
        """See `Database.execute_ddl`."""
        await self.run(_all, statements)

    def _connected(self) -> Any:
        if self._pool is None:
            raise not_ready("PostgreSQL: the database is not open")
        return self._pool

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Let `work` end even when the caller is cancelled, as it does on SQLite."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._forget)
        try:
            return await asyncio.shield(task)
        except NotReady:
            self.write_refused = True
            raise

    def _forget(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # taken note of, so that a cancelled caller leaves no warning

    async def _transact(self, start: Callable[[], Script[T]], begin: str) -> T:
        pool = self._connected()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with pool.acquire(timeout=5) as connection:
                    return await _drive(connection, start(), begin)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
                if attempt == ATTEMPTS:
                    raise translate_postgres_error(error) from error
                await asyncio.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - only spreads the tries
            except Exception as error:
                raise translate_postgres_error(error) from error
        raise AssertionError("unreachable")


async def _drive(connection: Any, script: Script[T], begin: str) -> T:
    mine = now = scope.current()
    try:
        await connection.begin(begin, mine)
        statement = next(script)
        while True:
            wanted = OPERATOR if statement.operator else mine
            if wanted != now:
                await connection.execute(_switch(wanted, local=True))
                now = wanted
            statement = script.send(await _execute(connection, statement))
    except StopIteration as stop:
        await connection.execute("COMMIT")
        result: T = stop.value
        return result
    finally:
        script.close()
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")


async def _step_down(connection: Any) -> None:
    await connection.execute(_STEP_DOWN)


async def _keep(_: Any) -> None:
    """Give a connection back as it is: `_drive` leaves none in a transaction, and a reset costs a round trip."""


def _switch(wanted: Scope, *, local: bool) -> str:
    """Return the statement that sets a scope, with `local` to the end of the transaction.

    The business is written in hexadecimal digits: no text of a caller is ever part of a statement.
    """
    named = f"convert_from(decode('{wanted.business_id.encode().hex()}', 'hex'), 'UTF8')"
    who, until = "operator" if wanted.operator else "", "true" if local else "false"
    return f"SELECT set_config('app.business_id', {named}, {until}), set_config('app.scope', '{who}', {until})"


async def _execute(connection: Any, statement: Statement) -> list[Row]:
    if statement.many:
        await connection.executemany(statement.sql, statement.args)
        return []
    return _rows(await connection.fetch(statement.sql, *statement.args))


def _rows(records: Sequence[Any]) -> list[Row]:
    return [tuple(record) for record in records]


def _all(statements: Sequence[str]) -> Script[None]:
    for sql in statements:
        yield Statement(sql)
