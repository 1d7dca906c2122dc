"""Waiting for what must happen: as long as a busy machine may need, and no longer than it takes."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 90.0
"""How long a test waits before it says that something did not happen; no test asserts that it was quick."""

PAUSE_S = 0.02


async def eventually(look: Callable[[], Any], why: object = "") -> Any:
    """Return the first true value that `look` gives, itself or awaited. Raises AssertionError after `PATIENCE_S`."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = look()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        assert time.monotonic() < deadline, why or "it did not happen"
        await asyncio.sleep(PAUSE_S)


def eventually_here(look: Callable[[], Any], why: object = "") -> Any:
    """Do as `eventually`, for a test that has no event loop."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, why or "it did not happen"
        time.sleep(PAUSE_S)
    return found
