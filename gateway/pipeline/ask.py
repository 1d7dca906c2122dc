"""One request as the steps see it, and the finished answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from gateway.domain.caller import Caller
from gateway.domain.records import Record
from gateway.library.catalog import Feature


class Ask(msgspec.Struct, frozen=True):
    """A validated request of an authenticated caller.

    `body` holds no `as_of` and no `records`: they are `as_of` (business-local day) and `inline`. `user_hash` is a keyed
    hash of `X-User-Id`. `ledger_id` is unique for ever: the request id, or one made from it when the caller chose that.
    `started` is in monotonic seconds, `received_at` in microseconds since the epoch (UTC). `background` is work that
    nobody waits for: it may take longer, and the queue of jobs takes the place of the rate limit.
    """

    feature: Feature
    caller: Caller
    body: Mapping[str, Any]
    as_of: date
    inline: Mapping[str, Sequence[Record]] | None
    request_id: str
    ledger_id: str
    request_hash: str
    started: float
    received_at: int
    user_hash: str = ""
    idempotency_key: str | None = None
    explain: bool = False
    trace: Mapping[str, str] = msgspec.field(default_factory=dict)
    background: bool = False


class Answered(msgspec.Struct, frozen=True):
    """What leaves: status, JSON bytes and the extra headers."""

    status: int
    body: bytes
    headers: Mapping[str, str]
