"""What both drivers promise to the scripts they run."""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import time
import weakref
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from gateway.errors import NotReady
from gateway.store import sqlite
from gateway.store.database import ConstraintViolation, Statement, open_database, prove_writable
from gateway.store.errors import not_ready
from gateway.store.postgres_errors import translate_postgres_error
from tests.backends import available_backends
from tests.waiting import PATIENCE_S, eventually

ADD = "INSERT INTO n (id, v) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET v = n.v + excluded.v RETURNING v"
SQLITE_ONLY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def numbers(database_url):
    """An open database with one table of named numbers, none negative."""
    opened = open_database(database_url, as_owner=True)
    await opened.open()
    await opened.execute_ddl(["CREATE TABLE n (id TEXT NOT NULL PRIMARY KEY, v BIGINT NOT NULL CHECK (v >= 0))"])
    yield opened
    await opened.close()


def add(name, value):
    rows = yield Statement(ADD, (name, value))
    return rows[0][0]


def add_then_fail(name, value):
    yield Statement(ADD, (name, value))
    raise LookupError(name)


async def value(database, name):
    rows = await database.fetch("SELECT v FROM n WHERE id = $1", name)
    return rows[0][0] if rows else None


async def test_a_result_is_there_for_every_other_connection(numbers):
    other = open_database(numbers.url, as_owner=True)
    await other.open()
    for expected in range(1, 20):
        assert await numbers.run(add, "a", 1) == await value(other, "a") == expected
    await other.close()


async def test_a_failing_script_undoes_itself_and_no_neighbour(numbers):
    scripts = [numbers.run(add_then_fail if at % 3 else add, "a", 1) for at in range(60)]
    outcomes = await asyncio.gather(*scripts, return_exceptions=True)
    assert sum(isinstance(outcome, LookupError) for outcome in outcomes) == 40
    assert sorted(outcome for outcome in outcomes if isinstance(outcome, int)) == list(range(1, 21))
    assert await value(numbers, "a") == 20


async def test_a_refused_row_is_a_constraint_violation_that_names_no_value(numbers):
    with pytest.raises(ConstraintViolation) as refused:
        await numbers.execute("INSERT INTO n (id, v) VALUES ($1, $2)", "Ama Mensah", -25_000)
    assert "Ama" not in str(refused.value)
    assert "25000" not in str(refused.value)


async def test_wrong_sql_is_a_fault_of_ours_and_not_a_busy_database(numbers):
    for wrong in ("SELECT nothing FROM n", "SELECT v FROM n WHERE id = $1"):
        with pytest.raises(Exception) as raised:
            await numbers.fetch(wrong)
        assert not isinstance(raised.value, NotReady | ConstraintViolation)


async def test_placeholders_may_repeat_and_come_in_any_order(numbers):
    await numbers.run(add, "a", 7)
    sql = "SELECT CAST($2 AS TEXT), v FROM n WHERE id = $1 AND v = $3 AND v = $3"
    assert await numbers.fetch(sql, "a", "text", 7) == [("text", 7)]


async def test_many_rows_go_in_by_one_statement(numbers):
    def fill():
        yield Statement("INSERT INTO n (v, id) VALUES ($2, $1)", [(f"n{at}", at) for at in range(500)], many=True)
        return (yield Statement("SELECT SUM(v) FROM n"))

    assert int((await numbers.run(fill))[0][0]) == 499 * 250


def read_twice(dialect):
    first = yield Statement("SELECT v FROM n")
    if dialect == "sqlite":
        time.sleep(0.2)
    else:
        yield Statement("SELECT pg_sleep(0.2)")
    return first, (yield Statement("SELECT v FROM n"))


async def test_a_reading_script_sees_one_instant(numbers):
    await numbers.run(add, "a", 1)
    reading = asyncio.create_task(numbers.read(read_twice, numbers.dialect))
    await asyncio.sleep(0.1)
    await numbers.run(add, "a", 1)
    first, second = await reading
    assert first == second
    assert await value(numbers, "a") == 2


async def test_a_script_ends_though_its_caller_is_gone(numbers):
    call = asyncio.create_task(numbers.run(add, "a", 1))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await numbers.run(add, "b", 1)

    async def written():
        return await value(numbers, "a") is not None

    await eventually(written)


async def test_closing_finishes_what_was_begun(database_url):
    database = open_database(database_url, as_owner=True)
    await database.open()
    await database.execute_ddl(["CREATE TABLE n (id TEXT NOT NULL PRIMARY KEY, v BIGINT NOT NULL)"])
    calls = [asyncio.create_task(database.run(add, "a", 1)) for _ in range(10)]
    await asyncio.sleep(0)
    await database.close()
    assert sorted(await asyncio.gather(*calls)) == list(range(1, 11))
    with pytest.raises(NotReady):
        await database.fetch("SELECT 1")


async def test_a_process_that_forgets_to_close_ends_all_the_same(database_url):
    program = (
        "import asyncio, sys; from gateway.store.database import open_database\n"
        "async def main():\n"
        "    database = open_database(sys.argv[1]); await database.open(); print(await database.fetch('SELECT 1'))\n"
        "asyncio.run(main())"
    )
    words = [sys.executable, "-c", program, database_url]
    ran = await asyncio.to_thread(subprocess.run, words, capture_output=True, timeout=PATIENCE_S, cwd=Path.cwd())
    assert ran.stdout == b"[(1,)]\n"


