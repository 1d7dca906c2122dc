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
    "FROM usage WHERE business_id = $1 AND created_at >= $2 AND created_at < $3 "
    "GROUP BY n, feature, model, prompt, source ORDER BY n, feature, model, prompt, source"
)
_COUNTERS = "SELECT meter, period, used FROM quota_counter WHERE business_id = $1"
_BUDGET = "SELECT spent, reserved FROM budget WHERE business_id = $1 AND period = $2"
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class BudgetState:
    """Money of one month, nano-USD."""

    spent: int
    reserved: int


class UsageQueries:
    """Reads what the ledger wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_day(self, business_id: str, since: date, until: date, timezone: str) -> list[dict[str, Any]]:
        """Return JSON rows per local day, feature, model, prompt version and source, `until` included."""
        rows: list[dict[str, Any]] = []
        for begin, end, offset in spans(since, until, ZoneInfo(timezone)):
            rows += [_row(row) for row in await self._database.fetch(_BY_DAY, business_id, begin, end, offset)]
        return rows

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
