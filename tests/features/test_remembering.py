"""What was worked out of records is kept while the records stay the same, and never longer."""

import asyncio
import gc

import pytest

from gateway.features.remembering import EVERY, Remembered, Unchanged
from tests.features.fakes import InlinePos


async def answer(remembered: Remembered[int], pos: InlinePos, question: str, calls: list[str]) -> int:
    async def work_out() -> int:
        calls.append(question)
        return len(calls)

    return await remembered.get(pos, question, work_out)


async def test_the_same_question_about_the_same_records_is_worked_out_once():
    remembered, pos, calls = Remembered(4), InlinePos(), []
    assert await answer(remembered, pos, "a", calls) == await answer(remembered, pos, "a", calls) == 1


async def test_changed_records_another_business_and_another_question_are_worked_out_anew():
    remembered, pos, calls = Remembered(9), InlinePos(), []
    await answer(remembered, pos, "a", calls)
    await answer(remembered, pos, "b", calls)
    pos.revision = "changed"
    await answer(remembered, pos, "a", calls)
    pos.business_id = "business-2"
    await answer(remembered, pos, "a", calls)
    assert calls == ["a", "b", "a", "a"]


async def test_who_asks_while_it_is_worked_out_waits_for_it_and_rests_on_the_same_tables():
    remembered, calls = Remembered(4), []
    first, begun, go_on = InlinePos(), asyncio.Event(), asyncio.Event()

    async def work_out() -> int:
        calls.append("x")
        await first.customers()
        begun.set()
        await go_on.wait()
        return len(calls)

    leader = asyncio.create_task(remembered.get(first, "a", work_out))
    await begun.wait()
    second = InlinePos()
    second.revision = first.revision
    follower = asyncio.create_task(remembered.get(second, "a", work_out))
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(leader, follower) == [1, 1]
    assert calls == ["x"]


@pytest.mark.parametrize("ends", ["cancelled", "failed", "did not last"])
async def test_who_waited_for_nothing_works_it_out(ends: str):
    remembered, pos, begun, go_on, calls = Remembered(4), InlinePos(), asyncio.Event(), asyncio.Event(), []

    async def in_vain() -> int:
        begun.set()
        await go_on.wait()
        if ends == "failed":
            raise ValueError
        return -1

    async def work_out() -> int:
        calls.append("x")
        return 7

    leader = asyncio.create_task(remembered.get(pos, "a", in_vain, lambda found: found > 0))
    await begun.wait()
    followers = [asyncio.create_task(remembered.get(pos, "a", work_out)) for _ in range(2)]
    await asyncio.sleep(0)
    leader.cancel() if ends == "cancelled" else go_on.set()
    await asyncio.gather(leader, return_exceptions=True)
    assert await asyncio.gather(*followers) == [7, 7]


async def test_only_so_many_results_are_kept():
    remembered, pos, calls = Remembered(2), InlinePos(), []
    for question in ("a", "b", "c", "a"):
        await answer(remembered, pos, question, calls)
    assert calls == ["a", "b", "c", "a"]


def test_what_rests_on_rows_is_worked_out_again_only_when_one_of_them_differs():
    unchanged, calls = Unchanged(2), []

    def work_out():
        calls.append("x")
        return len(calls)

    assert unchanged.get("a", ([1, 2],), work_out) == unchanged.get("a", ([1, 2],), work_out) == 1
    assert unchanged.get("a", ([1, 3],), work_out) == 2
    assert unchanged.get("b", ([1, 3],), work_out) == 3
    unchanged.get("c", (), work_out)
    assert unchanged.get("a", ([1, 3],), work_out) == 5  # the oldest of two went


def test_what_nobody_holds_any_more_is_not_kept():
    before = len(EVERY)
    kept = [Remembered(4), Unchanged(4)]
    assert len(EVERY) == before + 2
    del kept
    gc.collect()
    assert len(EVERY) == before
