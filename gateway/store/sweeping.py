"""What becomes of the reservations of a process that died."""

from gateway.domain.ledger import AuditEntry, UsageRow
from gateway.domain.usage import NO_USAGE
from gateway.store import audit
from gateway.store.database import Row, Script, Statement
from gateway.store.ledger_scripts import CHARGED, CHARGED_USAGE, OPEN, RETURNED, SENT, usage_values

STALE = 7 * 86_400_000_000
"""How long an answer past its time may still stand in for a model that is down, in microseconds."""

EXPIRED = (
    "SELECT business_id, request_id FROM reservation WHERE state IN ('open', 'sent') AND expires_at <= $1 "
    "ORDER BY expires_at LIMIT $2"
)
_TAKE = (
    "UPDATE reservation SET state = $4 WHERE business_id = $1 AND request_id = $2 AND state = $3 AND expires_at <= $5 "
    "RETURNING feature, meter, units, quota_period, budget_period, amount, owner"
)
_NOTHING_LEFT = "UPDATE reservation SET units = 0, amount = 0 WHERE business_id = $1 AND request_id = $2"
_UNCOUNT = "UPDATE quota_counter SET used = used - $4 WHERE business_id = $1 AND meter = $2 AND period = $3"
_MOVE = "UPDATE budget SET spent = spent + $3, reserved = reserved - $4 WHERE business_id = $1 AND period = $2"


def sweep(business_id: str, request_id: str, now: int) -> Script[bool]:
    """Close an expired reservation: charge a sent one at its reserve, give an open one back. False: it is closed."""
    this = (business_id, request_id)
    sent = yield Statement(_TAKE, (*this, SENT, CHARGED, now))
    if sent:
        yield from _charge_reserve(business_id, request_id, sent[0], now)
        return True
    opened = yield Statement(_TAKE, (*this, OPEN, RETURNED, now))
    if opened:
        yield from _give_back(business_id, request_id, opened[0])
    return bool(opened)


def _charge_reserve(business_id: str, request_id: str, row: Row, now: int) -> Script[None]:
    feature, _, _, _, budget_period, amount, owner = row
    yield Statement(CHARGED_USAGE, usage_values(_crashed(business_id, request_id, feature, amount, now), amount))
    if amount:
        yield Statement(_MOVE, (business_id, budget_period, amount, amount))
    details = {"owner": owner, "cost_nano_usd": amount}
    yield from audit.append(AuditEntry(business_id, "sweeper", "ledger.swept", request_id, now, details))


def _give_back(business_id: str, request_id: str, row: Row) -> Script[None]:
    _, meter, units, quota_period, budget_period, amount, _ = row
    # What is left of it is nothing; a settlement that comes late starts from there.
    yield Statement(_NOTHING_LEFT, (business_id, request_id))
    if meter is not None and units:
        yield Statement(_UNCOUNT, (business_id, meter, quota_period, units))
    if amount:
        yield Statement(_MOVE, (business_id, budget_period, 0, amount))


def _crashed(business_id: str, request_id: str, feature: str, cost: int, now: int) -> UsageRow:
    """Return the row of a request whose process died after it had sent: nobody knows more than what was reserved."""
    return UsageRow(
        request_id=request_id,
        business_id=business_id,
        feature=feature,
        prompt="",
        prompt_hash="",
        source="",
        route="",
        model="",
        degraded="crashed",
        status=500,
        usage=NO_USAGE,
        cost=cost,
        attempts=1,
        latency_ms=0,
        user_hash="",
        created_at=now,
    )
