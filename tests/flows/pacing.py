"""Callers who arrive at a fixed rate, whether or not the service keeps up, and what they were told when."""

import asyncio
import itertools
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tests.flows.loading import Connection, Outcome, Request


@dataclass(frozen=True)
class Timed:
    """An outcome, when it was asked for (seconds from the start) and how long that took from when it was due."""

    outcome: Outcome
    at: float
    seconds: float

    @property
    def reason(self) -> str:
        """Why the answer is degraded; empty when it is not."""
        return (self.outcome.json["meta"]["degraded"] or {}).get("reason", "")


async def arriving(port: int, key: str, requests: Iterable[Request], per_second: float, seconds: float) -> list[Timed]:
    """Send so many requests a second for so long, on connections that are kept, and return all outcomes.

    A request's time runs from the moment when it was due, so that a service that stalls cannot slow its callers down.
    """
    began, idle, timed = time.monotonic(), [], []

    async def ask(request: Request, due: float) -> None:
        connection = idle.pop() if idle else Connection(port, key)
        outcome = await connection.send(request)
        idle.append(connection)
        timed.append(Timed(outcome, due - began, time.monotonic() - due))

    async with asyncio.TaskGroup() as group:
        for number, request in enumerate(itertools.islice(requests, math.floor(per_second * seconds))):
            due = began + number / per_second
            await asyncio.sleep(due - time.monotonic())
            group.create_task(ask(request, due))
    for connection in idle:
        await connection.__aexit__()
    return sorted(timed, key=lambda one: one.at)


def share(timed: list[Timed], quantile: float) -> float:
    """Return the seconds within which this share of the requests was answered."""
    taken = sorted(one.seconds for one in timed)
    return taken[min(len(taken) - 1, math.ceil(quantile * len(taken)) - 1)]
