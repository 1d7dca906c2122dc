"""Sums of hours are those of the rows at every instant; sums of days the same before they are made and after."""

import asyncio
import random
from datetime import timedelta

from msgspec.structs import replace

from gateway.domain.usage import Usage
from gateway.errors import NotReady
from gateway.store.holdings import DAY
from gateway.store.retention import purge
from gateway.store.usage_days import EPOCH, UsageDays
from tests.store.making import BUSINESS, MINUTE, NOW, SetClock, claim, ledger_on, settlement

TODAY = EPOCH + timedelta(days=NOW // DAY)


async def settled(ledger, *, cost: int, days_ago: int) -> None:
    wish = claim(budget_cap=10**12, quota_limit=-1)
    done = settlement(wish, cost)
    row = replace(done.row, created_at=NOW - days_ago * DAY)
    await ledger.settle(await ledger.reserve(wish), replace(done, row=row))


async def both(days):
    rows = await days.by_day(TODAY - timedelta(days=9), TODAY)
    found = {}
    for row in rows:
        found[row.day] = found.get(row.day, 0) + row.sums.cost
    businesses = await days.by_business(TODAY - timedelta(days=9), TODAY)
    return found, {owner: (sums.calls, sums.cost) for owner, sums in businesses.items()}


async def test_sums_are_the_same_before_and_after_they_are_made(database):
    ledger, days = ledger_on(database), UsageDays(database)
    for days_ago, cost in [(0, 1), (1, 10), (1, 100), (5, 1000), (30, 7)]:
        await settled(ledger, cost=cost, days_ago=days_ago)
    before = await both(days)
    assert before == (
        {TODAY: 1, TODAY - timedelta(days=1): 110, TODAY - timedelta(days=5): 1000},
        {BUSINESS: (4, 1111)},
    )
    assert await days.sum_up(NOW) == 3
    assert await both(days) == before
    assert await days.sum_up(NOW) == 0


async def test_what_is_written_late_is_taken_in_by_the_next_run(database):
    ledger, days = ledger_on(database), UsageDays(database)
    await settled(ledger, cost=1, days_ago=3)
    await settled(ledger, cost=5, days_ago=8)
    await days.sum_up(NOW)
    await settled(ledger, cost=10, days_ago=1)
    await settled(ledger, cost=100, days_ago=0)
    await settled(ledger, cost=2, days_ago=8)
    await days.sum_up(NOW)
    assert await both(days) == (
        {TODAY - timedelta(days=8): 7, TODAY - timedelta(days=3): 1, TODAY - timedelta(days=1): 10, TODAY: 100},
        {BUSINESS: (5, 118)},
    )


async def test_without_any_request_there_is_nothing_to_sum(database):
    assert await UsageDays(database).sum_up(NOW) == 0
    assert await both(UsageDays(database)) == ({}, {})


HOUR = 60 * MINUTE
_SUMS = "SUM(cost), SUM(input_tokens), SUM(cached_tokens), SUM(output_tokens)"
OF_THE_ROWS = (
    "SELECT created_at / 3600000000 AS n, feature, model, source, COUNT(*), "
    "SUM(CASE degraded WHEN '' THEN 0 ELSE 1 END), SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END), "
    f"{_SUMS} FROM usage GROUP BY n, feature, model, source ORDER BY n, feature, model, source"
)
OF_THE_HOURS = (
    "SELECT hour / 3600000000 AS n, feature, model, source, SUM(calls), SUM(degraded), SUM(failed), "
    f"{_SUMS} FROM usage_hourly GROUP BY n, feature, model, source HAVING SUM(calls) <> 0 "
    "ORDER BY n, feature, model, source"
)


async def assert_hours_are_exact(database):
    assert await database.fetch(OF_THE_HOURS) == await database.fetch(OF_THE_ROWS)


async def one_call(ledger, clock, dice):
    """Do to one request what may happen to one, by chance."""
    business = f"b{dice.randint(1, 4)}"
    wish = claim(business_id=business, budget_cap=10**12, quota_limit=-1, expires_at=clock.now() + MINUTE)
    done = settlement(wish, cost=dice.randint(0, 90))
    row = replace(
        done.row,
        feature=dice.choice(["credit_risk", "support_chat"]),
        model=dice.choice(["gpt-6-luna", ""]),
        source=dice.choice(["model", "cache", "rules"]),
        degraded=dice.choice(["", "", "deadline"]),
        status=dice.choice([200, 200, 502]),
        usage=Usage(input_tokens=dice.randint(1, 999), cached_tokens=dice.randint(0, 9), output_tokens=2),
        created_at=clock.now() - dice.randint(0, 5 * HOUR),
    )
    done = replace(done, row=row)
    if dice.random() < 0.3:
        await ledger.settle_direct(replace(wish, amount=0), 1, lambda _: (None, replace(done, cost=0)))
        return
    hold = await ledger.reserve(wish)
    if dice.random() < 0.9:
        try:
            await ledger.mark_sent(hold)
        except NotReady:  # another one moved the clock and swept it away
            return
    fate = dice.random()
    if fate < 0.1:
        await ledger.release(hold)
    elif fate < 0.3:  # it seems dead and is charged at its reserve; half of them were only slow
        clock.at += 2 * MINUTE
        await ledger.sweep()
        if fate < 0.2:
            await ledger.settle(hold, done)
    else:
        await ledger.settle(hold, done)


async def test_hours_are_the_sums_of_the_rows_after_whatever_may_happen_to_requests(database):
    clock, dice = SetClock(), random.Random(11)
    ledger, days = ledger_on(database, clock), UsageDays(database)
    for _ in range(6):
        await asyncio.gather(*(one_call(ledger, clock, dice) for _ in range(20)))
        await assert_hours_are_exact(database)
        clock.at += dice.choice([HOUR // 3, 5 * HOUR, DAY])
        await days.sum_up(clock.now())
        await assert_hours_are_exact(database)
    assert len(await database.fetch("SELECT DISTINCT source FROM usage")) == 4, "also swept ones"
    ((shards,),) = await database.fetch("SELECT COUNT(*) FROM usage_hourly WHERE shard <> 0 AND hour < $1", NOW)
    assert shards == 0, "hours that are long over are one row each"


async def test_what_retention_takes_from_the_rows_leaves_no_sum_below_nothing(database):
    ledger = ledger_on(database)
    await settled(ledger, cost=1, days_ago=3)
    await settled(ledger, cost=1, days_ago=0)
    for days_later in (398, 400, 401, 403):
        await purge(database, NOW + days_later * DAY)
        await assert_hours_are_exact(database)
        ((least,),) = await database.fetch("SELECT COALESCE(MIN(calls), 0) FROM usage_hourly")
        assert least >= 0
    assert await database.fetch("SELECT 1 FROM usage_hourly") == []
