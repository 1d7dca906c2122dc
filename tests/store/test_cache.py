"""Answers come back to the business they belong to, for as long as they are good."""

import pytest

from gateway.errors import NotReady
from gateway.store.cache import OVERHEAD, Memory, TieredCache
from gateway.store.redis_tier import RedisTier, redis_client
from gateway.store.retention import purge
from gateway.store.revisions import CACHE
from gateway.store.snapshot import Snapshots
from gateway.store.sweeping import STALE
from tests.backends import redis_url
from tests.store.making import BUSINESS, NOW, SetClock, sealer

HOUR = 3_600_000_000
BODY = b'{"answer": "Ama Mensah pays on Fridays"}'


@pytest.fixture
def clock():
    return SetClock()


def cache_on(database, clock, **options):
    return TieredCache(database, sealer(), clock, **options)


async def test_an_answer_is_good_until_its_time_is_over(database, clock):
    cache = cache_on(database, clock)
    await cache.put(BUSINESS, "k", BODY, 3600, [])
    clock.at = NOW + HOUR - 1
    assert await cache.get(BUSINESS, "k") == await cache_on(database, clock).get(BUSINESS, "k") == BODY
    clock.at = NOW + HOUR
    assert await cache.get(BUSINESS, "k") is await cache_on(database, clock).get(BUSINESS, "k") is None


async def test_a_stale_answer_may_stand_in_for_seven_days(database, clock):
    cache = cache_on(database, clock)
    await cache.put(BUSINESS, "k", BODY, 3600, [])
    clock.at = NOW + HOUR + STALE - 1
    assert await cache.get(BUSINESS, "k", stale_ok=True) == BODY
    clock.at += 1
    assert await cache.get(BUSINESS, "k", stale_ok=True) is None


async def test_another_business_finds_nothing_under_the_same_key(database, clock):
    cache = cache_on(database, clock)
    await cache.put(BUSINESS, "k", BODY, 3600, [])
    assert await cache.get("another", "k") is None
    await database.execute("UPDATE answer_cache SET business_id = 'another'")
    assert await cache_on(database, clock).get("another", "k") is None


async def test_answers_rest_encrypted(database, clock):
    await cache_on(database, clock).put(BUSINESS, "k", BODY, 3600, ["customer-1"])
    assert b"Ama" not in (await database.fetch("SELECT response FROM answer_cache"))[0][0]


async def test_forgetting_a_subject_erases_its_answers_and_no_others(database, clock):
    cache = cache_on(database, clock)
    await cache.put(BUSINESS, "hers", BODY, 3600, ["customer-1", "customer-2"])
    await cache.put(BUSINESS, "his", BODY, 3600, ["customer-11"])
    assert await cache.forget(BUSINESS, "customer-1") == 1
    assert await cache.get(BUSINESS, "hers", stale_ok=True) is None
    assert await cache.get(BUSINESS, "his") == BODY
    assert await cache.forget(BUSINESS) == 1


async def test_what_one_process_erases_leaves_the_memory_of_the_others(database, clock):
    here, there, snapshots = cache_on(database, clock), cache_on(database, clock), Snapshots(database)
    snapshots.watch(CACHE, there.clear_memory)
    await there.put(BUSINESS, "k", BODY, 3600, ["customer-1"])
    await here.forget(BUSINESS, "customer-1")
    await snapshots.refresh()
    assert await there.get(BUSINESS, "k") is None


async def test_the_purge_takes_what_is_beyond_staleness(database, clock):
    await cache_on(database, clock).put(BUSINESS, "k", BODY, 3600, [])
    assert await purge(database, NOW + HOUR + STALE - 1) == 0
    assert await purge(database, NOW + HOUR + STALE) == 1


def test_memory_keeps_what_was_used_last_within_its_bytes():
    memory = Memory(3 * (100 + OVERHEAD))
    for name in "abc":
        memory.put(("b", name), (bytes(100), NOW))
    memory.get(("b", "a"))
    memory.put(("b", "d"), (bytes(100), NOW))
    assert [name for name in "abcd" if memory.get(("b", name))] == ["a", "c", "d"]
    memory.put(("b", "e"), (bytes(10_000), NOW))
    assert memory.get(("b", "e")) is None


async def test_a_broken_redis_is_left_aside_but_never_for_an_erasure(database, clock):
    tier = RedisTier(redis_client("redis://127.0.0.1:1"), clock)
    cache = cache_on(database, clock, redis=tier)
    await cache.put(BUSINESS, "k", BODY, 3600, [])
    assert await cache_on(database, clock, redis=tier).get(BUSINESS, "k") == BODY
    with pytest.raises(NotReady):
        await cache.forget(BUSINESS)
    assert await cache.get(BUSINESS, "k") == BODY


if redis_url():

    async def test_redis_serves_an_answer_encrypted_and_forgets_it(database, clock):
        client = redis_client(redis_url())
        tier = RedisTier(client, clock)
        await cache_on(database, clock, redis=tier).put(BUSINESS, "k", BODY, 60, [])
        kept = await client.get(f"gateway:answer:{BUSINESS}:k")
        assert kept
        assert b"Ama" not in kept
        await database.execute("UPDATE answer_cache SET response = $1", b"")
        cache = cache_on(database, clock, redis=tier)
        assert await cache.get(BUSINESS, "k") == BODY
        assert await cache.forget(BUSINESS) == 1
        assert await client.get(f"gateway:answer:{BUSINESS}:k") is None
        await client.aclose()
