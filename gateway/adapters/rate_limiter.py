"""Per-minute fairness: a token bucket for each business and each of its users, in this process or in Redis.

A bucket holds one minute's limit and refills evenly. Money and quotas are not kept here: this may fail open.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.ports import Clock

log = structlog.get_logger(__name__)

SECONDS = 60.0
USER_SHARE = 0.5
"""How much of a business's limit one of its users may take, so that one person cannot lock out the others."""


def user_limit(limit_per_minute: int) -> int:
    """Return the calls per minute of a single user of a business."""
    return max(1, int(limit_per_minute * USER_SHARE))


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float

    def refill(self, limit: int, now: float) -> None:
        self.tokens = min(float(limit), self.tokens + max(0.0, now - self.at) * limit / SECONDS)
        self.at = now

    def wait(self, limit: int) -> float:
        return 0.0 if self.tokens >= 1.0 else (1.0 - self.tokens) * SECONDS / limit


class MemoryRateLimiter:
    """Buckets of one process; the least recently used are forgotten, that is refilled, beyond `max_buckets`."""

    def __init__(self, clock: Clock, max_buckets: int = 20_000) -> None:
        self._clock = clock
        self._max = max_buckets
        self._buckets: OrderedDict[tuple[str, str | None], _Bucket] = OrderedDict()

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> float:
        """Return 0 when the call may go on, else the seconds to wait; a limit below 0 is none, of 0 always waits."""
        if limit_per_minute <= 0:
            return 0.0 if limit_per_minute < 0 else SECONDS
        now = self._clock.monotonic()
        wanted = [(self._bucket((business_id, None), limit_per_minute, now), limit_per_minute)]
        if user_id is not None:
            limit = user_limit(limit_per_minute)
            wanted.append((self._bucket((business_id, user_id), limit, now), limit))
        wait = max(bucket.wait(limit) for bucket, limit in wanted)
        if wait == 0.0:
            for bucket, _ in wanted:
                bucket.tokens -= 1.0
        return wait

    def _bucket(self, key: tuple[str, str | None], limit: int, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(limit), now)
            if len(self._buckets) > self._max:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.refill(limit, now)
        return bucket


_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local tokens, wait = {}, 0
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[i])
  local held = redis.call('HMGET', key, 'tokens', 'at')
  local spent = math.max(0, now - (tonumber(held[2]) or now))
  tokens[i] = math.min(limit, (tonumber(held[1]) or limit) + spent * limit / 60)
  if tokens[i] < 1 then wait = math.max(wait, (1 - tokens[i]) * 60 / limit) end
end
for i, key in ipairs(KEYS) do
  local left = tokens[i]
  if wait == 0 then left = left - 1 end
  redis.call('HSET', key, 'tokens', tostring(left), 'at', string.format('%.6f', now))
  redis.call('EXPIRE', key, 120)
end
return tostring(wait)
"""


class RedisRateLimiter:
    """The same buckets shared by all processes, timed by the Redis server's own clock.

    When Redis fails, calls go on and one log line says so; for `rest` seconds it is then not asked again.
    """

    def __init__(self, redis: Redis, clock: Clock, *, prefix: str = "gateway:rate", rest: float = 5.0) -> None:
        self._take = redis.register_script(_TAKE)
        self._clock = clock
        self._prefix = prefix
        self._rest = rest
        self._resting_until = float("-inf")

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> float:
        """Return 0 when the call may go on, else the seconds to wait; a limit below 0 is none, of 0 always waits."""
        if limit_per_minute <= 0:
            return 0.0 if limit_per_minute < 0 else SECONDS
        if self._clock.monotonic() < self._resting_until:
            return 0.0
        # The braces keep both buckets of a business in one slot of a Redis cluster.
        keys, limits = [f"{self._prefix}:{{{business_id}}}"], [limit_per_minute]
        if user_id is not None:
            keys.append(f"{keys[0]}:{_digest(user_id)}")
            limits.append(user_limit(limit_per_minute))
        try:
            return float(await self._take(keys=keys, args=limits))
        except (RedisError, OSError) as error:
            self._resting_until = self._clock.monotonic() + self._rest
            log.warning("rate_limiter_open", error=type(error).__name__, seconds=self._rest)
            return 0.0


def _digest(user_id: str) -> str:
    return hashlib.blake2b(user_id.encode(), digest_size=12).hexdigest()
