"""A job is done once: one key, one owner, one end, whoever dies in between."""

import asyncio
from itertools import count

import pytest

from gateway.domain.events import Event
from gateway.domain.jobs import NewJob
from gateway.errors import NotFound
from gateway.store.database import Statement
from gateway.store.events import Events
from gateway.store.jobs import LEASE, Lost
from gateway.store.webhooks import Webhooks
from tests.store.making import BUSINESS, NOW, SetClock, jobs_on, sealer

KINDS = ("test",)
owners = (f"owner-{number}" for number in count())


def effect(note):
    def script():
        yield Statement("INSERT INTO revision (name, n) VALUES ($1, 1)", (note,))

    return script


async def effects(database):
    return [row[0] for row in await database.fetch("SELECT name FROM revision ORDER BY name")]


async def test_the_same_wish_is_one_job_and_another_under_its_key_is_noticed(database):
    jobs = jobs_on(database)
    first = await jobs.add(BUSINESS, NewJob("test", {"a": 1}, dedupe_key="k"), "hash-1")
    again = await jobs.add(BUSINESS, NewJob("test", {"a": 2}, dedupe_key="k"), "hash-2")
    other = await jobs.add("another business", NewJob("test", {"a": 1}, dedupe_key="k"), "hash-1")
    assert first.new and other.new and not again.new
    assert (again.id, again.request_hash) == (first.id, "hash-1")
    assert other.id != first.id


async def test_a_wish_of_a_transaction_that_fails_is_no_job(database):
    jobs = jobs_on(database)

    def failing():
        yield from jobs.enqueue(BUSINESS, NewJob("test"))
        raise KeyError("later in the transaction")

    with pytest.raises(KeyError):
        await database.run(failing)
    assert await jobs.claim("me", KINDS, 9) == []


async def test_a_job_is_taken_by_one_of_many_and_what_it_writes_is_written_once(database):
    jobs = jobs_on(database)
    for number in range(40):
        await jobs.add(BUSINESS, NewJob("test", {"n": number}))
    taken = await asyncio.gather(*(jobs.claim(next(owners), KINDS, 8) for _ in range(10)))
    mine = [job for some in taken for job in some]
    assert sorted(job.payload["n"] for job in mine) == list(range(40))
    ended = await asyncio.gather(*(
        jobs.end(job, "completed", b"{}", then=[effect(f"{job.payload['n']:02}")]) for job in mine for _ in range(2)
    ))  # fmt: skip
    assert sum(ended) == 40
    assert await effects(database) == [f"{n:02}" for n in range(40)]


async def test_a_dead_owners_job_is_taken_up_after_its_lease_and_the_late_one_changes_nothing(database):
    clock = SetClock()
    jobs = jobs_on(database, clock)
    await jobs.add(BUSINESS, NewJob("test", {"x": "y"}))
    (old,) = await jobs.claim("old", KINDS, 1)
    assert await jobs.claim("new", KINDS, 1) == []
    clock.at += LEASE - 1
    await jobs.keep(old)
    clock.at += LEASE - 1
    assert await jobs.claim("new", KINDS, 1) == []
    clock.at += 1
    (new,) = await jobs.claim("new", KINDS, 1)
    assert (new.id, new.payload, new.attempt) == (old.id, {"x": "y"}, 2)
    with pytest.raises(Lost):
        await jobs.progress(old, 1, 2)
    assert not await jobs.end(old, "completed", b'{"by":"old"}', then=[effect("old")])
    assert await jobs.end(new, "completed", b'{"by":"new"}', then=[effect("new")])
    assert await effects(database) == ["new"]
    assert (await jobs.get(BUSINESS, new.id)).outcome == b'{"by":"new"}'


async def test_a_job_waits_for_its_time_and_the_higher_priority_goes_first(database):
    clock = SetClock()
    jobs = jobs_on(database, clock)
    for name, priority, run_at in (("low", 0, 0), ("later", 9, NOW + 5), ("high", 1, 0)):
        await jobs.add(BUSINESS, NewJob("test", {"name": name}, priority=priority, run_at=run_at))
    assert [job.payload["name"] for job in await jobs.claim("a", KINDS, 9)] == ["high", "low"]
    clock.at += 5
    assert [job.payload["name"] for job in await jobs.claim("b", KINDS, 9)] == ["later"]


