"""The production transport (aiohttp) against a server on loopback: connections, deadlines, dialects, the gate."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.adapters.openai_model import OpenAIModel
from gateway.domain.reply import EgressBlocked, Fault, UpstreamFault
from tests.contracts.calls import ANSWER, DIALECTS, body_of, chat_body, make_call, responses_body
from tests.contracts.upstream import Answering, Upstream, hang_up, plain, say_nothing, serving

OK = {dialect: plain(json.dumps(body_of(dialect)).encode()) for dialect in DIALECTS}
NOT_FOUND = plain(b'{"detail":"Not Found"}', "404 Not Found")
NOT_ALLOWED = plain(b"", "405 Method Not Allowed")
NO_MODEL = plain(b'{"error":{"code":"model_not_found"}}', "404 Not Found")


async def completed(upstream: Upstream, dialect: str = "responses", times: int = 1, forced: Any = "auto") -> str:
    model = OpenAIModel("sk-test", upstream.url, dialect=forced)
    try:
        for _ in range(times):
            reply = await model.complete(make_call(dialect))
        return reply.text
    finally:
        await model.aclose()


async def fault_of(url: str, timeout: float = 60.0) -> UpstreamFault:
    model = OpenAIModel("sk-test", url)
    with pytest.raises(UpstreamFault) as caught:
        await model.complete(make_call(timeout=timeout))
    await model.aclose()
    assert caught.value.__context__ is None
    return caught.value


def paths(upstream: Upstream) -> list[str]:
    return [head.split(" ")[1] for head in upstream.heads]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_calls_share_one_connection_and_send_utf_8_json(dialect: str) -> None:
    async with serving(OK[dialect]) as upstream:
        assert await completed(upstream, dialect, times=3) == ANSWER
    assert (len(upstream.bodies), upstream.connections) == (3, 1)
    assert "content-type: application/json" in upstream.heads[0].lower()


async def test_a_refused_connection_is_not_a_timeout_and_sent_nothing() -> None:
    async with serving(OK["chat"]) as upstream:
        url = upstream.url
    fault = await fault_of(url)
    assert (fault.fault, fault.sent) == (Fault.CONNECTION, False)


async def test_a_server_that_hangs_up_was_sent_the_request() -> None:
    async with serving(hang_up) as upstream:
        fault = await fault_of(upstream.url)
    assert (fault.fault, fault.sent, len(upstream.bodies)) == (Fault.CONNECTION, True, 1)


async def test_a_body_that_stops_half_way_is_a_broken_connection() -> None:
    async def half(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n" + json.dumps(responses_body()).encode()[:300])
        await writer.drain()
        writer.close()

    async with serving(half) as upstream:
        fault = await fault_of(upstream.url)
    assert (fault.fault, fault.sent) == (Fault.CONNECTION, True)


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 banana\r\n\r\n"])
async def test_a_server_that_does_not_speak_http_is_a_broken_connection(garbage: bytes) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(garbage)
        writer.close()

    async with serving(answer) as upstream:
        assert (await fault_of(upstream.url)).fault is Fault.CONNECTION


async def test_a_silent_server_costs_no_more_than_the_calls_timeout() -> None:
    async with serving(say_nothing) as upstream:
        fault = await fault_of(upstream.url, timeout=3.0)  # the server would say nothing for an hour
    assert (fault.fault, fault.sent) == (Fault.TIMEOUT, True)


async def test_no_time_left_sends_nothing() -> None:
    async with serving(OK["responses"]) as upstream:
        fault = await fault_of(upstream.url, timeout=0.0)
    assert (fault.fault, fault.sent, upstream.bodies) == (Fault.TIMEOUT, False, [])


async def test_redirects_are_not_followed() -> None:
    async with serving(OK["responses"]) as elsewhere:
        moved = plain(b"", "307 Temporary Redirect", headers=f"location: {elsewhere.url}/responses\r\n")
        async with serving(moved) as upstream:
            assert (await fault_of(upstream.url)).fault is Fault.BAD_REQUEST
    assert elsewhere.bodies == []


async def test_a_compressed_answer_is_unpacked() -> None:
    body = gzip.compress(json.dumps(responses_body()).encode())
    async with serving(plain(body, headers="content-encoding: gzip\r\n")) as upstream:
        assert await completed(upstream) == ANSWER


async def test_an_answer_that_cannot_be_unpacked_is_invalid() -> None:
    async with serving(plain(b"not gzip", headers="content-encoding: gzip\r\n")) as upstream:
        assert (await fault_of(upstream.url)).fault is Fault.INVALID


async def test_a_proxy_of_the_environment_is_not_used_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(plain(b"", "502 Bad Gateway")) as proxy, serving(OK["responses"]) as upstream:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        assert await completed(upstream) == ANSWER
    assert proxy.heads == []


@pytest.mark.parametrize("missing", [NOT_FOUND, NOT_ALLOWED])
async def test_a_server_without_the_responses_route_is_asked_in_chat_from_then_on(missing: Answering) -> None:
    async with serving(missing, OK["chat"]) as upstream:
        assert await completed(upstream, times=3) == ANSWER
    assert paths(upstream) == ["/v1/responses", *["/v1/chat/completions"] * 3]


async def test_a_missing_model_is_no_reason_to_change_the_dialect() -> None:
    async with serving(NO_MODEL, OK["responses"]) as upstream:
        assert (await fault_of(upstream.url)).fault is Fault.MODEL_GONE
    assert paths(upstream) == ["/v1/responses"]


async def test_a_wrong_address_is_not_remembered_as_a_chat_server() -> None:
    async with serving(NOT_FOUND, NOT_FOUND, OK["responses"]) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        with pytest.raises(UpstreamFault):
            await model.complete(make_call())
        assert (await model.complete(make_call())).text == ANSWER
        await model.aclose()
    assert paths(upstream) == ["/v1/responses", "/v1/chat/completions", "/v1/responses"]


async def test_a_forced_dialect_wins_over_the_calls_and_never_falls_back() -> None:
    async with serving(OK["chat"]) as upstream:
        await completed(upstream, "responses", forced="chat")
    assert paths(upstream) == ["/v1/chat/completions"]
    async with serving(NOT_FOUND) as upstream:
        with pytest.raises(UpstreamFault):
            await completed(upstream, "responses", forced="responses")
    assert paths(upstream) == ["/v1/responses"]


async def test_the_guard_sees_exactly_the_bytes_that_arrive() -> None:
    seen: list[bytes] = []
    async with serving(NOT_FOUND, OK["chat"]) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        await model.complete(make_call(guard=seen.append))
        await model.aclose()
    assert seen == upstream.bodies and len(seen) == 2


def object_to(_: bytes) -> None:
    raise EgressBlocked("phone")


def break_down(body: bytes) -> None:
    raise ValueError(body.decode())


@pytest.fixture
async def watched() -> AsyncIterator[tuple[OpenAIModel, Upstream]]:
    async with serving(plain(json.dumps(chat_body()).encode())) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        yield model, upstream
        await model.aclose()


@pytest.mark.parametrize(("guard", "kind"), [(object_to, "phone"), (break_down, "guard_failed:ValueError")])
@pytest.mark.parametrize("streaming", [False, True])
async def test_nothing_leaves_when_the_guard_objects_or_breaks(
    watched: tuple[OpenAIModel, Upstream], guard: object, kind: str, streaming: bool
) -> None:
    model, upstream = watched
    call = make_call(guard=guard)
    with pytest.raises(EgressBlocked) as caught:
        if streaming:
            await anext(model.stream(call))
        else:
            await model.complete(call)
    assert (caught.value.kind, caught.value.__cause__) == (kind, None)
    assert (upstream.connections, upstream.bodies) == (0, [])


async def test_the_sdk_used_directly_without_a_guard_is_stopped(watched: tuple[OpenAIModel, Upstream]) -> None:
    model, upstream = watched
    with pytest.raises(EgressBlocked, match="no_guard"):
        await model.client.chat.completions.create(model="m", messages=[{"role": "user", "content": "0244 123 456"}])
    with pytest.raises(EgressBlocked, match="no_guard"):
        await model.client.models.list()
    assert (upstream.connections, upstream.bodies) == (0, [])


async def test_concurrent_calls_each_meet_their_own_guard(watched: tuple[OpenAIModel, Upstream]) -> None:
    model, upstream = watched
    calls = [make_call("chat", guard=object_to if number % 2 else len) for number in range(20)]
    results = await asyncio.gather(*(model.complete(call) for call in calls), return_exceptions=True)
    assert [isinstance(result, EgressBlocked) for result in results] == [False, True] * 10
    assert len(upstream.bodies) == 10


async def test_the_models_that_are_listed_are_asked_for_without_a_body() -> None:
    listing = {"object": "list", "data": [{"id": "gpt-6-luna", "object": "model", "created": 1, "owned_by": "x"}]}
    async with serving(plain(json.dumps(listing).encode())) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        assert await model.available() == {"gpt-6-luna"}
        await model.aclose()
    assert upstream.heads[0].startswith("GET ")


async def test_a_listing_that_fails_is_a_fault() -> None:
    async with serving(plain(b"{}", "500 Internal Server Error")) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        with pytest.raises(UpstreamFault):
            await model.available()
        await model.aclose()
