"""What each business of a plan has used in its windows, to say whom a change of the plan would meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.store.database import Database

_SPENT = (
    'SELECT b.id, b.name, b."plan", COALESCE(m.spent, 0) FROM business b LEFT JOIN budget m '
    'ON m.business_id = b.id AND m.period = $2 WHERE b."plan" = $1 ORDER BY b.name, b.id'
)
_USED = (
    "SELECT c.business_id, c.meter, c.used FROM business b JOIN quota_counter c ON c.business_id = b.id "
    'WHERE b."plan" = $1 AND c.period IN ($2, $3)'
)


@dataclass(frozen=True, slots=True)
class ShopUse:
    """One business: nano-USD spent this month, and units used by meter in the windows that are open."""

    business_id: str
    name: str
    plan: str
    spent: int
    used: Mapping[str, int] = field(default_factory=dict)


async def uses_of(database: Database, plans: Sequence[str], month: str, day: str) -> list[ShopUse]:
    """Return every business of these plans; `month` is like `2026-11`, `day` like `2026-11-22`."""
    found = []
    for plan in plans:
        used: dict[str, dict[str, int]] = {}
        for business_id, meter, units in await database.fetch(_USED, plan, month, day):
            used.setdefault(business_id, {})[meter] = int(units)
        rows = await database.fetch(_SPENT, plan, month)
        found += [ShopUse(row[0], row[1], row[2], int(row[3]), used.get(row[0], {})) for row in rows]
    return found
