"""What the ledger costs: `python bench/ledger.py [--calls 4000] [--overspend 10000]`.

Measures one call's reserve, mark_sent and settle (with usage row, audit line and kept answer), a direct settlement (a
cache hit or a rules answer) and a snapshot read, per database: processor time of this process and wall time per call,
in microseconds, then the full overspend run with two processes.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gateway.domain.ledger import UNLIMITED, Claim
from gateway.store.database import Database, open_database
from gateway.store.ledger import DatabaseLedger
from gateway.store.migrating import migrate_open
from gateway.store.scope import OPERATOR, acting, business, enter
from tests.backends import available_backends, fresh_database_url
from tests.store.making import SetClock, assert_balanced, claim, sealer, settlement
from tests.store.test_overspend import spend_in_processes

Call = Callable[[], Awaitable[object]]


@asynccontextmanager
async def fresh(backend: str, durability: str) -> AsyncIterator[Database]:
    """Give an open, migrated, empty database."""
    with tempfile.TemporaryDirectory() as folder:
        async with fresh_database_url(backend, Path(folder)) as url:
            database = open_database(url, durability="power" if durability == "power" else "process")
            await database.open()
            await migrate_open(database)
            yield database
            await database.close()


def calls_on(ledger: DatabaseLedger, businesses: int) -> dict[str, Call]:
    """Return the calls to measure; `businesses` share the load, as they do in life."""
    turn = iter(range(10**9))

    def wish(amount: int) -> Claim:
        return claim(business_id=f"b{next(turn) % businesses}", amount=amount, budget_cap=10**15, quota_limit=UNLIMITED)

    async def whole() -> None:
        wanted = wish(1000)
        with acting(business(wanted.business_id)):
            hold = await ledger.reserve(wanted)
            await ledger.mark_sent(hold)
            await ledger.settle(hold, settlement(hold.claim, cost=400))

    async def direct() -> None:
        wanted = wish(0)
        with acting(business(wanted.business_id)):
            await ledger.settle_direct(wanted, 1, lambda hold: (None, settlement(hold.claim)))

    return {"reserve+sent+settle": whole, "direct settlement": direct}


async def measured(call: Call, calls: int, tasks: int) -> tuple[float, float, float]:
    """Return processor and wall microseconds per call, and the 99th percentile of a single call."""
    left, times = iter(range(calls)), []

    async def work() -> None:
        for _ in left:
            begun = time.perf_counter()
            await call()
            times.append(time.perf_counter() - begun)

    wall, processor = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(tasks)))
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return processor / calls * 1e6, wall / calls * 1e6, sorted(times)[int(len(times) * 0.99)] * 1e6


async def main() -> None:
    """Print one table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=4000)
    options.add_argument("--overspend", type=int, default=10_000)
    given = options.parse_args()
    enter(OPERATOR)
    print(f"{'database':24} {'call':22} {'tasks':>5} {'CPU µs':>8} {'wall µs':>8} {'p99 µs':>8}")
    variants = [("sqlite", "process"), ("sqlite", "power")]
    variants += [(name, "process") for name in available_backends() if name != "sqlite"]
    for backend, durability in variants:
        async with fresh(backend, durability) as database:
            for name, call in calls_on(DatabaseLedger(database, sealer(), SetClock()), businesses=20).items():
                for tasks in (1, 16, 64):
                    cpu, wall, p99 = await measured(call, given.calls // (4 if tasks == 1 else 1), tasks)
                    print(f"{backend + ', ' + durability:24} {name:22} {tasks:5} {cpu:8.0f} {wall:8.0f} {p99:8.0f}")
        if durability == "process":
            await overspend(backend, given.overspend)


async def overspend(backend: str, calls: int) -> None:
    """Run 64 callers in two processes against one budget and say what a third process saw."""
    async with fresh(backend, "process") as database:
        cap, begun = calls * 125, time.perf_counter()
        outcomes, samples = await spend_in_processes(database, calls=calls // 2, cap=cap, limit=UNLIMITED)
        seconds = time.perf_counter() - begun
        await assert_balanced(database)
        most = max(spent + reserved for spent, reserved in samples)
        print(
            f"{backend}: {calls} calls of 64 callers in 2 processes in {seconds:.1f} s: {dict(outcomes)}; "
            f"{len(samples)} samples, at most {most / cap:.4%} of the cap"
        )


if __name__ == "__main__":
    uvloop.run(main())  # as the service does
