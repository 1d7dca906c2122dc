"""Answers of recent record queries, so that a repeated question costs neither SQL nor decoding."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from gateway.domain.records import Sale

ROW_BYTES = 500
LINE_BYTES = 110
UNITS_BYTES, CELL_BYTES = 300, 100
"""Rough sizes in memory of a row, a line of a sale, a day's units, a number: sizing each would cost too much."""


class Memo:
    """The most recently used results of one process, bounded by their estimated bytes.

    Keys hold the table's revision, so nothing in it ever turns stale and what is outdated falls out at the old end;
    whole tables (`records_kept`) carry theirs inside and are brought up to date.
    """

    def __init__(self, limit_bytes: int = 64 * 1024 * 1024, limit_entries: int = 4096) -> None:
        self._limit_bytes, self._limit_entries = limit_bytes, limit_entries
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._reading: dict[Hashable, asyncio.Event] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def is_half_full(self) -> bool:
        """Whether what is kept takes half of the room or more."""
        return 2 * self.bytes >= self._limit_bytes

    @asynccontextmanager
    async def reading(self, key: Hashable) -> AsyncIterator[None]:
        """Wait once for whoever reads the same meanwhile, and let others wait: look into the memo inside only."""
        if (others := self._reading.get(key)) is not None:
            await others.wait()
        if key in self._reading:  # the one waited for failed, or others waited too: nobody queues up behind them
            yield
            return
        self._reading[key] = done = asyncio.Event()
        try:
            yield
        finally:
            del self._reading[key]
            done.set()

    def get(self, key: Hashable) -> Any:
        """Return what is kept under `key`, or None when it is not here."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Hashable, rows: Any, size: int | None = None) -> None:
        """Keep `rows` of `size` bytes (estimated without it), unless they alone would take most of the room."""
        size = estimate_bytes(rows) if size is None else size
        if size > self._limit_bytes * 3 // 4:
            return
        _, replaced = self._entries.pop(key, ((), 0))
        self._entries[key] = (rows, size)
        self.bytes += size - replaced
        while self.bytes > self._limit_bytes or len(self._entries) > self._limit_entries:
            _, (_, freed) = self._entries.popitem(last=False)
            self.bytes -= freed


def estimate_bytes(rows: Sequence[Any]) -> int:
    """Return about how much memory `rows` take."""
    lines = sum(len(row.items) for row in rows) if rows and isinstance(rows[0], Sale) else 0
    return 200 + ROW_BYTES * len(rows) + LINE_BYTES * lines
