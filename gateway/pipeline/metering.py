"""Step 6 and the last: money and quota, reserved before and settled after, exactly once, whatever happens between."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from gateway.domain.answer import Source
from gateway.domain.ledger import AuditEntry, Claim, Hold, Settlement, UsageRow
from gateway.domain.reply import Attempt
from gateway.domain.usage import NO_USAGE, Usage
from gateway.errors import GatewayError, NotReady
from gateway.pipeline.admission import Admission
from gateway.pipeline.ask import Ask
from gateway.pipeline.background import later
from gateway.pipeline.deadline import deadline_ms
from gateway.pipeline.kit import Kit

LATE_TRIES, LATE_PAUSE_S = 8, 1.0
"""How often, and after how many seconds each, a settlement is tried that the store could not take at once."""


class SettledLater(NotReady):
    """The store could not take the settlement; it is tried on, so the request's Idempotency-Key must be left alone."""


@dataclass(slots=True)
class Spend:
    """What the attempts of one request have used so far; `cost` in nano-USD."""

    usage: Usage = NO_USAGE
    cost: int = 0
    attempts: int = 0
    in_flight: int = 0
    model: str = ""
    attempted: list[Attempt] = field(default_factory=list)

    def started(self, model: str, bound: int) -> None:
        """Note an attempt whose cost is not known yet but is at most `bound`."""
        self.attempts += 1
        self.in_flight = bound
        self.model = model

    def finished(self, usage: Usage, cost: int) -> None:
        """Replace the bound of the attempt in flight by its true cost."""
        self.usage += usage
        self.cost += cost
        self.in_flight = 0


@dataclass(slots=True)
class Reservation:
    """An open hold with its spend; `settle` closes it, and leaving the context unsettled closes it too."""

    kit: Kit
    ask: Ask
    hold: Hold
    covered: int
    spend: Spend = field(default_factory=Spend)
    sent: bool = False
    closed: bool = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        if error is not None and not self.closed:
            await finish(self.close_unfinished(*_outcome(error)))

    async def cover(self, bound: int) -> bool:
        """Let the reserve cover one more attempt of at most `bound` nano-USD; False when the cap forbids."""
        needed = self.spend.cost + bound - self.covered
        if needed <= 0:
            return True
        if not await self.kit.ledger.extend(self.hold, needed):
            return False
        self.covered += needed
        return True

    async def about_to_send(self) -> None:
        """Make it durable that bytes leave now, so that a crash from here on is charged."""
        if not self.sent:
            await self.kit.ledger.mark_sent(self.hold)
            self.sent = True

    async def settle(self, settlement: Settlement) -> None:
        """Charge the truth; a caller that goes away cannot stop it half-way.

        Raises SettledLater when the store cannot take it now: the answer must not be given, but will be kept.
        """
        self.closed = True
        try:
            await finish(self.kit.ledger.settle(self.hold, settlement))
        except NotReady as error:
            later(_settle_late(self.kit, self.hold, settlement))
            raise SettledLater(error.detail, headers=error.headers) from error

    async def close_unfinished(self, status: int, code: str) -> None:
        """Give everything back if nothing was sent, else charge what is known or, for an unknown attempt, its bound."""
        self.closed = True
        if not self.sent:
            await self.kit.ledger.release(self.hold)
            return
        cost = self.spend.cost + self.spend.in_flight
        latency_ms = round((self.kit.clock.monotonic() - self.ask.started) * 1000)
        row = usage_row(
            self.ask, self.spend, cost=cost, source=Source.RULES, status=status, degraded=code, latency_ms=latency_ms
        )
        await self.kit.ledger.settle(self.hold, Settlement(cost, 0, row, audit_entry(self.ask, row)))
        self.kit.telemetry.answered(row, self.spend.attempted, self.ask.trace)


async def reserve(kit: Kit, ask: Ask, admission: Admission, amount: int) -> Reservation:
    """Return an open reservation of `amount` nano-USD and the feature's units, to be entered at once.

    Raises QuotaExceeded, BudgetExhausted or NotReady; nothing is held then.
    """
    opening = asyncio.ensure_future(kit.ledger.reserve(claim(kit, ask, admission, amount)))
    try:
        hold = await asyncio.shield(opening)
    except asyncio.CancelledError:
        later(_release_late(kit, opening))
        raise
    return Reservation(kit, ask, hold, covered=amount)


def _outcome(error: BaseException) -> tuple[int, str]:
    """Return the status and the code under which a request that gave no answer is kept."""
    if isinstance(error, GatewayError):
        return error.status, error.code
    return (499, "cancelled") if isinstance(error, asyncio.CancelledError | GeneratorExit) else (500, "internal_error")


def claim(kit: Kit, ask: Ask, admission: Admission, amount: int) -> Claim:
    """Return the ledger's claim for this request."""
    feature = ask.feature
    return Claim(
        request_id=ask.ledger_id,
        business_id=ask.caller.business.id,
        feature=feature.name,
        meter=feature.meter,
        units=feature.units if feature.meter else 0,
        quota_limit=admission.quota_limit,
        quota_window=admission.quota_window,
        budget_window=admission.budget_window,
        budget_cap=admission.plan.budget_usd_nano,
        amount=amount,
        expires_at=ask.received_at + deadline_ms(ask, kit.deadline_ms) * 1000 + kit.reservation_grace_s * 1_000_000,
    )


def usage_row(
    ask: Ask, spend: Spend, *, cost: int, source: Source, status: int, degraded: str, latency_ms: int,
    prompt: str = "", prompt_hash: str = "", route: str = "", grounding: dict[str, object] | None = None,
) -> UsageRow:  # fmt: skip
    """Return the row that billing keeps of this request, whatever became of it."""
    return UsageRow(
        request_id=ask.ledger_id,
        business_id=ask.caller.business.id,
        feature=ask.feature.name,
        prompt=prompt,
        prompt_hash=prompt_hash,
        source=source.value,
        route=route,
        model=spend.model,
        degraded=degraded,
        status=status,
        usage=spend.usage,
        cost=cost,
        attempts=spend.attempts,
        latency_ms=latency_ms,
        user_hash=ask.user_hash,
        created_at=ask.received_at,
        grounding=grounding or {},
    )


def audit_entry(ask: Ask, row: UsageRow) -> AuditEntry:
    """Return the redacted line of the business's hash chain: hashes and codes, never contents."""
    return AuditEntry(
        business_id=row.business_id,
        actor=ask.caller.key_id,
        action=f"ai.{row.feature}",
        object_id=row.request_id,
        at=row.created_at,
        details={
            "prompt_hash": row.prompt_hash,
            "source": row.source,
            "model": row.model,
            "degraded": row.degraded,
            "status": row.status,
            "cost_nano_usd": row.cost,
            "request_hash": ask.request_hash,
            "user": row.user_hash,
        },
    )


async def finish(work: Coroutine[Any, Any, None]) -> None:
    """Run a settlement to its end even when the caller is cancelled meanwhile, then let the cancellation through."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _settle_late(kit: Kit, hold: Hold, settlement: Settlement) -> None:
    """Settle once the store is back; when that takes too long, the sweeper charges the reserve."""
    for _ in range(LATE_TRIES):
        await asyncio.sleep(LATE_PAUSE_S)
        with suppress(NotReady):
            await kit.ledger.settle(hold, settlement)
            return


async def _release_late(kit: Kit, opened: "asyncio.Future[Hold]") -> None:
    await asyncio.wait([opened])
    if not opened.cancelled() and opened.exception() is None:
        await kit.ledger.release(opened.result())
