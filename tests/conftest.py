"""What tests of the whole service share: it runs in this process, over the demo tenants, on each kind of database."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from gateway.store.scope import OPERATOR, enter
from tests.backends import available_backends, drop_originals
from tests.service import SANKOFA, Client, Databases, Served, serving

# How long making an input takes says how busy the machine is, not whether the code is right.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_configure() -> None:
    """Let tests look at every business's rows; the services that they start work for nobody until a caller is known."""
    enter(OPERATOR)


LONGEST = (
    "tests/flows/test_schemathesis.py", "tests/browser/test_every_page.py", "tests/flows/test_chaos.py",
    "tests/browser/", "tests/flows/test_overspend_http.py", "tests/flows/test_backup.py", "tests/flows/test_fleet.py",
    "tests/flows/test_brownout.py", "tests/flows/test_graceful_stop.py", "tests/store/test_kill.py",
    "tests/jobs/test_kill.py", "tests/store/test_overspend.py", "tests/flows/", "tests/admin/",
)  # fmt: skip
"""What takes minutes for a few tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that of processes that share the work none is left alone with one at the end."""

    def place(item: pytest.Item) -> int:
        return next((n for n, path in enumerate(LONGEST) if item.nodeid.startswith(path)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Loads the demo tenants once and hands out copies."""
    yield Databases()
    drop_originals()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=available_backends())
async def shop_url(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A database with the demo tenants, shared by the tests of one file."""
    async with databases.copy(request.param, tmp_path_factory.mktemp("shop")) as url:
        yield url


@pytest.fixture
async def sqlite_url(databases: Databases, tmp_path: Path) -> AsyncIterator[str]:
    """A SQLite database with the demo tenants for one test."""
    async with databases.copy("sqlite", tmp_path) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(shop_url: str) -> AsyncIterator[Served]:
    """The service with the offline rules, shared by the tests of one file."""
    async with serving(shop_url) as running:
        yield running


@pytest.fixture
def client(served: Served) -> Client:
    """A caller of Sankofa Stores, a minute after the previous test, so that no rate limit carries over."""
    served.clock.advance(61)
    return served.client(SANKOFA)
