"""Old usage is filed away by month on PostgreSQL: nothing is counted twice or lost, and a month goes as a whole."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from gateway.errors import ValidationFailed
from gateway.store.books import drifts
from gateway.store.holdings import DAY
from gateway.store.requests import Filter, Requests
from gateway.store.retention import overdue, purge
from gateway.store.usage import UsageQueries
from gateway.store.usage_days import UsageDays
from gateway.store.usage_months import file_away
from tests.store.making import BUSINESS, NOW, claim, ledger_on, settlement

TODAY = datetime.fromtimestamp(NOW / 1e6, UTC).date()


async def settled(ledger, *, days_ago, cost=1, user="") -> str:
    wish = claim(budget_cap=10**12, quota_limit=-1)
    done = settlement(wish, cost)
    row = replace(done.row, created_at=NOW - days_ago * DAY, user_hash=user)
    await ledger.settle(await ledger.reserve(wish), replace(done, row=row))
    return wish.request_id


async def filled(database) -> list[str]:
    """Settle a request every ten days of the last year; return their ids, the newest first."""
    ledger = ledger_on(database)
    return [await settled(ledger, days_ago=days, cost=days + 1) for days in range(0, 365, 10)]


async def everything_read(database):
    """Return what pages, bills and books read of all requests."""
    usage, days, requests = UsageQueries(database), UsageDays(database), Requests(database)
    since = TODAY - timedelta(days=370)
    return (
        await usage.by_day(BUSINESS, since, TODAY, "Africa/Accra"),
        await usage.totals(BUSINESS, since, TODAY, "Africa/Accra"),
        sorted((row.day, row.sums) for row in await days.by_day(since, TODAY)),
        await days.by_business(since, TODAY),
        await requests.page(Filter(NOW - 400 * DAY, NOW + 1), 100),
        await requests.page(Filter(NOW - 400 * DAY, NOW + 1, business=BUSINESS), 100),
        await drifts(database, NOW),
    )


async def test_nothing_that_is_read_changes_when_rows_are_filed_away(database):
    ids = await filled(database)
    before = await everything_read(database)
    moved = await file_away(database, NOW)
    assert moved == (0 if database.dialect == "sqlite" else sum(days > 92 for days in range(0, 365, 10)))
    assert await everything_read(database) == before
    assert [request.request_id for request in before[4]] == ids
    assert (await Requests(database).get(BUSINESS, ids[-1])).request_id == ids[-1]
    assert await file_away(database, NOW) == 0
    await UsageDays(database).sum_up(NOW)
    assert await everything_read(database) == before


async def test_a_row_stays_where_a_charge_is_made_once_while_anything_about_it_may_change(database):
    ledger = ledger_on(database)
    fresh = await settled(ledger, days_ago=92)
    person = await settled(ledger, days_ago=200, user="hash-of-a-user")
    await file_away(database, NOW)
    assert {row[0] for row in await database.fetch("SELECT request_id FROM usage")} == {fresh, person}
    for request_id in (fresh, person):
        with pytest.raises(ValidationFailed):
            await ledger.reserve(claim(request_id=request_id, budget_cap=10**12, quota_limit=-1))
    await purge(database, NOW)
    moved = await file_away(database, NOW)
    assert moved == (0 if database.dialect == "sqlite" else 1)
    assert await database.fetch("SELECT DISTINCT user_hash FROM usage_all") == [("",)]


async def months(database) -> list[str]:
    sql = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'usage_past'::regclass ORDER BY 1"
    return [name.removeprefix("usage_past_") for (name,) in await database.fetch(sql)]


async def test_months_are_made_ahead_and_dropped_when_they_are_no_longer_kept(database):
    if database.dialect == "sqlite":
        assert await file_away(database, NOW) == 0
        return
    await filled(database)
    await file_away(database, NOW)
    made = await months(database)
    month, ahead = TODAY.replace(day=1), (TODAY.replace(day=1) + timedelta(days=32))
    assert f"{month:%Y_%m}" in made
    assert f"{ahead:%Y_%m}" in made
    oldest = date.fromisoformat(f"{min(made).replace('_', '-')}-01")
    assert oldest <= TODAY - timedelta(days=360)
    end = (oldest + timedelta(days=31)).replace(day=1)
    over = NOW + ((end - TODAY).days + 402) * DAY
    assert await overdue(database, over - 60 * DAY) == {} or "usage" not in await overdue(database, over - 60 * DAY)
    await file_away(database, over)
    assert min(await months(database)) == f"{end:%Y_%m}"
    late = await overdue(database, NOW + 500 * DAY)
    assert late["usage"] > 0, "a month that is kept too long is not told"
    await purge(database, NOW + 500 * DAY)
    await file_away(database, NOW + 900 * DAY)
    assert await database.fetch("SELECT 1 FROM usage_past") == []
