"""Migrations run on both databases, once, whoever starts them."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.store.database import Database, open_database
from gateway.store.ledger import DatabaseLedger
from gateway.store.migrating import MIGRATION_TABLE, SchemaTooNew, migrate, migrations, pending
from gateway.store.scope import NOBODY, acting
from gateway.store.tables import TABLES
from tests.store.making import SetClock, assert_balanced, claim, sealer, settlement

ROOT = Path(__file__).resolve().parents[2]
MIGRATE = """
import asyncio, sys
from gateway.store.migrating import migrate
print(len(asyncio.run(migrate(sys.argv[1]))))
"""


async def columns(database: Database, table: str) -> set[str]:
    if database.dialect == "sqlite":
        return {row[0] for row in await database.fetch("SELECT name FROM pragma_table_info($1)", table)}
    sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1"
    return {row[0] for row in await database.fetch(sql, table)}


async def test_a_second_run_finds_nothing_to_do(database_url):
    assert await migrate(database_url) == [migration.id for migration in migrations()]
    assert await migrate(database_url) == []


async def test_what_is_pending_is_told_without_running_it(database_url):
    database = open_database(database_url)
    await database.open()
    assert await pending(database) == await pending(database) == [migration.id for migration in migrations()]
    await migrate(database_url)
    assert await pending(database) == []
    await database.close()


async def test_processes_that_start_at_once_run_each_migration_once(database_url):
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, database_url, stdout=-1, cwd=ROOT)
        for _ in range(3)
    ]
    printed = [int((await process.communicate())[0]) for process in started]
    assert sorted(printed) == [0, 0, len(migrations())]


async def test_a_database_of_a_newer_release_is_refused_by_name(database_url):
    await migrate(database_url)
    database = open_database(database_url, as_owner=True)
    await database.open()
    await database.execute("INSERT INTO migration (name, app_name) VALUES ($1, $2)", "2999-01-01", "gateway")
    await database.close()
    with pytest.raises(SchemaTooNew, match="2999-01-01"):
        await migrate(database_url)


BEFORE = "2026-11-22T16:05:00:000000"
"""The first migration that the release before does not have: sums by hour, row security and months come after it."""


def statements_of_the_release_before(dialect):
    for migration in migrations():
        if migration.id < BEFORE:
            yield from migration.statements(dialect)
            yield f"INSERT INTO migration (name, app_name) VALUES ('{migration.id}', 'gateway')"


async def test_a_database_in_use_by_the_release_before_is_brought_up_and_stays_in_use(database_url):
    database = open_database(database_url, as_owner=True)
    await database.open()
    await database.execute(MIGRATION_TABLE[database.dialect])
    await database.execute_ddl(list(statements_of_the_release_before(database.dialect)))
    old, held = DatabaseLedger(database, sealer(), SetClock()), claim(quota_limit=-1, budget_cap=10**12)
    with acting(NOBODY):  # the release before knows of no scope, and connects as the owner
        for cost in (3, 4):
            wish = claim(quota_limit=-1, budget_cap=10**12)
            await old.settle(await old.reserve(wish), settlement(wish, cost=cost))
        hold = await old.reserve(held)
        assert len(await migrate(database_url)) == len([one for one in migrations() if one.id >= BEFORE])
        await old.settle(hold, settlement(held, cost=5))
        assert await database.fetch("SELECT SUM(cost), SUM(calls) FROM usage_hourly") == [(12, 3)]
        assert await database.fetch("SELECT SUM(cost), COUNT(*) FROM usage_all") == [(12, 3)]
    await assert_balanced(database)
    await database.close()


def piccolo(command: str, url: str) -> str:
    environment = {**os.environ, "DATABASE_URL": url, "PICCOLO_CONF": "piccolo_conf"}
    words = [str(Path(sys.executable).with_name("piccolo")), "migrations", *command.split()]
    ran = subprocess.run(words, capture_output=True, text=True, env=environment, cwd=ROOT, check=True)
    return ran.stdout


async def test_piccolos_own_command_brings_the_same_schema(database_url):
    await asyncio.to_thread(piccolo, "forwards gateway", database_url)
    assert await migrate(database_url) == []
    assert "True" in await asyncio.to_thread(piccolo, "check --app_name=gateway", database_url)


async def test_piccolo_tables_have_the_columns_of_the_database(database):
    of_piccolo = {table._meta.tablename: {column._meta.name for column in table._meta.columns} for table in TABLES}
    assert of_piccolo == {name: await columns(database, name) for name in of_piccolo}
