"""An empty, migrated database of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store.database import Database, open_database
from gateway.store.migrating import migrate
from tests.backends import available_backends, copied_database_url, fresh_database_url


@pytest.fixture(params=available_backends())
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database."""
    async with fresh_database_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture(params=available_backends())
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An open, migrated database."""
    async with copied_database_url(request.param, tmp_path, "migrated", migrate) as url:
        opened = open_database(url)
        await opened.open()
        yield opened
        await opened.close()
