"""One request at a time: what is held, charged, counted and given back."""

import asyncio

import pytest

from gateway.domain.ledger import UNLIMITED, BudgetExhausted
from gateway.errors import NotReady, QuotaExceeded, ValidationFailed
from gateway.store.audit import AuditLog
from tests.store.making import (
    BUSINESS,
    MINUTE,
    NOW,
    SetClock,
    assert_balanced,
    claim,
    counted,
    ledger_on,
    money,
    settlement,
)


async def rows(database, table):
    return await database.fetch(f"SELECT * FROM {table}")


async def test_a_hold_tells_the_meter_and_what_the_budget_has_left(database):
    ledger = ledger_on(database)
    await ledger.reserve(claim())
    hold = await ledger.reserve(claim(amount=250))
    assert (hold.quota_used, hold.budget_left) == (2, 650)
    assert await money(database) == (0, 350)


async def test_settling_charges_the_true_cost_and_frees_the_rest(database):
    ledger = ledger_on(database)
    hold = await ledger.reserve(claim())
    await ledger.mark_sent(hold)
    await ledger.settle(hold, settlement(hold.claim, cost=37))
    assert await money(database) == (37, 0)
    await assert_balanced(database)


async def test_settling_twice_charges_once(database):
    ledger = ledger_on(database)
    hold = await ledger.reserve(claim())
    await asyncio.gather(*(ledger.settle(hold, settlement(hold.claim, cost=37)) for _ in range(5)))
    assert await money(database) == (37, 0)
    assert len(await rows(database, "usage")) == len(await rows(database, "audit")) == 1


async def test_a_cost_above_the_reserve_is_charged_all_the_same(database):
    ledger = ledger_on(database)
    hold = await ledger.reserve(claim(amount=100))
    await ledger.settle(hold, settlement(hold.claim, cost=1200))
    assert await money(database) == (1200, 0)
    with pytest.raises(BudgetExhausted):
        await ledger.reserve(claim(amount=1))


async def test_settling_with_no_units_gives_the_unit_back(database):
    ledger = ledger_on(database)
    hold = await ledger.reserve(claim())
    await ledger.settle(hold, settlement(hold.claim, units=0))
    assert await counted(database) == 0


async def test_a_release_gives_back_money_and_units_once(database):
    ledger = ledger_on(database)
    await ledger.reserve(claim())
    hold = await ledger.reserve(claim())
    await asyncio.gather(*(ledger.release(hold) for _ in range(4)))
    assert await money(database) == (0, 100)
    assert await counted(database) == 1


async def test_a_used_up_quota_says_when_it_resets(database):
    ledger = ledger_on(database)
    await ledger.reserve(claim(quota_limit=1))
    with pytest.raises(QuotaExceeded) as refused:
        await ledger.reserve(claim(quota_limit=1))
    assert refused.value.headers["Retry-After"] == str(8 * 24 * 60 * 60)
    assert refused.value.extensions["used"] == refused.value.extensions["limit"] == 1
    assert await money(database) == (0, 100)


async def test_more_units_than_the_whole_quota_are_refused_at_the_first_call(database):
    with pytest.raises(QuotaExceeded):
        await ledger_on(database).reserve(claim(units=11))
    assert await rows(database, "quota_counter") == []


async def test_an_exhausted_budget_leaves_the_quota_untouched(database):
    with pytest.raises(BudgetExhausted):
        await ledger_on(database).reserve(claim(amount=1001))
    ledger = ledger_on(database)
    await ledger.reserve(claim(amount=1000))
    with pytest.raises(BudgetExhausted):
        await ledger.reserve(claim(amount=1))
    assert await counted(database) == 1


async def test_an_unlimited_meter_is_counted_and_no_meter_is_not(database):
    ledger = ledger_on(database)
    for _ in range(12):
        await ledger.reserve(claim(quota_limit=UNLIMITED, amount=0))
    hold = await ledger.reserve(claim(meter=None, amount=0))
    assert hold.quota_used == 0
    assert await counted(database) == 12


async def test_a_hold_grows_until_the_cap(database):
    ledger = ledger_on(database)
    hold = await ledger.reserve(claim(amount=400))
    assert await ledger.extend(hold, 600) is True
    assert await ledger.extend(hold, 1) is False
    assert await money(database) == (0, 1000)
    await ledger.settle(hold, settlement(hold.claim, cost=900))
    assert await money(database) == (900, 0)


async def test_a_request_id_serves_one_request_of_a_business(database):
    ledger = ledger_on(database)
    first = claim()
    await ledger.reserve(first)
    with pytest.raises(ValidationFailed):
        await ledger.reserve(first)
    other = claim(request_id=first.request_id, business_id="another")
    assert (await ledger.reserve(other)).quota_used == 1
    assert await money(database) == (0, 100)


