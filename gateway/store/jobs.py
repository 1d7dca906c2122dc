"""Work for later, written in the transaction of what caused it, and taken by whichever process has a hand free.

A job belongs to one runner at a time, by a lease: who dies loses it, and another one takes it up. Whatever a handler
wants to have written exactly once goes into the transaction that ends the job (`end`, with `then`).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.domain.ids import new_id
from gateway.domain.jobs import Job, JobState, JobView, NewJob
from gateway.domain.ledger import AuditEntry
from gateway.errors import NotFound
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.crypto import Sealer, Unreadable
from gateway.store.database import Database, Row, Script, Statement, one

LEASE = 60_000_000
"""How long a runner that no longer says anything keeps its job, in microseconds."""

PAYLOAD, OUTCOME = "job payload", "job outcome"
_encode = msgspec.json.Encoder(decimal_format="string").encode

_ADD = (
    "INSERT INTO job (business_id, id, kind, dedupe_key, request_hash, scope, state, payload, subjects, done, total, "
    "attempts, priority, run_at, fault, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, 0, $9, 0, $10, $11, '', $12) "
    "ON CONFLICT (business_id, kind, dedupe_key) DO NOTHING RETURNING id"
)
_SAME = "SELECT id, request_hash FROM job WHERE business_id = $1 AND kind = $2 AND dedupe_key = $3"
_LOOK = (
    "SELECT 1 FROM job WHERE ((state = 'queued' AND run_at <= $1) OR (state = 'running' AND lease_until <= $1)) "
    "AND kind IN ({}) LIMIT 1"
)
# Businesses take turns, one of high priority four for one, so that nobody's thousand jobs keep the others waiting.
_PICK = (
    "WITH due AS (SELECT business_id, id, priority, run_at FROM job WHERE ((state = 'queued' AND run_at <= $1) OR "
    "(state = 'running' AND lease_until <= $1)) AND kind IN ({}) ORDER BY run_at, id LIMIT 1000), "
    "busy AS (SELECT business_id, COUNT(*) AS n FROM job WHERE state = 'running' GROUP BY business_id), "
    "ranked AS (SELECT d.business_id, d.id, d.run_at, (COALESCE(b.n, 0) + ROW_NUMBER() OVER (PARTITION BY "
    "d.business_id ORDER BY d.priority DESC, d.run_at, d.id)) * CASE WHEN d.priority > 0 THEN 1 ELSE 4 END AS turn "
    "FROM due d LEFT JOIN busy b ON b.business_id = d.business_id) "
    "SELECT j.business_id, j.id FROM ranked r JOIN job j ON j.business_id = r.business_id AND j.id = r.id "
    "ORDER BY r.turn, r.run_at, j.id LIMIT $2"
)
_TAKE = (
    "UPDATE job SET state = 'running', owner = $3, lease_until = $4, attempts = attempts + 1 "
    "WHERE business_id = $1 AND id = $2 AND ((state = 'queued' AND run_at <= $5) OR "
    "(state = 'running' AND lease_until <= $5)) RETURNING kind, payload, attempts, created_at"
)
_KEEP = (
    "UPDATE job SET lease_until = $4 WHERE business_id = $1 AND id = $2 AND owner = $3 AND state = 'running' "
    "RETURNING id"
)
_PROGRESS = (
    "UPDATE job SET lease_until = $4, done = $5, total = $6 "
    "WHERE business_id = $1 AND id = $2 AND owner = $3 AND state = 'running' RETURNING id"
)
_END = (
    "UPDATE job SET state = $4, outcome = $5, fault = $6, finished_at = $7, payload = $8, owner = NULL, "
    "lease_until = NULL, done = CASE WHEN $4 = 'completed' THEN total ELSE done END "
    "WHERE business_id = $1 AND id = $2 AND owner = $3 AND state = 'running' RETURNING id"
)
_AGAIN = (
    "UPDATE job SET state = 'queued', run_at = $4, fault = $5, attempts = attempts - $6, owner = NULL, "
    "lease_until = NULL WHERE business_id = $1 AND id = $2 AND owner = $3 AND state = 'running' RETURNING id"
)
_GET = (
    "SELECT id, kind, state, done, total, attempts, scope, request_hash, outcome, created_at, finished_at FROM job "
    "WHERE business_id = $1 AND id = $2"
)
_CANCEL = (
    "UPDATE job SET state = 'cancelled', finished_at = $3, payload = NULL, owner = NULL, lease_until = NULL "
    "WHERE business_id = $1 AND id = $2 AND state IN ('queued', 'running') RETURNING id"
)
_LEAVE = "UPDATE job SET outcome = $3 WHERE business_id = $1 AND id = $2 AND state = 'cancelled' AND outcome IS NULL"
_RESTART = (
    "UPDATE job SET state = 'queued', attempts = 0, run_at = $3, finished_at = NULL, fault = '' "
    "WHERE business_id = $1 AND id = $2 AND state = 'dead' AND payload IS NOT NULL RETURNING id"
)
_LIST = (
    "SELECT business_id, id, kind, state, attempts, fault, run_at, created_at, finished_at FROM job "
    "WHERE state = $1 ORDER BY created_at DESC LIMIT $2"
)
_COUNTS = "SELECT kind, state, COUNT(*), MIN(created_at) FROM job GROUP BY kind, state ORDER BY kind, state"

Then = Callable[[], Script[None]]


class Lost(Exception):
    """The job is no longer this runner's: it was cancelled, or the lease ran out and another one has it."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """The job that stands for a wish: a new one, or the one that was there before under the same key."""

    id: str
    new: bool
    request_hash: str = ""


