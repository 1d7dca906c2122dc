"""Whole tables of a business, kept decoded: after a push only the rows that it changed are read and decoded again."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.store.database import Database
from gateway.store.records_changes import changed_since
from gateway.store.records_memo import ROW_BYTES, Memo
from gateway.store.records_schema import SCHEMA, Table

OFF_LOOP_ROWS = 2_000
"""Above this many rows decoding takes longer than other requests should wait for the event loop."""
KEPT_ROW_BYTES = ROW_BYTES + 120
BLOCK = 200
MOST_SPLITS = 4

Split = tuple[Sequence[Any], Sequence[Any]]
"""The rows that were known at the end of a day, and those that came later."""


@dataclass(frozen=True)
class Kept:
    """All rows of a table at one revision, by id and in the fixed order."""

    table: Table
    revision: int
    by_id: Mapping[str, Any]
    rows: tuple[Any, ...]
    _splits: dict[date, Split] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table, revision: int, by_id: Mapping[str, Any]) -> "Kept":
        """Put rows into the table's order."""
        if not table.natural:
            return cls(table, revision, by_id, tuple(sorted(by_id.values(), key=table.order)))
        placed = sorted(by_id.items(), key=lambda entry: (table.order(entry[1]), occurrence_of(entry[0])))
        return cls(table, revision, by_id, tuple(row for _, row in placed))

    def split(self, as_of: date) -> Split:
        """Return the rows up to `as_of` and those after it."""
        found = self._splits.get(as_of)
        if found is None:
            if len(self._splits) >= MOST_SPLITS:
                self._splits.clear()
            found = self._splits[as_of] = self._cut(as_of)
        return found

    def _cut(self, as_of: date) -> Split:
        day_of = self.table.day_of
        if self.table.day is None:
            return self.rows, ()
        if self.table.day_orders:
            place = bisect_right(self.rows, as_of, key=day_of)
            return (self.rows, ()) if place == len(self.rows) else (self.rows[:place], self.rows[place:])
        later = [row for row in self.rows if day_of(row) > as_of]
        return ([row for row in self.rows if day_of(row) <= as_of], later) if later else (self.rows, ())


def occurrence_of(made_id: str) -> int:
    """Return which of the rows of one natural key has this id (`natural_id` ends it with `#2` from the second on)."""
    number = made_id.rpartition("#")[2] if "#" in made_id else ""
    return int(number) if number.isdecimal() else 1


async def kept_table(db: Database, memo: Memo, business_id: str, name: str, revision: int) -> Kept:
    """Return a whole table, at `revision` or newer; what is in the memo is brought up to date."""
    if (kept := kept_already(memo, business_id, name, revision)) is not None:
        return kept
    async with memo.reading(("kept", business_id, name)):
        if (kept := kept_already(memo, business_id, name, revision)) is not None:
            return kept
        return await _brought_up(db, memo, business_id, name, revision)


async def _brought_up(db: Database, memo: Memo, business_id: str, name: str, revision: int) -> Kept:
    key = ("kept", business_id, name)
    kept: Kept | None = memo.get(key)
    table = SCHEMA[name]
    changed = None
    if kept is not None:
        changed = await changed_since(db, business_id, name, kept.revision, revision)
    if kept is None or changed is None:
        fresh = await _read(db, table, business_id, "", ())
        by_id = fresh
    else:
        by_id = dict(kept.by_id)
        for block in _blocks(changed):
            places = ", ".join(f"${at}" for at in range(2, 2 + len(block)))
            fresh = await _read(db, table, business_id, f" AND id IN ({places})", block)
            for row_id in block:
                by_id.pop(row_id, None)
            by_id.update(fresh)
    kept = Kept.of(table, revision, by_id)
    memo.put(key, kept, 200 + KEPT_ROW_BYTES * len(kept.rows))
    return kept


def kept_already(memo: Memo, business_id: str, name: str, revision: int) -> Kept | None:
    """Return a whole table if it is here and up to date."""
    kept: Kept | None = memo.get(("kept", business_id, name))
    return kept if kept is not None and kept.revision >= revision else None


def is_kept(memo: Memo, business_id: str, name: str) -> bool:
    """Return whether a whole table is here, so that bringing it up to date costs less than asking for single rows."""
    return memo.get(("kept", business_id, name)) is not None


async def _read(db: Database, table: Table, business_id: str, narrowed: str, ids: Sequence[str]) -> dict[str, Any]:
    names = ", ".join(f'"{name}"' for name in table.names)
    # S608: the names in this statement are our own, values are always arguments.
    sql = f"SELECT id, {names} FROM pos_{table.name} WHERE business_id = $1{narrowed}"  # noqa: S608
    stored = await db.fetch(sql, business_id, *ids)
    if len(stored) > OFF_LOOP_ROWS:
        return await asyncio.to_thread(_decoded, table, stored)
    return _decoded(table, stored)


def _decoded(table: Table, stored: Sequence[Sequence[Any]]) -> dict[str, Any]:
    rows = table.decode(row[1:] for row in stored)
    return dict(zip((row[0] for row in stored), rows, strict=True))


def _blocks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), BLOCK):
        yield values[start : start + BLOCK]
