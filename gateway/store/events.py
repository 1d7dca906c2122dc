"""Events, written in the transaction of what happened, and the deliveries that they cause."""

import hashlib
import json
from typing import Any

import msgspec

from gateway.domain.events import EVENTS, Event
from gateway.domain.ids import new_id
from gateway.domain.jobs import NewJob
from gateway.ports import Clock
from gateway.store.crypto import Sealer
from gateway.store.database import Database, Script, Statement, as_operator
from gateway.store.jobs import enqueue

SERVICE = ""
"""In place of a business: what concerns the whole service, and webhooks that hear of every business."""

DELIVER = "deliver_webhook"
"""The job kind that sends one event to one address."""

PURPOSE = "event"
_encode = msgspec.json.Encoder(decimal_format="string").encode

_EVENT = (
    "INSERT INTO event (business_id, id, type, dedupe_key, data, created_at) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (business_id, type, dedupe_key) DO NOTHING RETURNING id"
)
_LISTENERS = (
    "SELECT business_id, id FROM webhook WHERE disabled_at IS NULL AND (business_id IN ($1, '') OR $1 = '') "
    "AND (events LIKE $2 OR events LIKE '%\"*\"%') ORDER BY business_id, id"
)
_DELIVERY = (
    "INSERT INTO webhook_delivery (business_id, webhook_id, event_id, event_business_id, type, state, attempts, log, "
    "created_at, changed_at) VALUES ($1, $2, $3, $4, $5, 'pending', 0, '[]', $6, $6)"
)


class Events:
    """Tells of what happened."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    async def tell(self, business_id: str, event: Event) -> None:
        """Tell of something that belongs to no other transaction. Raises NotReady."""
        await self._database.run(self.emit, business_id, event)

    def emit(self, business_id: str, event: Event) -> Script[bool]:
        """Tell of something, as part of the caller's transaction; False when it was told before."""
        return (yield from emit(self._sealer, self._clock.now(), business_id, event))


def emit(sealer: Sealer, now: int, business_id: str, event: Event) -> Script[bool]:
    """Write an event and a delivery for each webhook that wants it; False when the same was told before.

    Raises KeyError for a type that `EVENTS` does not name.
    """
    if event.type not in EVENTS:
        raise KeyError(event.type)
    event_id = new_id()
    data = sealer.seal(PURPOSE, business_id, event_id, _encode(event.data))
    # A key may be made of ids; what must be unique is enough to keep.
    once = hashlib.sha256(event.dedupe_key.encode()).hexdigest()
    if not (yield Statement(_EVENT, (business_id, event_id, event.type, once, data, now))):
        return False
    listeners = yield Statement(_LISTENERS, (business_id, f'%"{event.type}"%'), operator=True)
    for owner, webhook_id in listeners:  # an operator's webhook hears of every business, in rows of its own
        yield Statement(_DELIVERY, (owner, webhook_id, event_id, business_id, event.type, now), operator=True)
        yield from as_operator(enqueue(sealer, now, owner, delivery_job(webhook_id, business_id, event_id)))
    return True


def delivery_job(webhook_id: str, event_business_id: str, event_id: str, round_: str = "") -> NewJob:
    """Return the job that sends an event to a webhook; another `round_` sends it again."""
    payload: dict[str, Any] = {"webhook_id": webhook_id, "business_id": event_business_id, "event_id": event_id}
    return NewJob(DELIVER, payload, dedupe_key=json.dumps([webhook_id, event_id, round_]))
