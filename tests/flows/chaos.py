"""What breaks under a running service: a locked database, a full disk, a Redis that is gone or silent."""

import asyncio
import os
import resource
import select
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

import asyncpg

from gateway.store.sqlite import sqlite_path
from tests.flows.processes import Service, Site


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """Hold the ledger's lock for the block, as a stuck process or a careless operator would."""
    if site.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(sqlite_path(site.database_url), timeout=60, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(site.database_url))
    try:
        loop.run_until_complete(connection.execute("BEGIN"))
        loop.run_until_complete(connection.execute("LOCK TABLE reservation, usage, idempotency IN EXCLUSIVE MODE"))
        yield
    finally:
        loop.run_until_complete(connection.close())
        loop.close()


@contextmanager
def full_disk(service: Service) -> Iterator[None]:
    """Let no file of the service's processes grow for the block: every write at a file's end fails, logs included."""
    pid = service.process.pid
    children = [int(child) for child in os.popen(f"pgrep -P {pid}").read().split()]
    before = {one: resource.prlimit(one, resource.RLIMIT_FSIZE) for one in (pid, *children)}
    for one, (_, hard) in before.items():
        resource.prlimit(one, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        for one, limits in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(one, resource.RLIMIT_FSIZE, limits)


class Wire:
    """A way to a server that can be cut, or go silent; listens on a port of its own."""

    def __init__(self, url: str) -> None:
        self._to = (urlsplit(url).hostname or "127.0.0.1", urlsplit(url).port or 6379)
        self._state = "good"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}{urlsplit(url).path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        self._state = "cut"
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def silence(self) -> None:
        """Swallow what is sent and answer nothing."""
        self._state = "silent"

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                if self._state == "cut":
                    here.close()
                else:
                    threading.Thread(target=self._carry, args=(here,), daemon=True).start()

    def _carry(self, here: socket.socket) -> None:
        with here, socket.create_connection(self._to) as there, suppress(OSError):
            self._open |= {here, there}
            other = {here: there, there: here}
            while True:
                for end in select.select([here, there], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    if self._state == "good":
                        other[end].sendall(data)
