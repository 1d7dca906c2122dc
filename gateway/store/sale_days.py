"""Whole sales by day, reduced to what a feature needs of a day, and kept: a push costs the days that it touches."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from gateway.domain.briefs import BriefSale, StoredSale
from gateway.store.database import Database
from gateway.store.records_memo import Memo
from gateway.store.sale_briefs import Stored, decode_briefs, known_brief, latest_cancellation
from gateway.store.sale_marks import DAY, changed_keys

T = TypeVar("T")
BriefT = TypeVar("BriefT", bound=BriefSale)
Reduce = Callable[[date, Sequence[BriefSale]], T]
Read = Callable[[date, date], Awaitable[Stored]]
"""Reads the rows of the sales from a day to a day as they are stored now."""

CHUNK = timedelta(days=21)
"""Days that are read and reduced at once, so that a year of sales is never in memory as rows."""
OFF_LOOP_LINES = 1_000
"""Above this many lines the work takes longer than other requests should wait for the event loop."""
SALE_BYTES = 550
"""What a reduced sale weighs, roughly."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One day: how many sales, the day of the latest cancellation among them, and what they were reduced to."""

    sales: int
    settled: date
    reduced: T


@dataclass(frozen=True, slots=True)
class Days(Generic[T]):
    """The parts of the days with sales from `since` on, as of a revision of the sales."""

    revision: int
    since: date
    parts: Mapping[date, Part[T]]


async def kept_days(
    db: Database, memo: Memo, key: tuple[str, str, Any], revision: int, since: date, read: Read, reduce: Reduce[T]
) -> Days[T]:
    """Return the parts from `since` on; `key` is the business, its currency and what the days are reduced for."""
    name = ("sale days", *key)
    kept: Days[T] | None = memo.get(name)
    if kept is not None and since >= kept.since and kept.revision >= revision:
        return kept
    async with memo.reading(name):
        kept = memo.get(name)
        if kept is None or since < kept.since or kept.revision < revision:
            kept = await _brought_up(db, kept, key[0], revision, since, read, reduce)
            memo.put(name, kept, 1_000 + SALE_BYTES * sum(part.sales for part in kept.parts.values()))
        return kept


async def _brought_up(
    db: Database, kept: Days[T] | None, business_id: str, revision: int, since: date, read: Read, reduce: Reduce[T]
) -> Days[T]:
    changed: Sequence[str] | None = None
    if kept is not None and since >= kept.since:
        changed = await changed_keys(db, business_id, DAY, kept.revision)
    if kept is None or changed is None:
        return Days(revision, since, await _everything(db, business_id, since, read, reduce))
    days = [day for day in map(date.fromisoformat, changed) if day >= kept.since]
    fresh: dict[date, Part[T]] = {}
    for day in days:
        fresh |= await _reduced(await read(day, day), reduce)
    left = {day: part for day, part in kept.parts.items() if day not in set(days)}
    return Days(revision, kept.since, left | fresh)


async def known_days(days: Days[T], since: date, as_of: date, read: Read, reduce: Reduce[T]) -> list[T]:
    """Return the days from `since` to `as_of` as they were known then, in order."""
    found = []
    for day in sorted(day for day in days.parts if since <= day <= as_of):
        part = days.parts[day]
        # A sale that was cancelled after that day still stood on it.
        known = part.settled <= as_of
        found.append(part.reduced if known else reduce(day, _known(await read(day, day), as_of)))
    return found


def _known(stored: Stored, as_of: date) -> list[StoredSale]:
    return [known_brief(one, as_of) for one in decode_briefs(stored)]


def by_day(sales: Iterable[BriefT]) -> dict[date, list[BriefT]]:
    """Return sales by their day, in rising order."""
    found: dict[date, list[BriefT]] = {}
    for sale in sales:
        found.setdefault(sale.created_at.date(), []).append(sale)
    return dict(sorted(found.items()))


async def _everything(
    db: Database, business_id: str, since: date, read: Read, reduce: Reduce[T]
) -> dict[date, Part[T]]:
    rows = await db.fetch('SELECT MAX("day") FROM pos_sales WHERE business_id = $1', business_id)
    last = date.fromisoformat(rows[0][0]) if rows and rows[0][0] else date.min
    parts: dict[date, Part[T]] = {}
    while since <= last:
        parts |= await _reduced(await read(since, min(since + CHUNK - _DAY, last)), reduce)
        since += CHUNK
    return parts


async def _reduced(stored: Stored, reduce: Reduce[T]) -> dict[date, Part[T]]:
    def work() -> dict[date, Part[T]]:
        days = by_day(decode_briefs(stored))
        return {day: Part(len(rows), latest_cancellation(rows), reduce(day, rows)) for day, rows in days.items()}

    return await asyncio.to_thread(work) if len(stored[1]) > OFF_LOOP_LINES else work()
