"""Evaluation runs that people start in the admin, case by case; what cases said rests encrypted."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

import msgspec

from gateway.ports import Clock
from gateway.store.admin_access import THE_SERVICE
from gateway.store.crypto import Sealer
from gateway.store.database import Database, Row
from gateway.store.holdings import Holding, Kept, Sealed

RunState = Literal["queued", "running", "completed", "cancelled", "failed"]
RunKind = Literal["examples", "replay"]
Show = Literal["all", "failed", "changed", "worse"]
PURPOSE = "eval case"
HOLDINGS = (
    Holding("eval_run", Kept("what a change of a prompt was judged by: texts of prompts and sums"), scoped=False),
    Holding(
        "eval_case", Kept("answers to made-up examples; of kept requests only decisions and costs"),
        key=("run_id", "number"), sealed=[Sealed("detail", PURPOSE, lambda key: f"{key[0]}:{key[1]}")], scoped=False,
    ),
)  # fmt: skip

_RUN = (
    "id, kind, draft_id, feature, body, content_hash, live_hash, suite_hash, model, state, total, done, outcome, "
    "figures, started_by, created_at, started_at, ended_at"
)
_GET = f"SELECT {_RUN} FROM eval_run WHERE id = $1"  # noqa: S608 - no value in it
_NEWEST = f"SELECT {_RUN} FROM eval_run ORDER BY created_at DESC LIMIT $1 OFFSET $2"  # noqa: S608
_COUNT = "SELECT COUNT(*) FROM eval_run"
_OF_DRAFT = f"SELECT {_RUN} FROM eval_run WHERE draft_id = $1 AND kind = $2 ORDER BY created_at DESC LIMIT 20"  # noqa: S608
_OF_FEATURE = f"SELECT {_RUN} FROM eval_run WHERE feature = $1 ORDER BY created_at DESC LIMIT $2"  # noqa: S608
_NEW = (
    "INSERT INTO eval_run (id, kind, draft_id, feature, body, content_hash, live_hash, suite_hash, model, state, "
    "total, done, outcome, figures, started_by, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, 'queued', 0, 0, '', '{}', $9, $10)"
)
_BEGIN = (
    "UPDATE eval_run SET state = 'running', total = $2, suite_hash = $3, model = $4, "
    "started_at = COALESCE(started_at, $5) WHERE id = $1 AND state IN ('queued', 'running') RETURNING id"
)
_STEP = "UPDATE eval_run SET done = $2 WHERE id = $1 AND state = 'running' RETURNING id"
_END = (
    "UPDATE eval_run SET state = $2, outcome = $3, figures = $4, ended_at = $5 "
    "WHERE id = $1 AND state IN ('queued', 'running') RETURNING id"
)
_CANCEL = (
    "UPDATE eval_run SET state = 'cancelled', ended_at = $2 WHERE id = $1 AND state IN ('queued', 'running') "
    "RETURNING id"
)
_RESUME = (
    "UPDATE eval_run SET state = 'queued', ended_at = NULL WHERE id = $1 AND state IN ('cancelled', 'failed') "
    "RETURNING id"
)
_CASE = (
    "INSERT INTO eval_case (run_id, number, name, passed, live_passed, changed, detail) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (run_id, number) DO NOTHING"
)
_NUMBERS = "SELECT number, name, passed, live_passed, changed FROM eval_case WHERE run_id = $1 ORDER BY number"
_ONE = "SELECT number, name, passed, live_passed, changed, detail FROM eval_case WHERE run_id = $1 AND number = $2"
_ALL = "SELECT number, name, passed, live_passed, changed, detail FROM eval_case WHERE run_id = $1 ORDER BY number"
_FILTERS: dict[Show, str] = {
    "all": "", "failed": " AND NOT passed", "changed": " AND changed", "worse": " AND live_passed AND NOT passed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvalRun:
    """One run: a draft's contents against the live version on the same cases. Instants are microseconds (UTC)."""

    id: str
    kind: RunKind
    draft_id: str | None
    feature: str
    body: str
    content_hash: str
    live_hash: str
    suite_hash: str
    model: str
    state: RunState
    total: int
    done: int
    outcome: str
    figures: dict[str, Any]
    started_by: str
    created_at: int
    started_at: int | None
    ended_at: int | None

    def left_s(self, now: int) -> int | None:
        """Return the seconds that the rest will take at the pace so far; None while that is unknown."""
        if self.state != "running" or not self.done or self.started_at is None:
            return None
        return round((now - self.started_at) / self.done * (self.total - self.done) / 1e6)


@dataclass(frozen=True, slots=True)
class EvalCase:
    """One case of a run, with draft and live side by side; `detail` is empty in lists."""

    number: int
    name: str
    passed: bool
    live_passed: bool
    changed: bool
    detail: dict[str, Any]


