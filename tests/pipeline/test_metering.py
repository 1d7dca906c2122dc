"""Money and quota are reserved before and settled after, exactly once, wherever a request is broken off."""

import asyncio
from contextlib import suppress

import pytest

from gateway.domain.ledger import BudgetExhausted
from gateway.domain.reply import Fault, UpstreamFault
from gateway.pipeline.admission import admit
from gateway.pipeline.answer import answer
from gateway.pipeline.background import drain
from gateway.pipeline.metering import reserve
from tests.fakes import FakeModel, MemoryLedger, by_rules
from tests.pipeline.making import make_ask, make_kit


async def slowly(call):
    for _ in range(3):
        await asyncio.sleep(0)
    return by_rules(call)


def first_fails():
    return FakeModel([UpstreamFault(Fault.CONNECTION)], always=slowly)


def kit_of(ledger, model=None):
    return make_kit(model or first_fails(), ledger=ledger)


async def turns_of(work) -> int:
    """Return how often the work gives way before it is done."""
    task, turns = asyncio.ensure_future(work), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    return turns


def assert_closed_once(ledger: MemoryLedger, model: FakeModel, turn: int = 0) -> None:
    assert ledger.open == {}, f"cancelled at turn {turn}: {ledger.log}"
    opened = ledger.log.count("reserve")
    assert ledger.log.count("settle") + ledger.log.count("release") == opened
    if model.calls:
        assert "release" not in ledger.log, "what was sent must be paid for"
        assert ledger.spent > 0
    else:
        assert (ledger.spent, ledger.used) == (0, 0)
    assert all(settlement.row.cost == settlement.cost for settlement in ledger.settled)


async def test_wherever_the_caller_goes_away_the_reservation_is_closed_exactly_once():
    turns = await turns_of(answer(kit_of(MemoryLedger()), make_ask()))
    assert turns > 10
    for turn in range(turns):
        ledger, model = MemoryLedger(), first_fails()
        task = asyncio.ensure_future(answer(kit_of(ledger, model), make_ask()))
        for _ in range(turn):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await drain()
        assert_closed_once(ledger, model, turn)


async def test_a_second_cancellation_during_the_settlement_changes_nothing():
    turns = await turns_of(answer(kit_of(MemoryLedger()), make_ask()))
    for turn in range(turns):
        ledger, model = MemoryLedger(), first_fails()
        task = asyncio.ensure_future(answer(kit_of(ledger, model), make_ask()))
        for _ in range(turn):
            await asyncio.sleep(0)
        task.cancel()
        for _ in range(2):
            await asyncio.sleep(0)
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        for _ in range(10):
            await asyncio.sleep(0)
        await drain()
        assert_closed_once(ledger, model, turn)


async def test_a_cancelled_request_is_kept_as_one_and_counts_no_quota():
    ledger, reached = MemoryLedger(), asyncio.Event()

    async def waiting(call):
        reached.set()
        await asyncio.sleep(3600)

    task = asyncio.ensure_future(answer(make_kit(FakeModel(always=waiting), ledger=ledger), make_ask()))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    [settled] = ledger.settled
    assert (settled.row.status, settled.row.degraded, settled.units) == (499, "cancelled", 0)
    assert settled.cost > 0, "an attempt in flight is charged at its bound"
    assert settled.audit.details["status"] == 499


async def test_a_fault_of_ours_is_settled_too():
    ledger, model = MemoryLedger(), FakeModel(always=lambda call: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        await answer(make_kit(model, ledger=ledger), make_ask())
    assert_closed_once(ledger, model)
    assert ledger.settled[0].row.status == 500


async def test_a_fault_before_anything_was_sent_gives_everything_back():
    ledger = MemoryLedger()
    kit, ask = make_kit(ledger=ledger), make_ask()
    admission = await admit(kit, ask)
    with pytest.raises(RuntimeError):
        async with await reserve(kit, ask, admission, 100):
            raise RuntimeError
    assert ledger.log == ["reserve", "release"]
    assert (ledger.used, ledger.open) == (0, {})


async def test_a_reserve_is_extended_only_by_what_is_missing():
    ledger = MemoryLedger(cap=1000)
    kit, ask = make_kit(ledger=ledger), make_ask()
    with pytest.raises(BudgetExhausted):
        async with await reserve(kit, ask, await admit(kit, ask), 1001):
            raise AssertionError("nothing may be done without a reserve")
    async with await reserve(kit, ask, await admit(kit, ask), 400) as held:
        assert await held.cover(400)
        assert "extend" not in ledger.log
        assert await held.cover(900)
        assert ledger.open == {ask.ledger_id: 900}
        assert not await held.cover(1100)
        assert ledger.open == {ask.ledger_id: 900}
        held.closed = True


async def test_what_was_spent_is_no_room_for_the_next_attempt():
    ledger = MemoryLedger(cap=1000)
    kit, ask = make_kit(ledger=ledger), make_ask()
    async with await reserve(kit, ask, await admit(kit, ask), 400) as held:
        held.spend.cost = 300
        assert await held.cover(400)
        assert ledger.open == {ask.ledger_id: 700}
        held.closed = True


async def test_a_request_has_one_usage_row_and_one_audit_entry_that_agree():
    ledger = MemoryLedger()
    ask = make_ask(user_hash="h" * 64)
    await answer(kit_of(ledger), ask)
    [settled] = ledger.settled
    row, entry = settled.row, settled.audit
    assert (row.request_id, row.attempts, row.source, row.prompt) == (ask.ledger_id, 2, "model", "credit_risk@1")
    assert entry.details["cost_nano_usd"] == row.cost == settled.cost == ledger.spent
    assert (entry.actor, entry.action, entry.object_id) == ("key-1", "ai.credit_risk", ask.ledger_id)
    assert "Adom" not in repr(entry)
    assert ask.body["customer_id"] not in repr(entry)
