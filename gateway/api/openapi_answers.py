"""What the operations that are no feature answer, as schemas: records, usage, webhooks, feedback, opt-out, health."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.api import feedback
from gateway.api.openapi_parts import TEXT
from gateway.api.webhooks import STATES
from gateway.domain.alert_outcome import OUTCOMES
from gateway.domain.events import EVENTS
from gateway.domain.records import TABLES

_COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
_LEFT: Mapping[str, Any] = {"type": "integer", "minimum": -1, "description": "-1: without a limit."}
_DAY: Mapping[str, Any] = {"type": "string", "format": "date"}
_INSTANT: Mapping[str, Any] = {"type": "string", "format": "date-time"}
_USD: Mapping[str, Any] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
_TABLE: Mapping[str, Any] = {"type": "string", "enum": list(TABLES)}
_YES: Mapping[str, Any] = {"type": "boolean", "const": True}


def answer_schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of the success body by operation id; what is not in here tells it elsewhere."""
    return {**_records(), **_webhooks(), **_people(), **_health(), "usage": _usage()}


def preview_schema() -> dict[str, Any]:
    """Return the schema of what a bulk job would take, as `dry_run` tells it."""
    error = _all(index=_COUNT, code=TEXT, status=_COUNT, detail=TEXT, errors=_list(_all(pointer=TEXT, message=TEXT)))
    return _all(
        dry_run=_YES, items=_COUNT, valid=_COUNT, errors=_list(error), units=_COUNT, meter=_or_null(TEXT),
        remaining=_LEFT, cost_usd_expected=_or_null(_USD), cost_usd_at_most=_USD,
    )  # fmt: skip


def _records() -> dict[str, dict[str, Any]]:
    count = _all(rows=_COUNT, last_date=_or_null(_DAY))
    return {
        "records_put": _all(table=_TABLE, inserted=_COUNT, updated=_COUNT),
        "records_delete": _all(table=_TABLE, deleted=_COUNT),
        "records_counts": _all(business_id=TEXT, as_of=_INSTANT, tables=_all(**dict.fromkeys(TABLES, count))),
    }


def _usage() -> dict[str, Any]:
    meter = _all(limit=_LEFT, used=_COUNT, remaining=_LEFT, resets_at=_INSTANT)
    budget = _all(
        cap_usd=_USD, spent_usd=_USD, reserved_usd=_USD, remaining_usd=_USD, projected_usd=_USD,
        exhausted_on=_or_null(_DAY), resets_at=_INSTANT,
    )  # fmt: skip
    row = _all(
        day=_DAY, feature=TEXT, model=TEXT, prompt=TEXT, source=TEXT,
        calls=_COUNT, degraded=_COUNT, input_tokens=_COUNT, cached_tokens=_COUNT, output_tokens=_COUNT,
        tokens_used=_COUNT, cost_usd=_USD,
    )  # fmt: skip
    meters = {"type": "object", "description": "By the name of the meter.", "additionalProperties": meter}
    return _all(
        business_id=TEXT, plan=TEXT, since=_DAY, until=_DAY, meters=meters, budget=budget, rows=_list(row)
    )  # fmt: skip


def _webhooks() -> dict[str, dict[str, Any]]:
    shown = {
        "id": TEXT, "url": TEXT, "events": _list(_choice([*EVENTS, "*"])), "status": _choice(["active", "disabled"]),
        "two_secrets_until": _or_null(_INSTANT), "created_at": _INSTANT,
    }  # fmt: skip
    secret = _all(**shown, secret={"type": "string", "description": "Shown this once."})
    attempt = {"type": "object", "properties": {"at": _INSTANT}, "required": ["at"]}
    delivery = _all(
        event_id=TEXT, type=_choice(list(EVENTS)), state=_choice(list(STATES)), attempts=_COUNT, log=_list(attempt),
        created_at=_INSTANT, changed_at=_INSTANT,
    )  # fmt: skip
    deleted = _all(deleted=_COUNT)
    return {
        "webhooks": _all(webhooks=_list(_all(**shown))), "webhook_create": secret, "webhook_roll": secret,
        "webhooks_delete": deleted, "webhook_delete": deleted, "webhook_replay": _all(replayed=_COUNT),
        "webhook_deliveries": _all(deliveries=_list(delivery)),
    }  # fmt: skip


def _people() -> dict[str, dict[str, Any]]:
    opted_out = _all(business_id=TEXT, opted_out={"type": "boolean"}, features=_list(TEXT))
    value = {"description": "What was decided instead; null without one."}
    return {
        "opt_out": opted_out,
        "opt_out_state": opted_out,
        "feedback": _all(request_id=TEXT, feature=TEXT, recorded=_YES),
        "fraud_feedback": _all(alert_id=TEXT, outcome=_choice(list(OUTCOMES)), recorded=_YES),
        "decision": _all(
            decision_id=TEXT, request_id=TEXT, feature=TEXT, decision=_choice(list(feedback.DECISIONS)), value=value,
            reason=TEXT,
        ),
    }  # fmt: skip


def _health() -> dict[str, dict[str, Any]]:
    state = _choice(["ok", "unavailable"])
    breakers = {"type": "object", "additionalProperties": _choice(["closed", "open", "half_open"])}
    return {
        "health_live": _all(status=_choice(["ok"]), version=TEXT),
        "health_ready": _all(
            status=state, database=state, model=_choice(["offline", "configured"]), breakers=breakers,
            features_without_release=_list(TEXT),
        ),
    }  # fmt: skip


def _all(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has all of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _choice(values: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
