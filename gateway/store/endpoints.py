"""Every address that is told by webhook, over all businesses, with counts of its deliveries; and a test event for one.

Instants are microseconds since the epoch (UTC).
"""

from dataclasses import dataclass

from gateway.domain.ids import new_id
from gateway.store.crypto import Sealer
from gateway.store.database import Database, Script, Statement
from gateway.store.events import PURPOSE, delivery_job
from gateway.store.jobs import enqueue

TEST = "webhook.test"
"""The type of an event that says only that deliveries arrive."""

_ALL = (
    "SELECT w.business_id, w.id, w.disabled_at, COALESCE(d.pending, 0), COALESCE(d.delivered, 0), COALESCE(d.dead, 0), "
    "COALESCE(d.failing, 0), d.newest FROM webhook w LEFT JOIN (SELECT business_id, webhook_id, "
    "SUM(CASE state WHEN 'pending' THEN 1 ELSE 0 END) AS pending, "
    "SUM(CASE state WHEN 'delivered' THEN 1 ELSE 0 END) AS delivered, "
    "SUM(CASE state WHEN 'dead' THEN 1 ELSE 0 END) AS dead, "
    "SUM(CASE WHEN state = 'pending' AND attempts > 0 THEN 1 ELSE 0 END) AS failing, MAX(changed_at) AS newest "
    "FROM webhook_delivery GROUP BY business_id, webhook_id) d "
    "ON d.business_id = w.business_id AND d.webhook_id = w.id ORDER BY w.created_at DESC, w.id LIMIT $1"
)
_EVENT = "INSERT INTO event (business_id, id, type, dedupe_key, data, created_at) VALUES ($1, $2, $3, $2, $4, $5)"
_DELIVERY = (
    "INSERT INTO webhook_delivery (business_id, webhook_id, event_id, event_business_id, type, state, attempts, log, "
    "created_at, changed_at) VALUES ($1, $2, $3, $1, $4, 'pending', 0, '[]', $5, $5)"
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address with the number of its deliveries by state; business `` is the operators'.

    `failing` of the pending ones were tried in vain and are tried again.
    """

    business_id: str
    id: str
    disabled_at: int | None
    pending: int
    delivered: int
    dead: int
    failing: int
    newest: int | None


class Endpoints:
    """Reads every business's addresses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, limit: int = 500) -> list[Endpoint]:
        """Return the addresses, the newest first."""
        rows = await self._database.fetch(_ALL, limit)
        return [
            Endpoint(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5]), int(row[6]), row[7]) for row in rows
        ]


async def send_test(database: Database, sealer: Sealer, now: int, business_id: str, webhook_id: str) -> str:
    """Send one test event to one address, whatever events it asked for; returns the event's id."""
    return await database.run(_send_test, sealer, now, business_id, webhook_id)


def _send_test(sealer: Sealer, now: int, business_id: str, webhook_id: str) -> Script[str]:
    event_id = new_id()
    data = sealer.seal(PURPOSE, business_id, event_id, b'{"message":"A test event: deliveries arrive."}')
    yield Statement(_EVENT, (business_id, event_id, TEST, data, now))
    yield Statement(_DELIVERY, (business_id, webhook_id, event_id, TEST, now))
    yield from enqueue(sealer, now, business_id, delivery_job(webhook_id, business_id, event_id))
    return event_id
