"""Whole answers of the OpenAI adapter at the wire, in both dialects."""

import json
from dataclasses import replace

import httpx2
import pytest
import respx

from gateway.adapters.openai_model import BaseUrlRefused, OpenAIModel
from gateway.domain.reply import Fault, Message, ModelParams, UpstreamFault
from gateway.domain.usage import NO_USAGE, Usage
from tests.contracts.calls import (
    ANSWER,
    DIALECTS,
    PATHS,
    SCHEMA,
    body_of,
    chat_body,
    make_call,
    make_model,
    responses_body,
)

BASE = "https://api.openai.com/v1"
UPSTREAM_WORDS = "the customer Ama Owusu is unknown"


def route(mock: respx.Router, dialect: str) -> respx.Route:
    return mock.post(BASE + PATHS[dialect])


async def faulted(dialect: str) -> UpstreamFault:
    with pytest.raises(UpstreamFault) as caught:
        await make_model().complete(make_call(dialect))
    return caught.value


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_whole_answer_comes_back_with_its_model_id_and_text(httpx2_mock: respx.Router, dialect: str) -> None:
    route(httpx2_mock, dialect).respond(json=body_of(dialect))
    reply = await make_model().complete(make_call(dialect))
    assert (reply.text, reply.model, reply.finish_reason) == (ANSWER, "gpt-6-luna-2026-10-01", "stop")
    assert reply.upstream_id in ("resp_1", "chatcmpl-1")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_both_dialects_report_the_same_normalised_usage(httpx2_mock: respx.Router, dialect: str) -> None:
    route(httpx2_mock, dialect).respond(json=body_of(dialect))
    reply = await make_model().complete(make_call(dialect))
    assert reply.usage == Usage(1200, 1024, 100, 80, 30)


async def test_the_responses_body_asks_for_the_strict_schema_and_stores_nothing(httpx2_mock: respx.Router) -> None:
    sent = route(httpx2_mock, "responses").respond(json=responses_body())
    await make_model().complete(make_call("responses"))
    assert json.loads(sent.calls.last.request.content) == {
        "model": "gpt-6-luna",
        "instructions": "You judge credit.",
        "input": [{"role": "user", "content": "Judge <PERSON_1>."}],
        "text": {"format": {"type": "json_schema", "name": "credit_risk", "strict": True, "schema": SCHEMA}},
        "max_output_tokens": 900,
        "store": False,
        "prompt_cache_key": "credit_risk@1:0123456789abcdef",
        "safety_identifier": "s-1",
    }


async def test_the_chat_body_asks_for_the_strict_schema_and_stores_nothing(httpx2_mock: respx.Router) -> None:
    sent = route(httpx2_mock, "chat").respond(json=chat_body())
    await make_model().complete(make_call("chat"))
    assert json.loads(sent.calls.last.request.content) == {
        "model": "gpt-6-luna",
        "messages": [
            {"role": "system", "content": "You judge credit."},
            {"role": "user", "content": "Judge <PERSON_1>."},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "credit_risk", "strict": True, "schema": SCHEMA},
        },
        "max_completion_tokens": 900,
        "store": False,
        "prompt_cache_key": "credit_risk@1:0123456789abcdef",
        "safety_identifier": "s-1",
    }


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_sampling_parameters_are_sent_only_when_they_are_set(httpx2_mock: respx.Router, dialect: str) -> None:
    sent = route(httpx2_mock, dialect).respond(json=body_of(dialect))
    params = ModelParams(max_output_tokens=10, temperature=0.0, top_p=0.5, reasoning_effort="none")
    await make_model().complete(make_call(dialect, params=params))
    body = json.loads(sent.calls.last.request.content)
    effort = body["reasoning"]["effort"] if dialect == "responses" else body["reasoning_effort"]
    assert (body["temperature"], body["top_p"], effort) == (0.0, 0.5, "none")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_few_shots_keep_their_roles_and_order(httpx2_mock: respx.Router, dialect: str) -> None:
    sent = route(httpx2_mock, dialect).respond(json=body_of(dialect))
    call = make_call(dialect)
    shots = (call.messages[0], Message("user", "q"), Message("assistant", "a"), Message("user", "z"))
    await make_model().complete(replace(call, messages=shots))
    body = json.loads(sent.calls.last.request.content)
    turns = body["input"] if dialect == "responses" else body["messages"][1:]
    assert [(turn["role"], turn["content"]) for turn in turns] == [("user", "q"), ("assistant", "a"), ("user", "z")]


