"""What the document says of the operations that are no feature: jobs, webhooks and the like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.api import feedback, privacy
from gateway.api.openapi_parts import TEXT
from gateway.api.webhooks import MAX_REPLAY, SCOPE, STATES
from gateway.domain.alert_outcome import OUTCOMES
from gateway.domain.events import EVENTS
from gateway.library.catalog import Feature

PLATFORM_TAGS = ("jobs", "webhooks", "feedback", "privacy")
_JOB = {"$ref": "#/components/schemas/Job"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `path` has its trailing slash, `errors` are codes beside those that every operation has."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    status: int = 200
    scope: str = ""
    body: Mapping[str, Any] | None = None
    example: Mapping[str, Any] | None = None
    response: Mapping[str, Any] | None = None
    query: Sequence[dict[str, Any]] = ()
    errors: tuple[str, ...] = ()
    at_once: str = ""
    """When the answer is 200 and at once, where it otherwise is not."""


def platform_operations() -> tuple[Operation, ...]:
    """Return them all."""
    return (*_jobs(), *_credit(), *_fraud(), *_webhooks(), *_feedback(), *_privacy())


def bulk_operation(feature: Feature) -> Operation:
    """Return the operation that takes many requests of a feature as one job."""
    item = {"type": "object", "description": f"A request as POST {feature.path} takes it, without `records`."}
    items = {"type": "array", "items": item, "minItems": 1, "maxItems": feature.bulk}
    dry = {"type": "boolean", "description": "Only tell what the job would take: answers 200 and counts nothing."}
    day = {"type": "string", "format": "date", "description": "The day to speak about; today without it."}
    return Operation(
        "post", f"{feature.path}bulk/", f"{feature.name}_bulk", f"{feature.title}, many at once", feature.group,
        status=202, scope=feature.group, body=closed(["items"], items=items, dry_run=dry, as_of=day),
        example={"items": [dict(feature.example_request)], "dry_run": True}, response=_JOB,
        at_once="With `dry_run`: what the job would take.",
        errors=("not_in_plan", "feature_disabled"),
    )  # fmt: skip


def closed(required: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    """Return the schema of an object that takes these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _jobs() -> tuple[Operation, ...]:
    path = "/api/ai/jobs/{job_id}/"
    return (
        Operation("get", path, "job", "A job's state, progress and result", "jobs", response=_JOB),
        Operation("delete", path, "job_cancel", "Cancel a job that has not ended", "jobs", response=_JOB),
    )


def _credit() -> tuple[Operation, ...]:
    day = {"type": "string", "format": "date", "description": "The day to look at; today without it."}
    return (
        Operation(
            "post", "/api/ai/credit/alerts/scan/", "credit_scan", "Look for new credit alerts now", "jobs", status=202,
            scope="credit", body=closed(as_of=day), example={}, response=_JOB,
            errors=("not_in_plan", "feature_disabled"),
        ),
    )  # fmt: skip


def _webhooks() -> tuple[Operation, ...]:
    base, one = "/api/ai/webhooks/", "/api/ai/webhooks/{webhook_id}/"
    events = {"type": "array", "items": {"enum": [*EVENTS, "*"]}, "minItems": 1, "maxItems": len(EVENTS) + 1}
    ids = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1, "maxItems": MAX_REPLAY}
    create = closed(["url"], url=TEXT, events=events)
    shown = {"url": "https://pos.example.com/hooks/ai", "events": ["job.completed", "credit.alert"]}
    some = ["00000000-0000-7000-8000-000000000000"]
    query = [
        {"name": "state", "in": "query", "required": False, "schema": {"type": "string", "enum": list(STATES)}},
        {"name": "since", "in": "query", "required": False, "schema": {"type": "string", "format": "date-time"}},
    ]

    def operation(method: str, path: str, name: str, summary: str, **more: Any) -> Operation:
        return Operation(method, path, name, summary, "webhooks", scope=SCOPE, **more)

    return (
        operation("get", base, "webhooks", "The business's webhooks, without their secrets"),
        operation(
            "post", base, "webhook_create", "Register an address; the secret is shown this once", status=201,
            body=create, example=shown,
        ),
        operation(
            "delete", base, "webhooks_delete", "Forget addresses by id", body=closed(["ids"], ids=ids),
            example={"ids": some},
        ),
        operation("delete", one, "webhook_delete", "Forget an address and the log of its deliveries"),
        operation("post", one + "secret/", "webhook_roll", "A new secret; for a day both sign"),
        operation("get", one + "deliveries/", "webhook_deliveries", "What became of each delivery", query=query),
        operation(
            "post", one + "replay/", "webhook_replay", "Send events again under their old ids", status=202,
            body=closed(["event_ids"], event_ids=ids), example={"event_ids": some},
        ),
    )  # fmt: skip


