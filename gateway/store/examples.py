"""Golden cases that people add in the admin, beside those of the repository's suites."""

from dataclasses import dataclass
from uuid import uuid4

from gateway.domain.ledger import AuditEntry
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.admin_access import THE_SERVICE
from gateway.store.database import Database, Script, Statement
from gateway.store.holdings import Holding, Kept

_OF = (
    "SELECT id, feature, fingerprint, body, source, author, created_at FROM prompt_example WHERE feature = $1 "
    "ORDER BY created_at, id"
)
_ADD = (
    "INSERT INTO prompt_example (id, feature, fingerprint, body, source, author, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (feature, fingerprint) DO NOTHING RETURNING id"
)
_REMOVE = "DELETE FROM prompt_example WHERE feature = $1 AND id = $2 RETURNING id"
HOLDINGS = (Holding("prompt_example", Kept("golden cases, written or anonymised before they are kept"), scoped=False),)


@dataclass(frozen=True, slots=True)
class Example:
    """One case: `body` is a promptfoo test as JSON text; `fingerprint` is the same for the same question."""

    id: str
    feature: str
    fingerprint: str
    body: str
    source: str
    author: str
    created_at: int


class Examples:
    """Adds, lists and removes; every change is audited."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, feature: str) -> list[Example]:
        """Return a feature's added cases, oldest first."""
        return [Example(*row) for row in await self._database.fetch(_OF, feature)]

    async def add(self, feature: str, fingerprint: str, body: str, source: str, by: str) -> bool:
        """Add a case; False when there is one with this fingerprint."""
        now, example_id = self._clock.now(), str(uuid4())
        row = (example_id, feature, fingerprint, body, source, by, now)
        entry = AuditEntry(THE_SERVICE, by, "example.added", example_id, now, {"feature": feature, "source": source})
        return await self._database.run(_change, Statement(_ADD, row), entry)

    async def remove(self, feature: str, example_id: str, by: str) -> bool:
        """Remove a case; False when there is none."""
        entry = AuditEntry(THE_SERVICE, by, "example.removed", example_id, self._clock.now(), {"feature": feature})
        return await self._database.run(_change, Statement(_REMOVE, (feature, example_id)), entry)


def _change(statement: Statement, entry: AuditEntry) -> Script[bool]:
    rows = yield statement
    if rows:
        yield from audit.append(entry)
    return bool(rows)
