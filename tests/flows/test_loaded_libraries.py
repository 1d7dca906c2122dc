"""A process of the service loads no library that it has no use for."""

import json
import subprocess
import sys
from pathlib import Path

_START = """
import asyncio, json, sys
import gateway.__main__
from gateway.settings import Settings
from gateway.cli import main
from gateway.store.holdings import holdings
from admin.app import create

found = Settings.from_environ({"DATABASE_URL": sys.argv[1]})
catalog = asyncio.run(main._prepare(found))

async def served():
    async with create(found, catalog=catalog).running():
        pass

asyncio.run(served())
holdings()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_a_service_on_sqlite_without_a_provider_loads_no_other_driver_and_no_sdk(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", _START, f"sqlite:///{tmp_path}/a.sqlite"], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert {"sqlite3", "litestar"} <= loaded
    assert loaded.isdisjoint({"piccolo", "asyncpg", "openai", "aiohttp", "redis", "black", "rich", "pygments"})
