"""What row-level security and the sums by hour add to a call: `python -m bench.row_security [--calls 800]`.

Three databases on one PostgreSQL, asked in turn for the same call, so that whatever else the machine does meets all of
them alike: as the service is, as the tables' owner (no policies, no scopes), and the latter without the trigger of
`usage_hourly`. Prints the median and the fastest tenth of each step in milliseconds.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

from gateway.domain.ledger import UNLIMITED
from gateway.store.database import Database, open_database
from gateway.store.ledger import DatabaseLedger
from gateway.store.migrating import migrate
from gateway.store.scope import NOBODY, acting, business
from tests.backends import fresh_database_url
from tests.store.making import SetClock, claim, sealer, settlement

SERVICE, OWNER, WITHOUT_SUMS = "as the service", "as the owner", "as the owner, without sums by hour"
WARM_UP = 100


async def call(database: Database, scoped: bool, number: int) -> dict[str, float]:
    """Make one call and return the seconds of its steps."""
    ledger = DatabaseLedger(database, sealer(), SetClock())
    wanted = claim(business_id=f"b{number % 200}", amount=1000, budget_cap=10**15, quota_limit=UNLIMITED)
    with acting(business(wanted.business_id) if scoped else NOBODY):
        at = [time.perf_counter()]
        hold = await ledger.reserve(wanted)
        at.append(time.perf_counter())
        await ledger.mark_sent(hold)
        at.append(time.perf_counter())
        await ledger.settle(hold, settlement(wanted, cost=400))
        at.append(time.perf_counter())
        await database.fetch("SELECT spent FROM budget WHERE business_id = $1", wanted.business_id)
        at.append(time.perf_counter())
    steps = ("reserve", "mark sent", "settle", "read one row")
    return {step: end - begin for step, begin, end in zip(steps, at, at[1:], strict=False)}


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=800)
    calls = parser.parse_args().calls
    took: dict[tuple[str, str], list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        folder, databases = stack.enter_context(tempfile.TemporaryDirectory()), {}
        for name in (SERVICE, OWNER, WITHOUT_SUMS):
            url = await stack.enter_async_context(fresh_database_url("postgresql", Path(folder)))
            await migrate(url)
            databases[name] = open_database(url, as_owner=name != SERVICE)
            await databases[name].open()
            stack.push_async_callback(databases[name].close)
        await databases[WITHOUT_SUMS].execute("ALTER TABLE usage DISABLE TRIGGER usage_hours")
        for number in range(WARM_UP + calls):
            for name, database in databases.items():
                for step, seconds in (await call(database, name == SERVICE, number)).items():
                    if number >= WARM_UP:
                        took[step, name].append(seconds * 1000)
    for (step, name), times in sorted(took.items()):
        print(f"{step:13} {name:36} {statistics.median(times):6.2f} ms, fastest tenth {min_tenth(times):6.2f} ms")


def min_tenth(times: list[float]) -> float:
    """Return the value that a tenth of the times are below."""
    return statistics.quantiles(times, n=10)[0]


if __name__ == "__main__":
    asyncio.run(main())
