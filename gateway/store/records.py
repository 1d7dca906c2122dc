"""The pushed copy of every business's POS records: upsert, delete, count, and a read view for one request.

Every query takes the business id first; a row's key is `(business_id, id)`, so equal ids of two businesses stay apart.
"""

import asyncio
import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from gateway.domain.records import Record
from gateway.errors import FieldError, NotReady, ValidationFailed
from gateway.store.database import Database
from gateway.store.records_changes import revisions_of
from gateway.store.records_inline import InlineRows
from gateway.store.records_kinds import LONGEST_MADE_ID, is_id
from gateway.store.records_lines import MAX_PUSH_ROWS
from gateway.store.records_memo import Memo
from gateway.store.records_parsing import parse_inline, parse_push, table_named
from gateway.store.records_query import StoredRows
from gateway.store.records_schema import SCHEMA, Encoded, Table
from gateway.store.records_view import RecordView, open_view
from gateway.store.records_write import remove_rows, write_rows

STATISTICS_ROWS = 1_000
"""Rows added by this process after which a table's statistics are renewed, then each time they doubled."""

KNOWN_BUSINESSES = 1_000
"""How many businesses' revisions are kept, so that one row tells that none of their tables has changed."""


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """How many rows of a push were new, and how many replaced one of the same id."""

    inserted: int
    updated: int


@dataclass(frozen=True, slots=True)
class TableCount:
    """How many rows a business has in a table, and the latest day among them (None: undated or empty)."""

    rows: int
    last_date: date | None


class RecordStore:
    """The pos_* tables of one database; implements `gateway.ports.Records`."""

    def __init__(self, db: Database, *, memo: Memo | None = None) -> None:
        self._db = db
        self._memo = Memo() if memo is None else memo  # an empty memo is false
        self._growth: dict[str, tuple[int, int]] = {}
        self._revisions: OrderedDict[str, Mapping[str, int]] = OrderedDict()

    async def upsert(self, business_id: str, table: str, ndjson: bytes) -> UpsertResult:
        """Store up to 5,000 rows, all or none.

        Raises `NotFound` for an unknown table, `Malformed`, `PayloadTooLarge`, and `ValidationFailed` naming line
        and field of everything that is wrong.
        """
        known = table_named(table)
        # Checking 5,000 rows takes long enough to be felt by others on this event loop.
        rows = await asyncio.to_thread(parse_push, business_id, known, ndjson)
        return await self.write(business_id, known, rows)

    async def write(self, business_id: str, table: Table, rows: Sequence[Encoded]) -> UpsertResult:
        """Store checked rows of distinct ids in one transaction."""
        if not rows:
            return UpsertResult(0, 0)
        updated = await self._db.run(write_rows, business_id, table, rows)
        await self._keep_statistics(table, len(rows) - updated)
        return UpsertResult(inserted=len(rows) - updated, updated=updated)

    async def _keep_statistics(self, table: Table, inserted: int) -> None:
        """Tell PostgreSQL of growth before its own round does: until then it plans for an empty table."""
        grown, analyzed = self._growth.get(table.name, (0, 0))
        grown += inserted
        if self._db.dialect == "postgresql" and grown >= max(STATISTICS_ROWS, 2 * analyzed):
            analyzed = grown
            for name in (table.name, "sale_items", "product_days") if table.name == "sales" else (table.name,):
                # The rows are stored; that PostgreSQL is at it itself must not make the push fail.
                with contextlib.suppress(NotReady):
                    await self._db.execute("SELECT gateway_statistics($1)", f"pos_{name}")
        self._growth[table.name] = (grown, analyzed)

    async def delete(self, business_id: str, table: str, ids: Sequence[str]) -> int:
        """Delete rows by id, lines of sales with them; returns how many there were.

        Raises `NotFound` for an unknown table and `ValidationFailed` for more than 5,000 ids.
        """
        known = table_named(table)
        if len(ids) > MAX_PUSH_ROWS:
            raise ValidationFailed(
                f"Send at most {MAX_PUSH_ROWS:,} ids in one call.", [FieldError("/ids", "holds too many ids")]
            )
        wanted = [row_id for row_id in dict.fromkeys(ids) if is_id(row_id, LONGEST_MADE_ID)]
        return await self._db.run(remove_rows, business_id, known, wanted) if wanted else 0

    async def counts(self, business_id: str) -> dict[str, TableCount]:
        """Return rows and last day of every table."""
        found = {name: (rows, last) for name, rows, last in await self._db.fetch(_COUNTS, business_id)}
        return {
            name: TableCount(found[name][0], date.fromisoformat(found[name][1]) if found[name][1] else None)
            for name in SCHEMA
        }

    async def revisions(self, business_ids: Sequence[str]) -> dict[str, int]:
        """Return the revision of each of these few businesses that ever pushed anything."""
        if not business_ids:
            return {}
        places = ", ".join(f"${at}" for at in range(1, 1 + len(business_ids)))
        sql = f"SELECT business_id, revision FROM pos_revision WHERE business_id IN ({places})"  # noqa: S608
        return {row[0]: int(row[1]) for row in await self._db.fetch(sql, *business_ids)}

    async def most_pushed(self, most: int) -> dict[str, int]:
        """Return the revision of the `most` businesses that pushed most often, highest first."""
        rows = await self._db.fetch(_MOST_PUSHED, most)
        return {business_id: int(revision) for business_id, revision in rows}

    @property
    def has_room(self) -> bool:
        """Whether more may be kept in memory without what others asked for having to go soon."""
        return not self._memo.is_half_full

    def parse_inline(self, business_id: str, records: object) -> dict[str, tuple[Record, ...]]:
        """Return the `records` of a request, checked as a push is. Raises `ValidationFailed` with JSON Pointers."""
        return parse_inline(business_id, records)

    async def open(
        self, business_id: str, currency: str, as_of: date, inline: Mapping[str, Sequence[Record]] | None = None
    ) -> RecordView:
        """Return a read view at the end of `as_of`; an inline table replaces the stored one."""
        tables = inline or {}
        revisions = await self._revisions_of(business_id)
        revision, digest = str(revisions.get("", 0)), ""
        stored = StoredRows(self._db, self._memo, business_id, revisions, as_of)
        if tables:
            digest = _digest(tables)
            revision = f"{revision}+{digest}"
        brought = InlineRows(tables, as_of, digest)
        return await open_view(business_id, currency, as_of, revision, stored, brought, frozenset(tables))

    async def _revisions_of(self, business_id: str) -> Mapping[str, int]:
        found = await revisions_of(self._db, business_id, self._revisions.get(business_id))
        self._revisions[business_id] = found
        self._revisions.move_to_end(business_id)
        if len(self._revisions) > KNOWN_BUSINESSES:
            self._revisions.popitem(last=False)
        return found


_MOST_PUSHED = "SELECT business_id, revision FROM pos_revision ORDER BY revision DESC, business_id LIMIT $1"


def _digest(tables: Mapping[str, Sequence[Record]]) -> str:
    return hashlib.sha256(msgspec.json.encode(tables, order="sorted")).hexdigest()[:16]


def _count_of(table: Table) -> str:
    last = f'MAX("{table.day}")' if table.day else "CAST(NULL AS TEXT)"
    return f"SELECT '{table.name}', COUNT(*), {last} FROM pos_{table.name} WHERE business_id = $1"  # noqa: S608


_COUNTS = " UNION ALL ".join(_count_of(table) for table in SCHEMA.values())
