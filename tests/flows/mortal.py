"""Forks gateways that are killed in the middle of one request: `python -m tests.flows.mortal <url> <key>`.

On standard input comes one JSON array [target, body, headers] a line. For each the request is sent by one new process
after another, of which the first is killed before its first statement of a transaction, the second before its second,
and so on, until one lives long enough to answer; a line `killed <how many>` is printed then.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable

from gateway.app import create_service
from gateway.settings import ROOT
from gateway.store.database import Database, Script, Statement, T
from tests.service import Client, _lifespan, catalog_of, settings_for

CATALOG = catalog_of()
"""Read once for all: each process takes a copy with it when it is forked."""


def killed_before(start: Callable[[], Script[T]], left: list[int]) -> Callable[[], Script[T]]:
    """Return a script that lets so many statements be run, and takes its process with it before the next, or the end.

    The last kill is after the last statement and before the commit.
    """

    def script() -> Script[T]:
        inner, rows = start(), None
        try:
            while True:
                try:
                    statement = next(inner) if rows is None else inner.send(rows)
                finally:
                    left[0] -= 1
                    if left[0] == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                rows = yield statement
        except StopIteration as stop:
            value: T = stop.value
            return value

    return script


def make_mortal(database: Database, statements: int) -> None:
    """Let the database's transactions from now on run so many statements in all."""
    left, run = [statements], database.run

    async def mortal(script: Callable[..., Script[T]], *args: object, **kwargs: object) -> T:
        done = await run(killed_before(lambda: script(*args, **kwargs), left))
        left[0] -= 1
        if left[0] == 0:  # committed, and nobody has been told
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    async def alone(sql: str, *args: object) -> list[tuple[object, ...]]:
        def script() -> Script[list[tuple[object, ...]]]:
            return (yield Statement(sql, args))

        return await mortal(script)

    database.run, database.execute = mortal, alone  # type: ignore[method-assign, assignment]


async def ask(url: str, key: str, statements: int, target: str, body: object, headers: dict[str, str]) -> None:
    """Send the request to a gateway that lives for so many statements; one that answers ends with 0."""
    settings = settings_for(url, jobs_in_process="off", guides_dir=ROOT / "none")
    service = create_service(settings, catalog=CATALOG)
    async with _lifespan(service.asgi):
        make_mortal(service.store.database, statements)
        answer = await Client(service.asgi).as_caller(key).post(target, body, headers=headers)
        os._exit(0 if answer.status < 300 else 1)


def kills(url: str, key: str, request: list[object]) -> int:
    """Return how many processes were killed until one answered."""
    for statements in range(1, 100):
        if (child := os.fork()) == 0:
            asyncio.run(ask(url, key, statements, *request))  # type: ignore[arg-type]
        _, ended = os.waitpid(child, 0)
        if not os.WIFSIGNALED(ended):
            assert os.waitstatus_to_exitcode(ended) == 0, f"refused after {statements - 1} kills"
            return statements - 1
    raise AssertionError("it never answered")


if __name__ == "__main__":
    for line in sys.stdin:
        print("killed", kills(sys.argv[1], sys.argv[2], json.loads(line)), flush=True)
