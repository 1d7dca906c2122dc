"""SQLite as an embedded server: one writing thread with group commit, a few reading threads on WAL snapshots."""

import asyncio
import contextlib
import os
import random
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from gateway.errors import NotReady
from gateway.store.database import Dialect, Durability, P, Row, Script, Statement, T, one
from gateway.store.errors import not_ready, translate_sqlite_error

BATCH = 128
"""Scripts that share one commit at most: bounds how long other processes wait for the lock."""

READER_KIB = 512
"""Pages that a reading connection keeps, instead of 2 MiB: enough for the upper levels of indices."""

LOCK_TIMEOUT = 5.0
"""Seconds to wait for another process's transaction."""


@dataclass(slots=True)
class _Job:
    """A script on its way through a worker, and what became of it."""

    start: Callable[[], Script[Any]]
    done: "asyncio.Future[Any]"
    snapshot: bool = False
    value: Any = None
    error: Exception | None = None


Jobs = SimpleQueue[_Job | None]
RunBatch = Callable[[sqlite3.Connection, list[_Job]], None]


class SqliteDatabase:
    """A database file that several threads and processes share."""

    dialect: Dialect = "sqlite"

    def __init__(self, url: str, *, durability: Durability = "process", readers: int = 2) -> None:
        self.url = url
        self.path = sqlite_path(url)
        self._synchronous = "FULL" if durability == "power" else "NORMAL"
        self._reader_count = readers
        self._writes: Jobs = SimpleQueue()
        self._reads: Jobs = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._near: sqlite3.Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.write_refused = False

    async def open(self) -> None:
        """Create the file if it is not there, switch it to WAL and start the threads."""
        self._loop = asyncio.get_running_loop()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # WAL must be on before a reader opens the file.
            writer = await asyncio.to_thread(connect, self.path, synchronous=self._synchronous)
            readers = [await asyncio.to_thread(connect, self.path, readonly=True) for _ in range(self._reader_count)]
            self._near = await asyncio.to_thread(connect, self.path, readonly=True)
            self._near.execute("PRAGMA busy_timeout = 0")
        except sqlite3.Error as error:
            raise translate_sqlite_error(error) from error
        self._start("sqlite-writer", writer, self._writes, _write_batch)
        for reader in readers:
            self._start("sqlite-reader", reader, self._reads, _read_batch)

    async def close(self) -> None:
        """Finish every queued script, then end the threads."""
        self._writes.put(None)
        for _ in range(self._reader_count):
            self._reads.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._threads.clear()
        if self._near is not None:
            self._near.close()
        self._near = self._loop = None

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """See `Database.fetch`."""
        return await self._submit(self._reads, lambda: one(sql, *args))

    async def lookup(self, sql: str, *args: Any) -> list[Row]:
        """See `Database.lookup`."""
        if self._near is None:
            raise not_ready("SQLite: the database is not open")
        try:
            return _execute(self._near, Statement(sql, args))
        except sqlite3.Error:  # the file is being recovered, say: a reading thread may wait, the event loop may not
            return await self.fetch(sql, *args)

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.read`."""
        return await self._submit(self._reads, lambda: script(*args, **kwargs), snapshot=True)

    async def execute(self, sql: str, *args: Any) -> list[Row]:
        """See `Database.execute`."""
        return await self.run(lambda: one(sql, *args))

    async def run(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.run`."""
        try:
            return await self._submit(self._writes, lambda: script(*args, **kwargs))
        except NotReady:
            self.write_refused = True
            raise

    async def execute_ddl(self, statements: Sequence[str]) -> None:
        """See `Database.execute_ddl`."""
        await self.run(_all, statements)

    async def _submit(self, jobs: Jobs, start: Callable[[], Script[T]], *, snapshot: bool = False) -> T:
        if self._loop is None:
            raise not_ready("SQLite: the database is not open")
        job = _Job(start, self._loop.create_future(), snapshot)
        jobs.put(job)
        result: T = await job.done
        return result

    def _start(self, name: str, connection: sqlite3.Connection, jobs: Jobs, run_batch: RunBatch) -> None:
        thread = threading.Thread(target=_serve, args=(connection, jobs, run_batch, self._loop), name=name, daemon=True)
        thread.start()
        self._threads.append(thread)


def sqlite_path(url: str) -> Path:
    """Return the file that `sqlite:///relative` or `sqlite:////absolute` names. Raises ValueError for memory."""
    path = url.removeprefix("sqlite:///")
    if path in ("", ":memory:", url):
        raise ValueError("DATABASE_URL must name a file, for example sqlite:///var/gateway.sqlite")
    return Path(path)


def connect(path: Path, *, synchronous: str = "NORMAL", readonly: bool = False) -> sqlite3.Connection:
    """Return a connection in WAL mode that leaves transactions to us. `synchronous` FULL also survives a power cut."""
    connection = sqlite3.connect(
        path, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    # SQLite does not wait where two processes switch a new file to WAL at once: one of them hears "locked".
    _patiently(connection, "PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    if readonly:
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{READER_KIB}")
    else:
        # SQLite's own waiting sleeps up to 100 ms between tries; `_patiently` waits in steps of a millisecond.
        connection.execute("PRAGMA busy_timeout = 0")
    return connection


def _serve(
    connection: sqlite3.Connection,
    jobs: Jobs,
    run_batch: RunBatch,
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Run batches until the queue says None; the loop is woken once per batch."""
    _yield_to_the_loop()
    open_ = True
    while open_:
        batch: list[_Job] = []
        job = jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) == BATCH:
                break
            try:
                job = jobs.get_nowait()
            except Empty:
                break
        open_ = job is not None
        if batch:
            try:
                run_batch(connection, batch)
            except Exception as error:  # of the transaction they shared
                for job in batch:
                    job.error = job.error or translate_sqlite_error(error)
            with contextlib.suppress(RuntimeError):  # the loop is gone, and with it everyone who waited
                loop.call_soon_threadsafe(_deliver, batch)
        del batch, job  # what was read may be large, and the next job may be long in coming
    connection.close()


