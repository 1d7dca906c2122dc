"""Many callers at once, on plain sockets, so that the test itself costs little."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from gateway.domain.usage import Usage
from gateway.library.policy import load_policy
from gateway.store.database import Database, open_database
from tests.backends import fresh_database_url
from tests.flows.processes import DAY, Site, make_site
from tests.flows.upstream import Call, Words, honest


@dataclass
class Request:
    """What a caller sends."""

    path: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What came of it; status 0 when the connection ended without an answer."""

    request: Request
    status: int
    headers: str = ""
    body: bytes = b""

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def source(self) -> str:
        return self.json["meta"]["source"] if self.status == 200 else ""


async def hammer(port: int, key: str, requests: Iterable[Request], callers: int) -> list[Outcome]:
    """Send the requests, so many at once, each caller on a connection that it keeps; return all outcomes."""
    queue, outcomes = iter(requests), []

    async def caller() -> None:
        async with Connection(port, key) as connection:
            for request in queue:
                outcomes.append(await connection.send(request))

    await asyncio.gather(*(caller() for _ in range(callers)))
    return outcomes


class Connection:
    """One caller's connection, opened anew when the service has closed it."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> "Connection":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    async def send(self, request: Request) -> Outcome:
        """Return what came of a request; it is never sent twice."""
        try:
            if self._writer is None or self._reader.at_eof():
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            body = json.dumps(request.body).encode()
            headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **request.headers}
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            head = f"POST {request.path} HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
            self._writer.write(head.encode() + body)
            told = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line[15:]) for line in told.lower().split("\r\n") if line.startswith("content-length:"))
            return Outcome(request, int(told[9:12]), told, await self._reader.readexactly(length))
        except (OSError, asyncio.IncompleteReadError):
            if self._writer is not None:
                self._writer.close()
            self._writer = None
            return Outcome(request, 0)


def days() -> Iterator[str]:
    """Yield days without end, so that no request equals another."""
    year, month, day = 1971, 1, 1
    while True:
        yield f"{year}-{month:02}-{day:02}"
        day += 1
        if day > 28:
            year, month, day = (year + month // 12, month % 12 + 1, 1)


def same(words: Words = honest) -> Words:
    """Return a model that says to every call of a feature what `words` said to the first."""
    first: dict[str, str] = {}

    def said(call: Call) -> str:
        if call.feature not in first:
            first[call.feature] = words(call)
        return first[call.feature]

    return said


@cache
def _price(policy_dir: Path, model: str) -> Any:
    return load_policy(policy_dir).models[model].price(date.fromisoformat(DAY))


def billed(site: Site, calls: Iterable[Call]) -> int:
    """Return what the provider bills for the calls that it answered, in nano-USD."""
    return sum(
        _price(site.folder / "policy", call.model).cost(Usage(input_tokens=call.usage[0], output_tokens=call.usage[1]))
        for call in calls
        if call.usage is not None
    )


@contextlib.asynccontextmanager
async def site_on(backend: str, folder: Path, **plans: Any) -> AsyncIterator[Site]:
    """Give a filled site on a fresh database of this kind; `plans` are merged into every plan."""
    async with fresh_database_url(backend, folder) as url:
        yield await asyncio.to_thread(make_site, folder / "site", url, plans=plans)


@contextlib.asynccontextmanager
async def watching(site: Site) -> AsyncIterator[Database]:
    """Give a reader of the site's database."""
    database = open_database(site.database_url, pool_size=2)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def money(database: Database) -> tuple[int, int]:
    """Return (spent, reserved) of all businesses together, as of one instant."""
    rows = await database.fetch("SELECT COALESCE(SUM(spent), 0), COALESCE(SUM(reserved), 0) FROM budget")
    return int(rows[0][0]), int(rows[0][1])


async def assert_books_are_right(database: Database) -> None:
    """Check that what was spent is the sum of the usage rows, and that nothing is held."""
    spent, reserved = await money(database)
    charged = await database.fetch("SELECT COALESCE(SUM(cost), 0), COUNT(*) FROM usage")
    held = await database.fetch("SELECT COUNT(*) FROM reservation WHERE state IN ('open', 'sent')")
    assert (int(charged[0][0]), reserved, held[0][0]) == (spent, 0, 0)
