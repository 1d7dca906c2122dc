"""kill -9 of the real service under load: nothing is lost, nothing counts twice, nothing stays reserved.

`FLOW_KILLS=1000` runs longer.
"""

import asyncio
import itertools
import os
import random
import re
import signal
import time
from collections import Counter

import pytest

from gateway.store.audit import AuditLog
from gateway.store.idempotency import LEASE
from tests.backends import available_backends
from tests.flows.asking import DESCRIPTION, description
from tests.flows.loading import Connection, Request, assert_books_are_right, days, money, same, site_on, watching
from tests.flows.processes import Nursery
from tests.flows.upstream import USAGE, says

KILLS = {"sqlite": int(os.environ.get("FLOW_KILLS", "100")), "postgresql": int(os.environ.get("FLOW_KILLS", "5"))}
CALLERS = 6
GRACE_S = 1
LEASE_S = LEASE / 1e6
DEADLINE_S = 3
COST = USAGE[0] * 100 + USAGE[1] * 500
"""What one call of the economy model costs here, in nano-USD."""


@pytest.fixture(params=available_backends())
async def site(request, tmp_path):
    async with site_on(request.param, tmp_path, budget_usd="1000.00") as made:
        yield made


class Callers:
    """Callers who ask whichever service is alive, each question once; every second one has an Idempotency-Key."""

    def __init__(self, key):
        self.key = key
        self.outcomes = {}
        self.asked_at = {}
        self._days, self._numbers = days(), itertools.count()

    async def use(self, port):
        """Ask a service until it is dead."""
        await asyncio.gather(*(self._ask(port) for _ in range(CALLERS)))

    async def _ask(self, port):
        async with Connection(port, self.key) as connection:
            alive = True
            while alive:
                number = next(self._numbers)
                self.asked_at[number] = time.monotonic()
                request = Request(DESCRIPTION, {**description(), "as_of": next(self._days)}, headers_of(number))
                self.outcomes[number] = await connection.send(request)
                alive = self.outcomes[number].status != 0
                await asyncio.sleep(0.02)


def headers_of(number):
    """Return headers by which a question is known again, upstream and in the usage rows."""
    headers = {"X-Request-Id": f"ask-{number}", "traceparent": f"00-{number + 1:032x}-00000000000000ff-01"}
    return headers | ({"Idempotency-Key": f"key-{number}"} if number % 2 else {})


def number_of(call):
    """Return which question an upstream call belongs to."""
    return int(re.search(r"(?i)traceparent: 00-([0-9a-f]{32})-", call.head)[1], 16) - 1


async def killed_again_and_again(nursery, callers, kills):
    """Keep two services under load and kill the older one at a random moment."""
    dice, alive, asking = random.Random(3), [], []
    for _ in range(kills + 1):
        alive.append(await asyncio.to_thread(nursery.bear))
        asking.append(asyncio.ensure_future(callers.use(alive[-1][1])))
        await asyncio.sleep(dice.uniform(0.02, 0.2))
        if len(alive) == 2:
            os.kill(alive.pop(0)[0], signal.SIGKILL)
    os.kill(alive.pop()[0], signal.SIGKILL)
    await asyncio.gather(*asking)


async def test_nothing_is_lost_doubled_or_left_reserved(site, upstream):
    kills = KILLS[site.database_url.split(":")[0]]
    dice = random.Random(5)
    upstream.reset(slowly(says(same()), dice))
    callers = Callers(site.tenant("PROFESSIONAL").key)
    with Nursery(site, upstream.url, RESERVATION_GRACE_S=str(GRACE_S), LOG_LEVEL="warning") as nursery:
        await killed_again_and_again(nursery, callers, kills)
        died = time.monotonic()
        unanswered = [number for number, outcome in callers.outcomes.items() if not outcome.status]
        # A key that a dead process held is free again when its lease is over; these are not.
        repeatable = [number for number in unanswered if number % 2 and died - callers.asked_at[number] < LEASE_S / 2]
        async with watching(site) as database:
            held = (await money(database))[1]
            _, port = await asyncio.to_thread(nursery.bear)
            retried = await retry(port, callers, repeatable)
            while (await money(database))[1]:
                assert time.monotonic() < died + DEADLINE_S + GRACE_S + 5, "a dead process still holds money"
                await asyncio.sleep(0.1)
            charged = await rows_by_question(database)
            await assert_books_are_right(database)
            assert await AuditLog(database).verify_all() == {}

    assert len(callers.outcomes) > kills * 5
    assert held > 0, "no kill hit a request"
    called = Counter(map(number_of, upstream.calls))
    assert max(called.values()) == 1, "a question was asked twice upstream"
    assert not called.keys() - charged.keys(), "an upstream call was lost"
    for number, rows in charged.items():
        assert len(rows) == 1, "a question was charged twice"
        (degraded, cost), outcome = rows[0], callers.outcomes[number]
        right = cost == COST if not degraded else cost >= COST and degraded == "crashed" and not outcome.status
        assert right, f"question {number} is charged {cost} as {degraded!r}, and was answered: {outcome}"
    for number, outcome in callers.outcomes.items():
        assert outcome.status in (0, 200)
        assert not outcome.status or (outcome.source == "model" and number in charged)
    for number, outcome in retried.items():
        settled = any(not degraded for degraded, _ in charged.get(number, ()))
        assert outcome.status == (200 if settled else 409), "an answer that was paid for must be replayed"


def slowly(behave, dice):
    """Behave so after a moment that differs from call to call."""

    async def answer(call, writer):
        await asyncio.sleep(dice.random() * 0.05)
        await behave(call, writer)

    return answer


async def retry(port, callers, numbers):
    """Repeat unanswered questions with their keys; return what came of it."""
    retried = {}
    async with Connection(port, callers.key) as connection:
        for number in numbers:
            retried[number] = await connection.send(callers.outcomes[number].request)
    return retried


async def rows_by_question(database):
    """Return (degraded, cost) of every usage row by the number of its question."""
    found = {}
    for request_id, degraded, cost in await database.fetch("SELECT request_id, degraded, cost FROM usage"):
        found.setdefault(int(request_id.split(".")[0].removeprefix("ask-")), []).append((degraded, cost))
    return found
