"""Canaries that are watched, releases that are planned, and what usage says of two versions side by side.

Queries here concern the service's prompts, not a business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from gateway.domain.ledger import AuditEntry
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.admin_access import THE_SERVICE
from gateway.store.database import Database, Row, Script, Statement, one
from gateway.store.holdings import Holding, Kept
from gateway.store.releases import CANARY, EVERYONE, LIVE, PRODUCTION, STANDING

CanaryState = Literal["watched", "halted", "ended"]
PlanState = Literal["waiting", "done", "failed", "cancelled"]

_CANARY = "id, feature, content_hash, baseline_hash, target, state, said, started_by, started_at, ended_at"
_START = (
    "INSERT INTO canary (id, feature, content_hash, baseline_hash, target, state, said, started_by, started_at) "
    "VALUES ($1, $2, $3, $4, $5, 'watched', '', $6, $7)"
)
_WATCHED = f"SELECT {_CANARY} FROM canary WHERE state = 'watched' ORDER BY started_at"  # noqa: S608 - no value in it
_OF = f"SELECT {_CANARY} FROM canary WHERE feature = $1 ORDER BY started_at DESC LIMIT 10"  # noqa: S608
_END = "UPDATE canary SET state = $2, said = $3, ended_at = $4 WHERE id = $1 AND state = 'watched' RETURNING id"
# The index on (business, instant) serves it: businesses first, in this order.
_FIGURES = (
    "SELECT u.prompt_hash, COUNT(*), SUM(CASE u.degraded WHEN 'ungrounded' THEN 1 ELSE 0 END), "
    "SUM(CASE u.degraded WHEN 'output_invalid' THEN 1 ELSE 0 END), SUM(CASE WHEN u.attempts > 1 THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN u.status >= 500 THEN 1 ELSE 0 END), SUM(u.cost), SUM(u.latency_ms) FROM business b "
    "CROSS JOIN usage u WHERE u.business_id = b.id AND u.feature = $1 AND u.created_at >= $2 "
    "AND u.prompt_hash IN ($3, $4) AND u.source <> 'cache' GROUP BY u.prompt_hash"
)
_VOLUME = (
    'SELECT b."plan", COUNT(*), SUM(u.cost) FROM business b CROSS JOIN usage u WHERE u.business_id = b.id '
    'AND u.feature = $1 AND u.created_at >= $2 GROUP BY b."plan"'
)
_ALL_COSTS = (
    'SELECT b."plan", SUM(u.cost) FROM business b CROSS JOIN usage u WHERE u.business_id = b.id '
    'AND u.created_at >= $1 GROUP BY b."plan"'
)
_SHOPS = 'SELECT "plan", COUNT(*) FROM business GROUP BY "plan"'
_PLAN = "id, draft_id, label, target, note, planned_by, due_at, state, said"
_NEW_PLAN = (
    "INSERT INTO release_plan (id, draft_id, label, target, note, planned_by, due_at, state, said) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', '')"
)
_GET_PLAN = f"SELECT {_PLAN} FROM release_plan WHERE id = $1"  # noqa: S608
_PLANS = f"SELECT {_PLAN} FROM release_plan WHERE draft_id = $1 ORDER BY due_at DESC LIMIT 20"  # noqa: S608
_END_PLAN = "UPDATE release_plan SET state = $2, said = $3 WHERE id = $1 AND state = 'waiting' RETURNING id"
MONTH = 30 * 86_400_000_000
FRESH = 600_000_000
HOLDINGS = (
    Holding("canary", Kept("which version was on trial with which share, and why it ended"), scoped=False),
    Holding("release_plan", Kept("which release was planned by whom, and what became of it"), scoped=False),
)


@dataclass(frozen=True, slots=True)
class Canary:
    """A version on trial with a share of the businesses, against what everybody else has. Instants: microseconds."""

    id: str
    feature: str
    content_hash: str
    baseline_hash: str
    target: str
    state: CanaryState
    said: str
    started_by: str
    started_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What usage says of one version since an instant; `cost` in nano-USD, `latency_ms` summed."""

    calls: int = 0
    ungrounded: int = 0
    invalid: int = 0
    repaired: int = 0
    errors: int = 0
    cost: int = 0
    latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """A release that waits for its time."""

    id: str
    draft_id: str
    label: str
    target: str
    note: str
    planned_by: str
    due_at: int
    state: PlanState
    said: str


@dataclass(frozen=True, slots=True)
class Volume:
    """The last 30 days of a plan: its businesses, a feature's calls, and what all features together cost (nano-USD)."""

    businesses: int
    calls: int
    feature_cost: int
    all_cost: int