class Jobs:
    """The table of jobs, for those who ask for work and for those who do it."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self.nudge: Callable[[], None] = lambda: None

    async def add(
        self, business_id: str, job: NewJob, request_hash: str = "", *, line: AuditEntry | None = None
    ) -> Enqueued:
        """Ask for work that belongs to no other transaction but that of its audit `line`. Raises NotReady."""
        added = await self._database.run(lambda: audit.noted(self.enqueue(business_id, job, request_hash), line))
        self.nudge()
        return added

    def enqueue(self, business_id: str, job: NewJob, request_hash: str = "") -> Script[Enqueued]:
        """Ask for work, as part of the caller's transaction."""
        return (yield from enqueue(self._sealer, self._clock.now(), business_id, job, request_hash))

    async def claim(
        self, owner: str, kinds: Sequence[str], limit: int, running: Sequence[tuple[str, str]] = ()
    ) -> list[Job]:
        """Take up to `limit` jobs of these kinds that are due, those of dead runners too, but none in `running`."""
        now = self._clock.now()
        look = _LOOK.format(", ".join(f"${number}" for number in range(2, 2 + len(kinds))))
        if not await self._database.fetch(look, now, *kinds):  # most looks find nothing: then nothing is locked
            return []
        pick = _PICK.format(", ".join(f"${number}" for number in range(3, 3 + len(kinds))))
        pick += " FOR UPDATE OF j SKIP LOCKED" if self._database.dialect == "postgresql" else ""
        rows = await self._database.run(_claim, pick, tuple(kinds), owner, now, limit, frozenset(running))
        return [self._job(row, owner) for row in rows]

    async def keep(self, job: Job) -> None:
        """Prolong the lease. Raises Lost."""
        until = self._clock.now() + LEASE
        if not await self._database.execute(_KEEP, job.business_id, job.id, job.owner, until):
            raise Lost

    async def progress(self, job: Job, done: int, total: int) -> None:
        """Note how far the job is and prolong its lease. Raises Lost."""
        this = (job.business_id, job.id, job.owner, self._clock.now() + LEASE)
        if not await self._database.execute(_PROGRESS, *this, done, total):
            raise Lost

    async def end(
        self, job: Job, state: JobState, outcome: bytes | None, *, fault: str = "", then: Sequence[Then] = ()
    ) -> bool:
        """Close the job and write what `then` yields, in one transaction; False when it was no longer this runner's."""
        sealed = None if outcome is None else self._sealer.seal(OUTCOME, job.business_id, job.id, outcome)
        # A dead letter keeps what it was about, so that an operator can start it again.
        kept = self._seal_payload(job.business_id, job.id, job.payload) if state == "dead" else None
        return await self._database.run(_end, job, state, sealed, fault, self._clock.now(), kept, tuple(then))

    async def again(
        self, job: Job, run_at: int, *, fault: str = "", uncounted: bool = False, then: Sequence[Then] = ()
    ) -> bool:
        """Put the job back for another try at `run_at`; with `uncounted` this one does not count as an attempt."""
        return await self._database.run(_again, job, run_at, fault, int(uncounted), tuple(then))

    async def get(self, business_id: str, job_id: str) -> JobView:
        """Return a job of this business. Raises NotFound."""
        rows = await self._database.fetch(_GET, business_id, job_id)
        if not rows:
            raise NotFound("There is no such job.")
        outcome = rows[0][8]
        plain = None
        if outcome is not None:
            try:
                plain = self._sealer.open(OUTCOME, business_id, job_id, outcome)
            except Unreadable:
                raise NotFound("The result was sealed with a key that is no longer listed.") from None
        job_id, kind, state, done, total, attempts, scope, request_hash, _, created_at, finished_at = rows[0]
        ran = (done, total, attempts)
        return JobView(job_id, kind, state, *ran, scope, request_hash, plain, created_at, finished_at)

    async def cancel(self, business_id: str, job_id: str, *, line: AuditEntry | None = None) -> bool:
        """Stop a job that has not ended; its runner notices at its next step. False when it had ended."""
        now = self._clock.now()
        return bool(await self._database.run(lambda: audit.noted(one(_CANCEL, business_id, job_id, now), line)))

    async def leave(self, job: Job, outcome: bytes) -> None:
        """Keep what a job that was cancelled meanwhile had come to; one that was not is left as it is."""
        sealed = self._sealer.seal(OUTCOME, job.business_id, job.id, outcome)
        await self._database.execute(_LEAVE, job.business_id, job.id, sealed)

    async def restart(self, business_id: str, job_id: str, *, line: AuditEntry | None = None) -> bool:
        """Start a dead letter again, with all its attempts; False when there is no such one."""
        now = self._clock.now()
        started = bool(await self._database.run(lambda: audit.noted(one(_RESTART, business_id, job_id, now), line)))
        self.nudge()
        return started

    async def of_state(self, state: JobState, limit: int = 100) -> list[dict[str, Any]]:
        """Return the newest jobs of a state over all businesses, for operators; no contents."""
        names = ("business_id", "id", "kind", "state", "attempts", "fault", "run_at", "created_at", "finished_at")
        return [dict(zip(names, row, strict=True)) for row in await self._database.fetch(_LIST, state, limit)]

    async def counts(self) -> list[tuple[str, str, int, int]]:
        """Return (kind, state, number, age of the oldest in microseconds)."""
        now = self._clock.now()
        return [(kind, state, n, now - oldest) for kind, state, n, oldest in await self._database.fetch(_COUNTS)]

    def _job(self, row: Row, owner: str) -> Job:
        business_id, job_id, kind, sealed, attempt, created_at = row
        try:
            payload = {} if sealed is None else json.loads(self._sealer.open(PAYLOAD, business_id, job_id, sealed))
        except Unreadable:
            payload = {"unreadable": True}
        return Job(business_id, job_id, kind, payload, attempt, owner, created_at)

    def _seal_payload(self, business_id: str, job_id: str, payload: Any) -> bytes:
        return self._sealer.seal(PAYLOAD, business_id, job_id, _encode(payload))


