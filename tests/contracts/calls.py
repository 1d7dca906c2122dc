"""A model call and what an upstream says to it, in both dialects."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2

from gateway.adapters.openai_model import OpenAIModel
from gateway.domain.reply import Message, ModelCall, ModelParams

ANSWER = '{"explanation":"Pays on time — ₵1,200 a month 🙂"}'
SCHEMA = {"type": "object", "properties": {"explanation": {"type": "string"}}, "required": ["explanation"]}
DIALECTS = ("responses", "chat")
PATHS = {"responses": "/responses", "chat": "/chat/completions"}


def allow(_: bytes) -> None:
    """A guard that finds nothing."""


def make_call(dialect: str = "responses", **changes: Any) -> ModelCall:
    """Return a call with masked text only; `changes` replace its fields."""
    call = ModelCall(
        model="gpt-6-luna",
        dialect=dialect,  # type: ignore[arg-type]
        messages=(Message("system", "You judge credit."), Message("user", "Judge <PERSON_1>.")),
        params=ModelParams(max_output_tokens=900),
        schema_name="credit_risk",
        wire_schema=json.dumps(SCHEMA).encode(),
        feature="credit_risk",
        prompt_cache_key="credit_risk@1:0123456789abcdef",
        safety_identifier="s-1",
        guard=allow,
        timeout=60.0,
        request_id="r-1",
    )
    return replace(call, **changes)


def make_model(base_url: str = "https://api.openai.com/v1", **options: Any) -> OpenAIModel:
    """Return the adapter on the plain httpx2 client, which respx routes can catch."""
    return OpenAIModel("sk-test", base_url, http_client=httpx2.AsyncClient(trust_env=False), **options)


def responses_body(text: str = ANSWER, **changes: Any) -> dict[str, Any]:
    """Return a finished Responses object, with a reasoning item before the message."""
    body = {
        "id": "resp_1",
        "object": "response",
        "model": "gpt-6-luna-2026-10-01",
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]},
        ],
        "usage": {
            "input_tokens": 1200,
            "input_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 100},
            "output_tokens": 80,
            "output_tokens_details": {"reasoning_tokens": 30},
            "total_tokens": 1280,
        },
    }
    return {**body, **changes}


def chat_body(text: str | None = ANSWER, finish: str = "stop", **changes: Any) -> dict[str, Any]:
    """Return a finished chat completion."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-6-luna-2026-10-01",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": 1200,
            "prompt_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 100},
            "completion_tokens": 80,
            "completion_tokens_details": {"reasoning_tokens": 30},
            "total_tokens": 1280,
        },
    }
    return {**body, **changes}


def body_of(dialect: str, text: str = ANSWER) -> dict[str, Any]:
    """Return a finished answer of the dialect."""
    return responses_body(text) if dialect == "responses" else chat_body(text)


def event(value: dict[str, Any] | str) -> bytes:
    """Return one server-sent event."""
    return b"data: " + (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode() + b"\n\n"


def responses_events(pieces: tuple[str, ...], last: dict[str, Any] | None = None) -> list[bytes]:
    """Return the events of a streamed Responses answer; `last` replaces the final one."""
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": responses_body("", status="in_progress", output=[], usage=None)},
        {"type": "response.output_item.added", "item": {"type": "message"}},
    ]
    events += [{"type": "response.output_text.delta", "delta": piece, "output_index": 0} for piece in pieces]
    events += [last or {"type": "response.completed", "response": responses_body("".join(pieces))}]
    return [f"event: {told['type']}\n".encode() + event(told) for told in events]


def chat_events(pieces: tuple[str, ...], finish: str = "stop") -> list[bytes]:
    """Return the events of a streamed chat completion, with the usage in a chunk of its own."""

    def chunk(choices: list[dict[str, Any]], **extra: Any) -> bytes:
        return event({"id": "chatcmpl-1", "model": "gpt-6-luna-2026-10-01", "choices": choices, **extra})

    events = [chunk([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])]
    events += [chunk([{"index": 0, "delta": {"content": piece}, "finish_reason": None}]) for piece in pieces]
    events += [chunk([{"index": 0, "delta": {}, "finish_reason": finish}])]
    return [*events, chunk([], usage=chat_body()["usage"]), event("[DONE]")]


def events_of(dialect: str, pieces: tuple[str, ...]) -> list[bytes]:
    """Return the events of a whole streamed answer of the dialect."""
    make: Callable[[tuple[str, ...]], list[bytes]] = responses_events if dialect == "responses" else chat_events
    return make(pieces)
