"""What was worked out of a business's records, kept for as long as the records that it rests on stay what they are.

Features are pure, so equal records, day and question give equal results. A result rests on every table that was asked
before it was there: a push to another table leaves it good. Nothing is shared between businesses, as the business is
the first part of every key.

Whoever asks while another works the same out (a question during the warm-up, say) waits for that instead of beginning
again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from gateway.ports import PosData

T = TypeVar("T")

EVERY: WeakSet[Any] = WeakSet()
"""All that is remembered in this process, for as long as somebody holds it: each evaluated case has its own."""


def forget_everything() -> None:
    """Empty everything of this kind, as in a process that has just begun."""
    for one in list(EVERY):
        one.clear()


def scope_of(pos: PosData) -> Hashable:
    """Return whose records a view shows: one business's stored ones, or what one request brought along."""
    return (pos.business_id, pos.brought, pos.currency)


class Remembered(Generic[T]):
    """The `size` results that were asked for last."""

    def __init__(self, size: int) -> None:
        EVERY.add(self)
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[str, frozenset[str], Hashable, T]] = OrderedDict()
        self._running: dict[Hashable, asyncio.Event] = {}

    async def get(
        self,
        pos: PosData,
        question: Hashable,
        work_out: Callable[[], Awaitable[T]],
        lasts: Callable[[T], bool] = lambda _: True,
    ) -> T:
        """Return the result for these records and this question, worked out on the first time only while it `lasts`."""
        key = (pos.business_id, pos.brought, pos.as_of, pos.currency, question)
        if (running := self._running.get(flight := (key, pos.revision))) is not None:
            # Once: where that failed or does not last, all who waited work it out side by side, as if it had not been.
            await running.wait()
        if key in self._kept:
            revision, tables, stamp, result = self._kept[key]
            # The business's own revision moves with each table's: mostly it alone tells that nothing has changed.
            if revision == pos.revision or stamp == pos.stamp(tables):
                self._kept[key] = pos.revision, tables, stamp, result
                self._kept.move_to_end(key)
                pos.note(tables)
                return result
        if flight in self._running:
            return await self._worked_out(pos, key, work_out, lasts)
        self._running[flight] = done = asyncio.Event()
        try:
            return await self._worked_out(pos, key, work_out, lasts)
        finally:
            del self._running[flight]
            done.set()

    async def _worked_out(
        self, pos: PosData, key: Hashable, work_out: Callable[[], Awaitable[T]], lasts: Callable[[T], bool]
    ) -> T:
        result = await work_out()
        if not lasts(result):
            return result
        tables = pos.read
        self._kept[key] = pos.revision, tables, pos.stamp(tables), result
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return result

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()


class Unchanged(Generic[T]):
    """What was worked out of a few rows each, kept under a key until its rows differ: the `size` asked for last.

    After a push only what rests on the rows that it changed is worked out again. The business is the first part of
    every key.
    """

    def __init__(self, size: int) -> None:
        EVERY.add(self)
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[tuple[object, ...], T]] = OrderedDict()

    def get(self, key: Hashable, rows: tuple[object, ...], work_out: Callable[[], T]) -> T:
        """Return the result for these rows; `key` names whatever else it depends on."""
        found = self._kept.get(key)
        if found is not None and found[0] == rows:
            self._kept.move_to_end(key)
            return found[1]
        result = work_out()
        self._kept[key] = rows, result
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return result

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
