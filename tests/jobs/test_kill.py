"""kill -9 at random moments: every job is done, and what it writes is written once.

`KILLS=1000` runs longer.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.domain.jobs import NewJob
from gateway.store.database import open_database
from gateway.store.migrating import migrate_open
from tests.backends import available_backends, fresh_database_url
from tests.store.making import BUSINESS, jobs_on

KILLS = int(os.environ.get("KILLS", "100"))
JOBS = 4 * KILLS


@pytest.fixture(params=available_backends())
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database."""
    async with fresh_database_url(request.param, tmp_path) as url:
        yield url


async def test_each_jobs_effect_is_there_once_whoever_dies(database_url):
    database = open_database(database_url)
    await database.open()
    await migrate_open(database)
    jobs = jobs_on(database)

    def asked():
        for number in range(JOBS):
            yield from jobs.enqueue(BUSINESS, NewJob("test", {"n": number}))

    await database.run(asked)
    command = ("-m", "tests.jobs.mortal", database_url, str(KILLS), "seed", str(time.time()))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=-1)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    assert printed == b""
    states = await database.fetch("SELECT state, COUNT(*), MAX(attempts) FROM job GROUP BY state")
    assert [(row[0], row[1]) for row in states] == [("completed", JOBS)]
    assert states[0][2] > 1, "nobody was killed at work"
    effects = await database.fetch("SELECT name, n FROM revision WHERE name LIKE 'job %'")
    assert len(effects) == JOBS
    assert {row[1] for row in effects} == {1}
    await database.close()
