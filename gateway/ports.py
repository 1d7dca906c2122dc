"""What the pipeline needs of the outside world, as Protocols; `app.py` names the adapters, tests bring fakes."""

from collections.abc import AsyncIterator, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

from gateway.domain.alert_outcome import AlertOutcome
from gateway.domain.briefs import BriefSale
from gateway.domain.ledger import Claim, Hold, Settlement, UsageRow
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
from gateway.domain.reply import Attempt, Delta, ModelCall, Reply
from gateway.domain.sold import DayUnits
from gateway.domain.sums import LineSum, SaleKey, SaleSum
from gateway.domain.support import Account, Conversation, Exchange, Passage

T = TypeVar("T")


class Clock(Protocol):
    """Time, so that tests can set it."""

    def now(self) -> int:
        """Return the wall clock in microseconds since the epoch (UTC)."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


class PosData(Protocol):
    """One business's records up to and including `as_of`, in a fixed order; rows in another currency are left out.

    `revision` changes whenever any record of the business does, `stamp` only with these tables; `read` names the tables
    asked so far, also through `note`; `brought` tells the inline tables of one request from those of another. Inline
    tables of a request win over stored ones.
    Cancelled sales and written-off invoices are returned; what they count for is the feature's arithmetic. Sums hold
    only sales that count (`gateway.domain.sums`) and are made by the database: ask for them where rows would be many.
    `sale_days` gives what a pure function of the module makes of each day's sales, made again only for changed days.
    `business_name` is what the business calls itself, for letters in its name; empty when nobody said. `is_patient`
    says that nobody is waiting at a till, so that no reading is cut short. `utc_offset` is how far the business's
    clocks are ahead of UTC, for hours that are told.
    """

    business_id: str
    business_name: str
    is_patient: bool
    utc_offset: timedelta
    currency: str
    as_of: date
    revision: str

    @property
    def excluded(self) -> int: ...
    @property
    def brought(self) -> str: ...
    @property
    def read(self) -> frozenset[str]: ...
    def note(self, tables: Iterable[str]) -> None: ...
    def stamp(self, tables: Collection[str]) -> Hashable: ...
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
    async def sale_days(self, since: date, reduce: Callable[[date, Sequence[BriefSale]], T]) -> Sequence[T]: ...
    async def sale_by_receipt(self, receipt_number: str) -> Sale | None: ...
    async def sale(self, sale_id: str) -> Sale | None: ...
    async def sale_sums(
        self,
        by: SaleKey,
        *,
        since: date | None = None,
        until: date | None = None,
        customers: Collection[str] | None = None,
    ) -> Sequence[SaleSum]: ...
    async def baskets(self, *, since: date | None = None) -> Sequence[frozenset[str]]: ...
    async def line_sums(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        product_id: str | None = None,
        daily: bool = False,
    ) -> Sequence[LineSum]: ...
    async def daily_units(
        self, *, products: Collection[str] | None = None, since: date | None = None
    ) -> Sequence[DayUnits]: ...
    async def units_sold(self) -> Mapping[str, float]: ...
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


class Allowance(NamedTuple):
    """`wait` is 0 when a call may go on, else the seconds to wait; `left` how many more may follow at once.

    `left` is None where nothing limits or where the limiter could not tell.
    """

    wait: float = 0.0
    left: int | None = None


class RateLimiter(Protocol):
    """Per-minute fairness: a token bucket per business and per user. May fail open."""

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> Allowance:
        """Take one call of the minute's limit if there is one; a limit below 0 is none, of 0 always waits."""


class Switchboard(Protocol):
    """What operators and businesses have switched, and what is live; an in-memory snapshot, at most a second old."""

    def enabled(self, business_id: str, flag: str) -> bool | None:
        """Return an override of a feature flag for this business, or None where the environment's default holds."""

    def opted_out(self, business_id: str, feature: str) -> bool:
        """Return whether the business wants no model for this feature."""

    def live(self, feature: str, business_id: str = "", plan: str = "") -> str | None:
        """Return the content hash of the version released for this business; only a passed verdict put it there.

        Without a business it is the version that everybody gets who has no release of their own.
        """

    def proven(self, content_hash: str, model: str) -> bool:
        """Return whether this very content passed its suite with this very model."""


