"""Models that fail half the time, not at all times, or never end: everybody is answered, and few attempts are made.

What is asserted here is who was answered by what, and how often models were asked. How quickly that goes, against the
targets' own figures, is measured by `python -m bench.faults`: a test that shares its machine cannot tell.
"""

import asyncio
import contextlib
import itertools
import json
import random
import threading

import pytest

from gateway.pipeline.breaker import OPEN_S
from gateway.pipeline.bulkhead import PLACES
from tests.flows.asking import CREDIT, DESCRIPTION, credit, description
from tests.flows.loading import Request, days, hammer, same
from tests.flows.pacing import arriving
from tests.flows.processes import running
from tests.flows.upstream import hang, honest, says, status, when
from tests.waiting import eventually

RATE = 50
FAILED = status(500)
SLOW_MODEL = "gpt-6-luna"


@pytest.fixture
def start(fresh_site, upstream):
    """Give a function that starts a service on a fresh site; only the deadline may differ."""
    with contextlib.ExitStack() as stack:

        def started(**env):
            upstream.reset()
            return stack.enter_context(running(fresh_site, upstream.url, LOG_LEVEL="warning", **env))

        yield started


def descriptions():
    """Yield requests that no cache can answer."""
    return (Request(DESCRIPTION, {**description(), "as_of": day}) for day in days())


def key_of(service):
    return service.site.tenant("PROFESSIONAL").key


def half_of(behave, otherwise, seed=11):
    """Behave so for a random half of the calls."""
    dice = random.Random(seed)

    async def answer(call, writer):
        await (behave if dice.random() < 0.5 else otherwise)(call, writer)

    return answer


def states(service):
    """Return the state of each model's breaker."""
    return json.loads(service.client().get("/health/ready").body)["breakers"]


def test_a_brownout_of_half_the_calls_leaves_nobody_without_an_answer_and_makes_few_attempts(start, upstream):
    service = start()
    upstream.reset(half_of(FAILED, says(same())))
    timed = asyncio.run(arriving(service.port, key_of(service), descriptions(), RATE, 8))
    answered = [one for one in timed if one.outcome.status == 200]
    assert len(answered) >= 0.95 * len(timed)
    assert len(upstream.calls) <= 1.5 * len(timed)
    assert {one.outcome.source for one in answered} == {"model", "rules"}
    assert service.site.open_holds() == (0, 0)
    charged = service.site.rows("SELECT COUNT(*) FROM usage WHERE source = 'rules' AND cost > 0")
    assert charged == [(0,)], "a failed attempt was charged"


@pytest.mark.parametrize("dead", [FAILED, hang], ids=["errors", "silence"])
def test_in_a_blackout_models_are_soon_left_alone_and_the_rules_answer(start, upstream, dead):
    service = start(AI_DEADLINE_MS="3000")
    upstream.reset(dead)
    requests, key = descriptions(), key_of(service)
    for _ in range(30):  # as many rounds as a busy machine needs until a round asks no model
        before = len(upstream.calls)
        outcomes = asyncio.run(hammer(service.port, key, itertools.islice(requests, 30), 30))
        assert {outcome.status for outcome in outcomes} == {200}
        assert {outcome.source for outcome in outcomes} == {"rules"}
        if len(upstream.calls) == before:
            break
    assert len(upstream.calls) == before, "calls still leave for models that never answered"
    assert {outcome.json["meta"]["degraded"]["reason"] for outcome in outcomes} == {"upstream_unavailable"}
    assert "open" in states(service).values()
    assert service.site.open_holds() == (0, 0)
    assert OPEN_S * 1.1 + 2 <= 35, "a breaker that opens for longer cannot be closed in time"


async def test_a_model_that_never_ends_keeps_no_feature_of_another_model_from_its_answer(start, upstream):
    """All places of one model are taken, and more callers wait for them, until the others have been answered."""
    service = await asyncio.to_thread(start)
    customer = service.site.tenant("PROFESSIONAL").customer_id
    released = threading.Event()
    slow, quick = when(released, says(honest)), says(honest)
    upstream.reset(lambda call, writer: (slow if call.model == SLOW_MODEL else quick)(call, writer))
    waiting = itertools.islice(descriptions(), PLACES + 16)
    stuck = asyncio.ensure_future(hammer(service.port, key_of(service), waiting, PLACES + 16))
    try:
        await eventually(lambda: sum(call.model == SLOW_MODEL for call in upstream.calls) >= PLACES)
        assessments = [Request(CREDIT, credit(customer, limit)) for limit in range(9_000, 9_060)]
        others = await hammer(service.port, key_of(service), assessments, 20)
        assert {(outcome.status, outcome.source) for outcome in others} == {(200, "model")}
        assert not stuck.done(), "the slow model was not slow"
        assert sum(call.model == SLOW_MODEL for call in upstream.calls) == PLACES, "a model has so many places"
    finally:
        released.set()
        outcomes = await stuck
    assert {outcome.status for outcome in outcomes} == {200}
