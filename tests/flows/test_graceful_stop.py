"""A service that is told to stop finishes what it has begun; a caller that goes away leaves the books right."""

import asyncio
import json
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.flows.asking import ASSISTANT, CREDIT, DESCRIPTION, assistant, credit, description
from tests.flows.loading import Connection, Request, days, same
from tests.flows.processes import running, start
from tests.flows.upstream import cut, honest, says, streams, when
from tests.waiting import PATIENCE_S, eventually, eventually_here

CALLERS = 24


@pytest.fixture(autouse=True)
def clean(upstream):
    upstream.reset()


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_stop_under_load_drops_no_request_and_settles_all(filled_site, tmp_path, upstream, workers):
    site = filled_site.copy(tmp_path / "site")
    upstream.reset(says(same(), after=0.25))
    service = start(site, upstream.url, workers=workers)
    try:
        await asyncio.to_thread(service.wait_ready)
        day, outcomes, stopping = days(), [], asyncio.Event()

        async def caller():
            while not stopping.is_set():
                async with Connection(service.port, site.tenant("PROFESSIONAL").key) as connection:
                    request = Request(DESCRIPTION, {**description(), "as_of": next(day)}, {"Connection": "close"})
                    outcomes.append(await connection.send(request))

        callers = asyncio.gather(*(caller() for _ in range(CALLERS)))
        await eventually(lambda: len(upstream.calls) >= 2 * CALLERS)
        service.signal(signal.SIGTERM)
        await asyncio.sleep(0.1)
        stopping.set()
        await callers
        await asyncio.to_thread(service.process.wait, PATIENCE_S)
    finally:
        service.kill()
    assert {outcome.status for outcome in outcomes} <= {0, 200, 503}  # 0: the port was closed already
    answered = [outcome for outcome in outcomes if outcome.status == 200]
    assert {outcome.source for outcome in answered} == {"model"}
    assert len(answered) == len(upstream.calls), "a request that had reached the model was dropped"
    assert site.open_holds() == (0, 0)
    assert site.rows("SELECT COUNT(*), SUM(cost) FROM usage") == [
        (len(answered), site.rows("SELECT SUM(spent) FROM budget")[0][0])
    ]


def test_while_a_stop_waits_for_a_request_whoever_comes_is_told_to_come_again(filled_site, tmp_path, upstream):
    site, model_may_answer = filled_site.copy(tmp_path / "site"), threading.Event()
    with running(site, upstream.url) as service, ThreadPoolExecutor() as beside:
        client = service.client()
        upstream.reset(when(model_may_answer, says(honest)))
        begun = beside.submit(client.post, CREDIT, credit(site.tenant("PROFESSIONAL").customer_id, 15_000.5))
        eventually_here(lambda: upstream.calls)
        service.signal(signal.SIGTERM)
        eventually_here(lambda: client.get("/health/ready").status == 503)
        late = client.post(DESCRIPTION, description())
        assert (late.status, late.json["code"], late.json["retryable"]) == (503, "not_ready", True)
        assert int(late.headers["retry-after"]) > 0
        assert late.headers["x-request-id"] == late.json["request_id"]
        assert client.get("/health/live").status == 200
        model_may_answer.set()
        assert (begun.result().status, begun.result().meta["source"]) == (200, "model")
        assert service.process.wait(PATIENCE_S) == -signal.SIGTERM
    assert len(upstream.calls) == 1
    assert site.open_holds() == (0, 0)


@pytest.fixture(scope="module")
def service(site, upstream):
    upstream.reset()
    with running(site, upstream.url) as started:
        yield started


def usage_of(site, request_id):
    return site.rows("SELECT status, degraded, source, cost FROM usage WHERE request_id LIKE ?", f"{request_id}.%")


def test_a_caller_that_goes_away_during_the_call_is_charged_what_the_model_reported(service, upstream):
    gone = threading.Event()
    upstream.reset(when(gone, says(honest)))
    client = service.client()
    body = json.dumps(credit(service.site.tenant("PROFESSIONAL").customer_id, 15_000.5)).encode()
    connection = HTTPConnection("127.0.0.1", service.port)
    headers = {"Authorization": f"Bearer {client.key}", "Content-Type": "application/json", "X-Request-Id": "gone-1"}
    connection.request("POST", CREDIT, body, headers)
    eventually_here(lambda: upstream.calls)
    connection.close()
    gone.set()
    eventually_here(lambda: usage_of(service.site, "gone-1"))
    assert usage_of(service.site, "gone-1") == [(200, "", "model", 1200 * 2000 + 80 * 10_000)]
    assert service.site.open_holds() == (0, 0)


def test_a_reader_that_leaves_a_stream_ends_the_upstream_call_and_is_charged(service, upstream):
    upstream.reset(streams(lambda call: cut(honest(call)), pause=0.02, then="hang"))
    body = json.dumps(assistant()).encode()
    headers = {"Accept": "text/event-stream", "X-Request-Id": "gone-2"}
    connection, response = service.client().open("POST", ASSISTANT, body, headers)
    with closing(connection):
        assert response.readline() == b"event: delta\n"
    eventually_here(lambda: usage_of(service.site, "gone-2"))
    eventually_here(lambda: upstream.hung_up == 1, "a model went on writing for nobody")
    ((status, degraded, _, cost),) = usage_of(service.site, "gone-2")
    assert (status, degraded) == (499, "cancelled")
    assert cost > 0
    assert service.site.open_holds() == (0, 0)


def test_a_reader_that_leaves_before_the_first_word_ends_the_upstream_call_too(service, upstream):
    upstream.reset(streams(lambda call: cut(honest(call)), pause=0, keep=1, then="hang"))
    client = service.client()
    connection = HTTPConnection("127.0.0.1", service.port)
    headers = {"Authorization": f"Bearer {client.key}", "Content-Type": "application/json", "X-Request-Id": "gone-3"}
    connection.request("POST", ASSISTANT, json.dumps(assistant()), {**headers, "Accept": "text/event-stream"})
    eventually_here(lambda: upstream.calls)
    connection.close()
    eventually_here(lambda: upstream.hung_up == 1, "a model went on writing for nobody")
    eventually_here(lambda: usage_of(service.site, "gone-3"))
    assert usage_of(service.site, "gone-3")[0][:2] == (499, "cancelled")
    assert service.site.open_holds() == (0, 0)
