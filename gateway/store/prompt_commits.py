"""Commits of versions to a branch, as they were asked for and what became of them.

Queries here concern the service's prompts, not a business. Instants are microseconds since the epoch (UTC).
"""

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from gateway.domain.ledger import AuditEntry
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.admin_access import THE_SERVICE
from gateway.store.database import Database, Script, Statement
from gateway.store.holdings import Holding, Kept

CommitState = Literal["waiting", "done", "failed"]

_COLUMNS = "id, content_hash, branch, state, said, asked_by, asked_at, ended_at"
_NEW = (
    "INSERT INTO prompt_commit (id, content_hash, branch, state, said, asked_by, asked_at) "
    "VALUES ($1, $2, $3, 'waiting', '', $4, $5)"
)
_GET = f"SELECT {_COLUMNS} FROM prompt_commit WHERE id = $1"  # noqa: S608 - no value in it
_OF = f"SELECT {_COLUMNS} FROM prompt_commit WHERE content_hash = $1 ORDER BY asked_at DESC LIMIT 20"  # noqa: S608
_END = "UPDATE prompt_commit SET state = $2, said = $3, ended_at = $4 WHERE id = $1 AND state = 'waiting' RETURNING id"

HOLDINGS = (Holding("prompt_commit", Kept("which version was committed where, and who asked for it"), scoped=False),)


@dataclass(frozen=True, slots=True)
class PromptCommit:
    """One commit; `said` is its id once it is done, or why it failed."""

    id: str
    content_hash: str
    branch: str
    state: CommitState
    said: str
    asked_by: str
    asked_at: int
    ended_at: int | None


class PromptCommits:
    """Keeps them; asking and ending are audited in the same transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ask(self, content_hash: str, branch: str, by: str) -> str:
        """Note that somebody wants a commit; returns its id."""
        commit_id, now = str(uuid4()), self._clock.now()
        details = {"content": content_hash, "branch": branch}
        entry = AuditEntry(THE_SERVICE, by, "prompt.commit_asked", commit_id, now, details)
        await self._database.run(_with_entry, Statement(_NEW, (commit_id, content_hash, branch, by, now)), entry)
        return commit_id

    async def get(self, commit_id: str) -> PromptCommit | None:
        """Return one."""
        rows = await self._database.fetch(_GET, commit_id)
        return PromptCommit(*rows[0]) if rows else None

    async def of(self, content_hash: str) -> list[PromptCommit]:
        """Return a version's commits, newest first."""
        return [PromptCommit(*row) for row in await self._database.fetch(_OF, content_hash)]

    async def end(self, one: PromptCommit, state: CommitState, said: str) -> None:
        """Note what became of it, once."""
        now = self._clock.now()
        action = "prompt.committed" if state == "done" else "prompt.commit_failed"
        entry = AuditEntry(THE_SERVICE, one.asked_by, action, one.id, now, {"branch": one.branch, "commit": said[:64]})
        await self._database.run(_with_entry, Statement(_END, (one.id, state, said, now)), entry)


def _with_entry(statement: Statement, entry: AuditEntry) -> Script[None]:
    rows = yield statement
    if rows or statement.sql == _NEW:
        yield from audit.append(entry)
