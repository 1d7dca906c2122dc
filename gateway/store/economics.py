"""Money seen from above: what each business brings in against what its AI costs, and where a month is heading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from gateway.domain.money import ExchangeRate, usd_from_nano
from gateway.library.policy_types import Plan
from gateway.store.database import Database
from gateway.store.usage import spans

WARN_SHARE = Decimal("0.30")
"""Share of a plan's price from which its AI's cost is a warning."""

RECENT_DAYS = 7

_COSTS = (
    'SELECT b.id, b.name, b."plan", COALESCE(m.spent, 0) FROM business b '
    "LEFT JOIN budget m ON m.business_id = b.id AND m.period = $1 ORDER BY COALESCE(m.spent, 0) DESC, b.id LIMIT $2"
)
_SPENT = "SELECT spent FROM budget WHERE business_id = $1 AND period = $2"
_RECENT = "SELECT COALESCE(SUM(cost), 0) FROM usage WHERE business_id = $1 AND created_at >= $2 AND created_at < $3"


@dataclass(frozen=True, slots=True)
class UnitEconomics:
    """One business in one month: `revenue_ghs` is its plan's price, `share` is cost over revenue, None without one."""

    business_id: str
    name: str
    plan: str
    revenue_ghs: Decimal
    cost_nano_usd: int
    cost_ghs: Decimal
    margin_ghs: Decimal
    share: Decimal | None

    @property
    def warning(self) -> bool:
        """True when the AI costs more than 30 % of what the business pays."""
        return self.share is not None and self.share > WARN_SHARE


@dataclass(frozen=True, slots=True)
class Projection:
    """Where a month's spending is heading, nano-USD: spent so far and, at the pace of the last days, by its end.

    `exhausted_on` is the local day on which the cap will be reached at that pace; None when it will not be this month.
    """

    period: str
    spent: int
    per_day: int
    projected: int
    cap: int
    exhausted_on: date | None


class Economics:
    """Reads what the ledger wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def per_business(
        self, period: str, plans: Mapping[str, Plan], rate: ExchangeRate, limit: int = 1000
    ) -> list[UnitEconomics]:
        """Return every business's month (`2026-11`), the dearest first."""
        rows = await self._database.fetch(_COSTS, period, limit)
        return [_unit(row[0], row[1], row[2], row[3], plans, rate) for row in rows]

    async def projection(self, business_id: str, today: date, timezone: str, cap: int) -> Projection:
        """Return where this month's spending is heading; `today` is the business's local day, `cap` nano-USD."""
        period = today.isoformat()[:7]
        rows = await self._database.fetch(_SPENT, business_id, period)
        spent = int(rows[0][0]) if rows else 0
        since = max(today - timedelta(days=RECENT_DAYS - 1), today.replace(day=1))
        recent = 0
        for begin, end, _ in spans(since, today, ZoneInfo(timezone)):
            recent += int((await self._database.fetch(_RECENT, business_id, begin, end))[0][0])
        return project(period, today, spent, recent // ((today - since).days + 1), cap)


def project(period: str, today: date, spent: int, per_day: int, cap: int) -> Projection:
    """Return the projection of a month in which `per_day` more is spent on every day after `today`."""
    last = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    projected = min(max(cap, spent), spent + per_day * (last - today).days)
    exhausted = None
    if spent >= cap:
        exhausted = today
    elif per_day and (days := -(-(cap - spent) // per_day)) <= (last - today).days:
        exhausted = today + timedelta(days=days)
    return Projection(period, spent, per_day, projected, cap, exhausted)


def _unit(
    business_id: str, name: str, plan: str, spent: int, plans: Mapping[str, Plan], rate: ExchangeRate
) -> UnitEconomics:
    revenue = plans[plan].price_ghs if plan in plans else Decimal(0)
    cost = usd_from_nano(spent) * rate.ghs_per_usd
    share = cost / revenue if revenue else None
    return UnitEconomics(business_id, name, plan, revenue, spent, cost, revenue - cost, share)
