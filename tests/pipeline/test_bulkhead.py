"""A slow model keeps nobody from another one, and who asks much delays nobody but themselves."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.pipeline.bulkhead import Bulkhead, Bulkheads, NoPlace


async def queued(bulkhead: Bulkhead, wishes: list[tuple[str, str]], **options) -> list[str]:
    """Fill the bulkhead, let the wishes queue up in order, then serve one after the other; return who came when."""
    served: list[str] = []

    async def call(business: str, priority: str) -> None:
        async with bulkhead.place(business, priority, 5.0, **options):
            served.append(business)
            await asyncio.sleep(0)

    async with bulkhead.place("first", "normal", 0.0):
        waiting = [asyncio.create_task(call(*wish)) for wish in wishes]
        await asyncio.sleep(0)
        assert bulkhead.waiting == len(wishes)
    await asyncio.gather(*waiting)
    return served


async def test_there_are_so_many_places_and_no_more():
    bulkhead, most, inside = Bulkhead(3), 0, 0

    async def call(number: int) -> None:
        nonlocal most, inside
        async with bulkhead.place(f"b{number}", "normal", 5.0):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(call(n) for n in range(30)))
    assert (most, inside, bulkhead.waiting) == (3, 0, 0)


async def test_a_business_that_asks_much_lets_others_go_in_between():
    served = await queued(Bulkhead(1), [("loud", "normal")] * 10 + [("quiet", "normal")] * 2)
    assert [served.index("quiet"), 11 - served[::-1].index("quiet")] <= [2, 4]


async def test_high_priority_has_more_turns_but_not_all():
    served = await queued(Bulkhead(1), [("normal", "normal")] * 8 + [("high", "high")] * 8)
    assert served[:5].count("high") == 4
    assert "normal" in served[:6]


async def test_background_work_gives_way():
    bulkhead = Bulkhead(1)
    async with bulkhead.place("first", "normal", 0.0):
        later = asyncio.create_task(queued_one(bulkhead, "a", background=True))
        await asyncio.sleep(0)
        now = asyncio.create_task(queued_one(bulkhead, "b"))
        await asyncio.sleep(0)
    assert await now < await later


async def queued_one(bulkhead: Bulkhead, business: str, **options) -> float:
    async with bulkhead.place(business, "normal", 5.0, **options):
        await asyncio.sleep(0.001)
        return asyncio.get_running_loop().time()


async def test_who_waits_too_long_goes_without_and_leaves_the_queue_whole():
    bulkhead = Bulkhead(1)
    async with bulkhead.place("slow", "normal", 0.0):
        with pytest.raises(NoPlace):
            async with bulkhead.place("hasty", "normal", 0.01):
                raise AssertionError("there was no place")
    async with bulkhead.place("next", "normal", 0.0):
        pass


async def test_a_full_model_takes_no_place_of_another():
    models = Bulkheads(1)
    async with models.of("slow").place("a", "normal", 0.0), models.of("quick").place("a", "normal", 0.0):
        assert models.of("slow") is not models.of("quick")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["run", "fail", "cancel", "late"])), max_size=25))
def test_whatever_happens_every_place_comes_back(steps):
    async def all_of_it() -> None:
        bulkhead = Bulkhead(2)

        async def call(business: str, how: str) -> None:
            async with bulkhead.place(business, "normal", 0.002 if how == "late" else 1.0):
                await asyncio.sleep(0.0005)
                if how == "fail":
                    raise KeyError(business)

        tasks = [asyncio.create_task(call(*step)) for step in steps]
        await asyncio.sleep(0)
        for task, (_, how) in zip(tasks, steps, strict=True):
            if how == "cancel":
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert bulkhead.waiting == 0
        async with bulkhead.place("x", "normal", 0.0), bulkhead.place("y", "normal", 0.0):
            pass

    asyncio.run(all_of_it())
