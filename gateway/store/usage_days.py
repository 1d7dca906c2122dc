"""Sums of usage per UTC day over all businesses, so that a year of it is shown without reading every request again.

Closed days are summed once into `usage_daily`; what has not been summed yet is read from `usage` itself, so a figure is
right also before the first sum is made, only slower. Money is nano-USD.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gateway.store.database import Database, Row, Script, Statement
from gateway.store.holdings import BOOKS_DAYS, DAY, Holding, Period

HOLDINGS = (Holding("usage_daily", Period("day", BOOKS_DAYS), key=("day", "feature", "model", "source")),)

LATE = 3_600_000_000
"""A day is summed when it has been over for this long: a request that was cut off is written a little later."""

AGAIN = 2
"""The newest summed days are summed again, for requests that were found cut off much later."""

EPOCH = date(1970, 1, 1)
_SUMS = (
    "COUNT(*), SUM(CASE degraded WHEN '' THEN 0 ELSE 1 END), SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END), "
    "SUM(cost), SUM(input_tokens), SUM(cached_tokens), SUM(output_tokens)"
)
_COLUMNS = "calls, degraded, failed, cost, input_tokens, cached_tokens, output_tokens"
_BETWEEN = "FROM usage WHERE created_at >= $2 AND created_at < $3"
# Only our own column names are put together here; every value is an argument.
_FILL = (
    f"INSERT INTO usage_daily (day, business_id, feature, model, source, {_COLUMNS}) "
    f"SELECT CAST($1 AS TEXT), '', feature, model, source, {_SUMS} {_BETWEEN} GROUP BY feature, model, source"
)
_FILL_BUSINESSES = (
    f"INSERT INTO usage_daily (day, business_id, feature, model, source, {_COLUMNS}) "
    f"SELECT CAST($1 AS TEXT), business_id, '', '', '', {_SUMS} {_BETWEEN} GROUP BY business_id"
)
_CLEAR = "DELETE FROM usage_daily WHERE day = $1"
_LAST = "SELECT MAX(day) FROM usage_daily"
_FIRST = "SELECT MIN(created_at) FROM usage"
_KEPT = (
    f"SELECT day, feature, model, source, {_COLUMNS} FROM usage_daily "  # noqa: S608
    "WHERE business_id = '' AND day >= $1 AND day <= $2"
)
_KEPT_BUSINESSES = (
    "SELECT business_id, SUM(calls), SUM(degraded), SUM(failed), SUM(cost), SUM(input_tokens), SUM(cached_tokens), "
    "SUM(output_tokens) FROM usage_daily WHERE business_id <> '' AND day >= $1 AND day <= $2 GROUP BY business_id"
)
_OPEN = (
    f"SELECT created_at / 86400000000 AS n, feature, model, source, {_SUMS} "  # noqa: S608
    "FROM usage WHERE created_at >= $1 AND created_at < $2 GROUP BY n, feature, model, source"
)
_OPEN_BUSINESSES = (
    f"SELECT business_id, {_SUMS} FROM usage WHERE created_at >= $1 AND created_at < $2 GROUP BY business_id"  # noqa: S608
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
            for row in await self._database.fetch(_OPEN_BUSINESSES, midnight(open_from), midnight(until) + DAY):
                found[row[0]] = found.get(row[0], Sums()) + _sums(row[1:])
        return found

    async def sum_up(self, now: int) -> int:
        """Sum every closed day that has not been summed; returns how many days that were. `now` is microseconds."""
        last_closed = _day(now - LATE) - timedelta(days=1)
        rows = await self._database.fetch(_LAST)
        if rows[0][0] is not None:
            day = date.fromisoformat(rows[0][0]) - timedelta(days=AGAIN - 1)
        else:
            first = (await self._database.fetch(_FIRST))[0][0]
            if first is None:
                return 0
            day = _day(first)
        count = 0
        while day <= last_closed:
            await self._database.run(_sum_day, day.isoformat(), midnight(day))
            day, count = day + timedelta(days=1), count + 1
        return count

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
