"""Each threshold of a budget and each used-up meter is told once in its period, with the charge that reaches it."""

import asyncio
import json

from msgspec import structs

from gateway.domain.ledger import UNLIMITED, Window
from gateway.store.events import PURPOSE
from tests.store.making import BUSINESS, MONTH, claim, ledger_on, sealer, settlement


async def told(database, kind):
    """Return what was told: period and percent of a budget, or meter and period of a quota."""
    sql = "SELECT id, data FROM event WHERE business_id = $1 AND type = $2"
    rows = [(row[0], row[1]) for row in await database.fetch(sql, BUSINESS, kind)]
    data = [json.loads(sealer().open(PURPOSE, BUSINESS, event_id, sealed)) for event_id, sealed in rows]
    return sorted(f"{d['period']}:{d['percent']}" if "percent" in d else f"{d['meter']}:{d['period']}" for d in data)


async def spend(ledger, cost, **changes):
    wanted = claim(**{"amount": cost, "budget_cap": 1000, "quota_limit": UNLIMITED, **changes})
    await ledger.settle(await ledger.reserve(wanted), settlement(wanted, cost=cost))


async def test_thresholds_are_told_once_each_as_they_are_reached(database):
    ledger = ledger_on(database)
    steps = [(490, 0), (10, 1), (299, 1), (1, 2), (160, 3), (39, 3), (1, 4)]
    for cost, count in steps:
        await spend(ledger, cost)
        assert len(await told(database, "budget.threshold")) == count
    assert await told(database, "budget.threshold") == [f"2026-11:{p}" for p in (100, 50, 80, 95)]
    december = Window("2026-12", MONTH.resets_at + 1)
    await spend(ledger, 600, budget_window=december)
    assert len(await told(database, "budget.threshold")) == 5


async def test_one_charge_may_reach_several_thresholds(database):
    await spend(ledger_on(database), 970)
    assert len(await told(database, "budget.threshold")) == 3


async def test_charges_at_the_same_time_tell_each_threshold_once(database):
    ledger = ledger_on(database)
    await asyncio.gather(*(spend(ledger, 50) for _ in range(20)))
    assert len(await told(database, "budget.threshold")) == 4


async def test_an_answer_that_found_no_room_tells_that_the_budget_is_used_up(database):
    ledger = ledger_on(database)
    await spend(ledger, 900)
    for _ in range(2):
        wanted = claim(quota_limit=UNLIMITED, amount=0)
        plain = settlement(wanted, units=0)
        rules = structs.replace(plain, row=structs.replace(plain.row, degraded="budget"))
        await ledger.settle_direct(wanted, 0, lambda hold, rules=rules: (None, rules))
    assert "2026-11:100" in await told(database, "budget.threshold")
    assert len(await told(database, "budget.threshold")) == 3


async def test_a_used_up_meter_is_told_once_when_its_last_unit_is_kept(database):
    ledger = ledger_on(database)
    for number in range(1, 4):
        wanted = claim(quota_limit=3, budget_cap=10_000)
        await ledger.settle(await ledger.reserve(wanted), settlement(wanted, cost=1))
        assert len(await told(database, "quota.exhausted")) == (number == 3)
    given_back = claim(quota_limit=4, budget_cap=10_000)
    await ledger.settle(await ledger.reserve(given_back), settlement(given_back, units=0))
    assert await told(database, "quota.exhausted") == ["credit_assessments_per_month:2026-11"]
