"""Single flight: equal requests that miss the cache at the same moment cause one upstream call."""

import asyncio


class Flights:
    """The keys being computed in this process."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Event | None] = {}

    def join(self, key: str) -> "Flight":
        """Return the context in which a key is computed: True for its first caller, False for who waited for them."""
        return Flight(self._running, key)


class Flight:
    """One caller of a key. A class and no generator, since every answer goes through it."""

    __slots__ = ("_key", "_mine", "_running")

    def __init__(self, running: dict[str, asyncio.Event | None], key: str) -> None:
        self._running, self._key, self._mine = running, key, False

    async def __aenter__(self) -> bool:
        if self._key in self._running:
            # Made by the first who waits: most flights are over before anybody does.
            landed = self._running[self._key] = self._running[self._key] or asyncio.Event()
            await landed.wait()
            return False
        self._running[self._key] = None
        self._mine = True
        return True

    async def __aexit__(self, *_: object) -> None:
        if self._mine and (landed := self._running.pop(self._key)) is not None:
            landed.set()
