"""One process at a time, where several start at the same moment and all want to do the same to PostgreSQL."""

from gateway.errors import NotReady
from gateway.store.database import Script, Statement

TRIES, PAUSE_S = 600, 0.2


def alone(dialect: str, lock: int) -> Script[None]:
    """Hold this advisory lock until the transaction ends, waiting up to two minutes for it. Raises NotReady.

    It is asked for again and again, since a plain wait would end with the five seconds that any lock is waited for.
    SQLite needs nothing: it has one writing transaction at a time.
    """
    if dialect != "postgresql":
        return
    for _ in range(TRIES):
        ((held,),) = yield Statement("SELECT pg_try_advisory_xact_lock($1)", (lock,))
        if held:
            return
        yield Statement("SELECT pg_sleep($1)", (PAUSE_S,))
    raise NotReady("Another process has been changing the database for two minutes.")
