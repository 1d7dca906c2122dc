"""Where businesses and operators want to be told, with which secret, and what became of each delivery."""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.domain.ids import new_id
from gateway.domain.ledger import AuditEntry
from gateway.errors import FieldError, NotFound, ValidationFailed
from gateway.pipeline.meta import instant
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.crypto import Sealer, Unreadable
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.events import PURPOSE, delivery_job
from gateway.store.jobs import enqueue

ROLLING = 86_400_000_000
"""How long the earlier secret still signs beside the new one, in microseconds."""

MAX_WEBHOOKS = 20
SECRET, URL = "webhook secret", "webhook url"
_LOGGED = 20
"""Attempts that a delivery's log keeps: the newest ones."""

_PUT = "INSERT INTO webhook (business_id, id, url, events, secret, created_at) VALUES ($1, $2, $3, $4, $5, $6)"
_COUNT = "SELECT COUNT(*) FROM webhook WHERE business_id = $1"
_ALL = (
    "SELECT id, url, events, secret_previous, previous_until, disabled_at, created_at FROM webhook "
    "WHERE business_id = $1 AND ($2 = '' OR id = $2) ORDER BY created_at, id"
)
_ROLL = (
    "UPDATE webhook SET secret_previous = secret, previous_until = $4, secret = $3, disabled_at = NULL "
    "WHERE business_id = $1 AND id = $2 RETURNING id"
)
_DISABLE = "UPDATE webhook SET disabled_at = $3 WHERE business_id = $1 AND id = $2"
_TARGET = (
    "SELECT url, secret, secret_previous, previous_until FROM webhook "
    "WHERE business_id = $1 AND id = $2 AND disabled_at IS NULL"
)
_EVENT = "SELECT type, data, created_at FROM event WHERE business_id = $1 AND id = $2"
_LOG = "SELECT attempts, log FROM webhook_delivery WHERE business_id = $1 AND webhook_id = $2 AND event_id = $3"
_LOGGED_SO = (
    "UPDATE webhook_delivery SET state = $4, attempts = $5, log = $6, changed_at = $7 "
    "WHERE business_id = $1 AND webhook_id = $2 AND event_id = $3"
)
_DELIVERIES = (
    "SELECT event_id, event_business_id, type, state, attempts, log, created_at, changed_at FROM webhook_delivery "
    "WHERE business_id = $1 AND webhook_id = $2 AND created_at >= $3 AND ($4 = '' OR state = $4) "
    "ORDER BY created_at DESC, event_id DESC LIMIT $5"
)
_PENDING = "UPDATE webhook_delivery SET state = 'pending', changed_at = $4 WHERE business_id = $1 AND webhook_id = $2 "
_REPLAY = _PENDING + "AND event_id = $3 RETURNING event_business_id"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told; instants are microseconds since the epoch."""

    id: str
    url: str
    events: tuple[str, ...]
    rolling_until: int | None
    disabled_at: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where one event goes now: the newest secret first; `body` is the same at every attempt."""

    url: str
    secrets: tuple[str, ...]
    body: bytes