async def test_businesses_take_turns_and_high_priority_has_more_of_them(database):
    jobs = jobs_on(database)
    for number in range(12):
        await jobs.add("loud", NewJob("test", {"n": number}))
    for number in range(2):
        await jobs.add("quiet", NewJob("test", {"n": number}))
    for number in range(8):
        await jobs.add("paying", NewJob("test", {"n": number}, priority=1))
    order = [(await jobs.claim(f"w{turn}", KINDS, 1))[0].business_id for turn in range(12)]
    assert order[:3] == ["paying"] * 3
    assert set(order[3:6]) >= {"loud", "quiet"}
    all_at_once = await jobs.claim("rest", KINDS, 99)
    assert len(all_at_once) == 10


async def test_only_kinds_that_are_known_are_taken(database):
    jobs = jobs_on(database)
    await jobs.add(BUSINESS, NewJob("of a newer release"))
    assert await jobs.claim("me", KINDS, 9) == []


async def test_a_cancelled_job_is_lost_to_its_owner(database):
    jobs = jobs_on(database)
    added = await jobs.add(BUSINESS, NewJob("test"))
    (job,) = await jobs.claim("me", KINDS, 1)
    assert await jobs.cancel(BUSINESS, added.id)
    assert not await jobs.cancel(BUSINESS, added.id)
    with pytest.raises(Lost):
        await jobs.keep(job)
    assert (await jobs.get(BUSINESS, added.id)).state == "cancelled"


async def test_a_dead_letter_keeps_its_payload_and_can_be_started_again(database):
    jobs = jobs_on(database)
    added = await jobs.add(BUSINESS, NewJob("test", {"keep": "me"}))
    (job,) = await jobs.claim("me", KINDS, 1)
    await jobs.end(job, "dead", None, fault="broke")
    assert [(row["id"], row["fault"]) for row in await jobs.of_state("dead")] == [(added.id, "broke")]
    assert await jobs.restart(BUSINESS, added.id)
    (again,) = await jobs.claim("me again", KINDS, 1)
    assert (again.payload, again.attempt) == ({"keep": "me"}, 1)
    await jobs.end(again, "completed", b"{}")
    assert not await jobs.restart(BUSINESS, added.id)


async def test_another_businesss_job_is_not_there(database):
    jobs = jobs_on(database)
    added = await jobs.add(BUSINESS, NewJob("test"))
    with pytest.raises(NotFound):
        await jobs.get("another business", added.id)
    assert not await jobs.cancel("another business", added.id)


async def test_neither_payload_nor_outcome_rests_in_clear(database):
    jobs = jobs_on(database)
    await jobs.add(BUSINESS, NewJob("test", {"who": "Akosua Plantedmark"}))
    (job,) = await jobs.claim("me", KINDS, 1)
    assert b"Plantedmark" not in repr(await database.fetch("SELECT * FROM job")).encode()
    await jobs.end(job, "completed", b'{"who":"Akosua Plantedmark"}')
    assert b"Plantedmark" not in repr(await database.fetch("SELECT * FROM job")).encode()


async def test_an_event_is_told_once_to_each_webhook_that_wants_it(database):
    clock = SetClock()
    events, hooks = Events(database, sealer(), clock), Webhooks(database, sealer(), clock)
    wanted, _ = await hooks.create(BUSINESS, "https://a.example/", ["credit.alert"])
    every, _ = await hooks.create("", "https://operators.example/", ["*"])
    await hooks.create(BUSINESS, "https://b.example/", ["fraud.alert"])
    await hooks.create("another business", "https://c.example/", ["*"])
    for _ in range(2):
        await events.tell(BUSINESS, Event("credit.alert", "once", {"alert_id": "1"}))
    delivered = await jobs_on(database, clock).claim("me", ("deliver_webhook",), 9)
    assert {(job.business_id, job.payload["webhook_id"]) for job in delivered} == {
        (BUSINESS, wanted.id), ("", every.id)
    }  # fmt: skip
    with pytest.raises(KeyError):
        await events.tell(BUSINESS, Event("no.such.event", "x"))


async def test_what_concerns_the_service_is_told_to_everybody_who_asked(database):
    clock = SetClock()
    events, hooks = Events(database, sealer(), clock), Webhooks(database, sealer(), clock)
    for business_id in ("one", "two"):
        await hooks.create(business_id, "https://a.example/", ["prompt.shipped"])
    await hooks.create("three", "https://a.example/", ["credit.alert"])
    await events.tell("", Event("prompt.shipped", "v2", {"feature": "credit_risk"}))
    told = await jobs_on(database, clock).claim("me", ("deliver_webhook",), 9)
    assert sorted(job.business_id for job in told) == ["one", "two"]
