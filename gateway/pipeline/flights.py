"""Single flight: equal requests that miss the cache at the same moment cause one upstream call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Flights:
    """The keys being computed in this process."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def join(self, key: str) -> AsyncIterator[bool]:
        """Yield True to the first caller of `key`, and False to the others once the first is done."""
        if (landed := self._running.get(key)) is not None:
            await landed.wait()
            yield False
            return
        landed = self._running[key] = asyncio.Event()
        try:
            yield True
        finally:
            del self._running[key]
            landed.set()
