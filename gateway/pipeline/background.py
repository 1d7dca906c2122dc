"""Work that the caller need not wait for; it is finished before the process lets go of its store."""

import asyncio
from collections.abc import Coroutine
from typing import Any

_tasks: set[asyncio.Task[Any]] = set()


def later(work: Coroutine[Any, Any, Any]) -> None:
    """Start `work` now without waiting for it."""
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def drain() -> None:
    """Wait until everything that was started has ended."""
    loop = asyncio.get_running_loop()
    while mine := [task for task in _tasks if task.get_loop() is loop]:
        await asyncio.wait(mine)
