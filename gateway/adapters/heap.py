"""Memory that was freed goes back to the system: glibc keeps what lies between blocks in use for as long as it can."""

import asyncio
import ctypes
from collections.abc import Callable

_ARENA_MAX = -8
"""glibc's number for the setting, from malloc.h."""


def _called(name: str) -> Callable[..., int] | None:
    """Return a function of glibc, or None where the C library has none of that name."""
    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return None
    return found


_TRIM, _SET = _called("malloc_trim"), _called("mallopt")


def share_one_heap() -> bool:
    """Let all threads take memory from one heap instead of each from its own; tell whether it was heard.

    Each heap keeps free pieces of its own. To be called before there are threads; does nothing without glibc.
    """
    return bool(_SET(_ARENA_MAX, 1)) if _TRIM and _SET else False  # others have an empty mallopt, but no malloc_trim


async def give_back() -> bool:
    """Return whole free pages to the system, in a thread; tell whether there were any. Does nothing without glibc."""
    return bool(await asyncio.to_thread(_TRIM, 0)) if _TRIM else False
