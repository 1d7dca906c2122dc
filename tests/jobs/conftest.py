"""The service with its background work standing still, so that tests move it step by step."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.service import Served, serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def still(shop_url: str) -> AsyncIterator[Served]:
    """The service without a runner."""
    async with serving(shop_url, jobs_in_process="off") as running:
        yield running
