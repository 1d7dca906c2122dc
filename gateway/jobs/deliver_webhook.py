"""Sends one event to one address: signed afresh at each attempt, under the same id, for about three days."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from gateway.adapters.webhook_sender import Sent
from gateway.domain.jobs import Job
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import JobKind, Outcome, Retry, TryLater
from gateway.store.database import Script
from gateway.store.events import DELIVER
from gateway.store.webhooks import Target, disable, note

GONE = 410
MINUTE, HOUR = 60, 3600
RETRY = Retry((5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR))
"""Ten attempts over about 75 hours."""


async def run(context: JobContext, job: Job) -> Outcome:
    """Deliver, or note why not and try later; an address that answers 410 is not told anything any more."""
    webhook_id, event_id = job.payload["webhook_id"], job.payload["event_id"]
    found = await context.tools.webhooks.target(job.business_id, webhook_id, job.payload["business_id"], event_id)
    if isinstance(found, str):
        sent = Sent(0, found, 0)
    else:
        sent = await context.tools.sender.post(found.url, headers(found, event_id, context.now()), found.body)
    now = context.now()

    def noted(state: str) -> Callable[[], Script[None]]:
        return lambda: note(job.business_id, webhook_id, event_id, state, now, _entry(sent, now))

    if isinstance(found, str):  # kept as a dead letter: it can be replayed once the address is told again
        return Outcome(result={"delivered": False}, then=[noted("dead")])

    if sent.ok:
        return Outcome(result={"delivered": True}, then=[noted("delivered")])
    if sent.status == GONE:
        gone = [noted("dead"), lambda: disable(job.business_id, webhook_id, now)]
        return Outcome(result={"delivered": False}, then=gone)
    state = "dead" if job.attempt >= RETRY.attempts else "pending"
    raise TryLater(sent.fault or f"http_{sent.status}", then=[noted(state)])


def headers(target: Target, event_id: str, now: int) -> dict[str, str]:
    """Return the headers of Standard Webhooks 1.0; while a secret is rolled, both sign."""
    at = datetime.fromtimestamp(now // 1_000_000, UTC)
    signatures = [Webhook(secret).sign(event_id, at, target.body.decode()) for secret in target.secrets]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(now // 1_000_000),
        "webhook-signature": " ".join(signatures),
        "content-type": "application/json",
        "user-agent": "pos-ai-gateway",
    }


def _entry(sent: Sent, now: int) -> dict[str, Any]:
    return {"at": now, "status": sent.status, "fault": sent.fault, "ms": sent.milliseconds}


KIND = JobKind(DELIVER, run, retry=RETRY, timeout_s=30, lane="delivery")
