"""Aggregates tell local days, and quota and budget as the ledger keeps them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from gateway.store.usage import BudgetState, UsageQueries, spans
from tests.store.making import BUSINESS, claim, ledger_on, settlement

DAY = 86_400_000_000


async def used(database, at, **changes):
    """Record one settled request at an instant such as `2026-11-22T23:30`."""
    ledger = ledger_on(database)
    instant = round(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1e6)
    hold = await ledger.reserve(claim(business_id=changes.pop("business_id", BUSINESS)))
    made = settlement(hold.claim, cost=40)
    await ledger.settle(hold, replace(made, row=replace(made.row, created_at=instant, **changes)))


async def test_calls_are_summed_per_day_feature_model_and_version(database):
    await used(database, "2026-11-22T10:00")
    await used(database, "2026-11-22T11:00", degraded="budget")
    await used(database, "2026-11-22T11:00", model="gpt-6-luna")
    await used(database, "2026-11-22T11:00", business_id="another")
    day = date(2026, 11, 22)
    rows = await UsageQueries(database).by_day(BUSINESS, day, day, "Africa/Accra")
    assert [(row["model"], row["calls"], row["degraded"]) for row in rows] == [
        ("gpt-6-luna", 1, 0),
        ("gpt-6.1-sol", 2, 1),
    ]
    assert rows[1]["cost_usd"] == "0.000000080"
    assert (rows[1]["tokens_used"], rows[1]["day"], rows[1]["prompt"]) == (84, "2026-11-22", "credit_risk@1")


@pytest.mark.parametrize(("zone", "day"), [("Africa/Accra", 21), ("Africa/Lagos", 22), ("America/New_York", 21)])
async def test_a_call_belongs_to_the_day_of_the_business(database, zone, day):
    await used(database, "2026-11-21T23:30")
    queries = UsageQueries(database)
    rows = await queries.by_day(BUSINESS, date(2026, 11, 20), date(2026, 11, 23), zone)
    assert [row["day"] for row in rows] == [f"2026-11-{day}"]
    assert await queries.by_day(BUSINESS, date(2026, 11, day + 1), date(2026, 11, 23), zone) == []


async def test_counters_and_budget_are_those_of_the_ledger(database):
    await used(database, "2026-11-22T10:00")
    await ledger_on(database).reserve(claim())
    queries = UsageQueries(database)
    assert await queries.counters(BUSINESS, ["2026-11", "2026-11-22"]) == {
        ("credit_assessments_per_month", "2026-11"): 2
    }
    assert await queries.counters(BUSINESS, ["2026-12"]) == {}
    assert await queries.budget(BUSINESS, "2026-11") == BudgetState(spent=40, reserved=100)
    assert await queries.budget(BUSINESS, "2026-12") == BudgetState(0, 0)


def test_days_around_a_clock_change_are_cut_without_gap_or_overlap():
    cut = spans(date(2026, 3, 1), date(2026, 3, 31), ZoneInfo("Europe/Berlin"))
    assert len(cut) == 2
    assert cut[0][1] == cut[1][0]
    assert cut[1][1] - cut[0][0] == 31 * DAY - timedelta(hours=1) // timedelta(microseconds=1)
