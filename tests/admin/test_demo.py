"""The demo lives: real calls in the past, two prompts in their second version, one in review, one run that failed."""

from datetime import UTC, datetime

import pytest

from admin.app import create
from admin.bench import Bench
from admin.demo import SetBack, furnish
from gateway.store.overview import Overview
from gateway.store.retention import overdue
from tests.service import _lifespan, release_everything, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")


def afternoon() -> SetBack:
    """Return a clock of a Wednesday afternoon: on a Monday morning the shops have hardly opened since Saturday."""
    clock = SetBack()
    clock.set(round(datetime(2026, 11, 18, 16, tzinfo=UTC).timestamp() * 1e6))
    return clock


async def test_the_demo_lives_through_its_days_once(shop_url, few_cases):
    settings, clock = settings_for(shop_url, jobs_in_process="off", schedules="off"), SetBack(afternoon())
    bench = Bench(settings)
    service = create(settings, clock, bench)
    async with _lifespan(service.asgi):
        await release_everything(service)
        done = await furnish(service, clock, bench, days=3, a_day=6)
        assert done >= 5
        database = service.store.database
        states = [row[0] for row in await database.fetch("SELECT state FROM prompt_draft ORDER BY state")]
        assert states == ["draft", "in_review", "released", "released"]
        outcomes = [row[0] for row in await database.fetch("SELECT outcome FROM eval_run ORDER BY outcome")]
        assert outcomes == ["failed", "passed", "passed", "passed"]
        assert service.store.snapshots.live("credit_risk") is not None
        days = await database.fetch("SELECT COUNT(DISTINCT created_at / 86400000000) FROM usage")
        assert days[0][0] >= 2
        assert await Overview(database).started() == (True, True)
        assert await overdue(database, clock.real.now()) == {}, "what was due in those days has gone since"
        assert await furnish(service, clock, bench, days=3, a_day=6) == 0, "once is enough"
