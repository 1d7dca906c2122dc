"""What the service stands on breaks: nothing leaves without a durable reservation, nothing is charged twice or lost."""

import asyncio
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.backends import available_backends, redis_url
from tests.flows.asking import ASSISTANT, DESCRIPTION, assistant, description
from tests.flows.chaos import Wire, full_disk, locked
from tests.flows.loading import Request, assert_books_are_right, hammer, money, same, site_on, watching
from tests.flows.processes import make_site, running
from tests.flows.upstream import honest, says, when
from tests.waiting import eventually_here

LOCK_S = 6.5
"""Longer than the five seconds that the service waits for a lock."""


@pytest.fixture(params=available_backends())
async def served(request, tmp_path, upstream):
    """Give the site and a running service, warmed up by one call."""
    async with site_on(request.param, tmp_path) as site:
        upstream.reset()
        service = running(site, upstream.url, RESERVATION_GRACE_S="15")
        started = await asyncio.to_thread(service.__enter__)
        try:
            assert (await asyncio.to_thread(started.client().post, DESCRIPTION, description())).status == 200
            upstream.reset()
            yield site, started
        finally:
            await asyncio.to_thread(service.__exit__, None, None, None)


async def books(site):
    """Check that the counters are the sums of the rows, and return what was spent in all."""
    async with watching(site) as database:
        await assert_books_are_right(database)
        return (await money(database))[0]


def in_threads(calls):
    """Return the answers of calls that are made at the same time."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [made.result() for made in [pool.submit(call) for call in calls]]


def replayed(client, body, key):
    """Ask again with the same key until the answer that was held back is there; nothing but 409 comes before it."""

    def ask():
        answer = client.post(DESCRIPTION, body, Idempotency_Key=key)
        assert answer.status in (200, 409), answer.body
        return answer if answer.status == 200 else None

    return eventually_here(ask)


async def test_a_database_locked_for_five_seconds_is_a_503_and_nothing_leaves(served, upstream):
    site, service = served
    before, client = await books(site), service.client()

    def locked_out():
        with locked(site):
            began = time.monotonic()
            calls = [lambda n=n: client.post(DESCRIPTION, description(shelf=f"L{n}")) for n in range(4)]
            calls.append(lambda: client.post(DESCRIPTION, description(shelf="K"), Idempotency_Key="while-locked"))
            answers = in_threads(calls)
            time.sleep(max(0.0, LOCK_S - (time.monotonic() - began)))
        return answers

    answers = await asyncio.to_thread(locked_out)
    assert Counter((a.status, a.json.get("code"), a.headers.get("retry-after")) for a in answers) == {
        (503, "not_ready", "1"): 5
    }
    assert upstream.calls == [], "something was sent without a durable reservation"
    after = await asyncio.to_thread(client.post, DESCRIPTION, description(shelf="K"), Idempotency_Key="while-locked")
    assert (after.status, after.meta["source"]) == (200, "model")
    assert len(upstream.calls) == 1
    assert await books(site) > before


async def test_an_answer_that_cannot_be_settled_is_held_back_then_charged_once_and_replayed(served, upstream):
    site, service = served
    before, client, body = await books(site), service.client(), description(shelf="S")
    ways = []

    def answer_into_a_lock():
        locked_now = threading.Event()
        upstream.reset(when(locked_now, says(honest)))
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.post, DESCRIPTION, body, Idempotency_Key="held-back")
            eventually_here(lambda: upstream.calls)
            with locked(site):
                locked_now.set()
                ways.append(asked.result())
        return replayed(client, body, "held-back")

    again = await asyncio.to_thread(answer_into_a_lock)
    assert (ways[0].status, ways[0].json["code"]) == (503, "not_ready")
    assert again.headers["idempotent-replayed"] == "true"
    assert len(upstream.calls) == 1, "the answer that was paid for was asked for again"
    assert await books(site) - before == 1200 * 100 + 80 * 500


def test_a_full_disk_is_a_503_nothing_leaves_and_work_goes_on_when_there_is_room(fresh_site, upstream):
    with running(fresh_site, upstream.url) as service:
        upstream.reset()
        client = service.client()
        assert client.post(DESCRIPTION, description()).status == 200
        upstream.reset()
        with full_disk(service):
            answers = [client.post(DESCRIPTION, description(shelf=f"F{n}")) for n in range(3)]
            answers.append(client.post(DESCRIPTION, description(shelf="F"), Idempotency_Key="full"))
            assert client.get("/health/live").status == 200
            ready = client.get("/health/ready")
            assert (ready.status, ready.json["database"]) == (503, "refuses_writes")
        assert client.get("/health/ready").status == 200
        assert {(a.status, a.json.get("code")) for a in answers} == {(503, "not_ready")}
        assert all("retry-after" in a.headers for a in answers)
        assert upstream.calls == []
        after = client.post(DESCRIPTION, description(shelf="F"), Idempotency_Key="full")
        assert (after.status, after.meta["source"]) == (200, "model")
        assert fresh_site.open_holds() == (0, 0)


def test_a_disk_that_fills_while_the_model_answers_costs_one_charge_and_no_second_call(fresh_site, upstream):
    with running(fresh_site, upstream.url) as service:
        upstream.reset()
        client, body = service.client(), description(shelf="G")
        client.post(DESCRIPTION, description())
        full_now = threading.Event()
        upstream.reset(when(full_now, says(honest)))
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.post, DESCRIPTION, body, Idempotency_Key="filling")
            eventually_here(lambda: upstream.calls)
            with full_disk(service):
                full_now.set()
                assert asked.result().status == 503
        again = replayed(client, body, "filling")
        assert again.headers["idempotent-replayed"] == "true"
        assert len(upstream.calls) == 1
        assert fresh_site.open_holds() == (0, 0)


@pytest.mark.skipif(redis_url() is None, reason="needs a Redis server")
@pytest.mark.parametrize("trouble", ["cut", "silence"])
def test_without_redis_calls_go_on_and_a_quota_of_ten_admits_ten(tmp_path, upstream, trouble):
    site = make_site(tmp_path / "site", plans={"meters": {"chatbot_messages_per_day": 10}})
    wire = Wire(redis_url())
    try:
        with running(site, upstream.url, workers=2, REDIS_URL=wire.url) as service:
            upstream.reset(says(same()))
            key = site.tenant("PROFESSIONAL").key
            asked = [Request(ASSISTANT, assistant()) for _ in range(4)]
            assert {o.status for o in asyncio.run(hammer(service.port, key, asked, 4))} == {200}
            getattr(wire, trouble)()
            asked = [Request(ASSISTANT, assistant()) for _ in range(40)]
            outcomes = asyncio.run(hammer(service.port, key, asked, 20))
            assert Counter(o.status for o in outcomes) == {200: 6, 429: 34}
            assert site.open_holds() == (0, 0)
    finally:
        wire.close()
