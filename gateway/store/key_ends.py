"""When keys will end whose rotation gave them a last day."""

from gateway.store.database import Database

_WAITING = "SELECT dedupe_key, run_at FROM job WHERE business_id = '' AND kind = $1 AND state = 'queued'"


async def planned_ends(database: Database, kind: str) -> dict[str, int]:
    """Return the instant (microseconds, UTC) by key id; `kind` is the job that will end them."""
    return {str(key): int(at) for key, at in await database.fetch(_WAITING, kind)}
