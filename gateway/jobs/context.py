"""What a job's handler works with."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.adapters.webhook_sender import WebhookSender
from gateway.domain.caller import Business
from gateway.domain.jobs import Job
from gateway.errors import IdempotencyConflict, NotFound
from gateway.pipeline.answer import answer
from gateway.pipeline.ask import Answered
from gateway.pipeline.deferred import from_payload
from gateway.pipeline.kit import Kit
from gateway.store.audit import AuditLog
from gateway.store.businesses import Businesses
from gateway.store.cache import TieredCache
from gateway.store.crypto import Sealer
from gateway.store.database import Database
from gateway.store.events import Events
from gateway.store.jobs import Jobs
from gateway.store.records import RecordStore
from gateway.store.snapshot import Snapshots
from gateway.store.usage import UsageQueries
from gateway.store.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Tools:
    """One process's tools for background work; made by `app.py`."""

    kit: Kit
    database: Database
    sealer: Sealer
    jobs: Jobs
    events: Events
    webhooks: Webhooks
    businesses: Businesses
    snapshots: Snapshots
    records: RecordStore
    usage: UsageQueries
    audit: AuditLog
    cache: TieredCache
    sender: WebhookSender


class Stopping(Exception):
    """The process is about to end; the job goes on in another one, or in the next."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """The tools and the job in hand; `stopping` tells whether the process is about to end."""

    tools: Tools
    job: Job
    stopping: Callable[[], bool] = lambda: False

    def now(self) -> int:
        """Return the wall clock in microseconds since the epoch (UTC)."""
        return self.tools.kit.clock.now()

    @property
    def business(self) -> Business:
        """The job's business as it is now. Raises NotFound when it is no longer there."""
        found = self.tools.snapshots.current.business(self.job.business_id)
        if found is None:
            raise NotFound("There is no such business.")
        return found

    async def progress(self, done: int, total: int) -> None:
        """Tell how far the job is; raises `Lost` when it was cancelled, and `Stopping`: let both through."""
        await self.tools.jobs.progress(self.job, done, total)
        if done < total and self.stopping():
            raise Stopping

    async def leave(self, result: object, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        """Keep what a job that was cancelled had come to; without effect on any other."""
        await self.tools.jobs.leave(self.job, outcome_bytes(result, errors))

    async def answer(self, feature: str, body: Mapping[str, Any], *, step: str = "0", **more: Any) -> Answered:
        """Answer a feature for the job's business as a request would be: masked, grounded, metered, charged once.

        Each `step` of a job is asked once: when the job runs again after a crash, the kept answer comes back, and a
        step that the crash cut short begins when its hold on the key has run out, at most two minutes later. `more`
        are `as_of` (text), `records`, `user_id`, `explain`, `scopes`. Raises the refusals that a caller would see.
        """
        payload = {"feature": feature, "body": body, **more}
        kit = self.tools.kit
        once = f"job:{self.job.id}:{step}"
        while True:
            try:
                return await answer(
                    kit, from_payload(kit, self.business, payload, self.tools.records.parse_inline, once)
                )
            except IdempotencyConflict as busy:
                await asyncio.sleep(float(busy.headers.get("Retry-After", 1)))


def outcome_bytes(result: object, errors: Sequence[Mapping[str, Any]], error: object = None) -> bytes:
    """Return what a job came to as it is kept and shown; `result` is JSON, or its bytes."""
    raw = result if isinstance(result, bytes) else msgspec.json.encode(result)
    about = msgspec.json.encode({"errors": list(errors), "error": error}).decode()[1:]
    return b'{"result":' + raw + b"," + about.encode()
