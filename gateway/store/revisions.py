"""Counters in the database that tell every process that its copy of something is old."""

from collections.abc import Awaitable, Callable

from gateway.store.database import Script, Statement

SWITCHES = "switches"
"""Moves when a business, key, switch or release changes."""

PLANS = "plans"
"""Moves when other plans were put in force."""

CACHE = "answer_cache"
"""Moves when answers were erased, which processes may still hold in memory."""

Changed = Callable[[], Awaitable[None]]
"""Called after a change of one's own, so that this process sees it at once."""


def bump(name: str) -> Script[None]:
    """Move a counter, in the transaction of the change."""
    sql = "INSERT INTO revision (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = revision.n + 1"
    yield Statement(sql, (name,))


async def nobody() -> None:
    """Stand in for `Changed` where no snapshot is kept, as on the command line."""
