"""How many businesses have which plan, and how many of them have used more of a meter than some number."""

from gateway.domain.caller import Business
from gateway.store.database import Database
from gateway.store.overview import Standing

_BUDGETS = "SELECT period, spent, reserved FROM budget WHERE business_id = $1 AND period >= $2"
_COUNTERS = "SELECT meter, period, used FROM quota_counter WHERE business_id = $1 AND period >= $2 AND used > 0"
_BUSINESSES = 'SELECT "plan", COUNT(*) FROM business GROUP BY "plan"'
_ABOVE = (
    "SELECT COUNT(*) FROM business b JOIN quota_counter c ON c.business_id = b.id "
    'WHERE b."plan" = $1 AND c.meter = $2 AND c.period = $3 AND c.used > $4'
)


class PlanUse:
    """Counts businesses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def businesses(self) -> dict[str, int]:
        """Return the number of businesses by plan."""
        return {str(plan): int(number) for plan, number in await self._database.fetch(_BUSINESSES)}

    async def above(self, plan: str, meter: str, period: str, limit: int) -> int:
        """Return how many businesses of a plan have used more than `limit` in a window such as `2026-11`."""
        return int((await self._database.fetch(_ABOVE, plan, meter, period, limit))[0][0])


async def standing_of(database: Database, business: Business, oldest: str) -> Standing:
    """Return what one business's windows from `oldest` on hold."""
    budgets = await database.fetch(_BUDGETS, business.id, oldest)
    counters = await database.fetch(_COUNTERS, business.id, oldest)
    return Standing(
        business,
        {period: (spent, reserved) for period, spent, reserved in budgets},
        {(meter, period): used for meter, period, used in counters},
    )
