"""What the flow tests share: one upstream, and a filled database that each module copies."""

from collections.abc import Callable, Iterator

import pytest

from tests.flows.processes import Site, make_site
from tests.flows.upstream import Upstream, serving


@pytest.fixture(scope="session")
def filled_site(tmp_path_factory) -> Site:
    """Give a site that nobody may change; copy it."""
    return make_site(tmp_path_factory.mktemp("filled"))


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """Give a model server."""
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def site(filled_site, tmp_path_factory) -> Site:
    """Give the module's own site."""
    return filled_site.copy(tmp_path_factory.mktemp("site"))


@pytest.fixture
def fresh_site(filled_site, tmp_path) -> Callable[[], Site]:
    """Give a site for one test."""
    return filled_site.copy(tmp_path / "site")
