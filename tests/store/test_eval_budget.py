"""The budget for trying prompts: never exceeded, however many ask at once, and what is not spent comes back."""

import asyncio

import pytest

from gateway.domain.ledger import AuditEntry
from gateway.store.eval_budget import CapReached, EvalBudget
from tests.fakes import FakeClock

MONTH = "2026-11"


async def held(budget, person, amount):
    try:
        await budget.hold(person, MONTH, amount)
    except CapReached:
        return False
    return True


async def test_neither_a_person_nor_all_together_exceed_their_cap(database):
    budget = EvalBudget(database, FakeClock(), (1_000, 700))
    kept = await asyncio.gather(*(held(budget, person, 100) for person in ["ama", "kofi"] * 20))
    assert sum(kept) == 10
    assert sum(kept[::2]) <= 7 and sum(kept[1::2]) <= 7
    assert (await budget.left("esi", MONTH))[0] == 0
    with pytest.raises(CapReached, match="The operator's"):
        await budget.hold("esi", MONTH, 1)
    assert await budget.left("esi", MONTH) == (0, 700), "what was refused holds nothing"


async def test_what_was_held_becomes_what_it_cost_with_its_line(database):
    budget = EvalBudget(database, FakeClock(), (1_000, 700))
    await budget.hold("ama", MONTH, 500)
    entry = AuditEntry("", "ama", "evaluation.asked", "request", 1, {"cost_nano_usd": 120})
    await budget.close("ama", MONTH, 500, 120, entry)
    assert await budget.left("ama", MONTH) == (880, 580)
    assert await database.fetch("SELECT action FROM audit WHERE business_id = ''") == [("evaluation.asked",)]
    assert await budget.left("ama", "2026-12") == (1_000, 700)
