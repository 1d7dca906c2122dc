"""Tells which tables of a business changed, and for a while which rows, so that readers read those alone again."""

import json
from collections.abc import Mapping, Sequence

from gateway.store.database import Database, Script, Statement
from gateway.store.records_schema import SCHEMA
from gateway.store.sale_marks import mark_everything

MOST_IDS = 500
"""Ids of one change that are written down; after a larger one the table is read again."""
KEPT_REVISIONS = 64
UNLOGGED = frozenset({"sales"})
"""Tables that nobody keeps whole."""

_BUMP = (
    "INSERT INTO pos_revision (business_id, revision) VALUES ($1, 1) "
    "ON CONFLICT (business_id) DO UPDATE SET revision = pos_revision.revision + 1 RETURNING revision"
)
_MOVE = (
    "INSERT INTO pos_table_revision (business_id, name, revision) VALUES ($1, $2, $3) "
    "ON CONFLICT (business_id, name) DO UPDATE SET revision = excluded.revision"
)
_LOG = "INSERT INTO pos_change (business_id, name, revision, before, ids) VALUES ($1, $2, $3, $4, $5)"
_PRUNE = "DELETE FROM pos_change WHERE business_id = $1 AND name = $2 AND revision <= $3"
_REVISION = "SELECT revision FROM pos_revision WHERE business_id = $1"
_REVISIONS = (
    "SELECT '', revision FROM pos_revision WHERE business_id = $1 "
    "UNION ALL SELECT name, revision FROM pos_table_revision WHERE business_id = $1"
)
_SINCE = (
    "SELECT before, revision, ids FROM pos_change WHERE business_id = $1 AND name = $2 AND revision > $3 "
    "AND revision <= $4 ORDER BY revision"
)


def note_change(business_id: str, name: str, ids: Sequence[str]) -> Script[None]:
    """Move the revisions of the business and of a table, whose rows of these ids are about to change or go.

    First in its transaction: the row lock makes pushes of one business wait for each other.
    """
    revision = (yield Statement(_BUMP, (business_id,)))[0][0]
    sql = "SELECT revision FROM pos_table_revision WHERE business_id = $1 AND name = $2"
    rows = yield Statement(sql, (business_id, name))
    yield Statement(_MOVE, (business_id, name, revision))
    if name not in UNLOGGED:
        told = json.dumps(list(ids)) if len(ids) <= MOST_IDS else None
        yield Statement(_LOG, (business_id, name, revision, rows[0][0] if rows else 0, told))
        yield Statement(_PRUNE, (business_id, name, revision - KEPT_REVISIONS))


def note_everything(business_id: str) -> Script[None]:
    """Move the revisions of all tables, and forget which rows changed: an id may be a person's."""
    revision = (yield Statement(_BUMP, (business_id,)))[0][0]
    yield Statement("DELETE FROM pos_change WHERE business_id = $1", (business_id,))
    yield Statement(_MOVE, [(business_id, name, revision) for name in SCHEMA], many=True)
    yield from mark_everything(business_id)


async def revisions_of(db: Database, business_id: str, known: Mapping[str, int] | None = None) -> Mapping[str, int]:
    """Return the business's revision under the empty name, and that of every table that ever changed.

    `known` is what was returned before. It is returned again, for a single row's reading, while the business's own
    revision is the same: no table's moves without it.
    """
    if known:
        rows = await db.lookup(_REVISION, business_id)
        if rows and rows[0][0] == known.get(""):
            return known
    return {name: int(revision) for name, revision in await db.lookup(_REVISIONS, business_id)}


async def changed_since(db: Database, business_id: str, name: str, after: int, until: int) -> Sequence[str] | None:
    """Return the ids that changed between two revisions of a table, None when that is not known any more."""
    found: dict[str, None] = {}
    at = after
    for before, revision, ids in await db.fetch(_SINCE, business_id, name, after, until):
        if before != at or ids is None or len(found) > MOST_IDS:
            return None
        found.update(dict.fromkeys(json.loads(ids)))
        at = revision
    return tuple(found) if at == until else None
