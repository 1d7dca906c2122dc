"""How throughput grows with processes: the same load on one gateway and on several, on PostgreSQL and Redis.

    .venv/bin/python -m bench.fleet [--processes 1,2] [--calls 1500]

Every call is a full one (masked, reserved, sent to a model server, judged, settled). Callers and model server are one
Python process that takes about a core itself, so on two cores the second gateway shares one with it: read CPU per call
as well, which says what a core of its own would give.
"""

import argparse
import asyncio
import itertools
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from bench.processes import Server
from gateway.store.scope import OPERATOR, enter
from tests.backends import redis_url
from tests.flows.asking import DESCRIPTION, description
from tests.flows.loading import Request, assert_books_are_right, days, hammer, same, site_on, watching
from tests.flows.processes import Service, Site, start
from tests.flows.upstream import Upstream, says, serving

CALLERS = 24


def cpu_s(service: Service) -> float:
    """Return the processor time that the service has used, in seconds."""
    server = Server("gateway", [], "")
    server._process = service.process
    return server.cpu_ms() / 1000


async def measured(site: Site, upstream: Upstream, processes: int, calls: int) -> tuple[float, float]:
    """Return (calls per second, CPU milliseconds per call) with so many gateways."""
    env = {"REDIS_URL": redis_url() or "", "JOBS_IN_PROCESS": "off", "SCHEDULES": "off", "LOG_LEVEL": "error"}
    with ExitStack() as stack:
        services = [start(site, upstream.url, **env) for _ in range(processes)]
        for service in services:
            stack.callback(service.kill)
        for service in services:
            await asyncio.to_thread(service.wait_ready)
        key, day = site.tenant("PROFESSIONAL").key, DAYS

        async def load(total: int) -> None:
            each = total // processes
            asked = [
                [Request(DESCRIPTION, {**description(batch=RUN), "as_of": next(day)}) for _ in range(each)]
                for _ in services
            ]
            for told in await asyncio.gather(
                *(hammer(s.port, key, part, CALLERS // processes) for s, part in zip(services, asked, strict=True))
            ):
                assert {o.source for o in told} == {"model"}, {(o.status, o.source) for o in told}

        await load(200)
        began, used = time.monotonic(), sum(map(cpu_s, services))
        await load(calls)
        took, used = time.monotonic() - began, sum(map(cpu_s, services)) - used
        for service in services:
            await asyncio.to_thread(service.stop)
        return calls / took, used / calls * 1000


DAYS = days()
RUN = uuid4().hex
"""Redis may remember the answers of an earlier run."""


async def main() -> None:
    """Print one table."""
    enter(OPERATOR)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", default="1,2")
    parser.add_argument("--calls", type=int, default=1500)
    chosen = parser.parse_args()
    print("| gateways | calls/s | CPU-ms per call and gateway | one core each would give |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, serving() as upstream:
        async with site_on("postgresql", Path(folder), budget_usd="10000.00") as site:
            upstream.reset(says(same()))
            for processes in map(int, itertools.chain(chosen.processes.split(","))):
                rate, cpu = await measured(site, upstream, processes, chosen.calls)
                print(f"| {processes} | {rate:.0f} | {cpu:.2f} | {processes * 1000 / cpu:.0f}/s |", flush=True)
            async with watching(site) as database:
                await assert_books_are_right(database)


if __name__ == "__main__":
    asyncio.run(main())