def enqueue(sealer: Sealer, now: int, business_id: str, job: NewJob, request_hash: str = "") -> Script[Enqueued]:
    """Ask for work, as part of the caller's transaction; a job with the same key stands for it."""
    while True:
        job_id = new_id()
        payload = sealer.seal(PAYLOAD, business_id, job_id, _encode(job.payload))
        what = (job.kind, job.dedupe_key, request_hash, job.scope, payload, json.dumps(sorted(job.subjects)))
        when = (job.total, job.priority, job.run_at or now, now)
        if (yield Statement(_ADD, (business_id, job_id, *what, *when))):
            return Enqueued(job_id, True, request_hash)
        rows = yield Statement(_SAME, (business_id, job.kind, job.dedupe_key))
        if rows:  # else it was cleared away between the two statements
            return Enqueued(rows[0][0], False, rows[0][1])


def _claim(
    pick: str, kinds: tuple[str, ...], owner: str, now: int, limit: int, running: frozenset[tuple[str, str]]
) -> Script[list[Row]]:
    taken: list[Row] = []
    for business_id, job_id in (yield Statement(pick, (now, limit + len(running), *kinds))):
        if len(taken) < limit and (business_id, job_id) not in running:
            rows = yield Statement(_TAKE, (business_id, job_id, owner, now + LEASE, now))
            taken += [(business_id, job_id, *row) for row in rows]
    return taken


def _end(
    job: Job, state: JobState, sealed: bytes | None, fault: str, now: int, kept: bytes | None, then: tuple[Then, ...]
) -> Script[bool]:
    this = (job.business_id, job.id, job.owner)
    if not (yield Statement(_END, (*this, state, sealed, fault, now, kept))):
        return False
    for effect in then:
        yield from effect()
    return True


def _again(job: Job, run_at: int, fault: str, uncounted: int, then: tuple[Then, ...]) -> Script[bool]:
    if not (yield Statement(_AGAIN, (job.business_id, job.id, job.owner, run_at, fault, uncounted))):
        return False
    for effect in then:
        yield from effect()
    return True
