"""The token buckets of `rate_limiter`, shared by all processes in Redis. May fail open: money is not kept here."""

import hashlib

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.adapters.rate_limiter import SECONDS, user_limit
from gateway.ports import Allowance, Clock

log = structlog.get_logger(__name__)

_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local tokens, wait, least = {}, 0, math.huge
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
  least = math.min(least, left)
  redis.call('HSET', key, 'tokens', tostring(left), 'at', string.format('%.6f', now))
  redis.call('EXPIRE', key, 120)
end
return {tostring(wait), math.floor(least)}
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

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> Allowance:
        """Take one call of the minute's limit if there is one; a limit below 0 is none, of 0 always waits."""
        if limit_per_minute <= 0:
            return Allowance() if limit_per_minute < 0 else Allowance(SECONDS, 0)
        if self._clock.monotonic() < self._resting_until:
            return Allowance()
        # The braces keep both buckets of a business in one slot of a Redis cluster.
        keys, limits = [f"{self._prefix}:{{{business_id}}}"], [limit_per_minute]
        if user_id is not None:
            keys.append(f"{keys[0]}:{_digest(user_id)}")
            limits.append(user_limit(limit_per_minute))
        try:
            wait, left = await self._take(keys=keys, args=limits)
            return Allowance(float(wait), int(left))
        except (RedisError, OSError) as error:
            self._resting_until = self._clock.monotonic() + self._rest
            log.warning("rate_limiter_open", error=type(error).__name__, seconds=self._rest)
            return Allowance()


def _digest(user_id: str) -> str:
    return hashlib.blake2b(user_id.encode(), digest_size=12).hexdigest()
