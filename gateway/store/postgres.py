"""PostgreSQL through an asyncpg pool; deadlocks are tried again."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import asyncpg

from gateway.store.database import Dialect, P, Row, Script, Statement, T
from gateway.store.errors import not_ready, translate_db_error

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


class PostgresDatabase:
    """A pool of connections, READ COMMITTED; scripts must therefore decide by conditional writes, not by reads."""

    dialect: Dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self._pool_size = pool_size
        self._pool: Any = None
        self._running: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Connect. Raises `NotReady` when the server cannot be reached."""
        try:
            self._pool = await asyncpg.create_pool(  # type: ignore[no-untyped-call]
                self.url,
                min_size=1,
                max_size=self._pool_size,
                timeout=5,
                command_timeout=30,
                statement_cache_size=512,
                server_settings=SESSION,
                reset=_keep,
            )
        except Exception as error:
            raise translate_db_error(error) from error

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
                return _rows(await connection.fetch(sql, *args))
        except Exception as error:
            raise translate_db_error(error) from error

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
        return await asyncio.shield(task)

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
                    raise translate_db_error(error) from error
                await asyncio.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - only spreads the tries
            except Exception as error:
                raise translate_db_error(error) from error
        raise AssertionError("unreachable")


async def _drive(connection: Any, script: Script[T], begin: str) -> T:
    await connection.execute(begin)
    try:
        statement = next(script)
        while True:
            statement = script.send(await _execute(connection, statement))
    except StopIteration as stop:
        await connection.execute("COMMIT")
        result: T = stop.value
        return result
    finally:
        script.close()
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")


async def _keep(_: Any) -> None:
    """Give a connection back as it is: `_drive` leaves none in a transaction, and a reset costs a round trip."""


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
