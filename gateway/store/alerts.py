"""Telling of limits that are being reached, in the transaction of the charge or count that reaches them."""

from collections.abc import Callable

from gateway.domain.events import Event
from gateway.domain.ledger import Claim
from gateway.domain.money import usd_from_nano
from gateway.pipeline.meta import instant
from gateway.store.database import Script, Statement

THRESHOLDS = (50, 80, 95, 100)
"""Percent of a month's budget that are told."""

Tell = Callable[[str, Event], Script[bool]]

_RAISE = (
    "UPDATE budget SET alerted = $3 WHERE business_id = $1 AND period = $2 AND alerted < $3 RETURNING spent, alerted"
)


def budget_reached(claim: Claim, spent: int, alerted: int, tell: Tell) -> Script[None]:
    """Tell of every threshold that `spent` has reached beyond `alerted`, each once a month."""
    reached = [percent for percent in THRESHOLDS if alerted < percent and spent * 100 >= percent * claim.budget_cap]
    if reached and (yield Statement(_RAISE, (claim.business_id, claim.budget_window.key, reached[-1]))):
        for percent in reached:
            yield from _tell(claim, percent, spent, tell)


def budget_used_up(claim: Claim, tell: Tell) -> Script[None]:
    """Tell that the month's budget has no room left for a call, once a month."""
    rows = yield Statement(_RAISE, (claim.business_id, claim.budget_window.key, THRESHOLDS[-1]))
    if rows:
        yield from _tell(claim, THRESHOLDS[-1], rows[0][0], tell)


def quota_reached(claim: Claim, used: int, tell: Tell) -> Script[None]:
    """Tell that a meter has reached its limit, if `used` units are that, once in its window."""
    if claim.meter is not None and 0 < claim.quota_limit <= used:
        window = claim.quota_window
        data = {
            "period": window.key,
            "meter": claim.meter,
            "limit": claim.quota_limit,
            "resets_at": instant(window.resets_at),
        }
        yield from tell(claim.business_id, Event("quota.exhausted", f"{claim.meter}:{window.key}", data))


def _tell(claim: Claim, percent: int, spent: int, tell: Tell) -> Script[None]:
    period = claim.budget_window.key
    data = {
        "period": period,
        "percent": percent,
        "cap_usd": f"{usd_from_nano(claim.budget_cap):f}",
        "spent_usd": f"{usd_from_nano(spent):f}",
    }
    yield from tell(claim.business_id, Event("budget.threshold", f"{period}:{percent}", data))
