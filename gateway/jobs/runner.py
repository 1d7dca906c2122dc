"""Does jobs: takes what is due, keeps its lease while it works, ends it once, tries again what broke."""

import asyncio
import contextlib
import os
import random
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import structlog

from gateway.domain.events import Event
from gateway.domain.ids import new_id
from gateway.domain.jobs import Job, JobState
from gateway.errors import GatewayError, IdempotencyConflict, NotReady, RateLimited
from gateway.jobs.context import JobContext, Stopping, Tools, outcome_bytes
from gateway.jobs.kinds import JobKind, Outcome, TryLater
from gateway.store.jobs import LEASE, Lost, Then
from gateway.store.scope import OPERATOR, acting, of_job

IDLE_S = 0.5
"""How long an idle runner sleeps between two looks, in seconds; a nudge wakes it at once."""

KEEP_S = LEASE / 4e6
PASSING: tuple[type[GatewayError], ...] = (NotReady, RateLimited, IdempotencyConflict)
"""Refusals that pass by themselves; every other one ends a job for good."""

log = structlog.get_logger("gateway.jobs")


class Runner:
    """Does the jobs of one lane with `hands` at once, until it is closed."""

    def __init__(
        self,
        tools: Tools,
        kinds: Mapping[str, JobKind],
        *,
        hands: int = 4,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._tools = tools
        self._kinds = kinds
        self._hands = hands
        self._dice = dice
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._awake = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take jobs, in the running event loop."""
        self._loop = asyncio.create_task(self._take_for_ever(), name="jobs")

    def nudge(self) -> None:
        """Look for work now."""
        self._awake.set()

    async def close(self, grace_s: float = 20.0) -> None:
        """Take no more, let what runs finish for up to `grace_s` seconds, and put the rest back for others."""
        self._stopping = True
        self.nudge()
        if self._loop is not None:  # not cancelled: what it is just taking would wait for its lease to run out
            await asyncio.gather(self._loop, return_exceptions=True)
        if running := list(self._running.values()):
            _, late = await asyncio.wait(running, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def drain(self) -> int:
        """Do everything that is due and return how many tries that were; for tests and the command line."""
        tries = 0
        while jobs := await self._take():
            tries += len(jobs)
            await asyncio.gather(*(self._do(job) for job in jobs))
        return tries

    async def _take_for_ever(self) -> None:
        while not self._stopping:
            jobs: list[Job] = []
            try:
                jobs = await self._take()
            except Exception as error:
                log.warning("jobs_not_taken", kind=type(error).__name__)
            for job in jobs:
                this = (job.business_id, job.id)
                task = asyncio.create_task(self._do(job), name=f"job {job.kind}")
                self._running[this] = task
                task.add_done_callback(partial(self._ended, this))
            if not jobs:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), IDLE_S * (0.8 + 0.4 * self._dice()))
            self._awake.clear()

    def _ended(self, this: tuple[str, str], _: object) -> None:
        del self._running[this]
        self._awake.set()

    async def _take(self) -> list[Job]:
        free = self._hands - len(self._running)
        if free <= 0:
            return []
        owner = f"{self._owner}:{new_id()}"
        with acting(OPERATOR):
            return await self._tools.jobs.claim(owner, tuple(self._kinds), free, tuple(self._running))

    async def _do(self, job: Job) -> None:
        with acting(of_job(job.business_id)):
            await self._done(job)

    async def _done(self, job: Job) -> None:
        kind = self._kinds[job.kind]
        try:
            if job.attempt > kind.retry.attempts:  # it took its process with it each time
                await self._die(kind, job, "crashed", ())
            else:
                await self._try(kind, job)
        except Lost:
            log.info("job_lost", reason=job.kind, job_id=job.id)
        except asyncio.CancelledError:
            await asyncio.shield(self._tools.jobs.again(job, self._now(), fault="stopped", uncounted=True))
            raise
        except Exception as error:  # the store is away: the lease runs out and the job is taken up again
            log.warning("job_left", reason=job.kind, job_id=job.id, kind=type(error).__name__)

    async def _try(self, kind: JobKind, job: Job) -> None:
        try:
            outcome = await self._work(kind, job)
        except Lost:
            raise
        except Stopping:
            await self._tools.jobs.again(job, self._now(), fault="stopped", uncounted=True)
        except TryLater as later:
            await self._again(kind, job, later)
        except PASSING as refused:
            seconds = float(refused.headers.get("Retry-After", 0)) or None
            await self._again(kind, job, TryLater(refused.code, seconds=seconds))
        except GatewayError as refused:
            await self._end(kind, job, "failed", outcome_bytes(None, (), _problem(refused)), refused.code, ())
        except Exception as error:
            what = type(error).__name__
            log.warning("job_broke", reason=job.kind, job_id=job.id, kind=what, attempt=job.attempt)
            await self._again(kind, job, TryLater(what))
        else:
            body = outcome_bytes(outcome.result, outcome.errors)
            await self._end(kind, job, "completed", body, "", tuple(outcome.then))

    async def _work(self, kind: JobKind, job: Job) -> Outcome:
        """Run the handler under its time limit, with the lease kept; a lost lease stops it."""
        work = asyncio.ensure_future(kind.handler(JobContext(self._tools, job, lambda: self._stopping), job))
        keeping = asyncio.ensure_future(self._keep(job))
        try:
            async with asyncio.timeout(kind.timeout_s):
                await asyncio.wait((work, keeping), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                keeping.result()
            return await work
        finally:
            for task in (work, keeping):
                task.cancel()
            await asyncio.gather(work, keeping, return_exceptions=True)

    async def _keep(self, job: Job) -> None:
        while True:
            await asyncio.sleep(KEEP_S)
            with contextlib.suppress(NotReady):
                await self._tools.jobs.keep(job)

    async def _again(self, kind: JobKind, job: Job, later: TryLater) -> None:
        if job.attempt >= kind.retry.attempts and not later.uncounted:
            await self._die(kind, job, later.fault, later.then)
            return
        seconds = kind.retry.pause(job.attempt, self._dice()) if later.seconds is None else later.seconds
        run_at = self._now() + round(seconds * 1e6)
        await self._tools.jobs.again(job, run_at, fault=later.fault, uncounted=later.uncounted, then=later.then)

    async def _die(self, kind: JobKind, job: Job, fault: str, then: tuple[Then, ...]) -> None:
        log.warning("job_dead", reason=job.kind, job_id=job.id, fault=fault, attempt=job.attempt)
        problem = {"code": "job_failed", "detail": "Every attempt failed. Ask again, or give support this job's id."}
        await self._end(kind, job, "dead", outcome_bytes(None, (), problem), fault, then)

    async def _end(
        self, kind: JobKind, job: Job, state: JobState, body: bytes, fault: str, then: tuple[Then, ...]
    ) -> None:
        if kind.public:
            then = (*then, lambda: self._tell(job, state))
        await self._tools.jobs.end(job, state, body, fault=fault, then=then)

    def _tell(self, job: Job, state: JobState) -> Any:
        status = "completed" if state == "completed" else "failed"
        data = {"job_id": job.id, "kind": job.kind, "status": status, "url": f"/api/ai/jobs/{job.id}/"}
        return self._tools.events.emit(job.business_id, Event("job.completed", job.id, data))

    def _now(self) -> int:
        return self._tools.kit.clock.now()


def _problem(refused: GatewayError) -> dict[str, Any]:
    return {
        "code": refused.code,
        "title": refused.title,
        "status": refused.status,
        "detail": refused.detail,
        "retryable": refused.retryable,
        "errors": [{"pointer": e.pointer, "message": e.message} for e in refused.errors],
    }
