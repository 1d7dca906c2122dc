"""The ledger's transactions, as scripts for either database.

No script reads a counter and then writes it: every limit is a condition of the write itself, so that READ COMMITTED is
enough and no caller can slip in between. Rows are locked in one order, which rules out deadlocks between scripts, and
the ones that a business's callers share come last, so that they are held for the shortest time: reservation, usage,
idempotency, quota counter, budget, events, audit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.domain.answer import DegradedReason
from gateway.domain.ledger import BudgetExhausted, Claim, Hold, OptedOut, Settlement, StoredAnswer, UsageRow
from gateway.store import audit
from gateway.store.alerts import Tell, budget_reached, budget_used_up, quota_reached
from gateway.store.audit import canonical
from gateway.store.database import Row, Script, Statement, T
from gateway.store.refusals import quota_exceeded, request_id_used

NO_LIMIT = 2**62
OPEN, SENT, CHARGED, RETURNED = "open", "sent", "charged", "returned"
"""States of a reservation; the sweeper makes the last two of the first two."""

_COUNT = (
    "INSERT INTO quota_counter (business_id, meter, period, used) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (business_id, meter, period) DO UPDATE SET used = quota_counter.used + excluded.used "
    "WHERE quota_counter.used + excluded.used <= $5 RETURNING used"
)
_COUNTED = "SELECT used FROM quota_counter WHERE business_id = $1 AND meter = $2 AND period = $3"
_RECOUNT = "UPDATE quota_counter SET used = used + $4 WHERE business_id = $1 AND meter = $2 AND period = $3"
_HOLD_MONEY = (
    "INSERT INTO budget (business_id, period, spent, reserved) VALUES ($1, $2, 0, $3) "
    "ON CONFLICT (business_id, period) DO UPDATE SET reserved = budget.reserved + excluded.reserved "
    "WHERE budget.spent + budget.reserved + excluded.reserved <= $4 RETURNING spent, reserved"
)
_MONEY = "SELECT spent, reserved FROM budget WHERE business_id = $1 AND period = $2"
_BUDGET_ROW = (
    "INSERT INTO budget (business_id, period, spent, reserved) VALUES ($1, $2, 0, 0) "
    "ON CONFLICT (business_id, period) DO NOTHING"
)
_CHARGE = (
    "UPDATE budget SET spent = spent + $3, reserved = reserved - $4 WHERE business_id = $1 AND period = $2 "
    "RETURNING spent, alerted"
)
_OPEN = (
    "INSERT INTO reservation (business_id, request_id, feature, meter, units, quota_period, budget_period, amount, "
    "state, owner, created_at, expires_at) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), "
    "CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT), 'open', "
    "CAST($9 AS TEXT), CAST($10 AS BIGINT), CAST($11 AS BIGINT) "
    "WHERE NOT EXISTS (SELECT 1 FROM usage WHERE business_id = $1 AND request_id = $2) "
    "AND NOT EXISTS (SELECT 1 FROM business WHERE id = $1 AND ai_opt_out) AND NOT EXISTS "
    "(SELECT 1 FROM feature_setting WHERE business_id = $1 AND name IN ($3, '*') AND opted_out) "
    "ON CONFLICT (business_id, request_id) DO NOTHING RETURNING state"
)
_OPTED_OUT = (
    "SELECT 1 FROM business WHERE id = $1 AND ai_opt_out UNION ALL "
    "SELECT 1 FROM feature_setting WHERE business_id = $1 AND name IN ($2, '*') AND opted_out"
)
_RAISE = (
    "UPDATE reservation SET amount = amount + $3 "
    "WHERE business_id = $1 AND request_id = $2 AND state IN ('open', 'sent') RETURNING amount"
)
MARK_SENT = (
    "UPDATE reservation SET state = 'sent' "
    "WHERE business_id = $1 AND request_id = $2 AND state IN ('open', 'sent') RETURNING state"
)
_CLOSE = "DELETE FROM reservation WHERE business_id = $1 AND request_id = $2 RETURNING state, amount, units"
_FORGET_USAGE = "DELETE FROM usage WHERE business_id = $1 AND request_id = $2"
USAGE = (
    "INSERT INTO usage (business_id, request_id, feature, tokens_used, cost, created_at, prompt, prompt_hash, source, "
    "route, model, degraded, status, input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens, "
    "attempts, latency_ms, user_hash, grounding) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
    "$15, $16, $17, $18, $19, $20, $21, $22)"
)
# Should an answer without a reservation have taken the request id meanwhile, the charge is still not lost.
CHARGED_USAGE = (
    USAGE + " ON CONFLICT (business_id, request_id) DO UPDATE SET cost = usage.cost + excluded.cost, "
    "tokens_used = usage.tokens_used + excluded.tokens_used"
)
KEEP_ANSWER = (
    "UPDATE idempotency SET state = 'done', status = $3, body = $4 "
    "WHERE business_id = $1 AND key = $2 AND state = 'running'"
)

BUDGET = DegradedReason.BUDGET.value


@dataclass(frozen=True, slots=True)
class Pen:
    """What a settlement writes with: `seal` encrypts a kept answer, `tell` writes an event."""

    seal: Callable[[StoredAnswer], bytes]
    tell: Tell


class NoRoom(Exception):
    """The budget has no room for the extension, or the reservation is no longer open."""


def reserve(claim: Claim, owner: str, now: int) -> Script[Hold]:
    """Open the reservation, count the units, hold the money; all of it or nothing.

    An opt-out counts from its commit on, whatever a process still has in memory. Raises OptedOut, ValidationFailed.
    """
    this = (claim.business_id, claim.request_id, claim.feature)
    held = (claim.meter, claim.units, claim.quota_window.key, claim.budget_window.key, claim.amount)
    if not (yield Statement(_OPEN, (*this, *held, owner, now, claim.expires_at))):
        if (yield Statement(_OPTED_OUT, (claim.business_id, claim.feature))):
            raise OptedOut
        raise request_id_used()
    used = yield from count(claim, now)
    left = yield from _hold_money(claim, claim.amount)
    return Hold(claim, used, left)


def settle_direct(claim: Claim, finish: Callable[[Hold], tuple[T, Settlement]], pen: Pen, now: int) -> Script[T]:
    """Count and record a request that held no money, in one go."""
    used = yield from count(claim, now)
    left = yield from _hold_money(claim, 0)
    hold = Hold(claim, used, left)
    result, settlement = finish(hold)
    yield from _record(USAGE, settlement, pen)
    yield from _recount(claim, settlement.units - claim.units)
    yield from _charge(claim, settlement.cost, 0, pen)
    yield from _tell(hold, settlement, pen)
    yield from audit.append(settlement.audit)
    return result


def extend(claim: Claim, amount: int) -> Script[None]:
    """Hold `amount` more. Raises NoRoom."""
    if not (yield Statement(_RAISE, (claim.business_id, claim.request_id, amount))):
        raise NoRoom
    try:
        yield from _hold_money(claim, amount)
    except BudgetExhausted:
        raise NoRoom from None


def settle(hold: Hold, settlement: Settlement, pen: Pen) -> Script[bool]:
    """Replace the hold, or what the sweeper made of it, by the truth; False when it was settled before."""
    claim = hold.claim
    held = yield from _take(claim)
    if held is None:
        return False
    yield from _record(CHARGED_USAGE, settlement, pen)
    yield from _replace(claim, held, settlement.cost, settlement.units, pen)
    yield from _tell(hold, settlement, pen)
    yield from audit.append(settlement.audit)
    return True


def release(claim: Claim, pen: Pen) -> Script[None]:
    """Give everything back, if there is anything."""
    held = yield from _take(claim)
    if held is not None:
        yield from _replace(claim, held, 0, 0, pen)


def _take(claim: Claim) -> Script[Row | None]:
    """Remove the reservation, with the usage row the sweeper may have written; return its state, amount and units."""
    this = (claim.business_id, claim.request_id)
    rows = yield Statement(_CLOSE, this)
    if rows and rows[0][0] == CHARGED:
        yield Statement(_FORGET_USAGE, this)
    return rows[0] if rows else None


def _replace(claim: Claim, held: Row, cost: int, units: int, pen: Pen) -> Script[None]:
    """Put `cost` and `units` in the place of what the reservation's row says is held, charged or counted."""
    state, amount, counted = held
    yield from _recount(claim, units - counted)
    if state in (OPEN, SENT):
        yield from _charge(claim, cost, amount, pen)
    else:
        yield from _charge(claim, cost - amount, 0, pen)


