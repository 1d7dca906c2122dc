"""Forks callers and kills them: `python -m tests.store.mortal <url> <kills> <seed>`.

Each caller announces on the shared pipe what has happened, in single writes that outlive it:
`upstream <id>` when the fake upstream was called, `settled <id> <cost>` and `released <id>` once the ledger said so.
"""

import asyncio
import contextlib
import os
import random
import select
import signal
import sys
import time

import gateway.store.postgres  # noqa: F401 - loaded once for all children
from gateway.domain.ledger import UNLIMITED
from gateway.store.database import open_database
from gateway.store.ledger import DatabaseLedger
from gateway.store.scope import OPERATOR, enter
from tests.store.making import SetClock, claim, sealer, settlement

TASKS = 6
PATIENCE_S = 60.0
RESERVE = 1000
SIGN_OF_LIFE: list[int] = []
"""Where a caller tells its parent that it has come to its first call."""


def announce(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())
    if SIGN_OF_LIFE:
        os.write(SIGN_OF_LIFE.pop(), b".")


async def one_request(ledger: DatabaseLedger, request_id: str, dice: random.Random) -> None:
    """Take one request through the ledger, with an upstream that costs something at random."""
    wanted = claim(request_id=request_id, amount=RESERVE, budget_cap=10**12, quota_limit=UNLIMITED)
    hold = await ledger.reserve(wanted)
    if dice.random() < 0.1:
        await ledger.release(hold)
        announce("released", request_id)
        return
    await ledger.mark_sent(hold)
    announce("upstream", request_id)
    await asyncio.sleep(dice.random() * 0.004)
    cost = dice.randint(1, RESERVE)
    await ledger.settle(hold, settlement(wanted, cost=cost))
    announce("settled", request_id, cost)


async def live(url: str, name: str, dice: random.Random) -> None:
    """Call for ever."""
    enter(OPERATOR)
    database = open_database(url, pool_size=TASKS)
    await database.open()
    ledger = DatabaseLedger(database, sealer(), SetClock())

    async def work(task: int) -> None:
        number = 0
        while True:
            number += 1
            await one_request(ledger, f"{name}-{task}-{number}", dice)

    await asyncio.gather(*(work(task) for task in range(TASKS)))


def be_born(url: str, name: str, seed: str) -> tuple[int, int]:
    """Return the id of a new process that lives until it is killed, and where it gives its sign of life."""
    heard, said = os.pipe()
    process = os.fork()
    if process == 0:
        SIGN_OF_LIFE.append(said)
        with contextlib.suppress(BaseException):
            asyncio.run(live(url, name, random.Random(seed)))
        announce("failed", name)  # nobody may die of anything but a kill
        os._exit(1)
    os.close(said)
    return process, heard


def die(caller: tuple[int, int]) -> None:
    process, heard = caller
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(heard)


def main(url: str, kills: int, seed: str) -> None:
    """Keep two callers alive; kill the older one at a random moment, and again.

    Nine in ten come to a call first, however long a busy machine takes for that; the others may die before.
    """
    dice = random.Random(seed)
    open_database(url)  # loads the database's driver once, here: a caller that lives for 0.1 s has no time for it
    alive = [be_born(url, "c0", f"{seed}-0")]
    for number in range(1, kills + 1):
        alive.append(be_born(url, f"c{number}", f"{seed}-{number}"))
        victim = alive.pop(0)
        if dice.random() < 0.9:
            select.select([victim[1]], [], [], PATIENCE_S)
        time.sleep(dice.uniform(0.01, 0.15))
        die(victim)
    die(alive[0])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