async def test_key_organisation_and_trace_headers_are_sent(httpx2_mock: respx.Router) -> None:
    sent = route(httpx2_mock, "responses").respond(json=responses_body())
    await make_model(organization="org-1").complete(make_call(headers={"traceparent": "00-aa-bb-01"}))
    headers = sent.calls.last.request.headers
    assert headers["authorization"] == "Bearer sk-test"
    assert (headers["openai-organization"], headers["traceparent"]) == ("org-1", "00-aa-bb-01")


async def test_organisation_and_project_of_the_environment_are_not_picked_up(
    httpx2_mock: respx.Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-elsewhere")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-elsewhere")
    sent = route(httpx2_mock, "responses").respond(json=responses_body())
    await make_model().complete(make_call())
    assert not {"openai-organization", "openai-project"} & set(sent.calls.last.request.headers)


STATUS_FAULTS = [
    (400, {"code": "unsupported_parameter"}, Fault.BAD_REQUEST),
    (400, {"code": "content_filter"}, Fault.REFUSED),
    (401, {"code": "invalid_api_key"}, Fault.AUTHENTICATION),
    (403, {"code": None}, Fault.AUTHENTICATION),
    (404, {"code": "model_not_found"}, Fault.MODEL_GONE),
    (404, {"code": 404, "message": "The model `x` does not exist."}, Fault.MODEL_GONE),
    (404, {"code": None, "message": "Not Found"}, Fault.BAD_REQUEST),
    (408, {}, Fault.SERVER_ERROR),
    (409, {}, Fault.SERVER_ERROR),
    (422, {}, Fault.BAD_REQUEST),
    (429, {"code": "rate_limit_exceeded"}, Fault.RATE_LIMITED),
    (429, {"code": None}, Fault.RATE_LIMITED),
    (429, {"code": "insufficient_quota", "type": "insufficient_quota"}, Fault.QUOTA_EXHAUSTED),
    (429, {"code": None, "type": "insufficient_quota"}, Fault.QUOTA_EXHAUSTED),
    (500, {"code": "server_error"}, Fault.SERVER_ERROR),
    (503, {}, Fault.SERVER_ERROR),
    (307, {}, Fault.BAD_REQUEST),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("status", "error", "fault"), STATUS_FAULTS)
async def test_each_status_is_one_fault_and_one_attempt(
    httpx2_mock: respx.Router, dialect: str, status: int, error: dict[str, object], fault: Fault
) -> None:
    headers = {"x-request-id": "req_9", "location": BASE}
    asked = route(httpx2_mock, dialect).respond(status, json={"error": error}, headers=headers)
    caught = await faulted(dialect)
    assert (caught.fault, caught.sent, caught.usage, caught.upstream_id) == (fault, True, NO_USAGE, "req_9")
    assert asked.call_count == 1


