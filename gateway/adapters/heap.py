"""Memory that was freed goes back to the system: glibc keeps what lies between blocks in use for as long as it can."""

import asyncio
import ctypes
from collections.abc import Callable


def _trim() -> Callable[[int], int] | None:
    """Return glibc's `malloc_trim`, or None where the C library has none."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None


_TRIM = _trim()


async def give_back() -> bool:
    """Return whole free pages to the system, in a thread; tell whether there were any. Does nothing without glibc."""
    return bool(await asyncio.to_thread(_TRIM, 0)) if _TRIM else False
