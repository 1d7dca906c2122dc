"""The service with its admin over the demo tenants, on each kind of database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from admin.app import create
from tests.admin.visiting import Place
from tests.fakes import FakeClock
from tests.service import _lifespan, settings_for


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(shop_url: str) -> AsyncIterator[Place]:
    """The admin, shared by the tests of one file; nothing is released in it."""
    settings, clock = settings_for(shop_url), FakeClock()
    service = create(settings, clock)
    async with _lifespan(service.asgi):
        yield Place(service, clock)