@pytest.mark.parametrize("status", [400, 429, 500])
async def test_the_upstreams_own_words_are_nowhere_in_the_fault(httpx2_mock: respx.Router, status: int) -> None:
    route(httpx2_mock, "responses").respond(status, json={"error": {"message": UPSTREAM_WORDS}})
    caught = await faulted("responses")
    assert UPSTREAM_WORDS not in repr(caught) + str(caught)
    assert (caught.__cause__, caught.__context__) == (None, None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "7", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
async def test_retry_after_is_read_in_all_its_forms(
    httpx2_mock: respx.Router, headers: dict[str, str], seconds: float | None
) -> None:
    route(httpx2_mock, "responses").respond(429, json={"error": {}}, headers=headers)
    assert (await faulted("responses")).retry_after == seconds


async def test_usage_that_an_error_reports_is_kept(httpx2_mock: respx.Router) -> None:
    body = {"error": {"code": "server_error"}, "usage": {"input_tokens": 9, "output_tokens": 1}}
    route(httpx2_mock, "responses").respond(500, json=body)
    assert (await faulted("responses")).usage == Usage(input_tokens=9, output_tokens=1)


REFUSAL = [{"type": "message", "content": [{"type": "refusal", "refusal": "I cannot help."}]}]
UNUSABLE = [
    ("responses", responses_body(output=REFUSAL), Fault.REFUSED),
    (
        "responses",
        responses_body(status="incomplete", incomplete_details={"reason": "max_output_tokens"}),
        Fault.TRUNCATED,
    ),
    ("responses", responses_body(status="incomplete", incomplete_details={"reason": "content_filter"}), Fault.REFUSED),
    ("responses", responses_body(status="failed", error={"code": "rate_limit_exceeded"}), Fault.RATE_LIMITED),
    ("responses", responses_body(status="failed", error={"code": "server_error"}), Fault.SERVER_ERROR),
    ("responses", responses_body(status="failed", error={"code": "bio_policy"}), Fault.REFUSED),
    ("responses", responses_body(status="cancelled"), Fault.SERVER_ERROR),
    ("responses", responses_body(output=[]), Fault.INVALID),
    ("chat", chat_body(finish="length"), Fault.TRUNCATED),
    ("chat", chat_body(finish="content_filter"), Fault.REFUSED),
    (
        "chat",
        chat_body(choices=[{"message": {"content": None, "refusal": "No."}, "finish_reason": "stop"}]),
        Fault.REFUSED,
    ),
    ("chat", chat_body(error={"code": 502}), Fault.SERVER_ERROR),
    ("chat", chat_body(text=None), Fault.INVALID),
    ("chat", chat_body(choices=[]), Fault.INVALID),
]


@pytest.mark.parametrize(("dialect", "body", "fault"), UNUSABLE)
async def test_an_answer_that_cannot_be_used_still_tells_what_it_cost(
    httpx2_mock: respx.Router, dialect: str, body: dict[str, object], fault: Fault
) -> None:
    route(httpx2_mock, dialect).respond(json=body)
    caught = await faulted(dialect)
    assert (caught.fault, caught.usage) == (fault, Usage(1200, 1024, 100, 80, 30))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"output":', b"[1]", b"\xff\xfe", b'{"choices":7,"output":7}'])
async def test_a_body_that_is_not_the_dialects_json_is_invalid(
    httpx2_mock: respx.Router, dialect: str, body: bytes
) -> None:
    route(httpx2_mock, dialect).respond(content=body)
    caught = await faulted(dialect)
    assert caught.fault is Fault.INVALID
    assert caught.__context__ is None


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": 0, "prompt_tokens": 0}])
async def test_missing_usage_is_estimated_and_flagged_never_nothing(
    httpx2_mock: respx.Router, dialect: str, usage: object
) -> None:
    route(httpx2_mock, dialect).respond(json={**body_of(dialect), "usage": usage})
    estimated = (await make_model().complete(make_call(dialect))).usage
    assert getattr(estimated, "estimated", False)
    assert estimated.input_tokens >= 30 and estimated.output_tokens >= 10


async def test_null_details_and_unknown_fields_do_not_matter(httpx2_mock: respx.Router) -> None:
    usage = {"input_tokens": 5, "input_tokens_details": None, "output_tokens": 2, "brand_new": {"x": 1}}
    route(httpx2_mock, "responses").respond(json=responses_body(usage=usage, brand_new=[1]))
    assert (await make_model().complete(make_call())).usage == Usage(input_tokens=5, output_tokens=2)


async def test_commentary_beside_the_answer_is_left_out(httpx2_mock: respx.Router) -> None:
    def said(text: str, phase: str | None) -> dict[str, object]:
        return {"type": "message", "phase": phase, "content": [{"type": "output_text", "text": text}]}

    output = [said("Let me think.", "commentary"), said(ANSWER, "final_answer")]
    route(httpx2_mock, "responses").respond(json=responses_body(output=output))
    assert (await make_model().complete(make_call())).text == ANSWER


@pytest.mark.parametrize("error", [httpx2.ReadTimeout("late"), httpx2.WriteTimeout("late")])
async def test_a_late_answer_was_sent_and_is_a_timeout(httpx2_mock: respx.Router, error: Exception) -> None:
    route(httpx2_mock, "responses").mock(side_effect=error)
    caught = await faulted("responses")
    assert (caught.fault, caught.sent, caught.__context__) == (Fault.TIMEOUT, True, None)


@pytest.mark.parametrize(
    ("error", "fault"),
    [(httpx2.ConnectError("refused"), Fault.CONNECTION), (httpx2.ConnectTimeout("late"), Fault.TIMEOUT)],
)
async def test_a_connection_that_never_came_about_sent_nothing(
    httpx2_mock: respx.Router, error: Exception, fault: Fault
) -> None:
    route(httpx2_mock, "responses").mock(side_effect=error)
    caught = await faulted("responses")
    assert (caught.fault, caught.sent) == (fault, False)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/v1",
        "http://10.0.0.7:8000/v1",
        "http://127.0.0.1.example.com/v1",
        "http://localhost.example.com/v1",
        "ftp://localhost/v1",
        "https:///v1",
        "https://user:pass@api.example.com/v1",
        "api.openai.com/v1",
        "",
    ],
)
def test_an_address_without_tls_is_refused_outside_loopback(url: str) -> None:
    with pytest.raises(BaseUrlRefused, match="base URL"):
        OpenAIModel("sk-test", url)


@pytest.mark.parametrize(
    "url", ["https://llm.example.com/v1", "http://localhost:1/v1", "http://[::1]:1/v1", "http://127.0.0.9/v1"]
)
async def test_tls_and_loopback_addresses_are_accepted(url: str) -> None:
    await OpenAIModel("sk-test", url).aclose()