class Journal(Protocol):
    """Keeps some of the questions that are asked, so that a new version of a prompt can be tried on them."""

    def due(self, feature: str) -> bool:
        """Tell whether the next question of this feature is to be kept."""

    async def note(self, business_id: str, feature: str, body: Mapping[str, Any], as_of: str) -> None:
        """Keep a question of a business that takes part."""


class Idempotency(Protocol):
    """One outcome for each (business, Idempotency-Key), over all processes."""

    async def begin(self, business_id: str, key: str, feature: str, request_hash: str) -> tuple[int, bytes] | None:
        """Return the stored status and body, or None when this caller is the first.

        Raises `IdempotencyConflict` while the first is running and `IdempotencyMismatch` for another payload.
        """

    async def abandon(self, business_id: str, key: str) -> None:
        """Forget a run that gave no answer, so that a retry starts afresh."""


class Telemetry(Protocol):
    """Metrics and traces. Nothing in them may name a business, a person or a text; nothing may fail or wait."""

    def answered(self, row: UsageRow, attempts: Sequence[Attempt], trace: Mapping[str, str]) -> None:
        """Count a finished request with its attempts; `trace` may hold the caller's `traceparent`."""

    def looked_up(self, feature: str, result: str) -> None:
        """Count a look into the answer cache: `hit`, `miss`, or `repeat_miss` for a question asked before."""

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an HTTP response; `route` is the path's template."""

    def close(self) -> None:
        """Send what is waiting, at the end of the process."""


class Knowledge(Protocol):
    """Documents that an answer may rest on: the product's own and those of one business, never another's.

    How passages are found is the adapter's affair: full text, embeddings, or both.
    """

    async def search(self, business_id: str, question: str, limit: int) -> Sequence[Passage]:
        """Return the passages that fit best, best first; none when nothing fits."""


class Conversations(Protocol):
    """What was said before, kept by us and encrypted; `user` is a keyed hash, never an id."""

    async def open(self, business_id: str, user: str, conversation_id: str) -> Conversation:
        """Return a conversation of this user of this business. Raises `NotFound` for any other, and once expired."""

    async def add(self, business_id: str, exchange: Exchange) -> None:
        """Keep one question with its answer and, where it has one, its escalation."""


class Counters(Protocol):
    """Units used by (meter, calendar window)."""

    async def counters(self, business_id: str, periods: Sequence[str]) -> Mapping[tuple[str, str], int]: ...


class AlertOutcomes(Protocol):
    """What people said of alerts on unusual patterns."""

    async def of(self, business_id: str) -> Sequence[AlertOutcome]:
        """Return the business's outcomes, oldest first."""


class Around(Protocol):
    """What surrounds a request beside records: for features with a `recall` before and a `remember` after the answer.

    A module's `recall(around, request)` reads what the feature needs of it; `gather(pos, request, as_of, recalled)` is
    then as pure as ever; `remember(around, recalled, evidence, answer)` keeps what the next request may need, before
    the answer leaves. `fresh_id` is a UUID that belongs to this request alone and stays the same on a second look.
    """

    fresh_id: str

    async def passages(self, question: str, limit: int) -> Sequence[Passage]:
        """Return the caller's passages for a question, best first."""

    async def conversation(self, user_id: str, conversation_id: str | None) -> Conversation:
        """Return the user's conversation, a fresh one without an id. Raises `NotFound` for anybody else's."""

    async def keep(self, exchange: Exchange) -> None:
        """Keep an exchange of the caller's business."""

    async def account(self) -> Account:
        """Return the caller's plan and what of it is used."""

    def may(self, scope: str) -> bool:
        """Return whether the caller's key has this scope."""

    async def alert_outcomes(self) -> Sequence[AlertOutcome]:
        """Return what people of the caller's business said of alerts, oldest first."""
