"""The parts of the OpenAPI document that all operations share: headers, problems and `meta`."""

from collections.abc import Mapping
from typing import Any

from gateway.domain.answer import LABELS, DegradedReason, Source
from gateway.errors import GatewayError, all_errors
from gateway.library.catalog import Feature

TEXT: Mapping[str, Any] = {"type": "string"}


def parameters() -> dict[str, Any]:
    """Return the headers and query parameters that many operations take."""

    def header(name: str, text: str, pattern: str | None = None) -> dict[str, Any]:
        schema = {"type": "string", "pattern": pattern} if pattern else dict(TEXT)
        return {"name": name, "in": "header", "required": False, "description": text, "schema": schema}

    uuid = {"type": "string", "format": "uuid"}
    return {
        "BusinessId": {
            **header("X-Business-Id", "The business a service key acts for; not needed with a key of one business."),
            "schema": uuid,
        },
        "UserId": header("X-User-Id", "The person behind the call; kept as a keyed hash.", "^[!-~]{1,128}$"),
        "RequestId": header("X-Request-Id", "Your id of this request; echoed. One is made when it is absent or unfit."),
        "IdempotencyKey": header("Idempotency-Key", "Same key, same outcome, for 24 hours.", "^[!-~]{1,255}$"),
        "Prefer": header("Prefer", "`respond-async`: answer by a job; 202 says where it is (RFC 7240)."),
        "Traceparent": header("traceparent", "W3C trace context, passed on to the model provider."),
        "Explain": {
            "name": "explain",
            "in": "query",
            "required": False,
            "description": "`1` adds the evidence to `meta`.",
            "schema": dict(TEXT),
        },
    }


def problem_schema() -> dict[str, Any]:
    """Return the schema of every refusal."""
    error = {"type": "object", "properties": {"pointer": TEXT, "message": TEXT}, "required": ["pointer", "message"]}
    properties = {
        "type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "instance": TEXT,
        "code": {"type": "string", "enum": [*(error.code for error in all_errors()), GatewayError.code]},
        "request_id": TEXT, "retryable": {"type": "boolean"}, "errors": {"type": "array", "items": error},
    }  # fmt: skip
    return {"type": "object", "description": "RFC 9457", "properties": properties, "required": list(properties)}


def job_schema() -> dict[str, Any]:
    """Return the schema of a background job as callers see it."""
    integer, nullable = {"type": "integer", "minimum": 0}, {"type": ["string", "null"]}
    progress = {"type": "object", "properties": {"done": integer, "total": integer}, "required": ["done", "total"]}
    states = ["queued", "running", "completed", "failed", "cancelled"]
    properties = {
        "job_id": TEXT, "kind": TEXT, "status": {"type": "string", "enum": states}, "progress": progress,
        "created_at": TEXT, "finished_at": nullable, "url": TEXT,
        "result": {"description": "What the plain answer would have been; null until the job has ended."},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "One entry for each item that failed."},
        "error": {"type": ["object", "null"], "description": "Why the whole job failed: `code`, `detail`, `errors`."},
    }  # fmt: skip
    return {"type": "object", "properties": properties, "required": list(properties)}


def meta_schema() -> dict[str, Any]:
    """Return the schema of the `meta` object of every answer."""

    def closed(**properties: Any) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "required": list(properties)}

    integer, boolean, nullable = {"type": "integer"}, {"type": "boolean"}, {"type": ["string", "null"]}
    prompt = closed(name=TEXT, version=integer, hash=TEXT)
    degraded = closed(reason={"type": "string", "enum": [reason.value for reason in DegradedReason]}, detail=TEXT)
    return closed(
        request_id=TEXT,
        feature=TEXT,
        prompt={"anyOf": [prompt, {"type": "null"}]},
        source={"type": "string", "enum": [source.value for source in Source]},
        route=closed(name=TEXT, model=TEXT, reason=TEXT),
        degraded={"anyOf": [degraded, {"type": "null"}]},
        grounding=closed(ok=boolean, checked=integer, corrected=integer, dropped=integer),
        pii=closed(masked=integer),
        usage=closed(input_tokens=integer, cached_tokens=integer, output_tokens=integer, cost_usd=TEXT, cost_ghs=TEXT),
        quota=closed(meter=nullable, limit=integer, used=integer, remaining=integer, resets_at=TEXT),
        latency_ms=integer,
        ai_generated=boolean,
        label=TEXT,
        decision_status=nullable,
        as_of={"type": "string", "format": "date"},
        warnings={"type": "array", "items": TEXT},
    )


def example_meta(feature: Feature) -> dict[str, Any]:
    """Return a `meta` as the offline rules would give it; only its form is exemplary."""
    return {
        "request_id": "01a20310-f6f5-7aed-b623-e0d719d46e10",
        "feature": feature.name,
        "prompt": {"name": feature.name, "version": 1, "hash": "0" * 64},
        "source": Source.OFFLINE.value,
        "route": {"name": feature.route, "model": "offline", "reason": "no provider key is set"},
        "degraded": None,
        "grounding": {"ok": True, "checked": 12, "corrected": 0, "dropped": 0},
        "pii": {"masked": 1},
        "usage": {
            "input_tokens": 0, "cached_tokens": 0, "output_tokens": 0,
            "cost_usd": "0.000000000", "cost_ghs": "0.000000",
        },
        "quota": {
            "meter": feature.meter, "limit": 50, "used": 1, "remaining": 49, "resets_at": "2026-12-01T00:00:00Z",
        },
        "latency_ms": 12,
        "ai_generated": False,
        "label": LABELS[Source.OFFLINE],
        "decision_status": feature.decision_status,
        "as_of": "2026-11-20",
        "warnings": [],
    }  # fmt: skip