class EvalRuns:
    """Starts, advances, ends and shows runs."""

    def __init__(self, database: Database, clock: Clock, sealer: Sealer) -> None:
        self._database = database
        self._clock = clock
        self._sealer = sealer

    async def new(
        self,
        kind: RunKind,
        draft_id: str | None,
        feature: str,
        body: str,
        hashes: tuple[str, str],
        by: str,
        model: str,
    ) -> str:
        """Queue a run of these contents and return its id; `hashes` are the draft's and the live version's.

        `model` is who will answer; `offline` stands for the rules.
        """
        run_id = str(uuid4())
        row = (run_id, kind, draft_id, feature, body, *hashes, model, by, self._clock.now())
        await self._database.execute(_NEW, *row)
        return run_id

    async def get(self, run_id: str) -> EvalRun | None:
        """Return a run."""
        rows = await self._database.fetch(_GET, run_id)
        return _run(rows[0]) if rows else None

    async def newest(self, limit: int, offset: int = 0) -> tuple[list[EvalRun], int]:
        """Return a page of runs, newest first, and how many there are."""
        rows = await self._database.fetch(_NEWEST, limit, offset)
        return [_run(row) for row in rows], int((await self._database.fetch(_COUNT))[0][0])

    async def of_draft(self, draft_id: str, kind: RunKind = "examples") -> list[EvalRun]:
        """Return a draft's runs, newest first."""
        return [_run(row) for row in await self._database.fetch(_OF_DRAFT, draft_id, kind)]

    async def of_feature(self, feature: str, limit: int = 20) -> list[EvalRun]:
        """Return a feature's runs, newest first."""
        return [_run(row) for row in await self._database.fetch(_OF_FEATURE, feature, limit)]

    async def begin(self, run_id: str, total: int, suite_hash: str, model: str) -> bool:
        """Note that the run goes on; False when it was cancelled."""
        return bool(await self._database.execute(_BEGIN, run_id, total, suite_hash, model, self._clock.now()))

    async def keep(self, run_id: str, case: EvalCase, done: int) -> bool:
        """Keep one case; False when the run was cancelled meanwhile."""
        sealed = self._sealer.seal(PURPOSE, THE_SERVICE, f"{run_id}:{case.number}", msgspec.json.encode(case.detail))
        await self._database.execute(
            _CASE, run_id, case.number, case.name, case.passed, case.live_passed, case.changed, sealed
        )
        return bool(await self._database.execute(_STEP, run_id, done))

    async def end(self, run_id: str, state: RunState, outcome: str, figures: dict[str, Any]) -> bool:
        """Close a run; False when it was cancelled before."""
        text = msgspec.json.encode(figures).decode()
        return bool(await self._database.execute(_END, run_id, state, outcome, text, self._clock.now()))

    async def cancel(self, run_id: str) -> bool:
        """Stop a run after the case in hand; what it has found stays."""
        return bool(await self._database.execute(_CANCEL, run_id, self._clock.now()))

    async def resume(self, run_id: str) -> bool:
        """Put a stopped run back; it goes on after the last case."""
        return bool(await self._database.execute(_RESUME, run_id))

    async def known(self, run_id: str) -> list[EvalCase]:
        """Return the cases that are done, without their details."""
        return [_case(row, {}) for row in await self._database.fetch(_NUMBERS, run_id)]

    async def page(self, run_id: str, show: Show, limit: int, offset: int) -> tuple[list[EvalCase], int]:
        """Return a page of the matrix, and how many cases the filter shows."""
        where = f"FROM eval_case WHERE run_id = $1{_FILTERS[show]}"
        columns = "number, name, passed, live_passed, changed"
        sql = f"SELECT {columns} {where} ORDER BY number LIMIT $2 OFFSET $3"
        rows = await self._database.fetch(sql, run_id, limit, offset)
        count = await self._database.fetch(f"SELECT COUNT(*) {where}", run_id)
        return [_case(row, {}) for row in rows], int(count[0][0])

    async def beside(self, run_id: str, show: Show, number: int) -> tuple[int | None, int | None]:
        """Return the numbers of the cases before and after this one among those that the filter shows."""
        where = f"FROM eval_case WHERE run_id = $1{_FILTERS[show]} AND number"
        before = await self._database.fetch(f"SELECT MAX(number) {where} < $2", run_id, number)
        after = await self._database.fetch(f"SELECT MIN(number) {where} > $2", run_id, number)
        return before[0][0], after[0][0]

    async def case(self, run_id: str, number: int) -> EvalCase | None:
        """Return one case with its details."""
        rows = await self._database.fetch(_ONE, run_id, number)
        return self._opened(run_id, rows[0]) if rows else None

    async def cases(self, run_id: str) -> list[EvalCase]:
        """Return every case with its details."""
        return [self._opened(run_id, row) for row in await self._database.fetch(_ALL, run_id)]

    def _opened(self, run_id: str, row: Row) -> EvalCase:
        plain = self._sealer.open(PURPOSE, THE_SERVICE, f"{run_id}:{row[0]}", bytes(row[5]))
        return _case(row, msgspec.json.decode(plain))


def _run(row: Row) -> EvalRun:
    return EvalRun(*(*row[:13], msgspec.json.decode(row[13]), *row[14:]))


def _case(row: Row, detail: dict[str, Any]) -> EvalCase:
    return EvalCase(row[0], row[1], bool(row[2]), bool(row[3]), bool(row[4]), detail)
