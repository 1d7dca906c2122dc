"""Equal work in flight is done once."""

import asyncio

import pytest

from gateway.pipeline.answer import answer
from gateway.pipeline.background import drain
from gateway.pipeline.flights import Flights
from tests.fakes import MemoryLedger
from tests.pipeline.making import make_ask, make_kit


async def test_followers_wait_for_the_leader():
    flights, order = Flights(), []

    async def fly(name: str) -> None:
        async with flights.join("key") as leading:
            order.append((name, leading))
            await asyncio.sleep(0)

    await asyncio.gather(fly("a"), fly("b"), fly("c"))
    assert order == [("a", True), ("b", False), ("c", False)]


async def test_other_keys_do_not_wait():
    flights = Flights()
    async with flights.join("x"), flights.join("y") as leading:
        assert leading


async def test_a_leader_that_fails_lets_the_next_one_lead():
    flights = Flights()
    with pytest.raises(RuntimeError):
        async with flights.join("key"):
            raise RuntimeError
    async with flights.join("key") as leading:
        assert leading


class SlowBooks(MemoryLedger):
    """A ledger that records answers without a reservation only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.free, self.waiting = asyncio.Event(), 0

    async def settle_direct(self, claim, units, finish):
        self.waiting += 1
        await self.free.wait()
        return await super().settle_direct(claim, units, finish)


async def test_callers_of_an_answer_that_is_in_the_cache_do_not_wait_for_each_other():
    kit = make_kit(ledger=(books := SlowBooks()))
    await answer(kit, make_ask())
    await drain()
    callers = [asyncio.create_task(answer(kit, make_ask(ledger_id=f"l{n}"))) for n in range(3)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert books.waiting == 3
    books.free.set()
    assert {b'"source":"cache"' in answered.body for answered in await asyncio.gather(*callers)} == {True}
