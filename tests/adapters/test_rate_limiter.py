"""Both limiters keep the same promises; the shared one is tested where a Redis server is at hand."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from structlog.testing import capture_logs

from gateway.adapters.rate_limiter import MemoryRateLimiter
from gateway.adapters.redis_rate_limiter import RedisRateLimiter
from gateway.ports import RateLimiter
from tests.backends import redis_url


@dataclass
class HandClock:
    """A clock that stands until the test moves it."""

    seconds: float = 1000.0

    def now(self) -> int:
        return int(self.seconds * 1_000_000)

    def monotonic(self) -> float:
        return self.seconds


async def allowed(limiter: RateLimiter, calls: int, limit: int, user: str | None = None) -> int:
    return [(await limiter.take("b1", user, limit)).wait for _ in range(calls)].count(0.0)


@pytest.fixture(params=["memory", "redis"] if redis_url() else ["memory"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[RateLimiter]:
    if request.param == "memory":
        yield MemoryRateLimiter(HandClock())
        return
    async with Redis.from_url(redis_url() or "") as redis:
        prefix = f"test:{uuid.uuid4()}"
        yield RedisRateLimiter(redis, HandClock(), prefix=prefix)
        await redis.delete(*await redis.keys(f"{prefix}*") or ["none"])


async def test_a_minutes_worth_may_come_at_once_and_no_more(limiter: RateLimiter) -> None:
    assert await allowed(limiter, 10, limit=6) == 6


async def test_the_wait_is_the_time_to_the_next_token(limiter: RateLimiter) -> None:
    await allowed(limiter, 6, limit=6)
    turn = await limiter.take("b1", None, 6)
    assert 9.0 < turn.wait <= 10.0 and turn.left == 0


async def test_what_is_left_counts_down_and_a_user_sees_the_smaller_share(limiter: RateLimiter) -> None:
    assert [(await limiter.take("b1", None, 6)).left for _ in range(3)] == [5, 4, 3]
    assert [(await limiter.take("b1", "u1", 6)).left for _ in range(2)] == [2, 1]
    assert (await limiter.take("b1", None, -1)).left is None


async def test_businesses_do_not_share_a_bucket(limiter: RateLimiter) -> None:
    await allowed(limiter, 6, limit=6)
    assert (await limiter.take("b2", None, 6)).wait == 0.0


async def test_one_user_gets_half_and_leaves_the_rest_to_others(limiter: RateLimiter) -> None:
    assert await allowed(limiter, 10, limit=6, user="u1") == 3
    assert await allowed(limiter, 10, limit=6, user="u2") == 3


async def test_a_refused_user_takes_nothing_from_the_business(limiter: RateLimiter) -> None:
    await allowed(limiter, 50, limit=6, user="u1")
    assert await allowed(limiter, 10, limit=6) == 3


async def test_no_limit_is_never_limited_and_zero_always_waits(limiter: RateLimiter) -> None:
    assert await allowed(limiter, 100, limit=-1) == 100
    assert await limiter.take("b1", None, 0) == (60.0, 0)


async def test_tokens_come_back_evenly() -> None:
    clock = HandClock()
    limiter = MemoryRateLimiter(clock)
    await allowed(limiter, 60, limit=60)
    clock.seconds += 2.5
    assert await allowed(limiter, 5, limit=60) == 2


@given(st.integers(1, 30), st.lists(st.floats(0, 90), min_size=1, max_size=60))
async def test_never_more_than_the_burst_and_the_refill(limit: int, pauses: list[float]) -> None:
    clock = HandClock()
    limiter, began = MemoryRateLimiter(clock), clock.seconds
    passed = 0
    for pause in pauses:
        clock.seconds += pause
        passed += await allowed(limiter, 3, limit)
    assert passed <= limit + (clock.seconds - began) * limit / 60 + 1e-6


async def test_a_lowered_limit_counts_at_once() -> None:
    limiter = MemoryRateLimiter(HandClock())
    await limiter.take("b1", None, 100)
    assert await allowed(limiter, 10, limit=2) == 2


async def test_memory_holds_a_bounded_number_of_buckets() -> None:
    limiter = MemoryRateLimiter(HandClock(), max_buckets=10)
    for number in range(1000):
        await limiter.take("b1", f"u{number}", 10_000)
    assert len(limiter._buckets) <= 10


async def test_calls_go_on_when_redis_is_gone_and_it_is_not_asked_each_time() -> None:
    clock = HandClock()
    async with Redis.from_url("redis://127.0.0.1:1/0") as redis:
        limiter = RedisRateLimiter(redis, clock)
        with capture_logs() as lines:
            assert await allowed(limiter, 20, limit=1) == 20
            assert [line["event"] for line in lines] == ["rate_limiter_open"]
            clock.seconds += 6
            assert await allowed(limiter, 20, limit=1) == 20
            assert len(lines) == 2


async def test_the_user_id_is_not_readable_in_redis() -> None:
    seen: list[str] = []

    class Script:
        async def __call__(self, keys: list[str], args: list[int]) -> bytes:
            seen.extend(keys)
            return [b"0", 5]

    limiter = RedisRateLimiter(Redis(), HandClock())
    limiter._take = Script()  # type: ignore[assignment]
    await limiter.take("b1", "ama@example.com", 6)
    assert len(seen) == 2 and "ama" not in "".join(seen)
