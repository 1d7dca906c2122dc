"""Money and quota: reserved durably before the upstream call, settled exactly once after it, over all processes.

Always true, in every state that any transaction can see, for each business and month:

    Σ usage.cost = budget.spent        Σ amount of open and sent reservations = budget.reserved
    budget.spent + budget.reserved ≤ cap, unless an upstream reported more than was reserved

A process that dies leaves its reservations to the sweeper. One that was `sent` is charged at its reserve, with a usage
row `degraded = "crashed"`: the provider has very likely billed it. One that was only `open` gives everything back.
If the process was merely slow and settles later, the sweeper's figures are replaced by the true ones.
"""

import asyncio
import os
import socket
from collections.abc import Callable

import msgspec
import structlog

from gateway.domain.ledger import Claim, Hold, Settlement, StoredAnswer
from gateway.ports import Clock
from gateway.store import ledger_scripts as scripts
from gateway.store import sweeping
from gateway.store.crypto import Sealer
from gateway.store.database import ConstraintViolation, Database, T
from gateway.store.errors import not_ready
from gateway.store.events import emit
from gateway.store.refusals import request_id_used

SWEEP_BATCH = 256
_log = structlog.get_logger(__name__)


class DatabaseLedger:
    """`ports.Ledger` over either database."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._pen = scripts.Pen(self._seal, lambda business_id, event: emit(sealer, clock.now(), business_id, event))

    async def reserve(self, claim: Claim) -> Hold:
        """Open a reservation. Raises QuotaExceeded, BudgetExhausted (the quota is then untouched) or NotReady.

        Raises ValidationFailed when the business has used this request id before.
        """
        return await self._database.run(scripts.reserve, claim, self._owner, self._clock.now())

    async def extend(self, hold: Hold, amount: int) -> bool:
        """Hold `amount` nano-USD more; False when the cap does not allow it or the reservation was swept."""
        try:
            await self._database.run(scripts.extend, hold.claim, amount)
        except scripts.NoRoom:
            return False
        return True

    async def mark_sent(self, hold: Hold) -> None:
        """Record durably that bytes are about to leave. Raises NotReady when the reservation expired: do not send."""
        if not await self._database.execute(scripts.MARK_SENT, hold.claim.business_id, hold.claim.request_id):
            raise not_ready("the reservation has expired")

    async def settle(self, hold: Hold, settlement: Settlement) -> None:
        """Charge the true cost, write usage row, audit entry and kept answer, in one transaction, once."""
        settled = await self._database.run(scripts.settle, hold, settlement, self._pen)
        if not settled:
            _log.warning("settled_before", request_id=hold.claim.request_id)

    async def settle_direct(self, claim: Claim, units: int, finish: Callable[[Hold], tuple[T, Settlement]]) -> T:
        """Count `units`, let `finish` make the answer from the counted meter, and record it, all in one transaction.

        For answers that need no reservation: cache hits and rules. `finish` must be free of side effects, since it
        runs inside the transaction, perhaps twice. Raises QuotaExceeded, ValidationFailed or NotReady.
        """
        counted = msgspec.structs.replace(claim, units=units, amount=0)
        try:
            return await self._database.run(scripts.settle_direct, counted, finish, self._pen, self._clock.now())
        except ConstraintViolation:
            raise request_id_used() from None

    async def release(self, hold: Hold) -> None:
        """Give back money and quota of a reservation that led to no call; does nothing when it is closed."""
        await self._database.run(scripts.release, hold.claim, self._pen)

    async def sweep(self) -> int:
        """Close reservations past their expiry and return how many; any number of processes may do it at once."""
        now = self._clock.now()
        expired = await self._database.fetch(sweeping.EXPIRED, now, SWEEP_BATCH)
        closed = await asyncio.gather(*(self._database.run(sweeping.sweep, row[0], row[1], now) for row in expired))
        if count := sum(closed):
            _log.info("swept", reservations=count)
        return count

    def _seal(self, answer: StoredAnswer) -> bytes:
        return self._sealer.seal("idempotency", answer.business_id, answer.key, answer.body)
