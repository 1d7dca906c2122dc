"""Tenants and the switches that operators and they themselves have set."""

from collections.abc import Sequence

from gateway.domain.caller import Business
from gateway.domain.ledger import AuditEntry
from gateway.errors import NotFound
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.revisions import SWITCHES, Changed, bump, nobody

EVERY_BUSINESS = "*"
"""In place of a business: the switch of an operator for all of them."""

EVERY_FEATURE = "*"
"""In place of a feature: the opt-out of a business from all of them."""

_PUT = (
    'INSERT INTO business (id, name, "plan", timezone, currency, ai_opt_out, trial_ends_at, created_at) '
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
    '"plan" = excluded."plan", timezone = excluded.timezone, currency = excluded.currency, '
    "ai_opt_out = excluded.ai_opt_out, trial_ends_at = excluded.trial_ends_at"
)
_ADD = (
    'INSERT INTO business (id, name, "plan", timezone, currency, ai_opt_out, trial_ends_at, created_at) '
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id"
)
ALL = 'SELECT id, name, "plan", timezone, currency, ai_opt_out, trial_ends_at FROM business ORDER BY id'
_ONE = 'SELECT id, name, "plan", timezone, currency, ai_opt_out, trial_ends_at FROM business WHERE id = $1'
_SET_PLAN = 'UPDATE business SET "plan" = $2, trial_ends_at = $3 WHERE id = $1 RETURNING id'
_SET_OPT_OUT = "UPDATE business SET ai_opt_out = $2 WHERE id = $1 RETURNING id"
_SWITCH = (
    "INSERT INTO feature_setting (business_id, name, enabled, changed_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (business_id, name) DO UPDATE SET enabled = excluded.enabled, changed_at = excluded.changed_at "
    "RETURNING name"
)
_OPT_OUT = (
    "INSERT INTO feature_setting (business_id, name, opted_out, changed_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (business_id, name) DO UPDATE SET opted_out = excluded.opted_out, changed_at = excluded.changed_at "
    "RETURNING name"
)


_OPTED_OUT = "SELECT name FROM feature_setting WHERE business_id = $1 AND opted_out ORDER BY name"


class Businesses:
    """Reads and changes tenants; `changed` is awaited after each change, whose audit `line` is written with it."""

    def __init__(self, database: Database, clock: Clock, changed: Changed = nobody) -> None:
        self._database = database
        self._clock = clock
        self.changed = changed

    async def put(self, business: Business) -> None:
        """Create a business, or replace what is known of it."""
        await self._change(_PUT, *self._row(business))

    async def add(self, business: Business, *, line: AuditEntry | None = None) -> bool:
        """Create a business; False when its id is taken, and nothing was changed."""
        return bool(await self._change(_ADD, *self._row(business), line=line))

    def _row(self, business: Business) -> tuple[object, ...]:
        return (
            business.id, business.name, business.plan, business.timezone, business.currency, business.ai_opt_out,
            business.trial_ends_at, self._clock.now(),
        )  # fmt: skip

    async def get(self, business_id: str) -> Business:
        """Return a business. Raises NotFound."""
        rows = await self._database.fetch(_ONE, business_id)
        if not rows:
            raise NotFound("There is no such business.")
        return business_of(rows[0])

    async def set_plan(
        self, business_id: str, plan: str, trial_ends_at: int | None = None, *, line: AuditEntry | None = None
    ) -> None:
        """Move a business to another plan, effective everywhere within a second. Raises NotFound."""
        if not await self._change(_SET_PLAN, business_id, plan, trial_ends_at, line=line):
            raise NotFound("There is no such business.")

    async def opt_out(
        self, business_id: str, *, feature: str = EVERY_FEATURE, out: bool = True, line: AuditEntry | None = None
    ) -> None:
        """Keep a business's data from every model, or from those of one feature. Raises NotFound."""
        await self._database.run(lambda: self.opting_out(business_id, [feature], out=out, line=line))
        await self.changed()

    def opting_out(
        self, business_id: str, features: Sequence[str], *, out: bool, line: AuditEntry | None
    ) -> Script[None]:
        """Do as `opt_out` for several features, as part of a transaction; afterwards await `changed`."""
        for feature in features:
            if feature != EVERY_FEATURE:
                yield Statement(_OPT_OUT, (business_id, feature, out, self._clock.now()))
            elif not (yield Statement(_SET_OPT_OUT, (business_id, out))):
                raise NotFound("There is no such business.")
        yield from bump(SWITCHES)
        if line is not None:
            yield from audit.append(line)

    async def opted_out(self, business_id: str) -> tuple[bool, list[str]]:
        """Return whether the business has opted out of every model, and of which features by name. Raises NotFound."""
        return await self._database.read(opted_out, business_id)

    async def switch(
        self, flag: str, enabled: bool | None, business_id: str = EVERY_BUSINESS, *, line: AuditEntry | None = None
    ) -> None:
        """Override a feature flag such as `AI_CREDIT_ENABLED`; None goes back to the environment's default."""
        await self._change(_SWITCH, business_id, flag, enabled, self._clock.now(), line=line)

    async def list(self) -> list[Business]:
        """Return every business, by id."""
        return [business_of(row) for row in await self._database.fetch(ALL)]

    async def _change(self, sql: str, *args: object, line: AuditEntry | None = None) -> Sequence[Row]:
        rows = await self._database.run(_change, sql, args, line)
        await self.changed()
        return rows


def business_of(row: Row) -> Business:
    """Return a business of the columns that `ALL` selects."""
    business_id, name, plan, timezone, currency, ai_opt_out, trial_ends_at = row
    return Business(business_id, name, plan, timezone, currency, bool(ai_opt_out), trial_ends_at)


def opted_out(business_id: str) -> Script[tuple[bool, list[str]]]:
    """Return whether a business has opted out of every model, and of which features. Raises NotFound."""
    rows = yield Statement(_ONE, (business_id,))
    if not rows:
        raise NotFound("There is no such business.")
    return business_of(rows[0]).ai_opt_out, [name for (name,) in (yield Statement(_OPTED_OUT, (business_id,)))]


def _change(sql: str, args: tuple[object, ...], line: AuditEntry | None) -> Script[list[Row]]:
    rows = yield Statement(sql, args)
    yield from bump(SWITCHES)
    if line is not None and rows:
        yield from audit.append(line)
    return rows
