"""Measures what one model that does not answer costs the callers of another: `python -m bench.neighbours`.

Compared are processor milliseconds of the service and milliseconds of waiting for one credit assessment, with four
callers at once: before, while 80 descriptions wait for their own model, and after. On a busy machine the three are to
be compared with one another only.
"""

import asyncio
import itertools
import tempfile
import threading
import time
from pathlib import Path

from bench.fleet import cpu_s
from tests.flows.asking import CREDIT, DESCRIPTION, credit, description
from tests.flows.loading import Request, days, hammer
from tests.flows.processes import Service, make_site, running
from tests.flows.upstream import honest, says, serving, when

CALLS, CALLERS, STUCK = 200, 4, 80
SLOW_MODEL = "gpt-6-luna"
LIMITS = itertools.count(5_000)


async def assessed(service: Service, calls: int) -> tuple[float, float]:
    """Return (CPU ms, waiting ms) of one credit assessment by its model."""
    tenant = service.site.tenant("PROFESSIONAL")
    asked = [Request(CREDIT, credit(tenant.customer_id or "", next(LIMITS))) for _ in range(calls)]
    used, began = cpu_s(service), time.monotonic()
    outcomes = await hammer(service.port, tenant.key, asked, CALLERS)
    assert {outcome.source for outcome in outcomes} == {"model"}
    return (cpu_s(service) - used) / calls * 1000, (time.monotonic() - began) / calls * CALLERS * 1000


async def main() -> None:
    """Run the three and print a table."""
    with tempfile.TemporaryDirectory() as folder, serving() as upstream:
        site = await asyncio.to_thread(make_site, Path(folder))
        running_service = running(site, upstream.url, LOG_LEVEL="error")
        service = await asyncio.to_thread(running_service.__enter__)
        try:
            await assessed(service, 50)
            found = {"before": await assessed(service, CALLS)}
            released = threading.Event()
            slow, quick = when(released, says(honest)), says(honest)
            upstream.reset(lambda call, writer: (slow if call.model == SLOW_MODEL else quick)(call, writer))
            asked = [Request(DESCRIPTION, {**description(), "as_of": day}) for day in itertools.islice(days(), STUCK)]
            stuck = asyncio.ensure_future(hammer(service.port, site.tenant("PROFESSIONAL").key, asked, STUCK))
            await asyncio.sleep(3)
            found[f"beside {STUCK} calls that wait"] = await assessed(service, CALLS)
            released.set()
            await stuck
            found["after"] = await assessed(service, CALLS)
        finally:
            await asyncio.to_thread(running_service.__exit__, None, None, None)
    print("| an assessment | CPU-ms | ms |\n|---|---|---|")
    print("\n".join(f"| {when_} | {cpu:.1f} | {waited:.0f} |" for when_, (cpu, waited) in found.items()))


if __name__ == "__main__":
    asyncio.run(main())