@pytest.mark.parametrize("url", ["mysql://x", "sqlite:///:memory:", "sqlite://"])
def test_a_url_that_cannot_be_served_is_refused_at_once(url):
    with pytest.raises(ValueError, match="DATABASE_URL"):
        open_database(url)


async def test_a_server_that_is_not_there_is_not_ready():
    with pytest.raises(NotReady):
        await open_database("postgresql://postgres@127.0.0.1:1/none").open()


@SQLITE_ONLY
async def test_another_processs_lock_is_waited_for_and_then_refused(numbers, monkeypatch):
    with closing(sqlite.connect(sqlite.sqlite_path(numbers.url))) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(numbers.run(add, "a", 1))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        other.execute("ROLLBACK")
        assert await waiting == 1
        monkeypatch.setattr(sqlite, "LOCK_TIMEOUT", 0.05)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotReady):
            await numbers.run(add, "a", 1)
        assert await value(numbers, "a") == 1
    assert await numbers.run(add, "a", 1) == 2


@SQLITE_ONLY
async def test_two_processes_that_open_a_new_file_at_once_both_get_it(database_url, monkeypatch):
    told = []

    class Second(sqlite3.Connection):
        def execute(self, sql, *args):
            if "journal_mode" in sql and not told:  # as SQLite says, without waiting, to the one that comes second
                told.append(sql)
                busy = sqlite3.OperationalError("database is locked")
                busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise busy
            return super().execute(sql, *args)

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: real(*args, factory=Second, **kwargs))
    with closing(sqlite.connect(sqlite.sqlite_path(database_url))) as opened:
        assert told
        assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@SQLITE_ONLY
async def test_a_full_disk_refuses_writes_until_there_is_room(numbers):
    pages = (await numbers.fetch("PRAGMA page_count"))[0][0]
    await numbers.execute(f"PRAGMA max_page_count = {pages}")
    calls = [numbers.run(add, "x" * 9000 + str(at), 1) for at in range(5)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(outcome, NotReady) for outcome in outcomes)
    await numbers.execute("PRAGMA max_page_count = 100000")
    assert await numbers.run(add, "x" * 9000 + "0", 1) == 1


async def test_a_refused_write_is_remembered_until_the_next_one_is_proven(database):
    def full():
        yield Statement("SELECT 1")
        raise not_ready("full")

    assert not database.write_refused
    with pytest.raises(NotReady):
        await database.run(full)
    assert database.write_refused
    await prove_writable(database)
    assert not database.write_refused


@SQLITE_ONLY
async def test_durability_against_a_power_cut_syncs_every_commit(database_url):
    for durability, wanted in (("process", 1), ("power", 2)):
        database = open_database(database_url, durability=durability, as_owner=True)
        await database.open()
        assert await database.execute("PRAGMA synchronous") == [(wanted,)]
        assert await database.execute("PRAGMA journal_mode") == [("wal",)]
        await database.close()


def test_a_connection_that_was_cut_in_the_middle_is_not_ready():
    cut = asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
    assert isinstance(translate_postgres_error(cut), NotReady)
    misuse = asyncpg.InterfaceError("the server expects 1 argument for this query, 2 were passed")
    assert translate_postgres_error(misuse) is misuse


def lock_two(first, second, seconds=0.2):
    yield Statement(ADD, (first, 1))
    yield Statement("SELECT pg_sleep($1)", (seconds,))
    rows = yield Statement(ADD, (second, 1))
    return rows[0][0]


if "postgresql" in available_backends():

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_a_lost_connection_is_not_ready_and_the_next_call_has_a_new_one(numbers):
        dying = asyncio.create_task(numbers.run(lock_two, "a", "b", 3600))
        sleeping = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
        await eventually(lambda: numbers.fetch(sleeping))
        with contextlib.suppress(NotReady):
            await numbers.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            )
        with pytest.raises(NotReady):
            await dying
        assert await numbers.run(add, "a", 1) == 1

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_a_database_that_is_closed_for_maintenance_is_not_ready_and_comes_back(numbers, database_url):
        name = database_url.rsplit("/", 1)[-1].partition("?")[0]
        server = await asyncpg.connect(database_url.replace(f"/{name}", "/postgres"))
        try:
            await server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            await server.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
            for _ in range(2):
                with pytest.raises(NotReady):
                    await numbers.fetch("SELECT 1")
        finally:
            await server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await server.close()
        assert await numbers.run(add, "a", 1) == 1

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_a_deadlock_is_tried_again(numbers):
        await asyncio.gather(numbers.run(add, "a", 0), numbers.run(add, "b", 0))
        assert sorted(await asyncio.gather(numbers.run(lock_two, "a", "b"), numbers.run(lock_two, "b", "a"))) == [1, 2]
        assert (await value(numbers, "a"), await value(numbers, "b")) == (2, 2)


class Large:
    """A result whose end can be seen."""


def read_large():
    yield Statement("SELECT 1")
    return Large()


async def test_no_thread_holds_on_to_what_was_read(numbers):
    gone = weakref.ref(await numbers.read(read_large))
    await eventually(lambda: gone() is None)
