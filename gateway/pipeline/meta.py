"""The one `meta` object that stands beside the seed's keys in every answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil
from typing import Any

import msgspec

from gateway.domain.answer import LABELS, Degraded, Source
from gateway.domain.ledger import UNLIMITED
from gateway.domain.money import usd_from_nano
from gateway.domain.usage import NO_USAGE, Usage
from gateway.library.catalog import PromptVersion
from gateway.pipeline.admission import Admission
from gateway.pipeline.ask import Ask
from gateway.pipeline.kit import Kit

NOTHING_CHECKED: Mapping[str, Any] = {"ok": True, "checked": 0, "corrected": 0, "dropped": 0}


class Made(msgspec.Struct, frozen=True):
    """How an answer was made, in figures. `cost` is nano-USD, `quota_used` the meter after this request."""

    source: Source
    model: str
    route: str
    reason: str
    degraded: Degraded | None = None
    grounding: Mapping[str, Any] = msgspec.field(default_factory=lambda: NOTHING_CHECKED)
    masked: int = 0
    usage: Usage = NO_USAGE
    cost: int = 0
    ai_generated: bool = False
    warnings: Sequence[str] = ()


def meta(
    kit: Kit, ask: Ask, admission: Admission, prompt: PromptVersion | None, made: Made, quota_used: int, latency_ms: int
) -> dict[str, Any]:
    """Return `meta` as the contract lists it; money as decimal text, instants in ISO 8601 with `Z`."""
    feature = ask.feature
    today = datetime.fromtimestamp(ask.received_at / 1e6, UTC).date()
    degraded = made.degraded
    return {
        "request_id": ask.request_id,
        "feature": feature.name,
        "prompt": None if prompt is None else _prompt(prompt),
        "source": made.source.value,
        "route": {"name": made.route, "model": made.model, "reason": made.reason},
        "degraded": None if degraded is None else {"reason": degraded.reason.value, "detail": degraded.detail},
        "grounding": dict(made.grounding),
        "pii": {"masked": made.masked},
        "usage": {
            "input_tokens": made.usage.input_tokens,
            "cached_tokens": made.usage.cached_tokens,
            "output_tokens": made.usage.output_tokens,
            "cost_usd": f"{usd_from_nano(made.cost):f}",
            "cost_ghs": f"{kit.policy.rate(today).ghs_from_nano(made.cost):f}",
        },
        "quota": quota(ask, admission, quota_used),
        "latency_ms": latency_ms,
        "ai_generated": made.ai_generated,
        "label": LABELS[made.source],
        "decision_status": feature.decision_status,
        "as_of": ask.as_of.isoformat(),
        "warnings": list(made.warnings),
    }


def quota(ask: Ask, admission: Admission, used: int) -> dict[str, Any]:
    """Return the meter's state; `limit` and `remaining` are -1 where the plan sets no limit."""
    limit = admission.quota_limit
    return {
        "meter": ask.feature.meter,
        "limit": limit,
        "used": used,
        "remaining": UNLIMITED if limit == UNLIMITED else max(0, limit - used),
        "resets_at": instant(admission.quota_window.resets_at),
    }


def rate_headers(ask: Ask, admission: Admission, used: int, budget_left: int | None) -> dict[str, str]:
    """Return `RateLimit-Policy` and `RateLimit` (draft 11): calls per minute, the plan's meter, the month's budget.

    Budget is in micro-USD, tokens are bounded by it; without `budget_left` it is left out. Windows are calendar
    windows; `t` is the seconds to their end, for calls, which come back evenly, to the full minute's limit.
    """
    now = ask.received_at
    to_quota_reset = max(0, (admission.quota_window.resets_at - now) // 1_000_000)
    to_month_end = max(0, (admission.budget_window.resets_at - now) // 1_000_000)
    policies = [f'"calls";q={admission.calls_per_minute};w=60']
    states = []
    if (left := admission.calls_left) is not None:
        full_again = ceil(60 * (admission.calls_per_minute - left) / admission.calls_per_minute)
        states.append(f'"calls";r={left};t={full_again}')
    if ask.feature.meter and admission.quota_limit != UNLIMITED:
        period = 86_400 if ask.feature.meter.endswith("_per_day") else 2_592_000
        policies.append(f'"{ask.feature.meter}";q={admission.quota_limit};w={period}')
        states.append(f'"{ask.feature.meter}";r={max(0, admission.quota_limit - used)};t={to_quota_reset}')
    if budget_left is not None:
        policies.append(f'"budget";q={admission.plan.budget_usd_nano // 1000};qu="micro-usd";w=2592000')
        states.append(f'"budget";r={max(0, budget_left) // 1000};t={to_month_end}')
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}


@lru_cache(maxsize=256)
def instant(micros: int) -> str:
    """Return microseconds since the epoch as `2026-11-22T10:00:00Z`."""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _prompt(prompt: PromptVersion) -> dict[str, Any]:
    return {"name": prompt.feature, "version": prompt.version, "hash": prompt.content_hash}
