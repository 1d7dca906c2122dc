"""The wall clock jumps by an hour: nobody gains quota, and no run that is under way loses its place."""

import pytest

from gateway.domain.ledger import StoredAnswer, Window
from gateway.errors import IdempotencyConflict, NotReady, QuotaExceeded
from gateway.library.windows import window
from gateway.store.idempotency import IdempotencyKeys
from tests.store.making import BUSINESS, SetClock, assert_balanced, claim, ledger_on, money, sealer, settlement

HOUR = 3_600_000_000
MONTHS_END = 1_796_083_200_000_000
"""2026-12-01T00:00Z, which is midnight in Accra too."""
CALL = (BUSINESS, "key-1", "credit_risk", "a" * 64)


class JumpingClock(SetClock):
    """A wall clock that an operator sets, beside a monotonic one that goes on."""

    elapsed = 0.0

    def monotonic(self) -> float:
        return self.elapsed


def month_at(now: int) -> Window:
    return window("month", now, "Africa/Accra")


def claim_at(clock, **changes):
    now = month_at(clock.at)
    return claim(quota_window=now, budget_window=now, quota_limit=3, expires_at=clock.at + HOUR // 60, **changes)


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_a_clock_that_jumps_over_a_months_end_and_back_opens_no_month_anew(database, jump):
    clock = JumpingClock(MONTHS_END + (HOUR // 2 if jump < 0 else -HOUR // 2))
    ledger = ledger_on(database, clock)
    admitted = 0
    for at in (clock.at, clock.at + jump, clock.at, clock.at + jump):
        clock.at = at
        for _ in range(5):
            try:
                hold = await ledger.reserve(claim_at(clock))
            except QuotaExceeded:
                continue
            await ledger.settle(hold, settlement(hold.claim, cost=1))
            admitted += 1
    assert admitted == 6, "three of each month, however often the clock goes to and fro"
    counted = await database.fetch("SELECT period, used FROM quota_counter ORDER BY period")
    assert counted == [("2026-11", 3), ("2026-12", 3)]


async def test_a_request_belongs_to_the_month_of_its_reservation(database):
    clock = JumpingClock(MONTHS_END - 2_000_000)
    ledger = ledger_on(database, clock)
    hold = await ledger.reserve(claim_at(clock))
    clock.at += 4_000_000
    await ledger.settle(hold, settlement(hold.claim, cost=7))
    assert await database.fetch("SELECT period, spent, reserved FROM budget") == [("2026-11", 7, 0)]


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_a_jump_while_the_model_answers_leaves_one_true_charge(database, jump):
    clock = JumpingClock(MONTHS_END)
    ledger = ledger_on(database, clock)
    hold = await ledger.reserve(claim_at(clock, amount=90))
    await ledger.mark_sent(hold)
    clock.at += jump
    await ledger.sweep()
    await ledger.settle(hold, settlement(hold.claim, cost=33))
    clock.at = MONTHS_END + HOUR
    await ledger.sweep()
    assert await money(database) == (33, 0)
    await assert_balanced(database)


async def test_a_hold_that_a_jump_has_swept_is_not_sent_on(database):
    clock = JumpingClock(MONTHS_END)
    ledger = ledger_on(database, clock)
    hold = await ledger.reserve(claim_at(clock))
    clock.at += HOUR
    await ledger.sweep()
    with pytest.raises(NotReady):
        await ledger.mark_sent(hold)
    assert await money(database) == (0, 0)


async def test_a_jump_does_not_let_a_second_run_of_a_key_begin_beside_the_first(database):
    clock = JumpingClock(MONTHS_END)
    keys, ledger = IdempotencyKeys(database, sealer(), clock), ledger_on(database, clock)
    assert await keys.begin(*CALL) is None
    clock.at += HOUR
    clock.elapsed += 1.0
    with pytest.raises(IdempotencyConflict):
        await keys.begin(*CALL)
    hold = await ledger.reserve(claim_at(clock))
    await ledger.settle(hold, settlement(hold.claim, cost=1, stored=StoredAnswer(BUSINESS, "key-1", 200, b"{}")))
    assert await keys.begin(*CALL) == (200, b"{}")
    clock.at -= 2 * HOUR
    assert await keys.begin(*CALL) == (200, b"{}")


async def test_a_key_whose_run_never_ended_is_free_once_the_lease_has_truly_passed(database):
    clock = JumpingClock(MONTHS_END)
    keys = IdempotencyKeys(database, sealer(), clock)
    assert await keys.begin(*CALL) is None
    clock.at += HOUR
    clock.elapsed += 121.0
    assert await keys.begin(*CALL) is None
