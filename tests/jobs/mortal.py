"""Forks workers and kills them: `python -m tests.jobs.mortal <url> <kills> <jobs> <seed> <started>`.

Their clocks run 600 times too fast, so that a lease of a minute ends after a tenth of a second.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from dataclasses import dataclass

import gateway.store.postgres  # noqa: F401 - loaded once for all children
from gateway.store.database import Script, Statement, open_database
from gateway.store.jobs import Jobs, Lost
from gateway.store.scope import OPERATOR, enter
from tests.store.making import NOW, sealer

FASTER = 600
EFFECT = "INSERT INTO revision (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = revision.n + 1"


@dataclass
class FastClock:
    """The same everywhere: `started` is the instant at which it showed NOW."""

    started: float

    def now(self) -> int:
        return NOW + round((time.time() - self.started) * FASTER * 1e6)

    def monotonic(self) -> float:
        return time.monotonic()


def effect(name: str) -> Script[None]:
    yield Statement(EFFECT, (name,))


async def work(url: str, name: str, started: float, dice: random.Random, *, until_idle: bool = False) -> None:
    """Do jobs for ever, or until there is nothing left to do for a while."""
    enter(OPERATOR)
    database = open_database(url, pool_size=2)
    await database.open()
    jobs, number, idle = Jobs(database, sealer(), FastClock(started)), 0, 0
    while not (until_idle and idle > 40):
        number += 1
        taken = await jobs.claim(f"{name}-{number}", ("test",), 3)
        idle = 0 if taken else idle + 1
        for job in taken:
            await asyncio.sleep(dice.random() * 0.01)
            with contextlib.suppress(Lost):
                await jobs.progress(job, 1, 1)
                await jobs.end(job, "completed", b"{}", then=[lambda job=job: effect(f"job {job.payload['n']}")])
        if not taken:
            await asyncio.sleep(0.01)
    await database.close()


def be_born(url: str, name: str, started: float, seed: str) -> int:
    """Return the id of a new process that works until it is killed."""
    process = os.fork()
    if process == 0:
        with contextlib.suppress(BaseException):
            asyncio.run(work(url, name, started, random.Random(seed)))
        os.write(1, b"failed\n")  # nobody may die of anything but a kill
        os._exit(1)
    return process


def main(url: str, kills: int, seed: str, started: float) -> None:
    """Keep two workers alive, kill the older one at a random moment, and again; then do what is left."""
    dice = random.Random(seed)
    alive = [be_born(url, "w0", started, f"{seed}-0")]
    for number in range(1, kills + 1):
        alive.append(be_born(url, f"w{number}", started, f"{seed}-{number}"))
        time.sleep(dice.uniform(0.01, 0.08))
        victim = alive.pop(0)
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
    os.kill(alive[0], signal.SIGKILL)
    os.waitpid(alive[0], 0)
    asyncio.run(work(url, "last", started, dice, until_idle=True))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
