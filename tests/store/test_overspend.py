"""64 callers in two processes at once: no sample ever shows more than the cap, and a quota of 10 admits 10.

`OVERSPEND_CALLS` sets the number of calls; PostgreSQL syncs its log for each, so it gets fewer by default.
"""

import asyncio
import json
import os
import sys
from collections import Counter

from gateway.domain.ledger import UNLIMITED
from gateway.store.audit import AuditLog
from tests.store.making import BUSINESS, assert_balanced, counted, money

CALLS = {"sqlite": 10_000, "postgresql": 2_000}
TASKS, PROCESSES, MOST = 32, 2, 1000


async def spend_in_processes(database, **order):
    """Return what all processes together got, and every (spent, reserved) that a third one saw meanwhile."""
    orders = [
        json.dumps({"url": database.url, "tasks": TASKS, "most": MOST, "name": f"p{number}", **order})
        for number in range(PROCESSES)
    ]
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.store.spender", each, stdout=-1)
        for each in orders
    ]
    ends = asyncio.gather(*(process.communicate() for process in started))
    samples = []
    while not ends.done():
        samples.append(await money(database))
        await asyncio.sleep(0.002)
    outcomes = Counter()
    for printed, _ in await ends:
        outcomes.update(json.loads(printed))
    return outcomes, samples


async def test_spent_and_reserved_never_pass_the_cap(database):
    calls = int(os.environ.get("OVERSPEND_CALLS", CALLS[database.dialect]))
    cap = calls * MOST // 8
    outcomes, samples = await spend_in_processes(database, calls=calls // PROCESSES, cap=cap, limit=UNLIMITED)
    assert len(samples) > 100
    assert any(reserved for _, reserved in samples)
    assert max(spent + reserved for spent, reserved in samples) <= cap
    assert outcomes["settled"] > 0 < outcomes["budget"]
    assert sum(outcomes.values()) == calls
    await assert_balanced(database)
    spent, reserved = await money(database)
    assert reserved == 0
    assert cap - 2 * MOST < spent <= cap
    assert await counted(database) == outcomes["settled"]
    assert await AuditLog(database).verify(BUSINESS) is None


async def test_a_quota_of_ten_admits_exactly_ten(database):
    outcomes, _ = await spend_in_processes(database, calls=150, cap=10**9, limit=10, most=0)
    assert outcomes["quota"] == 300 - outcomes["settled"] - outcomes["released"]
    assert outcomes["settled"] == await counted(database) == 10
