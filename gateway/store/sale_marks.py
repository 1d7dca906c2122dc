"""When the sales of a day and of a customer last changed, so that sums over the others stay good.

Every push and deletion of sales writes the table's new revision under the days and the customers that it touches, both
where the sales were and where they are now. Rows without a key are written by erasure, which touches everything.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import is_
from typing import Any, Generic, TypeVar

from gateway.store.database import Database, Script, Statement
from gateway.store.records_memo import Memo, estimate_bytes

S = TypeVar("S")
T = TypeVar("T")

DAY, CUSTOMER = "day", "customer"
MOST_CHANGED = 400
"""Keys changed since parts were kept, above which everything is read again."""
BLOCK = 200
RECENT = timedelta(days=3)
"""Days at the end of a span that tills still send sales of; the others are read again only when one of them changed."""

_WRITE = (
    "INSERT INTO pos_sale_mark (business_id, about, key, revision) SELECT $1, $2, $3, revision "
    "FROM pos_table_revision WHERE business_id = $1 AND name = 'sales' "
    "ON CONFLICT (business_id, about, key) DO UPDATE SET revision = excluded.revision"
)
_SINCE = "SELECT key FROM pos_sale_mark WHERE business_id = $1 AND about = $2 AND revision > $3 ORDER BY key LIMIT $4"


def stored_keys(business_id: str, sales: Sequence[str]) -> Script[tuple[list[str], list[str]]]:
    """Return the days and the customers of the stored sales of these ids."""
    days: set[str] = set()
    customers: set[str] = set()
    for start in range(0, len(sales), BLOCK):
        block = sales[start : start + BLOCK]
        places = ", ".join(f"${at}" for at in range(2, 2 + len(block)))
        sql = f'SELECT DISTINCT "day", customer FROM pos_sales WHERE business_id = $1 AND id IN ({places})'  # noqa: S608
        for day, customer in (yield Statement(sql, (business_id, *block))):
            days.add(day)
            if customer is not None:
                customers.add(customer)
    return sorted(days), sorted(customers)


def mark(business_id: str, days: Iterable[str], customers: Iterable[str]) -> Script[None]:
    """Note that sales of these days and customers changed at the table's present revision."""
    rows = [
        (business_id, about, key) for about, keys in ((DAY, days), (CUSTOMER, customers)) for key in sorted({*keys})
    ]
    if rows:
        yield Statement(_WRITE, rows, many=True)


def mark_everything(business_id: str) -> Script[None]:
    """Forget which days and customers changed, as an id may be a person's, and note that everything did."""
    yield Statement("DELETE FROM pos_sale_mark WHERE business_id = $1", (business_id,))
    yield Statement(_WRITE, [(business_id, about, "") for about in (DAY, CUSTOMER)], many=True)


async def changed_keys(db: Database, business_id: str, about: str, after: int) -> Sequence[str] | None:
    """Return the days or customers whose sales changed after a revision, None when they are too many to tell."""
    keys = [row[0] for row in await db.fetch(_SINCE, business_id, about, after, MOST_CHANGED + 1)]
    return None if len(keys) > MOST_CHANGED or "" in keys else keys


@dataclass(frozen=True, slots=True)
class Parts(Generic[T]):
    """What was read of sales by day or by customer, as of a revision of the table."""

    revision: int
    found: Mapping[str, T]
    sums: dict[str, tuple[Sequence[T], Any]] = field(default_factory=dict)

    def by_month(self, add: Callable[[Sequence[T]], S]) -> list[S]:
        """Return what `add` makes of the days of each month, made again only where one of its days was read anew."""
        months: dict[str, list[T]] = {}
        for day, part in self.found.items():
            months.setdefault(day[:7], []).append(part)
        for month, parts in months.items():
            before, _ = self.sums.get(month, ((), None))
            if len(before) != len(parts) or not all(map(is_, before, parts)):
                self.sums[month] = (parts, add(parts))
        return [self.sums[month][1] for month in months]


@dataclass(frozen=True, slots=True)
class Spans(Generic[T]):
    """What was read of each span of days, as of a revision of the sales."""

    revision: int
    found: Sequence[T]


async def kept_parts(
    db: Database,
    memo: Memo,
    key: tuple[str, str, Hashable],
    revision: int,
    read: Callable[[Sequence[str] | None], Awaitable[Mapping[str, T]]],
    size: Callable[[Mapping[str, T]], int],
) -> Parts[T]:
    """Return the parts that `read` gives, reading anew only those that changed since they were kept.

    `key` is the business, what the parts are about (`DAY`, `CUSTOMER`) and whatever else they depend on. `read` is
    given the keys to read, None for all; `size` is what parts weigh in bytes.
    """
    name = ("parts", *key)
    kept: Parts[T] | None = _good(memo, name, revision)
    if kept is not None:
        return kept
    async with memo.reading(name):
        kept = _good(memo, name, revision)
        if kept is not None:
            return kept
        kept = await _parts(db, memo.get(name), key, revision, read)
        memo.put(name, kept, size(kept.found))
        return kept


def _good(memo: Memo, name: Hashable, revision: int) -> Any:
    """Return what is kept if it is up to date, None otherwise."""
    kept = memo.get(name)
    return kept if kept is not None and kept.revision >= revision else None


async def _parts(
    db: Database,
    kept: Parts[T] | None,
    key: tuple[str, str, Hashable],
    revision: int,
    read: Callable[[Sequence[str] | None], Awaitable[Mapping[str, T]]],
) -> Parts[T]:
    changed = None if kept is None else await changed_keys(db, key[0], key[1], kept.revision)
    if kept is None or changed is None:
        return Parts(revision, await read(None))
    if not changed:
        return Parts(revision, kept.found, kept.sums)
    left = {name: part for name, part in kept.found.items() if name not in set(changed)}
    return Parts(revision, {**left, **await read(changed)}, kept.sums)


async def kept_spans(
    db: Database,
    memo: Memo,
    key: tuple[str, Hashable],
    revision: int,
    days: tuple[date, date],
    read: Callable[[date, date], Awaitable[Sequence[T]]],
) -> Sequence[Sequence[T]]:
    """Return what `read` gives of the days, of the last few apart: only the part in which a day changed is read anew.

    `key` is the business and whatever else the result depends on; `days` are the first and the last.
    """
    name = ("spans", *key)
    kept: Spans[Sequence[T]] | None = _good(memo, name, revision)
    if kept is not None:
        return kept.found
    async with memo.reading(name):
        kept = memo.get(name)
        if kept is not None and kept.revision >= revision:
            return kept.found
        changed = None if kept is None else await changed_keys(db, key[0], DAY, kept.revision)
        found = []
        for at, (first, last) in enumerate(_cut(*days)):
            good = changed is not None and not any(first.isoformat() <= day <= last.isoformat() for day in changed)
            found.append(kept.found[at] if kept is not None and good else await read(first, last))
        memo.put(name, Spans(revision, found), sum(map(estimate_bytes, found)))
        return found


def _cut(first: date, last: date) -> list[tuple[date, date]]:
    if last - first < RECENT or last - date.min < RECENT:
        return [(first, last)]
    return [(first, last - RECENT), (last - RECENT + timedelta(days=1), last)]
