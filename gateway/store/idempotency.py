"""One outcome for each (business, Idempotency-Key), over all processes, kept for 24 hours.

The first caller owns the key for as long as its lease runs. `Ledger.settle` stores the answer in the transaction that
charges for it, so there is never a charge whose answer cannot be replayed, nor an answer without its charge.
"""

from collections import OrderedDict
from collections.abc import Callable

from gateway.errors import IdempotencyConflict, IdempotencyMismatch
from gateway.ports import Clock
from gateway.store.crypto import Sealer, Unreadable
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.errors import not_ready
from gateway.store.ledger_scripts import KEEP_ANSWER

PURPOSE = "idempotency"
LEASE = 120_000_000
"""How long a run may take before its key is free for a retry, in microseconds; far longer than any deadline.

Another process may take the key over then; the one that holds it measures the time without the wall clock."""

KEPT = 86_400_000_000
"""How long an outcome is replayed, in microseconds."""

_BEGIN = (
    "INSERT INTO idempotency (business_id, key, feature, request_hash, state, lease_until, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, 'running', $5, $6, $7) ON CONFLICT (business_id, key) DO UPDATE SET "
    "feature = excluded.feature, request_hash = excluded.request_hash, state = 'running', status = NULL, body = NULL, "
    "lease_until = excluded.lease_until, created_at = excluded.created_at, expires_at = excluded.expires_at "
    "WHERE idempotency.expires_at <= $6 OR (idempotency.state = 'running' AND idempotency.lease_until <= $8 "
    "AND idempotency.request_hash = excluded.request_hash) RETURNING state"
)
_LOOK = "SELECT state, request_hash, status, body, lease_until FROM idempotency WHERE business_id = $1 AND key = $2"
_ABANDON = "DELETE FROM idempotency WHERE business_id = $1 AND key = $2 AND state = 'running'"


Outcome = tuple[int, bytes]
"""The status and the body of an answer."""


class IdempotencyKeys:
    """`ports.Idempotency` over either database."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._begun: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def begin(self, business_id: str, key: str, feature: str, request_hash: str) -> Outcome | None:
        """Return the stored status and body, or None when this caller is the first and owns the key now.

        Raises IdempotencyConflict while the first is running, IdempotencyMismatch for another payload, NotReady.
        """
        now = self._clock.now()
        late = 0 if self._begun_here(business_id, key) else now
        row = await self._database.run(_begin, business_id, key, feature, request_hash, now, late)
        if row is None:
            self._begun[business_id, key] = self._clock.monotonic()
            return None
        return self._earlier(row, business_id, key, request_hash, now)

    def _earlier(self, row: Row, business_id: str, key: str, request_hash: str, now: int) -> Outcome:
        """Return what an earlier run came to, if it was of this request and has ended."""
        state, known_hash, status, sealed, lease_until = row
        if known_hash != request_hash:
            raise IdempotencyMismatch("This Idempotency-Key was used with another request. Use a new key for this one.")
        if state == "running":
            wait = max(1, -(-(lease_until - now) // 1_000_000))
            raise IdempotencyConflict(
                "The first request with this Idempotency-Key is still running. Wait a moment and repeat it.",
                headers={"Retry-After": str(min(wait, 2))},
            )
        try:
            return status, self._sealer.open(PURPOSE, business_id, key, sealed)
        except Unreadable:
            # Answering afresh would charge twice; the operator can list the earlier SECRET_KEY again.
            raise not_ready("the kept answer was sealed with a key that is no longer listed") from None

    def _begun_here(self, business_id: str, key: str) -> bool:
        """Return whether a run that this process began may be under way: no jump of the clock ends its lease then."""
        oldest = self._clock.monotonic() - LEASE / 1e6
        while self._begun and next(iter(self._begun.values())) <= oldest:
            self._begun.popitem(last=False)
        return (business_id, key) in self._begun

    async def once(
        self, business_id: str, key: str, feature: str, request_hash: str, act: Callable[[], Script[Outcome]]
    ) -> tuple[Outcome, bool]:
        """Return the status and body of `act`, and whether they are from an earlier run, all in one transaction.

        What the act writes and the note that it was done stand or fall together, so that whoever dies at whatever
        moment leaves either both or nothing. Raises what `act` raises, and what `begin` does.
        """
        now = self._clock.now()
        this = (business_id, key, feature, request_hash, now, now)

        def whole() -> Script[tuple[Row | None, Outcome]]:
            if (row := (yield from _begin(*this))) is not None:
                return row, (0, b"")
            status, body = yield from act()
            sealed = self._sealer.seal(PURPOSE, business_id, key, body)
            yield Statement(KEEP_ANSWER, (business_id, key, status, sealed))
            return None, (status, body)

        row, outcome = await self._database.run(whole)
        return (outcome, False) if row is None else (self._earlier(row, business_id, key, request_hash, now), True)

    async def abandon(self, business_id: str, key: str) -> None:
        """Forget a run that gave no answer, so that a retry starts afresh."""
        self._begun.pop((business_id, key), None)
        await self._database.execute(_ABANDON, business_id, key)


def _begin(business_id: str, key: str, feature: str, request_hash: str, now: int, late: int) -> Script[Row | None]:
    while True:
        owned = yield Statement(_BEGIN, (business_id, key, feature, request_hash, now + LEASE, now, now + KEPT, late))
        if owned:
            return None
        rows = yield Statement(_LOOK, (business_id, key))
        if rows:  # else it was abandoned between the two statements
            return rows[0]