def count(claim: Claim, now: int) -> Script[int]:
    """Add the claim's units to its meter and return the meter. Raises QuotaExceeded."""
    if claim.meter is None:
        return 0
    key = (claim.business_id, claim.meter, claim.quota_window.key)
    limit = claim.quota_limit if claim.quota_limit >= 0 else NO_LIMIT
    rows: list[Row] = []
    if claim.units and claim.units <= limit:
        rows = yield Statement(_COUNT, (*key, claim.units, limit))
    if rows:
        return int(rows[0][0])
    rows = yield Statement(_COUNTED, key)
    used: int = rows[0][0] if rows else 0
    if claim.units:
        raise quota_exceeded(claim, used, now)
    return used


def _hold_money(claim: Claim, amount: int) -> Script[int]:
    """Return what the budget has left after `amount` of it is held. Raises BudgetExhausted."""
    key = (claim.business_id, claim.budget_window.key)
    if amount > claim.budget_cap:
        raise BudgetExhausted
    rows = yield Statement(_HOLD_MONEY, (*key, amount, claim.budget_cap)) if amount else Statement(_MONEY, key)
    if amount and not rows:
        raise BudgetExhausted
    spent, reserved = rows[0] if rows else (0, 0)
    left: int = claim.budget_cap - spent - reserved
    return max(0, left)


