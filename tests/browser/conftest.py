"""One service and one browser for all browser tests; without a browser they are not collected, which CI refuses."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser.chromium import FLAGS, chromium
from tests.browser.looking import set_up
from tests.browser.running import Running, quickstarted
from tests.waiting import PATIENCE_S

HERE = Path(__file__).parent
collect_ignore_glob = [] if chromium() else ["test_*.py"]

if not chromium() and os.environ.get("REQUIRE_SERVERS") == "1":
    raise pytest.UsageError("REQUIRE_SERVERS=1, but there is no Chromium: install it or set CHROMIUM to its path.")


def pytest_report_collectionfinish() -> str:
    """Say which browser is driven, or how many tests are left out."""
    if found := chromium():
        return f"browser tests: {found}"
    tests = sum(len(re.findall(r"^async def test_", path.read_text(), re.M)) for path in HERE.glob("test_*.py"))
    return f"browser tests: no Chromium found, {tests} not collected"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The service, as `make run` starts it."""
    with quickstarted(tmp_path_factory.mktemp("browser")) as service:
        yield service


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        opened = launched.new_context

        async def patient(**options: Any) -> BrowserContext:
            context = await opened(**options)
            context.set_default_timeout(PATIENCE_S * 1000)
            return context

        launched.new_context = patient  # type: ignore[method-assign]
        expect.set_options(timeout=PATIENCE_S * 1000)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def session(browser: Browser, running: Running) -> Any:
    """The cookie of somebody who used the link that the service printed."""
    context = await browser.new_context()
    page = await context.new_page()
    await set_up(page, running.link)
    state = await context.storage_state()
    await context.close()
    return state


@pytest.fixture(scope="session")
def unused_link(running: Running) -> str:
    """A link that no test uses up."""
    return running.new_link()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, running: Running) -> AsyncIterator[BrowserContext]:
    """A browser window of a signed-out visitor."""
    opened = await browser.new_context(base_url=running.url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> Page:
    """A signed-out visitor's page."""
    return await context.new_page()
