"""Do the counters say what the rows say? To be asked after a restore, and whenever somebody doubts a bill."""

from collections import defaultdict
from dataclasses import dataclass

from gateway.library.windows import window
from gateway.store.database import Database, Script, Statement

_ZONES = "SELECT DISTINCT timezone FROM business"
_BUDGET = (
    "SELECT budget.business_id, SUM(budget.spent), SUM(budget.reserved) FROM budget "
    "JOIN business ON business.id = budget.business_id WHERE business.timezone = $1 AND budget.period >= $2 "
    "GROUP BY budget.business_id"
)
_CHARGED = (
    "SELECT usage.business_id, SUM(usage.cost) FROM usage_all usage JOIN business ON business.id = usage.business_id "
    "WHERE business.timezone = $1 AND usage.created_at >= $2 GROUP BY usage.business_id"
)
_HELD = "SELECT business_id, SUM(amount) FROM reservation WHERE state IN ('open', 'sent') GROUP BY business_id"
DAY = 86_400_000_000
DAYS = 334
"""How far back the books are compared, rounded up to a whole month: all of it is still kept."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A business whose counters differ from its rows; nano-USD."""

    business_id: str
    spent: int
    charged: int
    reserved: int
    held: int


async def drifts(database: Database, now: int) -> list[Drift]:
    """Return the businesses whose spent or reserved money is not the sum of its rows, as of one instant."""
    return await database.read(_drifts, now)


def _drifts(now: int) -> Script[list[Drift]]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (zone,) in (yield Statement(_ZONES)):
        month, begins = _month(now - DAYS * DAY, zone)
        for business_id, spent, reserved in (yield Statement(_BUDGET, (zone, month))):
            sums[business_id][0], sums[business_id][2] = int(spent), int(reserved)
        for business_id, charged in (yield Statement(_CHARGED, (zone, begins))):
            sums[business_id][1] = int(charged)
    for business_id, held in (yield Statement(_HELD)):
        sums[business_id][3] = int(held)
    found = (Drift(business_id, *figures) for business_id, figures in sorted(sums.items()))
    return [one for one in found if (one.spent, one.reserved) != (one.charged, one.held)]


def _month(instant: int, zone: str) -> tuple[str, int]:
    """Return the name of the month after the one that holds an instant, and when it begins."""
    ends = window("month", instant, zone).resets_at
    return window("month", ends, zone).key, ends