class Canaries:
    """Starts, ends and measures canaries, and keeps planned releases."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._volumes: dict[str, tuple[int, dict[str, Volume]]] = {}

    def start(self, feature: str, hashes: tuple[str, str], target: str, by: str) -> Script[None]:
        """Watch a version from now on, as part of the transaction of its release.

        `hashes` are its own and the one it is compared with.
        """
        yield Statement(_START, (str(uuid4()), feature, *hashes, target, by, self._clock.now()))

    async def mend(self) -> int:
        """Watch every share that nobody watches, close every trial whose share is gone; returns how many there were.

        A release and its watch are one transaction; this is for what was written by other hands or an earlier version.
        """
        return await self._database.run(_mend, self._clock.now())

    async def watched(self) -> list[Canary]:
        """Return every canary that is on trial."""
        return [Canary(*row) for row in await self._database.fetch(_WATCHED)]

    async def of(self, feature: str) -> list[Canary]:
        """Return a feature's canaries, newest first."""
        return [Canary(*row) for row in await self._database.fetch(_OF, feature)]

    def closing(self, feature: str, state: CanaryState, said: str, by: str) -> Script[list[str]]:
        """Close a feature's trials with the reason, as part of the caller's transaction; returns their ids."""
        rows = yield Statement(_WATCHED)
        closed = [Canary(*row) for row in rows if row[1] == feature]
        for canary in closed:
            yield from _end(canary, state, said, by, self._clock.now())
        return [canary.id for canary in closed]

    async def figures(self, canary: Canary) -> tuple[Figures, Figures]:
        """Return what usage since its start says of the canary and of what it is compared with."""
        rows = await self._database.fetch(
            _FIGURES, canary.feature, canary.started_at, canary.content_hash, canary.baseline_hash
        )
        found = {row[0]: Figures(*(int(value) for value in row[1:])) for row in rows}
        return found.get(canary.content_hash, Figures()), found.get(canary.baseline_hash, Figures())

    async def volumes(self, feature: str) -> dict[str, Volume]:
        """Return the last 30 days by plan, as of at most ten minutes ago: it reads a month of usage."""
        now = self._clock.now()
        at, kept = self._volumes.get(feature, (0, {}))
        if not 0 <= now - at < FRESH:
            kept = await self._measured(feature, now - MONTH)
            self._volumes[feature] = (now, kept)
        return kept

    async def _measured(self, feature: str, since: int) -> dict[str, Volume]:
        calls = {row[0]: (int(row[1]), int(row[2])) for row in await self._database.fetch(_VOLUME, feature, since)}
        costs = {row[0]: int(row[1]) for row in await self._database.fetch(_ALL_COSTS, since)}
        shops = await self._database.fetch(_SHOPS)
        return {plan: Volume(int(n), *calls.get(plan, (0, 0)), costs.get(plan, 0)) for plan, n in shops}

    async def plan(
        self, draft_id: str, where: tuple[str, str], note: str, by: str, due_at: int,
        then: Callable[[str], Script[object]],
    ) -> str:  # fmt: skip
        """Keep a release for later; `where` is (label, target), and what `then` makes of its id is written with it."""
        plan_id, now = str(uuid4()), self._clock.now()
        details = {"draft": draft_id, "label": where[0], "target": where[1], "due_at": due_at}
        entry = AuditEntry(THE_SERVICE, by, "release.planned", plan_id, now, details)
        await self._database.run(_plan, (plan_id, draft_id, *where, note, by, due_at), entry, then)
        return plan_id

    async def planned(self, plan_id: str) -> ReleasePlan | None:
        """Return a planned release."""
        rows = await self._database.fetch(_GET_PLAN, plan_id)
        return ReleasePlan(*rows[0]) if rows else None

    async def plans(self, draft_id: str) -> list[ReleasePlan]:
        """Return a draft's planned releases, the latest first."""
        return [ReleasePlan(*row) for row in await self._database.fetch(_PLANS, draft_id)]

    def carried_out(self, plan_id: str) -> Script[bool]:
        """Close a planned release as done, in the transaction of the release; False when it was closed before."""
        return bool((yield Statement(_END_PLAN, (plan_id, "done", ""))))

    async def cancel_plan(self, plan: ReleasePlan, by: str) -> bool:
        """Take a planned release back, with its audit line; False when it was closed before."""
        details = {"draft": plan.draft_id, "label": plan.label, "target": plan.target, "due_at": plan.due_at}
        entry = AuditEntry(THE_SERVICE, by, "release.unplanned", plan.id, self._clock.now(), details)
        return bool(await self._database.run(_cancel, plan.id, entry))

    async def end_plan(self, plan_id: str, state: PlanState, said: str) -> bool:
        """Close a planned release; False when it was closed before."""
        return bool(await self._database.execute(_END_PLAN, plan_id, state, said))


def _plan(row: tuple[object, ...], entry: AuditEntry, then: Callable[[str], Script[object]]) -> Script[None]:
    yield Statement(_NEW_PLAN, row)
    yield from then(entry.object_id)
    yield from audit.append(entry)


def _cancel(plan_id: str, entry: AuditEntry) -> Script[list[Row]]:
    return (yield from audit.noted(one(_END_PLAN, plan_id, "cancelled", f"taken back by {entry.actor}"), entry))


def _end(canary: Canary, state: CanaryState, said: str, by: str, now: int) -> Script[None]:
    if (yield Statement(_END, (canary.id, state, said, now))):
        details = {"feature": canary.feature, "target": canary.target, "said": said}
        yield from audit.append(AuditEntry(THE_SERVICE, by, f"canary.{state}", canary.id, now, details))


def _mend(now: int) -> Script[int]:
    standing = {row[:4]: row[5] for row in (yield Statement(STANDING)) if row[1] == CANARY}
    watched = [Canary(*row) for row in (yield Statement(_WATCHED))]
    known = {(each.feature, CANARY, each.target, each.content_hash) for each in watched}
    live: dict[str, str] = dict((yield Statement(LIVE, (PRODUCTION, EVERYONE))))
    unwatched = [where for where in standing if where not in known]
    for feature, label, target, content in unwatched:
        since = standing[feature, label, target, content]
        hashes = (content, live.get(feature, ""))
        yield Statement(_START, (str(uuid4()), feature, *hashes, target, "canary watch", since))
    gone = [each for each in watched if (each.feature, CANARY, each.target, each.content_hash) not in standing]
    for each in gone:
        yield from _end(each, "ended", "its share was taken away", "canary watch", now)
    return len(unwatched) + len(gone)
