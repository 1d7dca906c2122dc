"""Switches as operators see them: what is set for whom, and who paused the models since when."""

from dataclasses import dataclass

from gateway.store.database import Database

_SET = (
    "SELECT business_id, name, enabled, changed_at FROM feature_setting WHERE enabled IS NOT NULL "
    "ORDER BY name, business_id"
)
_WHO = "SELECT actor FROM audit_all WHERE business_id = '' AND action = $1 ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class SetFlag:
    """A switch that was set; business `*` is all of them, `changed_at` microseconds (UTC)."""

    business_id: str
    name: str
    enabled: bool
    changed_at: int


class Flags:
    """Reads what was set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[SetFlag]:
        """Return every switch that was set, by name."""
        return [SetFlag(row[0], row[1], bool(row[2]), row[3]) for row in await self._database.fetch(_SET)]

    async def last_actor(self, action: str) -> str:
        """Return who did this last according to the service's own chain, empty for nobody."""
        rows = await self._database.fetch(_WHO, action)
        return str(rows[0][0]) if rows else ""
