"""What a business has used, for its own eyes: aggregates per day, and what quota and budget have left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.domain.money import usd_from_nano
from gateway.store.database import Database, Row

_BY_DAY = (
    "SELECT (created_at + CAST($4 AS BIGINT)) / 86400000000 AS n, feature, model, prompt, source, COUNT(*), "
    "SUM(input_tokens), SUM(cached_tokens), SUM(output_tokens), SUM(cost), "
    "SUM(CASE degraded WHEN '' THEN 0 ELSE 1 END) "
    "FROM usage_all WHERE business_id = $1 AND created_at >= $2 AND created_at < $3 "
    "GROUP BY n, feature, model, prompt, source ORDER BY n, feature, model, prompt, source"
)
_COUNTERS = "SELECT meter, period, used FROM quota_counter WHERE business_id = $1"
_BUDGET = "SELECT spent, reserved FROM budget WHERE business_id = $1 AND period = $2"
_TOTALS = (
    "SELECT feature, COUNT(*), SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN status < 400 AND degraded = '' AND source <> 'rules' THEN 1 ELSE 0 END), SUM(cost), SUM(latency_ms) "
    "FROM usage_all WHERE business_id = $1 AND created_at >= $2 AND created_at < $3 GROUP BY feature ORDER BY feature"
)
_LAST_ASKED = (
    "SELECT id, last FROM (SELECT business.id, "
    "(SELECT MAX(usage.created_at) FROM usage WHERE usage.business_id = business.id) AS last FROM business) AS asked "
    "WHERE last >= $1 ORDER BY last DESC, id LIMIT $2"
)
_LAST_FEATURES = (
    "SELECT DISTINCT feature FROM (SELECT feature FROM usage WHERE business_id = $1 AND created_at >= $2 "
    "ORDER BY created_at DESC LIMIT 500) AS latest"
)
LATELY = 2 * 86_400_000_000
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class BudgetState:
    """Money of one month, nano-USD."""

    spent: int
    reserved: int


_COST_BY_PLAN = (
    "SELECT business.plan, COUNT(*), COALESCE(SUM(budget.spent), 0) FROM business "
    "LEFT JOIN budget ON budget.business_id = business.id AND budget.period = $1 GROUP BY business.plan"
)


@dataclass(frozen=True, slots=True)
class FeatureTotals:
    """What a feature did in some days: requests, those that failed and those that were counted; cost in nano-USD."""

    feature: str
    requests: int
    failed: int
    counted: int
    cost: int
    latency_ms: int


class UsageQueries:
    """Reads what the ledger wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cost_by_plan(self, month: str) -> list[tuple[str, int, int]]:
        """Return each plan in use with its businesses and their cost in a month such as 2026-11, in nano-USD."""
        rows = await self._database.fetch(_COST_BY_PLAN, month)
        return [(plan, int(businesses), int(spent)) for plan, businesses, spent in rows]

    async def asked_last(self, now: int, most: int) -> dict[str, frozenset[str]]:
        """Return the businesses that asked last, within two days of `now`, and what for in their last 500 requests."""
        found = {}
        for business_id, _ in await self._database.fetch(_LAST_ASKED, now - LATELY, most):
            rows = await self._database.fetch(_LAST_FEATURES, business_id, now - LATELY)
            found[business_id] = frozenset(row[0] for row in rows)
        return found

    async def by_day(self, business_id: str, since: date, until: date, timezone: str) -> list[dict[str, Any]]:
        """Return JSON rows per local day, feature, model, prompt version and source, `until` included."""
        rows: list[dict[str, Any]] = []
        for begin, end, offset in spans(since, until, ZoneInfo(timezone)):
            rows += [_row(row) for row in await self._database.fetch(_BY_DAY, business_id, begin, end, offset)]
        return rows

    async def totals(self, business_id: str, since: date, until: date, timezone: str) -> list[FeatureTotals]:
        """Return the sums by feature of the local days from `since` to `until`; latencies are summed."""
        stretches = spans(since, until, ZoneInfo(timezone))
        rows = await self._database.fetch(_TOTALS, business_id, stretches[0][0], stretches[-1][1])
        return [FeatureTotals(row[0], *(int(value) for value in row[1:])) for row in rows]

    async def counters(self, business_id: str, periods: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return the units used by (meter, period), for the given keys of calendar windows."""
        rows = await self._database.fetch(_COUNTERS, business_id)
        return {(meter, period): used for meter, period, used in rows if period in periods}

    async def budget(self, business_id: str, period: str) -> BudgetState:
        """Return what is spent and reserved of a month's budget."""
        rows = await self._database.fetch(_BUDGET, business_id, period)
        return BudgetState(*rows[0]) if rows else BudgetState(0, 0)


def spans(since: date, until: date, zone: ZoneInfo) -> list[tuple[int, int, int]]:
    """Cut local days into stretches with one distance from UTC: (begin, end, distance), all in microseconds.

    A day on which the clocks change is counted with the distance that its midnight had.
    """
    stretches: list[tuple[int, int, int]] = []
    day = since
    while day <= until:
        midnight = datetime.combine(day, time(), zone)
        begin, end = _micros(midnight), _micros(datetime.combine(day + timedelta(days=1), time(), zone))
        offset = (midnight.utcoffset() or timedelta()) // timedelta(microseconds=1)
        if stretches and stretches[-1][2] == offset:
            begin = stretches.pop()[0]
        stretches.append((begin, end, offset))
        day += timedelta(days=1)
    return stretches


def _micros(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _row(row: Row) -> dict[str, Any]:
    day, feature, model, prompt, source, calls, input_tokens, cached_tokens, output_tokens, cost, degraded = row
    return {
        "day": (EPOCH + timedelta(days=day)).isoformat(),
        "feature": feature,
        "model": model,
        "prompt": prompt,
        "source": source,
        "calls": calls,
        "degraded": int(degraded),
        "input_tokens": int(input_tokens),
        "cached_tokens": int(cached_tokens),
        "output_tokens": int(output_tokens),
        "tokens_used": int(input_tokens + output_tokens),
        "cost_usd": f"{usd_from_nano(int(cost)):f}",
    }
