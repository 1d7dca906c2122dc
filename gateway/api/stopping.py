"""What a process does between SIGTERM and its end: finish what it has begun, and refuse what comes after."""

import asyncio
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from gateway.api.problems import MEDIA_TYPE, problem
from gateway.errors import NotReady

FINISH_S = 25.0
"""How long what has begun may take; the server then ends what is left."""

_REFUSAL = NotReady("This process is stopping; send the request again, and another one will answer.")
_HEADERS = [(b"content-type", MEDIA_TYPE.encode()), (b"retry-after", b"2"), (b"connection", b"close")]
_STILL_ANSWERED = ("/health/live", "/metrics")
Handler = Callable[[int, FrameType | None], Any]


class Stopping:
    """ASGI middleware that comes between SIGTERM and the server, which would close its port at once.

    While requests are under way, the port stays open: whoever comes now gets a 503 that says when to come again, and
    `/health/ready` says so too. The server is told to stop when the last of them is done, or on the second SIGTERM.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._under_way = 0
        self._done = asyncio.Event()
        self._ending: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"] not in _STILL_ANSWERED:
            await self._request(scope, receive, send)
            return
        if scope["type"] != ScopeType.HTTP:
            self._come_before(signal.getsignal(signal.SIGTERM))
        await self.app(scope, receive, send)

    async def _request(self, scope: Any, receive: Receive, send: Send) -> None:
        if self._ending is not None:
            await _refuse(scope, send)
            return
        self._under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._done.set()

    def _come_before(self, server: Handler | int | None) -> None:
        """Take SIGTERM from the server that has asked for it; without one there is nothing to hold up."""
        if callable(server) and threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(self._stop, server))

    def _stop(self, server: Handler) -> None:
        if self._ending is not None:
            server(signal.SIGTERM, None)
            return
        self._ending = asyncio.get_running_loop().create_task(self._end(server))

    async def _end(self, server: Handler) -> None:
        self._done.clear()
        if self._under_way:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), FINISH_S)
        server(signal.SIGTERM, None)


async def _refuse(scope: Any, send: Any) -> None:
    body = msgspec.json.encode(problem(_REFUSAL, scope["path"], scope["state"]["request_id"]))
    headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": _REFUSAL.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
