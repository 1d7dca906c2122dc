"""Puts the jobs that repeat into the table; however many processes do it, each turn is there once."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gateway.domain.caller import Business
from gateway.domain.jobs import NewJob
from gateway.jobs.context import Tools
from gateway.jobs.kinds import Daily, Every, JobKind
from gateway.store.database import Script
from gateway.store.events import SERVICE
from gateway.store.jobs import Jobs

LATE_HOURS = 6
"""For how long a day's turn is still made up for."""

Turn = tuple[str, str, str]
"""Kind, business and which turn it is."""


class Scheduler:
    """Knows which turns are due; remembers what it has put there, so that it asks the table once for each."""

    def __init__(self, tools: Tools, kinds: Iterable[JobKind]) -> None:
        self._tools = tools
        self._kinds = [kind for kind in kinds if kind.schedule is not None]
        self._known: set[Turn] = set()

    async def run(self) -> int:
        """Put every turn that is due now and not known yet into the table; returns how many."""
        now = self._tools.kit.clock.now()
        businesses = self._tools.snapshots.current.businesses
        due = set(due_turns(self._kinds, businesses.values(), now))
        new = sorted(due - self._known)
        for start in range(0, len(new), 200):
            await self._tools.database.run(_put, self._tools.jobs, new[start : start + 200])
        self._known = due
        if new:
            self._tools.jobs.nudge()
        return len(new)


def due_turns(kinds: Iterable[JobKind], businesses: Iterable[Business], now: int) -> Iterator[Turn]:
    """Yield the turn of each schedule that is due at `now`, in microseconds since the epoch."""
    everyone = list(businesses)
    for kind in kinds:
        if isinstance(kind.schedule, Every):
            yield kind.name, SERVICE, str(now // (kind.schedule.seconds * 1_000_000))
        elif isinstance(kind.schedule, Daily):
            places = [(b.id, b.timezone) for b in everyone] if kind.schedule.per_business else [(SERVICE, "UTC")]
            for business_id, timezone in places:
                local = datetime.fromtimestamp(now / 1e6, UTC).astimezone(ZoneInfo(timezone))
                if kind.schedule.hour <= local.hour < kind.schedule.hour + LATE_HOURS:
                    yield kind.name, business_id, local.date().isoformat()


def _put(jobs: Jobs, turns: list[Turn]) -> Script[None]:
    for kind, business_id, turn in turns:
        yield from jobs.enqueue(business_id, NewJob(kind, {"turn": turn}, dedupe_key=f"turn:{turn}"))
