"""64 callers on two worker processes: no sample shows more than the cap, and a quota of 10 admits 10.

`FLOW_CALLS=10000` runs longer.
"""

import asyncio
import itertools
import os
import random
from collections import Counter
from decimal import Decimal

import pytest

from gateway.store.audit import AuditLog
from tests.backends import available_backends
from tests.flows.asking import ASSISTANT, DESCRIPTION, assistant, description
from tests.flows.loading import Request, assert_books_are_right, billed, days, hammer, money, same, site_on, watching
from tests.flows.processes import start
from tests.flows.upstream import says

CALLS = {"sqlite": int(os.environ.get("FLOW_CALLS", "2000")), "postgresql": int(os.environ.get("FLOW_CALLS", "1000"))}
CALLERS = 64
CENT = 10_000_000
SHARE = 160_000
"""About half of what a call costs on average, in nano-USD."""


def cap_on(backend):
    """Return the budget in nano-USD, in whole cents."""
    return CALLS[backend] * SHARE // CENT * CENT


@pytest.fixture(params=available_backends())
async def served(request, tmp_path, upstream):
    """Give a site and its service with two workers."""
    limits = {"budget_usd": f"{cap_on(request.param) / 1e9:.2f}", "meters": {"chatbot_messages_per_day": 10}}
    async with site_on(request.param, tmp_path, **limits) as site:
        service = start(site, upstream.url, workers=2, LOG_LEVEL="warning")
        try:
            await asyncio.to_thread(service.wait_ready)
            yield site, service
        finally:
            await asyncio.to_thread(service.stop)


async def sampled(database, work):
    """Return what `work` gave and every (spent, reserved) that was seen meanwhile."""
    samples, task = [], asyncio.ensure_future(work)
    while not task.done():
        samples.append(await money(database))
        await asyncio.sleep(0.005)
    return await task, samples


async def test_the_cap_holds_at_every_sample_and_the_quota_to_the_unit(served, upstream):
    site, service = served
    backend = site.database_url.split(":")[0]
    calls, cap = CALLS[backend], cap_on(backend)
    dice = random.Random(7)
    upstream.reset(says(same(), usage=lambda _: (dice.randint(1, 2000), dice.randint(1, 900))))
    key = site.tenant("PROFESSIONAL").key
    bodies = ({**description(), "as_of": day} for day in days())
    requests = (Request(DESCRIPTION, body) for body in itertools.islice(bodies, calls))
    async with watching(site) as database:
        outcomes, samples = await sampled(database, hammer(service.port, key, requests, CALLERS))
        assert {outcome.status for outcome in outcomes} == {200}
        answered = Counter(outcome.source for outcome in outcomes)
        assert answered["model"] > calls / 4
        assert answered["rules"] > calls / 20, "the cap was never reached"
        assert len(samples) > 50
        assert any(reserved for _, reserved in samples)
        assert max(spent + reserved for spent, reserved in samples) <= cap
        spent, _ = await money(database)
        assert cap * 0.97 < spent <= cap
        told = (Decimal(outcome.json["meta"]["usage"]["cost_usd"]) for outcome in outcomes)
        assert spent == sum(told) * 10**9 <= billed(site, upstream.calls)
        await assert_books_are_right(database)

        upstream.reset(says(same()))
        other = site.tenant("ENTERPRISE").key
        asked = [Request(ASSISTANT, assistant()) for _ in range(150)]
        statuses = Counter(outcome.status for outcome in await hammer(service.port, other, asked, CALLERS))
        assert statuses == {200: 10, 429: 140}
        assert len(upstream.calls) == 10
        assert await AuditLog(database).verify_all() == {}
