"""What is claimed before a call and settled after it.

Money is nano-USD, instants are microseconds since the epoch (UTC). What each request makes anew is a `msgspec.Struct`:
equal in use to a frozen dataclass, whose construction costs several times as much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.domain.events import Event
from gateway.domain.usage import NO_USAGE, Usage

UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class Window:
    """A calendar window in the business's time zone: `key` is `2026-11` or `2026-11-22`; it ends at `resets_at`."""

    key: str
    resets_at: int


class Claim(msgspec.Struct, frozen=True):
    """One logical request's wish: `units` of a meter and at most `amount` of this month's budget.

    `quota_limit` -1 is unlimited; `meter` None counts nothing. `amount` 0 reserves no money (cache hit, rules).
    """

    request_id: str
    business_id: str
    feature: str
    meter: str | None
    units: int
    quota_limit: int
    quota_window: Window
    budget_window: Window
    budget_cap: int
    amount: int
    expires_at: int


class Hold(msgspec.Struct, frozen=True):
    """An open reservation: `quota_used` is the meter after it, `budget_left` what is neither spent nor reserved."""

    claim: Claim
    quota_used: int
    budget_left: int


class UsageRow(msgspec.Struct, frozen=True):
    """One logical request, as billing and the admin see it; kept also when it cost nothing."""

    request_id: str
    business_id: str
    feature: str
    prompt: str
    prompt_hash: str
    source: str
    route: str
    model: str
    degraded: str
    status: int
    usage: Usage
    cost: int
    attempts: int
    latency_ms: int
    user_hash: str
    created_at: int
    grounding: Mapping[str, Any] = msgspec.field(default_factory=dict)


class AuditEntry(msgspec.Struct, frozen=True):
    """One line of a business's hash chain; `details` are redacted: hashes, codes and counts, never contents."""

    business_id: str
    actor: str
    action: str
    object_id: str
    at: int
    details: Mapping[str, Any]


class StoredAnswer(msgspec.Struct, frozen=True):
    """A finished answer kept for replay of its Idempotency-Key; `body` is encrypted by the store."""

    business_id: str
    key: str
    status: int
    body: bytes


class Settlement(msgspec.Struct, frozen=True):
    """What a finished request really used.

    `cost` is charged to the budget, `units` stay counted on the meter (0 gives them back), `events` are told.
    """

    cost: int
    units: int
    row: UsageRow
    audit: AuditEntry
    stored: StoredAnswer | None = None
    usage: Usage = NO_USAGE
    events: tuple[Event, ...] = ()


class OptedOut(Exception):
    """The business has opted out of models meanwhile; the rules answer instead."""


class BudgetExhausted(Exception):
    """The month's cap leaves no room for this call; the rules answer instead."""
