"""Background work over all businesses, for operators: counts and the newest jobs of a state or kind; no contents."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.store.database import Database

_LIST = (
    "SELECT business_id, id, kind, state, done, total, attempts, fault, run_at, created_at, finished_at FROM job "
    "WHERE ($1 = '' OR state = $1) AND ($2 = '' OR kind = $2) {} ORDER BY created_at DESC, id DESC LIMIT $3"
)
_DUE = "SELECT MIN(run_at) FROM job WHERE state = 'queued' AND run_at <= $1"


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job; instants are microseconds (UTC), business `` is the service itself."""

    business_id: str
    id: str
    kind: str
    state: str
    done: int
    total: int
    attempts: int
    fault: str
    run_at: int
    created_at: int
    finished_at: int | None


class Work:
    """Reads the table of jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, state: str, kind: str, limit: int = 100, without: Sequence[str] = ()) -> list[JobLine]:
        """Return the newest jobs; empty texts say nothing. Of the kinds `without`, those that are done are left out."""
        marks = ", ".join(f"${number}" for number in range(4, 4 + len(without)))
        sql = _LIST.format(f"AND NOT (state = 'completed' AND kind IN ({marks}))" if without else "")
        return [JobLine(*row) for row in await self._database.fetch(sql, state, kind, limit, *without)]

    async def oldest_due(self, now: int) -> int | None:
        """Return since when the longest waiting job could have been done; None when none is due."""
        rows = await self._database.fetch(_DUE, now)
        return None if rows[0][0] is None else int(rows[0][0])
