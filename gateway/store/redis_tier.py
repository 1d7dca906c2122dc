"""Sealed answers in Redis, shared by processes: a convenience that may fail, except when something must be erased."""

import struct
from collections.abc import Sequence
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from gateway.ports import Clock
from gateway.store.errors import not_ready

REST_SECONDS = 5.0
"""How long Redis is left alone after it has failed."""

_ERRORS = (RedisError, OSError)
_log = structlog.get_logger(__name__)


def redis_client(url: str) -> "Redis":
    """Return a client that gives up after a fifth of a second: waiting longer than a query costs is no cache."""
    retry = Retry(NoBackoff(), 0)
    client: Redis = Redis.from_url(url, socket_timeout=0.2, socket_connect_timeout=0.2, retry=retry)
    return client


class RedisTier:
    """Bytes by business and key, with their expiry (microseconds since the epoch)."""

    def __init__(self, client: Any, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._rests_until = 0.0

    async def get(self, business_id: str, key: str) -> tuple[bytes, int] | None:
        """Return the sealed bytes and their expiry, or None, also when Redis cannot be asked."""
        if self._resting():
            return None
        try:
            value = await self._client.get(_name(business_id, key))
        except _ERRORS as error:
            self._rest(error)
            return None
        return (value[8:], struct.unpack(">q", value[:8])[0]) if value else None

    async def put(self, business_id: str, key: str, sealed: bytes, expires_at: int, ttl_seconds: int) -> None:
        """Keep sealed bytes for `ttl_seconds`, if Redis can be asked."""
        if self._resting():
            return
        try:
            await self._client.set(_name(business_id, key), struct.pack(">q", expires_at) + sealed, ex=ttl_seconds)
        except _ERRORS as error:
            self._rest(error)

    async def erase(self, business_id: str, keys: Sequence[str]) -> None:
        """Delete entries. Raises NotReady: an erasure must not fail in silence."""
        try:
            await self._client.delete(*(_name(business_id, key) for key in keys))
        except _ERRORS as error:
            raise not_ready(f"Redis: {type(error).__name__}") from error

    def _resting(self) -> bool:
        return self._clock.monotonic() < self._rests_until

    def _rest(self, error: Exception) -> None:
        self._rests_until = self._clock.monotonic() + REST_SECONDS
        _log.warning("redis_left_alone", kind=type(error).__name__, seconds=REST_SECONDS)


def _name(business_id: str, key: str) -> str:
    return f"gateway:answer:{business_id}:{key}"
