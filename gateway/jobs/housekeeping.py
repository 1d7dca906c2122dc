"""Work that repeats in every process: close what dead processes left open, forget what has expired."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from gateway.store.scope import OPERATOR, enter

log = structlog.get_logger("gateway.housekeeping")


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do about every `seconds`; it must be safe to run in several processes at once."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[object]]


class Housekeeping:
    """Runs chores until it is closed. A chore that fails is logged by its kind and tried again at its next turn."""

    def __init__(self, *chores: Chore, jitter: Callable[[], float] = random.random) -> None:
        self._chores = chores
        self._jitter = jitter
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start every chore in the running event loop."""
        self._tasks = [asyncio.create_task(self._repeat(chore), name=chore.name) for chore in self._chores]

    async def close(self) -> None:
        """Stop them all and wait until they have stopped."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, chore: Chore) -> None:
        enter(OPERATOR)  # a chore is for all businesses
        while True:
            try:
                await chore.run()
            except Exception as error:
                log.warning("chore_failed", reason=chore.name, kind=type(error).__name__)
            # Spread over the processes of a fleet, so that they do not sweep in step.
            await asyncio.sleep(chore.seconds * (0.9 + 0.2 * self._jitter()))
