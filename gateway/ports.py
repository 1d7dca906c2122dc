"""What the pipeline needs of the outside world, as Protocols; `app.py` names the adapters, tests bring fakes."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from gateway.domain.ledger import Claim, Hold, Settlement
from gateway.domain.records import (
    Customer,
    Employee,
    Invoice,
    Payment,
    PriceChange,
    Product,
    Record,
    Refund,
    Reminder,
    Sale,
    StockMovement,
    Storefront,
    Supplier,
)
from gateway.domain.reply import Delta, ModelCall, Reply

T = TypeVar("T")


class Clock(Protocol):
    """Time, so that tests can set it."""

    def now(self) -> int:
        """Return the wall clock in microseconds since the epoch (UTC)."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


class PosData(Protocol):
    """One business's records up to and including `as_of`, in a fixed order; rows in another currency are left out.

    `revision` changes whenever any record of the business does. Inline tables of a request win over stored ones.
    Cancelled sales and written-off invoices are returned; what they count for is the feature's arithmetic.
    """

    business_id: str
    currency: str
    as_of: date
    revision: str
    excluded: int

    async def customer(self, customer_id: str) -> Customer | None: ...
    async def customers(self) -> Sequence[Customer]: ...
    async def invoices(self, *, customer_id: str | None = None) -> Sequence[Invoice]: ...
    async def payments(self, *, customer_id: str | None = None, since: date | None = None) -> Sequence[Payment]: ...
    async def reminders(self, *, customer_id: str | None = None) -> Sequence[Reminder]: ...
    async def product(self, product_id: str) -> Product | None: ...
    async def products(self) -> Sequence[Product]: ...
    async def price_changes(self, *, product_id: str | None = None) -> Sequence[PriceChange]: ...
    async def storefronts(self) -> Sequence[Storefront]: ...
    async def employees(self) -> Sequence[Employee]: ...
    async def suppliers(self) -> Sequence[Supplier]: ...
    async def sales(
        self, *, customer_id: str | None = None, product_id: str | None = None, since: date | None = None
    ) -> Sequence[Sale]: ...
    async def refunds(self, *, since: date | None = None) -> Sequence[Refund]: ...
    async def stock_movements(self, *, product_id: str | None = None) -> Sequence[StockMovement]: ...


class Records(Protocol):
    """The pushed copy of every business's records."""

    async def open(
        self, business_id: str, currency: str, as_of: date, inline: Mapping[str, Sequence[Record]] | None = None
    ) -> PosData:
        """Return a read view; `inline` maps a table name to rows that replace the stored table for this request."""


class Model(Protocol):
    """A language model behind some dialect, or the offline rules."""

    async def complete(self, call: ModelCall) -> Reply:
        """Return the whole answer. Raises `UpstreamFault`, or `EgressBlocked` before anything is sent."""

    def stream(self, call: ModelCall) -> AsyncIterator[Delta | Reply]:
        """Yield the answer's JSON text piece by piece, then one `Reply` with all of it. Raises as `complete` does."""


class Ledger(Protocol):
    """Quota and budget, durable before the upstream call, exact over processes, exactly once."""

    async def reserve(self, claim: Claim) -> Hold:
        """Open a reservation. Raises `QuotaExceeded`, `BudgetExhausted` or, when the store is down, `NotReady`."""

    async def extend(self, hold: Hold, amount: int) -> bool:
        """Reserve `amount` more for another attempt; False when the cap does not allow it."""

    async def mark_sent(self, hold: Hold) -> None:
        """Record durably that bytes are about to leave: if this process dies now, the reserve is charged."""

    async def settle(self, hold: Hold, settlement: Settlement) -> None:
        """Charge the true cost, write the usage row and the audit entry, in one transaction, once."""

    async def release(self, hold: Hold) -> None:
        """Give back money and quota of a reservation that led to no call."""

    async def settle_direct(self, claim: Claim, units: int, finish: Callable[[Hold], tuple[T, Settlement]]) -> T:
        """Count `units` and record an answer that needed no reservation (cache hit, rules), in one transaction.

        `finish` makes the answer from the counted meter; pure, as it may run twice. Raises QuotaExceeded or NotReady.
        """

    async def sweep(self) -> int:
        """Close expired reservations: sent ones are charged at their reserve, others released. Returns how many."""


class AnswerCache(Protocol):
    """Finished answers by business and key; what leaves the process is encrypted."""

    async def get(self, business_id: str, key: str, *, stale_ok: bool = False) -> bytes | None: ...
    async def put(self, business_id: str, key: str, body: bytes, ttl_seconds: int, subjects: Sequence[str]) -> None: ...


class RateLimiter(Protocol):
    """Per-minute fairness: a token bucket per business and per user. May fail open."""

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> float:
        """Return 0 when the call may go on, else the seconds to wait."""


class Switchboard(Protocol):
    """What operators and businesses have switched, and what is live; an in-memory snapshot, at most a second old."""

    def enabled(self, business_id: str, flag: str) -> bool | None:
        """Return an override of a feature flag for this business, or None where the environment's default holds."""

    def opted_out(self, business_id: str, feature: str) -> bool:
        """Return whether the business wants no model for this feature."""

    def live(self, feature: str) -> str | None:
        """Return the content hash of the released version; only a passed verdict can have put it there."""

    def proven(self, content_hash: str, model: str) -> bool:
        """Return whether this very content passed its suite with this very model."""


class Idempotency(Protocol):
    """One outcome for each (business, Idempotency-Key), over all processes."""

    async def begin(self, business_id: str, key: str, feature: str, request_hash: str) -> tuple[int, bytes] | None:
        """Return the stored status and body, or None when this caller is the first.

        Raises `IdempotencyConflict` while the first is running and `IdempotencyMismatch` for another payload.
        """

    async def abandon(self, business_id: str, key: str) -> None:
        """Forget a run that gave no answer, so that a retry starts afresh."""
