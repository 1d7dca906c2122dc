"""Streamed answers of the OpenAI adapter, over the production transport and a server on loopback."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from gateway.adapters.openai_model import OpenAIModel
from gateway.domain.reply import Delta, Fault, ModelCall, Reply, UpstreamFault
from gateway.domain.usage import Usage
from tests.contracts.calls import (
    ANSWER,
    DIALECTS,
    chat_body,
    chat_events,
    event,
    events_of,
    make_call,
    responses_body,
    responses_events,
)
from tests.contracts.upstream import Answering, chunked, plain, serving
from tests.waiting import PATIENCE_S

PIECES = ('{"explanation":"Pays on', " time — ₵1,200", ' a month 🙂"}')


async def collect(model: OpenAIModel, call: ModelCall) -> tuple[list[str], Reply]:
    pieces: list[str] = []
    async for piece in model.stream(call):
        if isinstance(piece, Reply):
            return pieces, piece
        pieces.append(piece.text)
    raise AssertionError("the stream ended without a reply")


async def streamed(answer: Answering, dialect: str, **changes: Any) -> tuple[list[str], Reply]:
    async with serving(answer) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        try:
            return await collect(model, make_call(dialect, **changes))
        finally:
            await model.aclose()


async def broken(answer: Answering, dialect: str, **changes: Any) -> UpstreamFault:
    with pytest.raises(UpstreamFault) as caught:
        await streamed(answer, dialect, **changes)
    assert caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_pieces_arrive_in_order_and_the_reply_holds_them_all(dialect: str) -> None:
    pieces, reply = await streamed(chunked(events_of(dialect, PIECES)), dialect)
    assert pieces == list(PIECES)
    assert (reply.text, reply.model, reply.usage) == (ANSWER, "gpt-6-luna-2026-10-01", Usage(1200, 1024, 100, 80, 30))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_cuts_inside_characters_lines_and_events_change_nothing(dialect: str, size: int) -> None:
    stream = b"".join(events_of(dialect, PIECES)).replace(b"\n", b"\r\n")
    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
    pieces, reply = await streamed(chunked(chunks), dialect)
    assert (pieces, reply.text) == (list(PIECES), ANSWER)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_stream_is_asked_for_in_the_dialects_way(dialect: str) -> None:
    async with serving(chunked(events_of(dialect, PIECES))) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        await collect(model, make_call(dialect))
        await model.aclose()
    body = json.loads(upstream.bodies[0])
    assert body["stream"] is True and body["store"] is False
    assert body.get("stream_options") == ({"include_usage": True} if dialect == "chat" else None)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_stream_cut_in_the_middle_is_a_fault_with_estimated_usage(dialect: str) -> None:
    events = events_of(dialect, PIECES)
    fault = await broken(chunked(events[:3], then="cut"), dialect)
    assert (fault.fault, fault.sent) == (Fault.CONNECTION, True)
    assert getattr(fault.usage, "estimated", False) and fault.usage.output_tokens > 0
    assert fault.upstream_id in ("resp_1", "chatcmpl-1")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_stream_that_ends_politely_but_too_early_is_a_fault(dialect: str) -> None:
    fault = await broken(chunked(events_of(dialect, PIECES)[:3]), dialect)
    assert (fault.fault, fault.usage.input_tokens > 0) == (Fault.CONNECTION, True)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_stream_that_stalls_ends_at_the_deadline(dialect: str) -> None:
    fault = await broken(chunked(events_of(dialect, PIECES)[:3], then="hang"), dialect, timeout=3.0)
    assert (fault.fault, fault.sent, fault.usage.input_tokens > 0) == (Fault.TIMEOUT, True, True)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_server_that_forgets_to_end_its_stream_does_not_hold_up_the_reply(dialect: str) -> None:
    events = events_of(dialect, PIECES)
    _, reply = await asyncio.wait_for(
        streamed(chunked(events, then="hang"), dialect, timeout=1800.0), timeout=PATIENCE_S
    )
    assert reply.text == ANSWER


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_garbage_instead_of_an_event_is_invalid(dialect: str) -> None:
    fault = await broken(chunked([*events_of(dialect, PIECES)[:3], event("{not json")]), dialect)
    assert fault.fault is Fault.INVALID


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_refused_request_for_a_stream_is_the_same_fault_as_for_a_whole_answer(dialect: str) -> None:
    body = json.dumps({"error": {"code": "insufficient_quota"}}).encode()
    fault = await broken(plain(body, "429 Too Many Requests", headers="retry-after: 3\r\n"), dialect)
    assert (fault.fault, fault.retry_after) == (Fault.QUOTA_EXHAUSTED, 3.0)


LAST_EVENTS = [
    ({"type": "response.failed", "response": responses_body(status="failed", error={"code": "x"})}, Fault.SERVER_ERROR),
    (
        {
            "type": "response.incomplete",
            "response": responses_body(status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
        },
        Fault.TRUNCATED,
    ),
    ({"type": "error", "code": "rate_limit_exceeded", "message": "slow down"}, Fault.RATE_LIMITED),
    ({"type": "error", "error": {"code": "server_error"}}, Fault.SERVER_ERROR),
]


@pytest.mark.parametrize(("last", "kind"), LAST_EVENTS)
async def test_a_responses_stream_that_ends_badly_tells_why_and_what_it_cost(last: dict[str, Any], kind: Fault) -> None:
    fault = await broken(chunked(responses_events(PIECES, last)), "responses")
    assert (fault.fault, fault.usage.output_tokens > 0) == (kind, True)


@pytest.mark.parametrize(("finish", "kind"), [("length", Fault.TRUNCATED), ("content_filter", Fault.REFUSED)])
async def test_a_chat_stream_that_ends_badly_tells_why_and_what_it_cost(finish: str, kind: Fault) -> None:
    fault = await broken(chunked(chat_events(PIECES, finish)), "chat")
    assert (fault.fault, fault.usage) == (kind, Usage(1200, 1024, 100, 80, 30))


async def test_an_error_chunk_in_a_chat_stream_is_a_fault() -> None:
    fault = await broken(chunked([*chat_events(PIECES)[:3], event({"error": {"code": 502}})]), "chat")
    assert (fault.fault, fault.usage.output_tokens > 0) == (Fault.SERVER_ERROR, True)


async def test_refusals_are_never_given_out_as_text() -> None:
    refused = [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]
    last = {"type": "response.completed", "response": responses_body(output=refused)}
    delta = event({"type": "response.refusal.delta", "delta": "No."})
    assert (await broken(chunked([delta, *responses_events((), last)]), "responses")).fault is Fault.REFUSED
    chat = event({"choices": [{"delta": {"refusal": "No."}, "finish_reason": None}]})
    assert (await broken(chunked([chat, *chat_events(())]), "chat")).fault is Fault.REFUSED


async def test_a_chat_stream_without_a_usage_chunk_is_estimated() -> None:
    events = [told for told in chat_events(PIECES) if b"usage" not in told]
    _, reply = await streamed(chunked(events), "chat")
    assert getattr(reply.usage, "estimated", False)


async def test_text_that_comes_only_in_the_last_event_is_still_given_out() -> None:
    last = {"type": "response.completed", "response": responses_body()}
    assert (await streamed(chunked(responses_events((), last)), "responses"))[0] == [ANSWER]


async def test_comments_and_events_of_other_kinds_are_passed_over() -> None:
    extra = [b": keep-alive\n\n", event({"type": "response.audio.delta", "delta": {"odd": 1}})]
    pieces, _ = await streamed(chunked([*extra, *responses_events(PIECES)]), "responses")
    assert pieces == list(PIECES)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_closing_the_generator_hangs_up_on_the_upstream(dialect: str) -> None:
    async with serving(chunked(events_of(dialect, PIECES)[:3], then="ping")) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        async with aclosing(model.stream(make_call(dialect, timeout=1800.0))) as pieces:  # type: ignore[type-var]
            assert isinstance(await anext(pieces), Delta)
        await asyncio.wait_for(upstream.hung_up.wait(), timeout=PATIENCE_S)
        await model.aclose()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_cancelled_caller_hangs_up_on_the_upstream(dialect: str) -> None:
    async with serving(chunked(events_of(dialect, PIECES)[:3], then="ping")) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        caller = asyncio.create_task(collect(model, make_call(dialect, timeout=1800.0)))
        while not upstream.bodies:
            await asyncio.sleep(0.01)
        caller.cancel()
        await asyncio.wait_for(upstream.hung_up.wait(), timeout=PATIENCE_S)
        assert (await asyncio.gather(caller, return_exceptions=True))[0].__class__ is asyncio.CancelledError
        await model.aclose()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_finished_stream_leaves_its_connection_for_the_next_call(dialect: str) -> None:
    async with serving(chunked(events_of(dialect, PIECES)), plain(json.dumps(_body(dialect)).encode())) as upstream:
        model = OpenAIModel("sk-test", upstream.url)
        await collect(model, make_call(dialect))
        await model.complete(make_call(dialect))
        await model.aclose()
    assert (len(upstream.bodies), upstream.connections) == (2, 1)


def _body(dialect: str) -> dict[str, Any]:
    return responses_body() if dialect == "responses" else chat_body()
