"""The last gate before the network: every outgoing body passes the guard of its call, or nothing leaves.

The guard sits in the HTTP transport, so it sees the bytes as they will be sent, after everything that builds or
changes a request. It fails closed: no guard, a guard that breaks, and a body that cannot be seen all stop the request.
"""

from collections.abc import Callable
from contextvars import ContextVar, Token

import httpx2

from gateway.domain.reply import EgressBlocked

Guard = Callable[[bytes], None]


class Passage:
    """One call's way out: `opened` is true once the guard has let its bytes go. Open while its block runs."""

    __slots__ = ("_before", "guard", "opened")

    def __init__(self, guard: Guard) -> None:
        self.guard, self.opened = guard, False
        self._before: Token[Passage | None] | None = None

    def __enter__(self) -> "Passage":
        self._before = _passage.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            _passage.reset(self._before)


_passage: ContextVar[Passage | None] = ContextVar("egress_passage", default=None)


def passing(guard: Guard) -> Passage:
    """Let the requests made inside leave if `guard` agrees to their bytes; never spans a `yield` to other code."""
    return Passage(guard)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """A transport that shows each request's final bytes to the current guard before its inner transport sends them."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request. Raises `EgressBlocked` when it may not leave."""
        body = _visible_body(request)
        passage = _passage.get()
        if passage is None:
            raise EgressBlocked("no_guard")
        _inspect(passage.guard, body)
        request.stream = httpx2.ByteStream(body)  # what was inspected is what is sent
        passage.opened = True
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the inner transport's connections."""
        await self._inner.aclose()


def guard_client(client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Put the gate before every way out of `client`, those through a proxy included, and return it."""
    client._transport = GuardedTransport(client._transport)
    client._mounts = {
        pattern: None if transport is None else GuardedTransport(transport)
        for pattern, transport in client._mounts.items()
    }
    return client


def _visible_body(request: httpx2.Request) -> bytes:
    try:
        return request.content
    except httpx2.RequestNotRead:
        pass
    raise EgressBlocked("unseen_body")


def _inspect(guard: Guard, body: bytes) -> None:
    try:
        guard(body)
        return
    except EgressBlocked:
        raise
    except Exception as error:
        failure = type(error).__name__
    # Raised outside the handler: the guard's own error may quote the value it stumbled over.
    raise EgressBlocked(f"guard_failed:{failure}")