async def test_a_charge_is_not_lost_when_its_request_id_was_taken_meanwhile(database):
    ledger = ledger_on(database, SetClock(NOW + MINUTE))
    hold, swept = await ledger.reserve(claim()), await ledger.reserve(claim(amount=7))
    await ledger.mark_sent(swept)
    for taken in (hold.claim, swept.claim):
        await ledger.settle_direct(taken, 0, lambda _, taken=taken: (None, settlement(taken, units=0)))
    await ledger.settle(hold, settlement(hold.claim, cost=30))
    await ledger.sweep()
    assert await money(database) == (37, 0)
    await assert_balanced(database)


async def test_a_request_id_is_taken_by_its_usage_row_and_free_after_a_release(database):
    ledger = ledger_on(database)
    wanted = claim()
    await ledger.release(await ledger.reserve(wanted))
    hold = await ledger.reserve(wanted)
    await ledger.settle(hold, settlement(wanted, cost=1))
    with pytest.raises(ValidationFailed):
        await ledger.reserve(wanted)
    with pytest.raises(ValidationFailed):
        await ledger.settle_direct(wanted, 0, lambda _: (None, settlement(wanted)))
    assert await counted(database) == 1


async def test_a_direct_settlement_counts_and_records_without_a_reservation(database):
    wanted = claim(amount=0)
    used = await ledger_on(database).settle_direct(wanted, 1, lambda hold: (hold.quota_used, settlement(wanted)))
    assert used == await counted(database) == 1
    assert len(await rows(database, "usage")) == 1
    assert await rows(database, "reservation") == []


async def test_a_direct_settlement_of_no_units_is_served_when_the_quota_is_used_up(database):
    ledger = ledger_on(database)
    await ledger.reserve(claim(quota_limit=1))
    wanted = claim(quota_limit=1, amount=0)
    used = await ledger.settle_direct(wanted, 0, lambda hold: (hold.quota_used, settlement(wanted, units=0)))
    assert used == await counted(database) == 1
    with pytest.raises(QuotaExceeded):
        await ledger.settle_direct(wanted, 1, lambda hold: (hold, settlement(wanted)))


async def test_a_failing_answer_leaves_nothing_behind(database):
    def fails(hold):
        raise RuntimeError("no answer")

    with pytest.raises(RuntimeError):
        await ledger_on(database).settle_direct(claim(amount=0), 1, fails)
    assert await counted(database) == 0
    assert await rows(database, "usage") == []


async def test_the_sweeper_releases_what_was_open_and_charges_what_was_sent(database):
    clock = SetClock()
    ledger = ledger_on(database, clock)
    await ledger.reserve(claim(amount=30))
    sent = await ledger.reserve(claim(amount=70))
    await ledger.mark_sent(sent)
    assert await ledger.sweep() == 0
    clock.at = NOW + MINUTE
    assert await ledger.sweep() == 2
    assert await money(database) == (70, 0)
    assert await counted(database) == 1
    assert await database.fetch("SELECT request_id, cost, degraded FROM usage") == [
        (sent.claim.request_id, 70, "crashed")
    ]
    await assert_balanced(database)


async def test_sweepers_that_run_at_once_close_each_reservation_once(database):
    ledger = ledger_on(database, SetClock(NOW + MINUTE))
    for _ in range(8):
        await ledger.mark_sent(await ledger.reserve(claim(amount=5)))
    swept = await asyncio.gather(*(ledger.sweep() for _ in range(4)))
    assert sum(swept) == 8
    assert await money(database) == (40, 0)


@pytest.mark.parametrize("was_sent", [True, False])
async def test_the_truth_of_a_slow_process_replaces_what_the_sweeper_made(database, was_sent):
    ledger = ledger_on(database, SetClock(NOW + MINUTE))
    hold = await ledger.reserve(claim(amount=80))
    if was_sent:
        await ledger.mark_sent(hold)
    await ledger.sweep()
    await ledger.settle(hold, settlement(hold.claim, cost=33))
    await ledger.settle(hold, settlement(hold.claim, cost=33))
    assert await money(database) == (33, 0)
    assert await counted(database) == 1
    await assert_balanced(database)


async def test_nothing_is_sent_on_a_reservation_that_was_swept(database):
    ledger = ledger_on(database, SetClock(NOW + MINUTE))
    hold = await ledger.reserve(claim())
    await ledger.sweep()
    with pytest.raises(NotReady):
        await ledger.mark_sent(hold)
    assert await ledger.extend(hold, 1) is False


async def test_every_settlement_adds_a_line_to_the_chain(database):
    ledger, audit = ledger_on(database), AuditLog(database)
    for _ in range(3):
        hold = await ledger.reserve(claim())
        await ledger.settle(hold, settlement(hold.claim, cost=1))
    assert await audit.verify(BUSINESS) is None
    assert await database.fetch("SELECT seq FROM audit_head") == [(3,)]
