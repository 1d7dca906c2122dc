"""An empty, migrated database of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store.database import Database, open_database
from gateway.store.migrating import migrate_open
from tests.backends import available_backends, fresh_database_url


@pytest.fixture(params=available_backends())
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database."""
    async with fresh_database_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated database."""
    opened = open_database(database_url)
    await opened.open()
    await migrate_open(opened)
    yield opened
    await opened.close()
