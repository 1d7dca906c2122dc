"""Equal work in flight is done once."""

import asyncio

import pytest

from gateway.pipeline.flights import Flights


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
