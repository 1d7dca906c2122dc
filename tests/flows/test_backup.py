"""A backup is taken under load and restored: every counter is the sum of its rows, and every chain is whole."""

import asyncio
import itertools
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from gateway.settings import ROOT
from gateway.store.books import drifts
from gateway.store.database import open_database
from gateway.store.migrating import migrations
from tests.backends import available_backends, fresh_database_url
from tests.flows.asking import DESCRIPTION, description
from tests.flows.loading import Request, days, hammer, same, site_on
from tests.flows.processes import Site, running
from tests.flows.upstream import says
from tests.waiting import eventually

# Where servers are required, a missing tool fails the test instead of leaving it out.
NEEDS_TOOLS = pytest.mark.skipif(
    shutil.which("pg_dump") is None and os.environ.get("REQUIRE_SERVERS") != "1", reason="needs pg_dump and pg_restore"
)


def command(url, *words):
    """Run one of the service's commands and return its standard output."""
    env = {**os.environ, **Site(ROOT, url, []).env, "POLICY_DIR": str(ROOT / "gateway" / "policy")}
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copied(url, file, into):
    """Take a backup into `file` and restore it as the database `into`, as docs/scaling.md says."""
    if url.startswith("sqlite"):
        command(url, "backup", str(file))
        shutil.copy(file, into.removeprefix("sqlite:///"))
    else:
        subprocess.run(["pg_dump", "--format=custom", "--file", str(file), url], check=True, timeout=240)
        subprocess.run(["pg_restore", "--no-owner", "--dbname", into, str(file)], check=True, timeout=240)


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=NEEDS_TOOLS)])
async def test_what_is_restored_from_a_backup_under_load_balances(tmp_path, upstream, backend):
    if backend not in available_backends():
        pytest.skip("needs PostgreSQL")
    upstream.reset(says(same(), after=0.02))
    async with site_on(backend, tmp_path) as site, fresh_database_url(backend, tmp_path) as into:
        service = running(site, upstream.url, LOG_LEVEL="error")
        started = await asyncio.to_thread(service.__enter__)
        try:
            bodies = (Request(DESCRIPTION, {**description(), "as_of": day}) for day in days())
            key = site.tenant("PROFESSIONAL").key
            load = asyncio.ensure_future(hammer(started.port, key, itertools.islice(bodies, 400), 8))
            await eventually(lambda: len(upstream.calls) >= 60)
            await asyncio.to_thread(copied, site.database_url, tmp_path / "copy", into)
            assert {outcome.status for outcome in await load} == {200}
        finally:
            await asyncio.to_thread(service.__exit__, None, None, None)
        told = await asyncio.to_thread(command, into, "books", "check", "--json")
        assert json.loads(told) == {"drifts": []}
        assert json.loads(await asyncio.to_thread(command, into, "audit", "verify", "--json")) == {"broken": {}}
        database = open_database(into)
        await database.open()
        try:
            ((rows,),) = await database.fetch("SELECT COUNT(*) FROM usage")
            assert 30 <= rows <= 400
            await database.execute("UPDATE budget SET spent = spent + 1")
            wrong = await drifts(database, 1_795_341_600_000_000)
            assert {one.spent - one.charged for one in wrong} == {1}, "a counter that is off by one was not found"
        finally:
            await database.close()


BEFORE_THE_FIRST_RELEASE = ("2026-11-22T14:00:00:000000", "2026-11-23T04:00:00:000000")
"""Replaced two tables, and let a product have no stock on record, before any release had written either."""

# Rights and policies bind the application's role; a process of the release before is connected as the tables' owner.
ADDITIVE = re.compile(
    r"\s*((CREATE (UNIQUE )?|DROP )INDEX|CREATE (VIRTUAL )?TABLE|CREATE (OR REPLACE )?(VIEW|FUNCTION|TRIGGER)"
    r"|CREATE CONSTRAINT TRIGGER|CREATE POLICY|SELECT gateway_|DO \$|REVOKE ALL ON FUNCTION"
    r"|INSERT INTO|UPDATE|WITH|ALTER INDEX|ALTER TABLE \S+ (ADD COLUMN|ENABLE ROW LEVEL SECURITY))",
    re.IGNORECASE,
)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_migrations_only_add_so_that_the_release_before_goes_on_working_on_the_new_schema(dialect):
    for migration in migrations()[1:]:
        if migration.id in BEFORE_THE_FIRST_RELEASE:
            continue
        for sql in migration.statements(dialect):
            assert ADDITIVE.match(sql), f"{migration.id}: {sql[:80]}"
            added = re.search(r"ADD COLUMN (.*)", sql, re.IGNORECASE | re.DOTALL)
            required = added and "NOT NULL" in added[1].upper() and "DEFAULT" not in added[1].upper()
            assert not required, f"{migration.id}: rows of the release before would be refused: {sql[:80]}"
