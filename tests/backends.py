"""Which databases and servers the tests can use on this machine, and a fresh database on each of them.

PostgreSQL is used when `TEST_POSTGRES_URL` names one or 127.0.0.1:5432 answers, Redis likewise with `TEST_REDIS_URL`
and 127.0.0.1:6379. With `REQUIRE_SERVERS=1` a missing server is an error, so that CI cannot pass by leaving tests out.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg


@cache
def available_backends() -> tuple[str, ...]:
    """Return `("sqlite",)` or `("sqlite", "postgresql")`."""
    return ("sqlite", "postgresql") if postgres_url() else ("sqlite",)


@cache
def postgres_url() -> str | None:
    """Return the URL of a PostgreSQL server whose user may create databases."""
    return _server("TEST_POSTGRES_URL", 5432, "postgresql://postgres@127.0.0.1:5432/postgres")


@cache
def redis_url() -> str | None:
    """Return the URL of a Redis server."""
    return _server("TEST_REDIS_URL", 6379, "redis://127.0.0.1:6379/0")


def _server(variable: str, port: int, default: str) -> str | None:
    url = os.environ.get(variable)
    if url:
        return url
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return default
    if os.environ.get("REQUIRE_SERVERS") == "1":
        raise RuntimeError(f"REQUIRE_SERVERS=1, but {variable} is not set and nothing answers on 127.0.0.1:{port}")
    return None


@contextlib.asynccontextmanager
async def fresh_database_url(backend: str, directory: Path) -> AsyncIterator[str]:
    """Give the URL of an empty database that nobody else uses; it is dropped afterwards."""
    name = f"gw_test_{uuid.uuid4().hex[:12]}"
    if backend == "sqlite":
        with _gone_afterwards(directory / f"{name}.sqlite") as file:
            yield f"sqlite:///{file}"
        return
    server = postgres_url()
    assert server is not None
    await _administrate(server, f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        await _administrate(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _gone_afterwards(file: Path) -> Iterator[Path]:
    """Take the database away with what belongs to it, as on a server: a run makes gigabytes of copies."""
    try:
        yield file
    finally:
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink(missing_ok=True)


_ORIGINALS: dict[tuple[str, str], str] = {}
"""(kind, backend) → the database that copies are made of: a file, or the name of a PostgreSQL template."""


@contextlib.asynccontextmanager
async def copied_database_url(
    backend: str, directory: Path, kind: str, prepare: Callable[[str], Awaitable[object]]
) -> AsyncIterator[str]:
    """Give the URL of a copy of a database that `prepare` fills once for each kind; nobody else uses it."""
    original = _ORIGINALS.get((kind, backend)) or await _original(backend, kind, prepare)
    name = f"gw_test_{uuid.uuid4().hex[:12]}"
    if backend == "sqlite":
        with _gone_afterwards(directory / f"{name}.sqlite") as target:
            shutil.copyfile(original, target)
            yield f"sqlite:///{target}"
        return
    server = postgres_url()
    assert server is not None
    await _administrate(server, f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        await _administrate(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _original(backend: str, kind: str, prepare: Callable[[str], Awaitable[object]]) -> str:
    if backend == "sqlite":
        original = str(Path(tempfile.mkdtemp(prefix="gw-original-")) / f"{kind}.sqlite")
        await prepare(f"sqlite:///{original}")
    else:
        server = postgres_url()
        assert server is not None
        original = f"gw_original_{uuid.uuid4().hex[:12]}"
        await _administrate(server, f'CREATE DATABASE "{original}"')
        await prepare(urlunsplit(urlsplit(server)._replace(path=f"/{original}")))
    _ORIGINALS[kind, backend] = original
    return original


def drop_originals() -> None:
    """Take away what copies were made of, at the end of a run."""
    for (_, backend), original in _ORIGINALS.items():
        if backend == "sqlite":
            shutil.rmtree(Path(original).parent, ignore_errors=True)
        elif (server := postgres_url()) is not None:
            asyncio.run(_administrate(server, f'DROP DATABASE IF EXISTS "{original}" WITH (FORCE)'))
    _ORIGINALS.clear()


async def _administrate(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)  # type: ignore[no-untyped-call]
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
