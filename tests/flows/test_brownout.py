"""Models that fail half the time, not at all times, or slowly: callers go on getting answers, soon, and few attempts.

The long runs, with the targets' own figures, are `python -m bench.faults`; these are short, and generous with time,
since other work may share the machine.
"""

import asyncio
import itertools
import json
import random

import pytest

from gateway.pipeline.breaker import OPEN_S
from tests.flows.asking import CREDIT, DESCRIPTION, credit, description
from tests.flows.loading import Request, days, same
from tests.flows.pacing import arriving, share
from tests.flows.processes import running
from tests.flows.upstream import hang, honest, says, status

RATE = 50
FAILED = status(500)


@pytest.fixture
def service(fresh_site, upstream):
    with running(fresh_site, upstream.url, LOG_LEVEL="warning") as started:
        upstream.reset()
        client = started.client()
        client.post(DESCRIPTION, description())  # the first call warms up
        client.post(CREDIT, credit(fresh_site.tenant("PROFESSIONAL").customer_id))
        yield started


def descriptions():
    """Yield requests that no cache can answer."""
    return (Request(DESCRIPTION, {**description(), "as_of": day}) for day in days())


def asked(service, requests, seconds, rate=RATE):
    """Return what came of requests that arrive at this rate."""
    key = service.site.tenant("PROFESSIONAL").key
    return asyncio.run(arriving(service.port, key, requests, rate, seconds))


def half_of(behave, otherwise, seed=11):
    """Behave so for a random half of the calls."""
    dice = random.Random(seed)

    async def answer(call, writer):
        await (behave if dice.random() < 0.5 else otherwise)(call, writer)

    return answer


def states(service):
    """Return the state of each model's breaker."""
    return json.loads(service.client().get("/health/ready").body)["breakers"]


def test_a_brownout_of_half_the_calls_leaves_nobody_without_an_answer_and_makes_few_attempts(service, upstream):
    upstream.reset(half_of(FAILED, says(same())))
    timed = asked(service, descriptions(), 8)
    answered = [one for one in timed if one.outcome.status == 200]
    assert len(answered) >= 0.95 * len(timed)
    assert share(timed, 0.99) <= 3.0
    assert len(upstream.calls) <= 1.5 * len(timed)
    assert {one.outcome.source for one in answered} == {"model", "rules"}
    assert service.site.open_holds() == (0, 0)
    charged = service.site.rows("SELECT COUNT(*) FROM usage WHERE source = 'rules' AND cost > 0")
    assert charged == [(0,)], "a failed attempt was charged"


@pytest.mark.parametrize("dead", [FAILED, hang], ids=["errors", "silence"])
def test_a_blackout_opens_the_breaker_within_five_seconds_and_the_rules_answer_at_once(service, upstream, dead):
    upstream.reset(dead)
    timed = asked(service, descriptions(), 9)
    assert {one.outcome.status for one in timed} == {200}
    assert {one.outcome.source for one in timed} == {"rules"}
    assert share(timed, 0.99) <= 3.5
    assert "open" in states(service).values()
    last_call = max(call.at for call in upstream.calls)
    first_call = min(call.at for call in upstream.calls)
    assert last_call - first_call <= 5.0, "calls still left for a model that had failed for five seconds"
    later = [one for one in timed if one.at > 6.0]
    assert share(later, 0.5) <= 0.15
    assert share(later, 0.99) <= 1.0
    assert {one.reason for one in later} == {"upstream_unavailable"}
    assert service.site.open_holds() == (0, 0)
    assert OPEN_S * 1.1 + 2 <= 35, "a breaker that opens for longer cannot be closed in time"


def test_a_model_that_takes_eight_seconds_slows_no_feature_of_another_model(service, upstream):
    slow_model = "gpt-6-luna"
    quick, slow = says(honest), says(honest, after=8)
    customer = service.site.tenant("PROFESSIONAL").customer_id
    limits = itertools.count(9_000)
    assessments = (Request(CREDIT, credit(customer, limit)) for limit in limits)
    usual = share(asked(service, assessments, 3, RATE / 2), 0.99)  # what this machine can do just now
    upstream.reset(lambda call, writer: (slow if call.model == slow_model else quick)(call, writer))
    both = zip(descriptions(), assessments, strict=False)
    timed = asked(service, itertools.chain.from_iterable(both), 8)
    others = [one for one in timed if one.outcome.request.path == CREDIT]
    assert {one.outcome.status for one in timed} == {200}
    by_model = sum(one.outcome.source == "model" for one in others)
    assert by_model >= 0.98 * len(others), "only the slow model's callers get the rules"
    assert share(others, 0.99) <= max(0.5, 3 * usual), "far from the eight seconds, and from the three of a deadline"
    assert share(others, 0.5) <= max(0.2, 2 * usual)
