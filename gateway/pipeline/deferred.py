"""A request that is answered later, by a job: what is kept of it, and how it becomes a request again."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.domain.caller import Business, Caller
from gateway.domain.ids import new_id
from gateway.domain.records import Record
from gateway.pipeline.ask import Ask
from gateway.pipeline.checking import check_input
from gateway.pipeline.kit import Kit

ParseInline = Callable[[str, Any], Mapping[str, Sequence[Record]]]


def to_payload(ask: Ask, records: Any) -> dict[str, Any]:
    """Return what a job must know to answer this request as it would have been answered now."""
    return {
        "feature": ask.feature.name,
        "body": dict(ask.body),
        "as_of": ask.as_of.isoformat(),
        "records": records,
        "key_id": ask.caller.key_id,
        "service": ask.caller.service,
        "scopes": sorted(ask.caller.scopes),
        "user_id": ask.caller.user_id,
        "request_id": ask.request_id,
        "explain": ask.explain,
        "trace": dict(ask.trace),
    }


def from_payload(kit: Kit, business: Business, payload: Mapping[str, Any], parse_inline: ParseInline, once: str) -> Ask:
    """Return the request to answer now; asked again with the same `once`, the kept answer comes back.

    Only `feature` and `body` must be given. Raises KeyError for an unknown feature, ValidationFailed for its body.
    """
    feature = kit.catalog.features[payload["feature"]]
    body = dict(payload["body"])
    check_input(feature, body)
    now, user_id = kit.clock.now(), payload.get("user_id")
    day, records, request_id = payload.get("as_of"), payload.get("records"), str(payload.get("request_id") or new_id())
    scopes = frozenset(payload.get("scopes", ("*",)))
    return Ask(
        feature=feature,
        caller=Caller(business, payload.get("key_id", "job"), payload.get("service", "job"), scopes, user_id),
        body=body,
        as_of=date.fromisoformat(day) if day else _today(now, business.timezone),
        inline=None if records is None else parse_inline(business.id, records),
        request_id=request_id,
        ledger_id=f"{request_id}.{new_id()}",
        request_hash=hashlib.sha256(msgspec.json.encode([once, dict(payload)], order="sorted")).hexdigest(),
        started=kit.clock.monotonic(),
        received_at=now,
        user_hash=kit.sign("user", f"{business.id}|{user_id}") if user_id else "",
        idempotency_key=once,
        explain=bool(payload.get("explain")),
        trace=payload.get("trace", {}),
        background=True,
    )


def _today(micros: int, timezone: str) -> date:
    return datetime.fromtimestamp(micros / 1e6, UTC).astimezone(ZoneInfo(timezone)).date()
