"""Sums of usage over all businesses, so that a year of it is shown without reading every request again.

`usage_hourly` is exact at every instant: a trigger adds each row of `usage` to its hour in the same transaction. Closed
days are summed once more into `usage_daily`, the whole service from the hours and each business from `usage` itself. A
figure is right also before the first sum is made. Money is nano-USD.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gateway.store.database import Database, Row, Script, Statement, one
from gateway.store.holdings import BOOKS_DAYS, DAY, Holding, Period, Until

HOLDINGS = (
    Holding("usage_daily", Period("day", BOOKS_DAYS), key=("day", "feature", "model", "source")),
    # A day longer than the rows themselves, so that a row that goes finds its hour.
    Holding(
        "usage_hourly", Until("hour", BOOKS_DAYS + 1), key=("hour", "shard", "feature", "model", "source"), scoped=False
    ),
)

LATE = 3_600_000_000
"""A day is summed when it has been over for this long: a request that was cut off is written a little later."""

SETTLED = 2 * 3_600_000_000
"""Hours that ended this long ago are put together from their shards, in microseconds."""

EPOCH = date(1970, 1, 1)
_SUMS = (
    "COUNT(*), SUM(CASE degraded WHEN '' THEN 0 ELSE 1 END), SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END), "
    "SUM(cost), SUM(input_tokens), SUM(cached_tokens), SUM(output_tokens)"
)
_COLUMNS = "calls, degraded, failed, cost, input_tokens, cached_tokens, output_tokens"
_HOURS = "SUM(calls), SUM(degraded), SUM(failed), SUM(cost), SUM(input_tokens), SUM(cached_tokens), SUM(output_tokens)"
_BETWEEN = "FROM usage_all WHERE created_at >= $2 AND created_at < $3"
# Only our own column names are put together here; every value is an argument.
_FILL = (
    f"INSERT INTO usage_daily (day, business_id, feature, model, source, {_COLUMNS}) "  # noqa: S608
    f"SELECT CAST($1 AS TEXT), '', feature, model, source, {_HOURS} FROM usage_hourly WHERE hour >= $2 AND hour < $3 "
    "GROUP BY feature, model, source HAVING SUM(calls) > 0"
)
_FILL_BUSINESSES = (
    f"INSERT INTO usage_daily (day, business_id, feature, model, source, {_COLUMNS}) "
    f"SELECT CAST($1 AS TEXT), business_id, '', '', '', {_SUMS} {_BETWEEN} GROUP BY business_id"
)
_CLEAR = "DELETE FROM usage_daily WHERE day = $1"
_LAST = "SELECT MAX(day) FROM usage_daily"
_FIRST = "SELECT MIN(hour) FROM usage_hourly"
_DAYS_OF_HOURS = (
    f"SELECT hour / {DAY} AS n, SUM(calls), SUM(degraded), SUM(failed), SUM(cost), SUM(input_tokens), "  # noqa: S608
    "SUM(cached_tokens), SUM(output_tokens) FROM usage_hourly WHERE hour >= $1 AND hour < $2 GROUP BY n"
)
_DAYS_OF_DAYS = f"SELECT day, {_HOURS} FROM usage_daily WHERE business_id = '' AND day >= $1 AND day <= $2 GROUP BY day"  # noqa: S608
_GATHER = (
    f"WITH gone AS (DELETE FROM usage_hourly WHERE shard <> 0 AND hour < $1 RETURNING *) "  # noqa: S608
    f"INSERT INTO usage_hourly (hour, shard, feature, model, source, {_COLUMNS}) "
    f"SELECT hour, 0, feature, model, source, {_HOURS} FROM gone GROUP BY hour, feature, model, source "
    "ON CONFLICT (hour, shard, feature, model, source) DO UPDATE SET "
    + ", ".join(f"{name} = usage_hourly.{name} + excluded.{name}" for name in _COLUMNS.split(", "))
)
_KEPT = (
    f"SELECT day, feature, model, source, {_COLUMNS} FROM usage_daily "  # noqa: S608
    "WHERE business_id = '' AND day >= $1 AND day <= $2"
)
_KEPT_BUSINESSES = (
    f"SELECT business_id, {_HOURS} FROM usage_daily "  # noqa: S608
    "WHERE business_id <> '' AND day >= $1 AND day <= $2 GROUP BY business_id"
)
_OPEN = (
    f"SELECT hour / {DAY} AS n, feature, model, source, {_HOURS} FROM usage_hourly "  # noqa: S608
    "WHERE hour >= $1 AND hour < $2 GROUP BY n, feature, model, source HAVING SUM(calls) > 0"
)
_PER_HOUR = f"SELECT hour, {_HOURS} FROM usage_hourly WHERE hour >= $1 AND hour < $2 GROUP BY hour"  # noqa: S608
# Grouped by an expression, so that the rows are found by age and not business by business.
_OPEN_BUSINESSES = (
    f"SELECT business_id || '' AS owner, {_SUMS} FROM usage_all "  # noqa: S608
    "WHERE created_at >= $1 AND created_at < $2 GROUP BY owner"
)


@dataclass(frozen=True, slots=True)
class Sums:
    """What some requests came to; `degraded` and `failed` count requests, `cost` is nano-USD."""

    calls: int = 0
    degraded: int = 0
    failed: int = 0
    cost: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.calls + other.calls,
            self.degraded + other.degraded,
            self.failed + other.failed,
            self.cost + other.cost,
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True)
class DaySums:
    """The requests of a UTC day for one feature, model and source."""

    day: date
    feature: str
    model: str
    source: str
    sums: Sums


class UsageDays:
    """Reads the sums, and makes them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._earlier: tuple[tuple[int, int, Sums] | None, dict[str, Sums]] = (None, {})

    async def by_day(self, since: date, until: date) -> list[DaySums]:
        """Return the sums of the UTC days from `since` to `until`, both included, over all businesses."""
        summed, open_from = await self._border(since)
        kept = await self._database.fetch(_KEPT, since.isoformat(), min(until, summed).isoformat())
        found = [_day_sums(date.fromisoformat(row[0]), row) for row in kept]
        if open_from <= until:
            rows = await self._database.fetch(_OPEN, midnight(open_from), midnight(until) + DAY)
            found += [_day_sums(EPOCH + timedelta(days=row[0]), row) for row in rows]
        return found

    async def by_business(self, since: date, until: date) -> dict[str, Sums]:
        """Return the sums of the UTC days from `since` to `until` by business."""
        summed, open_from = await self._border(since)
        kept = await self._database.fetch(_KEPT_BUSINESSES, since.isoformat(), min(until, summed).isoformat())
        found = {row[0]: _sums(row[1:]) for row in kept}
        if open_from <= until:
            for sums in await self._open_businesses(midnight(open_from), midnight(until) + DAY):
                for owner, each in sums.items():
                    found[owner] = found[owner] + each if owner in found else each
        return found

    async def _open_businesses(self, begin: int, end: int) -> tuple[dict[str, Sums], dict[str, Sums]]:
        """Return the sums by business up to the newest hour and from it on.

        Earlier hours are read once, and again only when `usage_hourly` tells that one of them changed.
        """
        hours = await self._database.fetch(_PER_HOUR, begin, end)
        border = max((int(row[0]) for row in hours), default=begin)
        state = (begin, border, sum((_sums(row[1:]) for row in hours if row[0] < border), start=Sums()))
        if self._earlier[0] != state:
            self._earlier = (state, await self._raw(begin, border))
        return self._earlier[1], await self._raw(border, end)

    async def _raw(self, begin: int, end: int) -> dict[str, Sums]:
        return {row[0]: _sums(row[1:]) for row in await self._database.fetch(_OPEN_BUSINESSES, begin, end)}

    async def sum_up(self, now: int) -> int:
        """Sum every closed day whose hours say something else; returns how many days that were. `now`: microseconds.

        A request that was found cut off long after its day changes the day's hours, and so has the day summed again.
        """
        if self._database.dialect == "postgresql":
            await self._database.run(one, _GATHER, now - SETTLED)
        first = (await self._database.fetch(_FIRST))[0][0]
        if first is None:
            return 0
        oldest = now - (BOOKS_DAYS - 2) * DAY  # what retention is about to take away is left as it is
        since, until = _day(max(first, oldest)), _day(now - LATE) - timedelta(days=1)
        days = await self._different(since, until)
        for day in days:
            await self._database.run(_sum_day, day.isoformat(), midnight(day))
        return len(days)

    async def _different(self, since: date, until: date) -> list[date]:
        """Return the days, oldest first, whose sum is not that of their hours."""
        hours = await self._database.fetch(_DAYS_OF_HOURS, midnight(since), midnight(until) + DAY)
        days = await self._database.fetch(_DAYS_OF_DAYS, since.isoformat(), until.isoformat())
        summed = {date.fromisoformat(row[0]): _sums(row[1:]) for row in days}
        told = {EPOCH + timedelta(days=row[0]): _sums(row[1:]) for row in hours}
        return sorted(day for day, sums in told.items() if sums != summed.get(day, Sums()))

    async def _border(self, since: date) -> tuple[date, date]:
        """Return the last summed day and the first day from `since` on that is not summed."""
        rows = await self._database.fetch(_LAST)
        if rows[0][0] is None:
            return since - timedelta(days=1), since
        summed = date.fromisoformat(rows[0][0])
        return summed, max(since, summed + timedelta(days=1))


def midnight(day: date) -> int:
    """Return the beginning of a UTC day in microseconds since the epoch."""
    return (day - EPOCH).days * DAY


def _day(at: int) -> date:
    return datetime.fromtimestamp(at // 1_000_000, UTC).date()


def _day_sums(day: date, row: Row) -> DaySums:
    _, feature, model, source, *values = row
    return DaySums(day, feature, model, source, _sums(values))


def _sums(values: Sequence[int]) -> Sums:
    return Sums(*(int(value) for value in values))


def _sum_day(day: str, begin: int) -> Script[list[Row]]:
    yield Statement(_CLEAR, (day,))
    yield Statement(_FILL, (day, begin, begin + DAY))
    return (yield Statement(_FILL_BUSINESSES, (day, begin, begin + DAY)))
