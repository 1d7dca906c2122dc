"""What the admin shows of the whole service, read by a few aggregating queries. Money is nano-USD.

Instants are microseconds since the epoch, days are UTC days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from gateway.domain.answer import Source
from gateway.domain.caller import Business
from gateway.store.businesses import business_of
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.releases import EVERYONE, PRODUCTION
from gateway.store.usage_days import DaySums, UsageDays

_RELEASED = (
    "SELECT r.feature, r.content_hash, r.model, r.released_by, r.created_at, v.figures, p.version FROM release r "
    "JOIN verdict v ON v.content_hash = r.content_hash AND v.model = r.model AND v.suite_hash = r.suite_hash "
    "JOIN prompt_version p ON p.content_hash = r.content_hash "
    "WHERE r.label = $1 AND r.target = $2 AND r.created_at = (SELECT MAX(n.created_at) FROM release n "
    "WHERE n.feature = r.feature AND n.label = r.label AND n.target = r.target)"
)
_TIMES = "SELECT latency_ms FROM usage WHERE created_at >= $1 AND status < 400 ORDER BY created_at DESC LIMIT $2"
_STARTED = "SELECT EXISTS (SELECT 1 FROM pos_revision), EXISTS (SELECT 1 FROM usage)"
_NAMED = "WHERE LOWER(name) LIKE $1 ESCAPE '!' OR id = $2"
_PAGE = (
    'SELECT id, name, "plan", timezone, currency, ai_opt_out, trial_ends_at FROM business '  # noqa: S608
    f"{_NAMED} ORDER BY name, id LIMIT $3 OFFSET $4"
)
_HOW_MANY = f"SELECT COUNT(*) FROM business {_NAMED}"  # noqa: S608 - no value in it
_ON_PAGE = f"(SELECT id FROM business {_NAMED} ORDER BY name, id LIMIT $3 OFFSET $4) b"  # noqa: S608
_BUDGETS = (
    f"SELECT g.business_id, g.period, g.spent, g.reserved FROM {_ON_PAGE} "  # noqa: S608 - no value in it
    "JOIN budget g ON g.business_id = b.id AND g.period >= $5"
)
_COUNTERS = (
    f"SELECT c.business_id, c.meter, c.period, c.used FROM {_ON_PAGE} "  # noqa: S608 - no value in it
    "JOIN quota_counter c ON c.business_id = b.id AND c.period >= $5 WHERE c.used > 0 ORDER BY c.meter"
)
LAST_SEQ = 2**62
"""More than any line's number."""
_LINES = (
    "SELECT seq, at, actor, action, object_id, details FROM audit_all WHERE business_id = $1 AND seq < $3 "
    "ORDER BY seq DESC LIMIT $2"
)


@dataclass(frozen=True, slots=True)
class Released:
    """What is live of a feature and on the strength of which verdict; `cases` and `passed` count its golden cases."""

    feature: str
    content_hash: str
    model: str
    released_by: str
    released_at: int
    version: int
    cases: int
    passed: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests with their cost; how many the rules had to answer, the cache answered, and were refused or failed."""

    calls: int = 0
    cost: int = 0
    degraded: int = 0
    cached: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class DayTraffic:
    """One UTC day of the whole service."""

    day: date
    calls: int = 0
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A business with what its latest windows hold: (spent, reserved) by month, units by (meter, window)."""

    business: Business
    budgets: Mapping[str, tuple[int, int]]
    counters: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of a chain, for people; `details` is JSON text without contents of requests."""

    seq: int
    at: int
    actor: str
    action: str
    object_id: str
    details: str


class Overview:
    """Reads only; every method is one query, or one snapshot of a few."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.days = UsageDays(database)

    async def released(self) -> dict[str, Released]:
        """Return what is live for everyone, by feature."""
        rows = await self._database.fetch(_RELEASED, PRODUCTION, EVERYONE)
        return {row[0]: _released(row) for row in rows}

    async def by_feature(self, day: date, days: int = 1) -> dict[str, Traffic]:
        """Return the requests of one day, or of the `days` that end with it, by feature."""
        return _by_feature(await self.days.by_day(day - timedelta(days=days - 1), day))

    async def month(self, today: date) -> tuple[list[DayTraffic], dict[str, Traffic]]:
        """Return every day of a month up to `today`, also those without a request, and today's requests by feature."""
        since = today.replace(day=1)
        rows = await self.days.by_day(since, today)
        found = {since + timedelta(days=n): DayTraffic(since + timedelta(days=n)) for n in range(today.day)}
        for row in rows:
            known = found[row.day]
            found[row.day] = DayTraffic(row.day, known.calls + row.sums.calls, known.cost + row.sums.cost)
        return list(found.values()), _by_feature(row for row in rows if row.day == today)

    async def slowest(self, since: int, newest: int = 1000) -> tuple[int, int] | None:
        """Return the 95th percentile of the newest answering times since an instant, in ms, and of how many it is."""
        times = sorted(int(row[0]) for row in await self._database.fetch(_TIMES, since, newest))
        return (times[min(len(times) - 1, round(0.95 * len(times)))], len(times)) if times else None

    async def started(self) -> tuple[bool, bool]:
        """Tell whether any records were ever pushed and whether any request was ever answered."""
        rows = await self._database.fetch(_STARTED)
        return bool(rows[0][0]), bool(rows[0][1])

    async def standings(
        self, oldest: str, *, limit: int, offset: int, search: str = ""
    ) -> tuple[list[Standing], int]:  # fmt: skip
        """Return a page of businesses by name, and how many there are whose name holds `search` or whose id it is.

        `oldest` is the first window that counts, such as `2026-11`.
        """
        return await self._database.read(_standings, oldest, limit, offset, search)

    async def audit_lines(self, business_id: str, limit: int, before: int = LAST_SEQ) -> list[AuditLine]:
        """Return the newest lines of a chain, newest first: those with a number under `before`."""
        return [AuditLine(*row) for row in await self._database.fetch(_LINES, business_id, limit, before)]


def _by_feature(rows: Iterable[DaySums]) -> dict[str, Traffic]:
    found: dict[str, Traffic] = {}
    for row in rows:
        known, sums = found.get(row.feature, Traffic()), row.sums
        found[row.feature] = Traffic(
            known.calls + sums.calls,
            known.cost + sums.cost,
            known.degraded + sums.degraded,
            known.cached + (sums.calls if row.source == Source.CACHE else 0),
            known.failed + sums.failed,
        )
    return found


def _standings(oldest: str, limit: int, offset: int, search: str) -> Script[tuple[list[Standing], int]]:
    wanted = search.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    named = (f"%{wanted}%", search)
    businesses = yield Statement(_PAGE, (*named, limit, offset))
    count = yield Statement(_HOW_MANY, named)
    budgets = yield Statement(_BUDGETS, (*named, limit, offset, oldest))
    counters = yield Statement(_COUNTERS, (*named, limit, offset, oldest))
    return [_standing(business_of(row), budgets, counters) for row in businesses], int(count[0][0])


def _standing(business: Business, budgets: Sequence[Row], counters: Sequence[Row]) -> Standing:
    return Standing(
        business,
        {period: (spent, reserved) for owner, period, spent, reserved in budgets if owner == business.id},
        {(meter, period): used for owner, meter, period, used in counters if owner == business.id},
    )


def _released(row: Row) -> Released:
    feature, content_hash, model, released_by, released_at, figures, version = row
    found = msgspec.json.decode(figures)
    counts = (int(found.get("cases", 0)), int(found.get("passed", 0)))
    return Released(feature, content_hash, model, released_by, released_at, version, *counts)