def _yield_to_the_loop() -> None:
    """Ask Linux not to interrupt the event loop for this thread: on a busy core more jobs then share a commit."""
    if hasattr(os, "SCHED_BATCH"):
        with contextlib.suppress(OSError):  # a sandbox may forbid it; it only saves switches
            os.sched_setscheduler(threading.get_native_id(), os.SCHED_BATCH, os.sched_param(0))


def _deliver(batch: list[_Job]) -> None:
    for job in batch:
        if job.done.done():  # the caller was cancelled; what it asked for has happened all the same
            continue
        if job.error is not None:
            job.done.set_exception(job.error)
        else:
            job.done.set_result(job.value)


def _write_batch(connection: sqlite3.Connection, batch: list[_Job]) -> None:
    """Run scripts in one transaction, each undone alone when it fails; nobody hears of success before the commit.

    Most batches hold none that fails, and savepoints cost a sixth of a settlement: they are made only where one did.
    """
    try:
        _patiently(connection, "BEGIN IMMEDIATE")
        if len(batch) == 1 or not _all_succeed(connection, batch):
            if not connection.in_transaction:
                _patiently(connection, "BEGIN IMMEDIATE")
            for job in batch:
                _attempt(connection, job, shared=len(batch) > 1)
        if connection.in_transaction:
            connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _all_succeed(connection: sqlite3.Connection, batch: list[_Job]) -> bool:
    """Run every script without a way back to the one before; at the first that fails, undo them all."""
    try:
        for job in batch:
            job.value = _drive(connection, job.start())
    except Exception:  # which one failed, and of what, shows when they run again
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return False
    return True


def _attempt(connection: sqlite3.Connection, job: _Job, *, shared: bool) -> None:
    if shared:
        connection.execute("SAVEPOINT script")
    try:
        job.value = _drive(connection, job.start())
    except Exception as error:
        job.error = translate_sqlite_error(error)
        if not connection.in_transaction:  # a full disk makes SQLite roll back the whole transaction by itself
            raise sqlite3.OperationalError("the shared transaction was rolled back") from error
        connection.execute("ROLLBACK TO script" if shared else "ROLLBACK")
    if shared:
        connection.execute("RELEASE script")


def _read_batch(connection: sqlite3.Connection, batch: list[_Job]) -> None:
    for job in batch:
        try:
            if job.snapshot:
                connection.execute("BEGIN")
            job.value = _drive(connection, job.start())
        except Exception as error:
            job.error = translate_sqlite_error(error)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _patiently(connection: sqlite3.Connection, sql: str) -> None:
    """Execute what needs a lock, waiting for other processes up to `LOCK_TIMEOUT`."""
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            connection.execute(sql)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.0001, 0.001))  # noqa: S311 - only spreads the tries


def _drive(connection: sqlite3.Connection, script: Script[T]) -> T:
    rows: list[Row] | None = None
    try:
        while True:
            statement = next(script) if rows is None else script.send(rows)
            rows = _execute(connection, statement)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        script.close()


def _execute(connection: sqlite3.Connection, statement: Statement) -> list[Row]:
    sql, order, in_order = _positional(statement.sql)
    args = statement.args
    if statement.many:
        connection.executemany(sql, [[each[i] for i in order] for each in args])
        return []
    if not in_order or len(args) != len(order):
        args = [args[i] for i in order]
    return connection.execute(sql, args).fetchall()


@lru_cache(maxsize=1024)
def _positional(sql: str) -> tuple[str, tuple[int, ...], bool]:
    """Return the SQL with `?` for `$n`, which argument each `?` takes, and whether they take them as they come.

    Every other form of placeholders makes 3.12 warn.
    """
    order = tuple(int(number) - 1 for number in re.findall(r"\$(\d+)", sql))
    return re.sub(r"\$\d+", "?", sql), order, order == tuple(range(len(order)))


def _all(statements: Sequence[str]) -> Script[None]:
    for sql in statements:
        yield Statement(sql)