def _recount(claim: Claim, difference: int) -> Script[None]:
    if difference and claim.meter is not None:
        yield Statement(_RECOUNT, (claim.business_id, claim.meter, claim.quota_window.key, difference))


def _charge(claim: Claim, cost: int, freed: int, pen: Pen) -> Script[None]:
    key = (claim.business_id, claim.budget_window.key)
    if cost and not freed:  # a claim of nothing has made no row
        yield Statement(_BUDGET_ROW, key)
    if cost or freed:
        rows = yield Statement(_CHARGE, (*key, cost, freed))
        if cost > 0 and rows:
            spent, alerted = rows[0]
            yield from budget_reached(claim, spent, alerted, pen.tell)


def _tell(hold: Hold, settlement: Settlement, pen: Pen) -> Script[None]:
    """Tell what the answer wants told, and of limits that it has reached."""
    for event in settlement.events:
        yield from pen.tell(hold.claim.business_id, event)
    if settlement.units:
        yield from quota_reached(hold.claim, hold.quota_used, pen.tell)
    if settlement.row.degraded == BUDGET:
        yield from budget_used_up(hold.claim, pen.tell)


def _record(usage_sql: str, settlement: Settlement, pen: Pen) -> Script[None]:
    yield Statement(usage_sql, usage_values(settlement.row, settlement.cost))
    if (answer := settlement.stored) is not None:
        yield Statement(KEEP_ANSWER, (answer.business_id, answer.key, answer.status, pen.seal(answer)))


def usage_values(row: UsageRow, cost: int) -> tuple[object, ...]:
    """Return the columns of a usage row; `cost` is what the budget is charged, whatever the row says."""
    usage = row.usage
    return (
        row.business_id,
        row.request_id,
        row.feature,
        usage.input_tokens + usage.output_tokens,
        cost,
        row.created_at,
        row.prompt,
        row.prompt_hash,
        row.source,
        row.route,
        row.model,
        row.degraded,
        row.status,
        usage.input_tokens,
        usage.cached_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
        row.attempts,
        row.latency_ms,
        row.user_hash,
        canonical(row.grounding),
    )
