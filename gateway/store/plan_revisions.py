"""Revisions of the plans: proposed, looked at, saved; the newest saved one is in force, and none is ever changed.

Queries here concern the service's plans, not a business. Instants are microseconds since the epoch (UTC).
"""

from dataclasses import dataclass
from uuid import uuid4

from gateway.domain.ledger import AuditEntry
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.admin_access import THE_SERVICE
from gateway.store.database import ConstraintViolation, Database, Row, Script, Statement
from gateway.store.holdings import Holding, Kept
from gateway.store.revisions import PLANS, Changed, bump, nobody

_COLUMNS = "id, base, number, body, note, reason, proposed_by, proposed_at, saved_by, saved_at"
_GET = f"SELECT {_COLUMNS} FROM plan_revision WHERE id = $1"  # noqa: S608 - no value in it
_SAVED = f"SELECT {_COLUMNS} FROM plan_revision WHERE number IS NOT NULL ORDER BY number DESC LIMIT $1"  # noqa: S608
_HIGHEST = "SELECT COALESCE(MAX(number), 0) FROM plan_revision"
_NEW = (
    "INSERT INTO plan_revision (id, base, body, note, reason, proposed_by, proposed_at) "
    "VALUES ($1, $2, $3, $4, '', $5, $6)"
)
_SAVE = (
    "UPDATE plan_revision SET number = base + 1, body = $2, reason = $3, saved_by = $4, saved_at = $5 "
    "WHERE id = $1 AND number IS NULL AND base = (SELECT COALESCE(MAX(n.number), 0) FROM plan_revision n) "
    "RETURNING number"
)

HOLDINGS = (Holding("plan_revision", Kept("what was sold at which time, and who decided it"), scoped=False),)


class Outdated(Exception):
    """Other plans were saved meanwhile; nothing was written."""


@dataclass(frozen=True, slots=True)
class PlanRevision:
    """Plans as text; `number` is None while they are only proposed."""

    id: str
    base: int
    number: int | None
    body: str
    note: str
    reason: str
    proposed_by: str
    proposed_at: int
    saved_by: str | None
    saved_at: int | None


class PlanRevisions:
    """Keeps them; `changed` is awaited after other plans were put in force."""

    def __init__(self, database: Database, clock: Clock, changed: Changed = nobody) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed

    async def number(self) -> int:
        """Return the number of the revision in force, 0 for the plans of the file."""
        return int((await self._database.fetch(_HIGHEST))[0][0])

    async def get(self, revision_id: str) -> PlanRevision | None:
        """Return a revision."""
        rows = await self._database.fetch(_GET, revision_id)
        return PlanRevision(*rows[0]) if rows else None

    async def saved(self, limit: int = 50) -> list[PlanRevision]:
        """Return the saved ones, newest first."""
        return [PlanRevision(*row) for row in await self._database.fetch(_SAVED, limit)]

    async def propose(self, base: int, body: str, note: str, by: str) -> str:
        """Keep plans to be looked at, written against revision `base`; returns their id."""
        revision_id = str(uuid4())
        await self._database.execute(_NEW, revision_id, base, body, note, by, self._clock.now())
        return revision_id

    async def save(self, revision: PlanRevision, body: str, reason: str, by: str) -> int:
        """Put a proposed revision in force, with its audit line, and return its number. Raises Outdated."""
        now = self._clock.now()
        details = {"number": revision.base + 1, "note": revision.note, "reason": reason}
        entry = AuditEntry(THE_SERVICE, by, "plans.saved", revision.id, now, details)
        try:
            number = await self._database.run(_save, (revision.id, body, reason, by, now), entry)
        except ConstraintViolation:
            raise Outdated from None
        await self._changed()
        return number


def _save(values: Row, entry: AuditEntry) -> Script[int]:
    rows = yield Statement(_SAVE, values)
    if not rows:
        raise Outdated
    yield from bump(PLANS)
    yield from audit.append(entry)
    return int(rows[0][0])
