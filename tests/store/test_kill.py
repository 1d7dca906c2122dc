"""kill -9 at random moments: nothing is lost, nothing counts twice, nothing stays reserved.

`KILLS=1000` runs longer.
"""

import asyncio
import os
import sys

from gateway.store.audit import AuditLog
from tests.store.making import BUSINESS, MINUTE, NOW, SetClock, assert_balanced, counted, ledger_on, money
from tests.store.mortal import RESERVE

KILLS = int(os.environ.get("KILLS", "100"))


async def announced_by_the_dead(url):
    """Return {request id: cost or None} of upstream calls, and the ids of what was released."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.store.mortal", url, str(KILLS), "seed", stdout=-1
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    called, released = {}, set()
    for what, request_id, *cost in (line.split() for line in printed.decode().splitlines()):
        assert what != "failed"
        if what == "released":
            released.add(request_id)
        else:
            called[request_id] = int(cost[0]) if cost else None
    return called, released


async def test_nothing_is_lost_doubled_or_left_reserved(database):
    called, released = await announced_by_the_dead(database.url)
    ledger = ledger_on(database, SetClock(NOW + MINUTE))
    swept = 0
    while closed := await ledger.sweep():
        swept += closed
    rows = await database.fetch("SELECT request_id, cost, degraded FROM usage")
    charged = {request_id: (cost, degraded) for request_id, cost, degraded in rows}
    assert len(called) > KILLS
    assert swept > 0
    assert len(charged) == len(rows)
    assert not called.keys() - charged.keys(), "an upstream call was lost"
    assert not released & charged.keys()
    for request_id, (cost, degraded) in charged.items():
        told = called.get(request_id)
        assert cost == told if told is not None else cost == RESERVE or not degraded
    assert (await money(database))[1] == 0
    assert await counted(database) == len(charged)
    await assert_balanced(database)
    assert await AuditLog(database).verify(BUSINESS) is None
    if database.dialect == "sqlite":
        assert await database.fetch("PRAGMA integrity_check") == [("ok",)]