def _fraud() -> tuple[Operation, ...]:
    day = {"type": "string", "format": "date", "description": "The day the alert was found with; today without it."}
    said = closed(["outcome"], outcome={"enum": list(OUTCOMES)}, comment=_text(2_000), as_of=day)
    return (
        Operation(
            "post", "/api/ai/fraud-alerts/{alert_id}/feedback/", "fraud_feedback", "Say what an alert was", "feedback",
            status=201, scope="fraud", body=said,
            example={"outcome": "false_positive", "comment": "A bulk buyer, I was there"},
        ),
    )  # fmt: skip


def _feedback() -> tuple[Operation, ...]:
    some = "01a20310-f6f5-7aed-b623-e0d719d46e10"
    rating = {"type": "integer", "minimum": 1, "maximum": 5}
    said = closed(
        ["request_id"], request_id=_text(128), rating=rating, outcome={"enum": list(feedback.OUTCOMES)},
        comment=_text(feedback.MAX_TEXT),
    )  # fmt: skip
    decided = closed(
        ["decision", "reason"], decision={"enum": list(feedback.DECISIONS)}, value={}, reason=_text(feedback.MAX_TEXT)
    )
    return (
        Operation(
            "post", "/api/ai/feedback/", "feedback", "Say how good an answer was, or what came of it", "feedback",
            status=201, body=said, example={"request_id": some, "rating": 4, "outcome": "paid"},
        ),
        Operation(
            "post", "/api/ai/decisions/{request_id}/", "decision", "Approve or override a recommendation", "feedback",
            status=201, scope=feedback.SCOPE, body=decided,
            example={"decision": "override", "value": {"limit": 3000}, "reason": "Known for years, pays at harvest"},
        ),
    )  # fmt: skip


def _privacy() -> tuple[Operation, ...]:
    opt_out = "/api/ai/privacy/opt-out/"
    features = {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 100}
    switch = closed(opted_out={"type": "boolean"}, feature=TEXT, features=features)
    subject = closed(["type", "id"], type={"enum": list(privacy.SUBJECT_TYPES)}, id=_text(128))
    erase = closed(["subject"], subject=subject, reason={"type": "string", "maxLength": 2000})
    example = {"subject": {"type": "customer", "id": "00000000-0000-4000-8000-000000000000"}, "reason": "asked for it"}
    return (
        Operation(
            "get", opt_out, "opt_out_state", "What the business has opted out of", "privacy", scope=privacy.SCOPE
        ),
        Operation(
            "post", opt_out, "opt_out", "Keep the business's data from models, for all features or some", "privacy",
            scope=privacy.SCOPE, body=switch, example={"opted_out": False},
        ),
        Operation(
            "post", "/api/ai/privacy/erasure/", "erasure", "Forget a customer or user; a job's result is the receipt",
            "privacy", status=202, scope=privacy.SCOPE, body=erase, example=example, response=_JOB,
        ),
    )  # fmt: skip


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest}
