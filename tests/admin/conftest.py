"""The service with its admin over the demo tenants, on each kind of database."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from admin import bench, jobs
from admin.app import create
from evals.suite import Case, Suite, load_suite
from tests.admin.visiting import Place
from tests.fakes import FakeClock
from tests.service import _lifespan, settings_for


def thinned(path: Path, known_checks: Sequence[str]) -> Suite:
    """Return a suite with two cases of each of its slices and the last ones, which are those that people added."""
    suite = load_suite(path, known_checks)
    slices: dict[str, list[Case]] = {}
    for case in suite.cases:
        slices.setdefault(case.slice, []).append(case)
    kept = {case.index: case for cases in (*slices.values(), suite.cases[-2:]) for case in (*cases[:1], cases[-1])}
    return replace(suite, cases=tuple(replace(kept[old], index=new) for new, old in enumerate(sorted(kept))))


@pytest.fixture(scope="module")
def few_cases() -> Iterator[None]:
    """Let a few cases of a suite be asked and be enough: no test is about how many. tests/browser asks them all."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bench, "load_suite", thinned)
        patched.setattr(jobs, "MIN_CASES", 10)
        bench._suite.cache_clear()
        yield
    bench._suite.cache_clear()


@pytest.fixture
def every_case(few_cases: None) -> Iterator[None]:
    """Let a run ask every case, for a test that needs a long one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bench, "load_suite", load_suite)
        bench._suite.cache_clear()
        yield
    bench._suite.cache_clear()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(shop_url: str, few_cases: None) -> AsyncIterator[Place]:
    """The admin, shared by the tests of one file; nothing is released in it."""
    settings, clock = settings_for(shop_url), FakeClock()
    service = create(settings, clock)
    async with _lifespan(service.asgi):
        yield Place(service, clock)