class Webhooks:
    """Registers addresses and keeps the log of their deliveries; the business comes first, "" is the operators'."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    async def create(
        self, business_id: str, url: str, events: Sequence[str], *, line: AuditEntry | None = None
    ) -> tuple[Webhook, str]:
        """Register an address that has been checked; its secret is returned this once. Raises ValidationFailed."""
        return await self._database.run(lambda: audit.noted(self.creating(business_id, url, events), line))

    def creating(self, business_id: str, url: str, events: Sequence[str]) -> Script[tuple[Webhook, str]]:
        """Do as `create`, as part of a transaction."""
        webhook_id, secret, now = new_id(), _new_secret(), self._clock.now()
        sealed_url = self._sealer.seal(URL, business_id, webhook_id, url.encode())
        sealed = self._seal_secret(business_id, webhook_id, secret)
        values = (business_id, webhook_id, sealed_url, json.dumps(list(events)), sealed, now)
        if not (yield from _put(values)):
            wanted = f"at most {MAX_WEBHOOKS} webhooks; delete one first"
            raise ValidationFailed("There are too many webhooks.", errors=[FieldError("/url", wanted)])
        return Webhook(webhook_id, url, tuple(events), None, None, now), secret

    async def all_of(self, business_id: str) -> list[Webhook]:
        """Return the business's webhooks, oldest first, without secrets."""
        return [self._webhook(business_id, row) for row in await self._database.fetch(_ALL, business_id, "")]

    async def get(self, business_id: str, webhook_id: str) -> Webhook:
        """Return one. Raises NotFound."""
        rows = await self._database.fetch(_ALL, business_id, webhook_id or "-")
        if not rows:
            raise NotFound("There is no such webhook.")
        return self._webhook(business_id, rows[0])

    async def delete(self, business_id: str, webhook_id: str, *, line: AuditEntry | None = None) -> bool:
        """Forget an address and the log of its deliveries; False when there was none."""
        return await self._database.run(lambda: audit.noted(_delete(business_id, webhook_id), line))

    async def roll(self, business_id: str, webhook_id: str, *, line: AuditEntry | None = None) -> tuple[Webhook, str]:
        """Give a new secret, shown this once; for a day both sign. Also wakes a disabled one. Raises NotFound."""
        return await self._database.run(lambda: audit.noted(self.rolling(business_id, webhook_id), line))

    def rolling(self, business_id: str, webhook_id: str) -> Script[tuple[Webhook, str]]:
        """Do as `roll`, as part of a transaction."""
        secret = _new_secret()
        sealed = self._seal_secret(business_id, webhook_id, secret)
        if not (yield Statement(_ROLL, (business_id, webhook_id, sealed, self._clock.now() + ROLLING))):
            raise NotFound("There is no such webhook.")
        rows = yield Statement(_ALL, (business_id, webhook_id))
        return self._webhook(business_id, rows[0]), secret

    async def target(self, business_id: str, webhook_id: str, event_business: str, event_id: str) -> Target | str:
        """Return what to send where, or why nothing is sent: `switched_off`, `event_gone` or `unreadable`."""
        hooks = await self._database.fetch(_TARGET, business_id, webhook_id)
        events = await self._database.fetch(_EVENT, event_business, event_id)
        if not hooks or not events:
            return "event_gone" if hooks else "switched_off"
        url, secret, previous, until = hooks[0]
        kept = [secret] if previous is None or until <= self._clock.now() else [secret, previous]
        try:
            opened = tuple(self._sealer.open(SECRET, business_id, webhook_id, one).decode() for one in kept)
            address = self._sealer.open(URL, business_id, webhook_id, url).decode()
            data = self._sealer.open(PURPOSE, event_business, event_id, events[0][1])
        except Unreadable:
            return "unreadable"
        return Target(address, opened, _body(events[0][0], event_business, data, events[0][2]))

    async def deliveries(
        self, business_id: str, webhook_id: str, *, state: str = "", since: int = 0, limit: int = 100
    ) -> list[dict[str, Any]]:
        """Return the newest deliveries with their log: instant, status or fault, and milliseconds of each attempt."""
        rows = await self._database.fetch(_DELIVERIES, business_id, webhook_id, since, state, limit)
        names = ("event_id", "business_id", "type", "state", "attempts", "log", "created_at", "changed_at")
        return [{**dict(zip(names, row, strict=True)), "log": json.loads(row[5])} for row in rows]

    async def replay(
        self, business_id: str, webhook_id: str, event_ids: Sequence[str], *, line: AuditEntry | None = None
    ) -> int:
        """Send events again under their old ids; returns how many of them this webhook had been sent."""
        return await self._database.run(lambda: audit.noted(self.replaying(business_id, webhook_id, event_ids), line))

    def replaying(self, business_id: str, webhook_id: str, event_ids: Sequence[str]) -> Script[int]:
        """Do as `replay`, as part of a transaction."""
        return (yield from _replay(self._sealer, self._clock.now(), business_id, webhook_id, tuple(event_ids)))

    def _webhook(self, business_id: str, row: Row) -> Webhook:
        webhook_id, url, events, previous, until, disabled_at, created_at = row
        try:
            address = self._sealer.open(URL, business_id, webhook_id, url).decode()
        except Unreadable:
            address = ""
        rolling = until if previous is not None and until > self._clock.now() else None
        return Webhook(webhook_id, address, tuple(json.loads(events)), rolling, disabled_at, created_at)

    def _seal_secret(self, business_id: str, webhook_id: str, secret: str) -> bytes:
        return self._sealer.seal(SECRET, business_id, webhook_id, secret.encode())


def note(business_id: str, webhook_id: str, event_id: str, state: str, now: int, entry: dict[str, Any]) -> Script[None]:
    """Add an attempt to a delivery's log, in the transaction that ends the attempt."""
    this = (business_id, webhook_id, event_id)
    rows = yield Statement(_LOG, this)
    if rows:
        log = [*json.loads(rows[0][1]), entry][-_LOGGED:]
        yield Statement(_LOGGED_SO, (*this, state, rows[0][0] + 1, json.dumps(log), now))


def disable(business_id: str, webhook_id: str, now: int) -> Script[None]:
    """Tell an address nothing any more: it has said that it is gone."""
    yield Statement(_DISABLE, (business_id, webhook_id, now))


def _put(values: tuple[Any, ...]) -> Script[bool]:
    rows = yield Statement(_COUNT, values[:1])
    if rows[0][0] >= MAX_WEBHOOKS:
        return False
    yield Statement(_PUT, values)
    return True


def _delete(business_id: str, webhook_id: str) -> Script[bool]:
    sql = "DELETE FROM webhook WHERE business_id = $1 AND id = $2 RETURNING id"
    gone = yield Statement(sql, (business_id, webhook_id))
    yield Statement(
        "DELETE FROM webhook_delivery WHERE business_id = $1 AND webhook_id = $2", (business_id, webhook_id)
    )
    return bool(gone)


def _replay(sealer: Sealer, now: int, business_id: str, webhook_id: str, event_ids: tuple[str, ...]) -> Script[int]:
    count = 0
    for event_id in event_ids:
        for (event_business,) in (yield Statement(_REPLAY, (business_id, webhook_id, event_id, now))):
            job = delivery_job(webhook_id, event_business, event_id, round_=new_id())
            yield from enqueue(sealer, now, business_id, job)
            count += 1
    return count


def _body(type_: str, business_id: str, data: bytes, created_at: int) -> bytes:
    about = {"type": type_, "timestamp": instant(created_at), "business_id": business_id or None}
    return msgspec.json.encode({**about, "data": msgspec.Raw(data)})


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
