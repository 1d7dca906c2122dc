"""The background work of one process: a runner for each lane, and the clock that starts what repeats."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.jobs.context import Tools
from gateway.jobs.housekeeping import Chore, Housekeeping
from gateway.jobs.kinds import JobKind, job_kinds
from gateway.jobs.runner import Runner
from gateway.jobs.schedule import Scheduler

HANDS = {"work": 4, "delivery": 16}
SCHEDULE_EVERY_S = 20.0


@asynccontextmanager
async def background_work(
    tools: Tools, *, jobs: bool, clock: bool, extra: Sequence[JobKind] = ()
) -> AsyncIterator[None]:
    """Do jobs (`jobs`) and start those that repeat (`clock`) while the block runs; at its end let them finish.

    `extra` are kinds of a layer above this one, such as the admin's.
    """
    kinds = {**job_kinds(), **{kind.name: kind for kind in extra}}
    runners = [
        Runner(tools, {name: kind for name, kind in kinds.items() if kind.lane == lane}, hands=hands)
        for lane, hands in HANDS.items()
    ]
    chores = Housekeeping(Chore("schedule", SCHEDULE_EVERY_S, Scheduler(tools, kinds.values()).run))
    if clock:
        chores.start()
    if jobs:
        for runner in runners:
            runner.start()
        tools.jobs.nudge = lambda: _nudge(runners)
    try:
        yield
    finally:
        await chores.close()
        for runner in runners:
            await runner.close()


def _nudge(runners: list[Runner]) -> None:
    for runner in runners:
        runner.nudge()
