"""Per-minute fairness: a token bucket for each business and each of its users, in this process.

A bucket holds one minute's limit and refills evenly. Money and quotas are not kept here: this may fail open.
"""

from collections import OrderedDict
from dataclasses import dataclass

from gateway.ports import Allowance, Clock

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

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> Allowance:
        """Take one call of the minute's limit if there is one; a limit below 0 is none, of 0 always waits."""
        if limit_per_minute <= 0:
            return Allowance() if limit_per_minute < 0 else Allowance(SECONDS, 0)
        now = self._clock.monotonic()
        wanted = [(self._bucket((business_id, None), limit_per_minute, now), limit_per_minute)]
        if user_id is not None:
            limit = user_limit(limit_per_minute)
            wanted.append((self._bucket((business_id, user_id), limit, now), limit))
        wait = max(bucket.wait(limit) for bucket, limit in wanted)
        if wait == 0.0:
            for bucket, _ in wanted:
                bucket.tokens -= 1.0
        return Allowance(wait, int(min(bucket.tokens for bucket, _ in wanted)))

    def _bucket(self, key: tuple[str, str | None], limit: int, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(limit), now)
            if len(self._buckets) > self._max:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.refill(limit, now)
        return bucket
