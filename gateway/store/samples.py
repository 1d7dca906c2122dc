"""Requests that are kept for a while, sealed, so that a draft can be tried on what shops really ask.

Businesses that want no model, of a feature or at all, are left out, and so are requests that bring records along. What
is kept is the question alone: no answer, no record, no name that the question itself does not hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec

from gateway.ports import Clock
from gateway.store.crypto import Sealer, Unreadable
from gateway.store.database import Database, Script, Statement
from gateway.store.holdings import DAY, Holding, Sealed, Until

PURPOSE = "request sample"
KEPT = 500
"""How many of the newest requests of a feature are kept."""
KEPT_DAYS = 30
KEPT_FOR = KEPT_DAYS * DAY
HOLDINGS = (Holding("request_sample", Until("created_at", KEPT_DAYS), sealed=[Sealed("body", PURPOSE)]),)
EVERY = 250_000
"""At most one request in this many microseconds is kept per feature and process, whatever the traffic."""

_ADD = "INSERT INTO request_sample (business_id, id, feature, body, created_at) VALUES ($1, $2, $3, $4, $5)"
_OLD = (
    "DELETE FROM request_sample WHERE feature = $1 AND (created_at <= $2 OR created_at < (SELECT MIN(created_at) FROM "
    "(SELECT created_at FROM request_sample WHERE feature = $1 ORDER BY created_at DESC LIMIT $3) newest))"
)
_NEWEST = (
    "SELECT business_id, id, body, created_at FROM request_sample WHERE feature = $1 AND created_at > $2 "
    "ORDER BY created_at DESC LIMIT $3"
)
_COUNT = "SELECT COUNT(*) FROM request_sample WHERE feature = $1 AND created_at > $2"
_ONE = "SELECT business_id, id, body, created_at FROM request_sample WHERE feature = $1 AND id = $2"


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: the fields of its body and the day it spoke about (ISO)."""

    business_id: str
    id: str
    body: Mapping[str, Any]
    as_of: str
    created_at: int


class Samples:
    """Keeps the newest requests of each feature; implements `ports.Journal`."""

    def __init__(self, database: Database, clock: Clock, sealer: Sealer) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer
        self._last: dict[str, int] = {}
        self._added: dict[str, int] = {}

    def due(self, feature: str) -> bool:
        """See `ports.Journal`."""
        now = self._clock.now()
        if abs(now - self._last.get(feature, -EVERY)) < EVERY:
            return False
        self._last[feature] = now
        return True

    async def note(self, business_id: str, feature: str, body: Mapping[str, Any], as_of: str) -> None:
        """See `ports.Journal`."""
        sample_id = str(uuid4())
        plain = msgspec.json.encode({"body": dict(body), "as_of": as_of})
        sealed = self._sealer.seal(PURPOSE, business_id, sample_id, plain)
        row = (business_id, sample_id, feature, sealed, self._clock.now())
        self._added[feature] = self._added.get(feature, 0) + 1
        thin = self._added[feature] % 50 == 1
        await self._database.run(_add, row, thin, self._clock.now())

    async def newest(self, feature: str, limit: int) -> list[Sample]:
        """Return the newest requests of a feature that can still be read."""
        rows = await self._database.fetch(_NEWEST, feature, self._clock.now() - KEPT_FOR, limit)
        return [sample for row in rows if (sample := self._opened(row)) is not None]

    async def count(self, feature: str) -> int:
        """Return how many requests of a feature are kept."""
        return int((await self._database.fetch(_COUNT, feature, self._clock.now() - KEPT_FOR))[0][0])

    async def get(self, feature: str, sample_id: str) -> Sample | None:
        """Return one kept request."""
        rows = await self._database.fetch(_ONE, feature, sample_id)
        return self._opened(rows[0]) if rows else None

    def _opened(self, row: Sequence[Any]) -> Sample | None:
        business_id, sample_id, sealed, created_at = row
        try:
            plain = msgspec.json.decode(self._sealer.open(PURPOSE, business_id, sample_id, bytes(sealed)))
        except Unreadable:
            return None
        return Sample(business_id, sample_id, plain["body"], plain["as_of"], created_at)


def _add(row: tuple[Any, ...], thin: bool, now: int) -> Script[None]:
    yield Statement(_ADD, row)
    if thin:
        yield Statement(_OLD, (row[2], now - KEPT_FOR, KEPT), operator=True)  # the newest of all businesses stay
