"""Sums of days are the same before they are made, after, and when they are made again."""

from dataclasses import replace
from datetime import timedelta

from gateway.store.holdings import DAY
from gateway.store.usage_days import EPOCH, UsageDays
from tests.store.making import BUSINESS, NOW, claim, ledger_on, settlement

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
    assert await days.sum_up(NOW) == 30
    assert await both(days) == before


async def test_what_is_written_late_is_taken_in_by_the_next_run(database):
    ledger, days = ledger_on(database), UsageDays(database)
    await settled(ledger, cost=1, days_ago=3)
    await days.sum_up(NOW)
    await settled(ledger, cost=10, days_ago=1)
    await settled(ledger, cost=100, days_ago=0)
    await days.sum_up(NOW)
    assert await both(days) == (
        {TODAY - timedelta(days=3): 1, TODAY - timedelta(days=1): 10, TODAY: 100},
        {BUSINESS: (3, 111)},
    )


async def test_without_any_request_there_is_nothing_to_sum(database):
    assert await UsageDays(database).sum_up(NOW) == 0
    assert await both(UsageDays(database)) == ({}, {})
