"""Drafts of prompts with their notes. Queries here concern the service's prompts, not a business."""

from uuid import uuid4

from gateway.domain.drafts import Draft, DraftState, Note, NoteKind
from gateway.domain.ledger import AuditEntry
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.admin_access import THE_SERVICE
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.holdings import Holding, Kept

_DRAFT = (
    "id, feature, title, body, state, version, content_hash, base_hash, author, edit, edited_by, created_at, updated_at"
)
_GET = f"SELECT {_DRAFT} FROM prompt_draft WHERE id = $1"  # noqa: S608 - no value in it
_OF = f"SELECT {_DRAFT} FROM prompt_draft WHERE feature = $1 ORDER BY updated_at DESC LIMIT $2"  # noqa: S608
_OPEN = (
    f"SELECT {_DRAFT} FROM prompt_draft WHERE state IN ('draft', 'in_review', 'approved') "  # noqa: S608
    "ORDER BY updated_at DESC LIMIT 200"
)
_BY_HASH = f"SELECT {_DRAFT} FROM prompt_draft WHERE content_hash = $1 ORDER BY updated_at DESC LIMIT 1"  # noqa: S608
_NEW = (
    "INSERT INTO prompt_draft (id, feature, title, body, state, base_hash, author, edit, edited_by, created_at, "
    "updated_at) VALUES ($1, $2, $3, $4, 'draft', $5, $6, 1, $6, $7, $7)"
)
_SAVE = (
    "UPDATE prompt_draft SET body = $3, title = $4, state = 'draft', version = NULL, content_hash = NULL, "
    "edit = edit + 1, edited_by = $5, updated_at = $6 WHERE id = $1 AND edit = $2 "
    "AND state IN ('draft', 'in_review', 'approved') RETURNING edit"
)
_MOVE = (
    "UPDATE prompt_draft SET state = $3, version = $4, content_hash = $5, updated_at = $6 "
    "WHERE id = $1 AND edit = $2 AND state = $7 RETURNING id"
)
_NOTE = (
    "INSERT INTO prompt_note (id, draft_id, kind, author, text, content_hash, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"
)
_NOTES = (
    "SELECT id, draft_id, kind, author, text, content_hash, created_at FROM prompt_note WHERE draft_id = $1 "
    "ORDER BY created_at, id"
)
_HIGHEST = "SELECT COALESCE(MAX(version), 0) FROM prompt_version WHERE feature = $1"
_NUMBER = "SELECT version FROM prompt_version WHERE feature = $1 AND content_hash = $2"

HOLDINGS = (
    Holding("prompt_draft", Kept("texts of prompts on their way to a release"), scoped=False),
    Holding("prompt_note", Kept("what staff said and decided about a change of a prompt"), scoped=False),
)


class Conflict(Exception):
    """Somebody saved the draft meanwhile; nothing was written."""


class Drafts:
    """Keeps drafts; saving says which edit it builds on, so that nobody's work is overwritten."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, draft_id: str) -> Draft | None:
        """Return a draft."""
        return _first(await self._database.fetch(_GET, draft_id))

    async def of(self, feature: str, limit: int = 50) -> list[Draft]:
        """Return a feature's drafts, the last changed first."""
        return [Draft(*row) for row in await self._database.fetch(_OF, feature, limit)]

    async def open(self) -> list[Draft]:
        """Return every draft that is not finished, the last changed first."""
        return [Draft(*row) for row in await self._database.fetch(_OPEN)]

    async def by_hash(self, content_hash: str) -> Draft | None:
        """Return the draft that became this version."""
        return _first(await self._database.fetch(_BY_HASH, content_hash))

    async def start(self, feature: str, title: str, body: str, base_hash: str, by: str) -> str:
        """Begin a draft and return its id."""
        draft_id, now = str(uuid4()), self._clock.now()
        entry = AuditEntry(THE_SERVICE, by, "draft.started", draft_id, now, {"feature": feature})
        row = (draft_id, feature, title, body, base_hash, by, now)
        await self._database.run(_with_entry, Statement(_NEW, row), entry)
        return draft_id

    async def save(self, draft_id: str, edit: int, body: str, title: str, by: str) -> int:
        """Write new contents over edit number `edit` and return the next number. Raises Conflict."""
        rows = await self._database.execute(_SAVE, draft_id, edit, body, title, by, self._clock.now())
        if not rows:
            raise Conflict
        return int(rows[0][0])

    async def move(
        self, draft: Draft, state: DraftState, note: tuple[NoteKind, str], by: str, *,
        version: int | None = None, content_hash: str | None = None,
    ) -> None:  # fmt: skip
        """Bring a draft into another state, with the note and the audit line that belong to it. Raises Conflict."""

        def script() -> Script[None]:
            yield from self.moving(draft, state, note, by, version=version, content_hash=content_hash)

        await self._database.run(script)

    def moving(
        self, draft: Draft, state: DraftState, note: tuple[NoteKind, str], by: str, *,
        version: int | None = None, content_hash: str | None = None,
    ) -> Script[None]:  # fmt: skip
        """Do the same as part of the caller's transaction. Raises Conflict."""
        kind, text = note
        now = self._clock.now()
        entry = AuditEntry(
            THE_SERVICE, by, f"draft.{kind}", draft.id, now,
            {"feature": draft.feature, "version": version or draft.version, "content": content_hash or ""},
        )  # fmt: skip
        move = (draft.id, draft.edit, state, version, content_hash, now, draft.state)
        yield from _move(move, (str(uuid4()), draft.id, kind, by, text, content_hash, now), entry)

    async def comment(self, draft: Draft, text: str, by: str) -> None:
        """Say something about a draft."""
        now = self._clock.now()
        row = (str(uuid4()), draft.id, "comment", by, text, draft.content_hash, now)
        await self._database.execute(_NOTE, *row)

    async def notes(self, draft_id: str) -> list[Note]:
        """Return what was said, oldest first."""
        return [Note(*row) for row in await self._database.fetch(_NOTES, draft_id)]

    async def number_for(self, feature: str, content_hash: str) -> int:
        """Return the number of this content if it has one, else the next free one of the feature."""
        if known := await self._database.fetch(_NUMBER, feature, content_hash):
            return int(known[0][0])
        return int((await self._database.fetch(_HIGHEST, feature))[0][0]) + 1


def _first(rows: list[Row]) -> Draft | None:
    return Draft(*rows[0]) if rows else None


def _with_entry(statement: Statement, entry: AuditEntry) -> Script[None]:
    yield statement
    yield from audit.append(entry)


def _move(move: Row, note: Row, entry: AuditEntry) -> Script[None]:
    moved = yield Statement(_MOVE, move)
    if not moved:
        raise Conflict
    yield Statement(_NOTE, note)
    yield from audit.append(entry)
