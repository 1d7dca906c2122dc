"""Single flight: equal requests that miss the cache at the same moment cause one upstream call."""

import asyncio


class Flights:
    """The keys being computed in this process."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Event] = {}

    def join(self, key: str) -> "Flight":
        """Return the context in which a key is computed: True for its first caller, False for who waited for them."""
        return Flight(self._running, key)


class Flight:
    """One caller of a key. A class and no generator, since every answer goes through it."""

    __slots__ = ("_key", "_mine", "_running")

    def __init__(self, running: dict[str, asyncio.Event], key: str) -> None:
        self._running, self._key, self._mine = running, key, False

    async def __aenter__(self) -> bool:
        if (landed := self._running.get(self._key)) is not None:
            await landed.wait()
            return False
        self._running[self._key] = asyncio.Event()
        self._mine = True
        return True

    async def __aexit__(self, *_: object) -> None:
        if self._mine:
            self._running.pop(self._key).set()
