"""Sums of usage per hour and prompt version, so that a prompt's months are shown without reading its requests again.

Closed hours are summed into `prompt_hourly`; what has not been summed yet is read from `usage` itself, so a figure is
right also before the first sum is made, only slower. They also tell in which hours a request of some kind can be found
at all. Money is nano-USD, instants are microseconds since the epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gateway.store.database import Database, Row, Script, Statement
from gateway.store.holdings import BOOKS_DAYS, DAY, Holding, Until
from gateway.store.usage_days import EPOCH, midnight

HOUR = 3_600_000_000
LATE = HOUR
"""An hour is summed when it has been over for this long: a request that was cut off is written a little later."""

AGAIN = 24
"""The newest summed hours are summed again, for requests that were found cut off much later."""

_KEY = "feature, prompt, source, model, degraded"
_FIGURES = "calls, failed, repaired, cost, input_tokens, output_tokens, latency_ms"
HOLDINGS = (Holding("prompt_hourly", Until("began_at", BOOKS_DAYS), key=("began_at", *_KEY.split(", ")), scoped=False),)
# An answer was repaired when code put a figure right, took a sentence out, or asked again; the JSON text is canonical.
_REPAIRED = (
    "CASE WHEN attempts > 1 OR (grounding LIKE '%\"corrected\":%' AND "
    'grounding NOT LIKE \'%"corrected":0,"dropped":0,%\') THEN 1 ELSE 0 END'
)
_SUMS = (
    f"COUNT(*), SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END), SUM({_REPAIRED}), SUM(cost), SUM(input_tokens), "
    "SUM(output_tokens), SUM(latency_ms)"
)
# Only our own column names are put together here; every value is an argument.
_FILL = (
    f"INSERT INTO prompt_hourly (began_at, {_KEY}, {_FIGURES}) "  # noqa: S608
    f"SELECT CAST($1 AS BIGINT), {_KEY}, {_SUMS} FROM usage WHERE created_at >= $1 AND created_at < $2 GROUP BY {_KEY}"
)
_CLEAR = "DELETE FROM prompt_hourly WHERE began_at = $1"
_LAST = "SELECT MAX(began_at) FROM prompt_hourly"
_FIRST = "SELECT MIN(created_at) FROM usage"
_KEPT = (
    "SELECT began_at / 86400000000 AS n, prompt, source, degraded, SUM(calls), SUM(failed), SUM(repaired), SUM(cost), "
    "SUM(input_tokens), SUM(output_tokens), SUM(latency_ms) FROM prompt_hourly "
    "WHERE feature = $1 AND began_at >= $2 AND began_at < $3 GROUP BY n, prompt, source, degraded"
)
_OPEN = (
    f"SELECT created_at / 86400000000 AS n, prompt, source, degraded, {_SUMS} FROM usage "  # noqa: S608
    "WHERE feature = $1 AND created_at >= $2 AND created_at < $3 GROUP BY n, prompt, source, degraded"
)


@dataclass(frozen=True, slots=True)
class PromptDay:
    """The requests of a UTC day for one prompt version (`credit_risk@2`), source and reason; `latency_ms` is a sum."""

    day: date
    prompt: str
    source: str
    degraded: str
    calls: int
    failed: int
    repaired: int
    cost: int
    input_tokens: int
    output_tokens: int
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request; empty texts say nothing. `degraded` may be `any`, `outcome` is `ok`, `failed` or empty."""

    feature: str = ""
    source: str = ""
    model: str = ""
    degraded: str = ""
    outcome: str = ""


class PromptHours:
    """Reads the sums, and makes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_day(self, feature: str, since: date, until: date) -> list[PromptDay]:
        """Return the sums of a feature's UTC days from `since` to `until`, both included, in no order."""
        begin, end = midnight(since), midnight(until) + DAY
        summed = max(begin, await self.summed_until())
        rows = await self._database.fetch(_KEPT, feature, begin, min(end, summed))
        if summed < end:
            rows = [*rows, *await self._database.fetch(_OPEN, feature, summed, end)]
        return [_prompt_day(row) for row in rows]

    async def hours_of(self, kind: Kind, since: int, until: int) -> list[tuple[int, int]]:
        """Return the stretches of time, newest first, outside of which no request of that kind is to be found."""
        summed = min(until, max(since, await self.summed_until()))
        conditions, values = _conditions(kind)
        sql = (
            "SELECT DISTINCT began_at FROM prompt_hourly WHERE began_at > $1 AND began_at < $2"  # noqa: S608
            f"{''.join(f' AND {each}' for each in conditions)} ORDER BY began_at DESC"
        )
        rows = await self._database.fetch(sql, since - HOUR, summed, *values)
        stretches = [(summed, until)] if summed < until else []
        for (begin,) in rows:
            if stretches and stretches[-1][0] <= begin + HOUR:
                stretches[-1] = (begin, stretches[-1][1])
            else:
                stretches.append((begin, begin + HOUR))
        return [(max(begin, since), min(end, until)) for begin, end in stretches]

    async def summed_until(self) -> int:
        """Return the instant before which every hour is summed, hours without a request aside; 0 for none."""
        last = (await self._database.fetch(_LAST))[0][0]
        return 0 if last is None else int(last) + HOUR

    async def sum_up(self, now: int) -> int:
        """Sum every closed hour that has not been summed; returns how many hours that were."""
        closed, summed = (now - LATE) // HOUR * HOUR, await self.summed_until()
        if not summed:
            first = (await self._database.fetch(_FIRST))[0][0]
            begin = closed if first is None else int(first) // HOUR * HOUR
        else:
            begin = summed - AGAIN * HOUR
        for hour in range(begin, closed, HOUR):
            await self._database.run(_sum_hour, hour)
        return max(0, (closed - begin) // HOUR)


def _conditions(kind: Kind) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    for column in ("feature", "source", "model", "degraded"):
        if value := getattr(kind, column):
            if (column, value) == ("degraded", "any"):
                conditions.append("degraded <> ''")
                continue
            values.append(value)
            conditions.append(f"{column} = ${len(values) + 2}")
    if kind.outcome:
        conditions.append("failed < calls" if kind.outcome == "ok" else "failed > 0")
    return conditions, values


def _sum_hour(begin: int) -> Script[list[Row]]:
    yield Statement(_CLEAR, (begin,))
    return (yield Statement(_FILL, (begin, begin + HOUR)))


def _prompt_day(row: Sequence[Any]) -> PromptDay:
    day, prompt, source, degraded, *figures = row
    return PromptDay(EPOCH + timedelta(days=day), prompt, source, degraded, *(int(figure) for figure in figures))
