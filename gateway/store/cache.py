"""Finished answers: in this process by least recent use, behind it in Redis if there is one, and in the database.

The business is part of every key and of every query, and what leaves the process is encrypted for that business.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from gateway.errors import NotReady
from gateway.ports import Clock
from gateway.store.crypto import Sealer, Unreadable
from gateway.store.database import Database, Script, Statement
from gateway.store.revisions import CACHE, bump
from gateway.store.sweeping import STALE

if TYPE_CHECKING:  # the client is loaded only where Redis is used: it takes 5 MiB
    from gateway.store.redis_tier import RedisTier

PURPOSE = "answer cache"
MEMORY_BYTES = 4 * 1024 * 1024
"""For some two thousand answers; older ones are found in the database by their key."""

OVERHEAD = 400
"""Bytes that an entry takes beside its body: key, tuple, dictionary slot."""

_READ = "SELECT response, expires_at FROM answer_cache WHERE business_id = $1 AND query_hash = $2"
_WRITE = (
    "INSERT INTO answer_cache (business_id, query_hash, response, subjects, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (business_id, query_hash) DO UPDATE SET response = excluded.response, "
    "subjects = excluded.subjects, created_at = excluded.created_at, expires_at = excluded.expires_at"
)
_log = structlog.get_logger(__name__)
Kept = tuple[bytes, int]
"""An answer, and when its time is over."""


class Memory:
    """The answers this process used last, at most `limit` bytes of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._entries: OrderedDict[tuple[str, str], Kept] = OrderedDict()

    def get(self, key: tuple[str, str]) -> Kept | None:
        """Return an entry and move it to the young end."""
        kept = self._entries.get(key)
        if kept is not None:
            self._entries.move_to_end(key)
        return kept

    def put(self, key: tuple[str, str], kept: Kept) -> None:
        """Keep an entry and drop the oldest ones beyond the limit."""
        self.drop(key)
        self._entries[key] = kept
        self._size += len(kept[0]) + OVERHEAD
        while self._size > self._limit:
            _, (body, _) = self._entries.popitem(last=False)
            self._size -= len(body) + OVERHEAD

    def drop(self, key: tuple[str, str]) -> None:
        """Forget one entry."""
        kept = self._entries.pop(key, None)
        if kept is not None:
            self._size -= len(kept[0]) + OVERHEAD

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._size = 0


class TieredCache:
    """`ports.AnswerCache`."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        clock: Clock,
        *,
        redis: "RedisTier | None" = None,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._redis = redis
        self._memory = Memory(memory_bytes)

    async def get(self, business_id: str, key: str, *, stale_ok: bool = False) -> bytes | None:
        """Return a kept answer, or None; with `stale_ok` also one whose time was over up to 7 days ago."""
        now = self._clock.now()
        kept = self._memory.get((business_id, key))
        if kept is None or (now >= kept[1] and not stale_ok):
            kept = await self._fetch(business_id, key)
            if kept is not None:
                self._memory.put((business_id, key), kept)
        if kept is None or now >= kept[1] + (STALE if stale_ok else 0):
            return None
        return kept[0]

    async def put(self, business_id: str, key: str, body: bytes, ttl_seconds: int, subjects: Sequence[str]) -> None:
        """Keep an answer; one that cannot be kept is logged and no more."""
        now = self._clock.now()
        expires_at = now + ttl_seconds * 1_000_000
        sealed = self._sealer.seal(PURPOSE, business_id, key, body)
        self._memory.put((business_id, key), (body, expires_at))
        try:
            await self._database.execute(
                _WRITE, business_id, key, sealed, json.dumps(sorted(subjects)), now, expires_at
            )
        except NotReady as error:
            _log.warning("cache_write_failed", cause=error.detail)
        if self._redis is not None:
            await self._redis.put(business_id, key, sealed, expires_at, ttl_seconds)

    async def forget(self, business_id: str, subject: str | None = None, marks: Sequence[str] = ()) -> int:
        """Erase a business's answers, or those that a customer or user stands behind; returns how many.

        Answers that hold one of `marks`, texts in lower case, are erased with theirs.
        """
        gone = await self._database.run(_about, business_id, subject, self._speaks(business_id, marks))
        if self._redis is None and gone:
            await self._database.run(_forget, business_id, gone)
        if self._redis is not None and gone:
            # Redis first: should it fail, the rows still say what is left to erase.
            await self._redis.erase(business_id, gone)
            await self._database.run(_forget, business_id, gone)
        for key in gone:
            self._memory.drop((business_id, key))
        return len(gone)

    def _speaks(self, business_id: str, marks: Sequence[str]) -> Callable[[str, bytes], bool]:
        def speaks(key: str, sealed: bytes) -> bool:
            kept = self._opened(business_id, key, sealed, 0) if marks else None
            text = kept[0].decode("utf-8", "replace").lower() if kept else ""
            return any(mark in text for mark in marks)

        return speaks

    async def clear_memory(self) -> None:
        """Forget what this process holds; called when another one has erased answers."""
        self._memory.clear()

    async def _fetch(self, business_id: str, key: str) -> Kept | None:
        if self._redis is not None and (found := await self._redis.get(business_id, key)) is not None:
            return self._opened(business_id, key, *found)
        try:
            rows = await self._database.lookup(_READ, business_id, key)
        except NotReady as error:
            _log.warning("cache_read_failed", cause=error.detail)
            return None
        return self._opened(business_id, key, rows[0][0], rows[0][1]) if rows else None

    def _opened(self, business_id: str, key: str, sealed: bytes, expires_at: int) -> Kept | None:
        try:
            return self._sealer.open(PURPOSE, business_id, key, sealed), expires_at
        except Unreadable as error:
            _log.warning("cache_entry_unreadable", cause=str(error))
            return None


def _about(business_id: str, subject: str | None, speaks: Callable[[str, bytes], bool]) -> Script[list[str]]:
    sql = "SELECT query_hash, subjects, response FROM answer_cache WHERE business_id = $1"
    rows = yield Statement(sql, (business_id,))
    return [
        key
        for key, subjects, sealed in rows
        if subject is None or subject in json.loads(subjects) or speaks(key, sealed)
    ]


def _forget(business_id: str, keys: Sequence[str]) -> Script[None]:
    sql = "DELETE FROM answer_cache WHERE business_id = $1 AND query_hash = $2"
    yield Statement(sql, [(business_id, key) for key in keys], many=True)
    yield from bump(CACHE)
