"""The outermost layer: a request id for everything, security headers on everything, one log line for everything."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from gateway.domain.ids import new_id
from gateway.store.scope import NOBODY, acting

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")
_log = structlog.get_logger("gateway.access")
_FIXED_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]


Served = Callable[[str, str, int, float], None]
"""Told of every response: method, the path's template, status and seconds."""


class Edge:
    """ASGI middleware; keep it outside the framework so that even its own refusals carry the id."""

    def __init__(
        self,
        app: ASGIApp,
        served: Served = lambda method, route, status, seconds: None,
        allowed: Mapping[str, str] | None = None,
    ) -> None:
        self.app = app
        self._served = served
        self._allowed = {route: methods.encode() for route, methods in (allowed or {}).items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        headers = dict(reversed(list(scope["headers"])))  # the first of a name counts
        given = _given_id(headers)
        request_id = given or new_id()
        state: Any = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["headers"] = headers
        # A caller may send the same id twice, the ledger may not: billing is keyed by an id of our own.
        state["ledger_id"] = f"{given}.{secrets.token_hex(6)}" if given else request_id
        started, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent: Any = list(message["headers"])
                present = {name for name, _ in sent}
                # The framework names the methods of one handler; a path may have several.
                if b"allow" in present and (methods := self._allowed.get(scope.get("path_template", ""))):
                    sent = [(name, methods if name == b"allow" else value) for name, value in sent]
                sent += [pair for pair in _FIXED_HEADERS if pair[0] not in present]
                sent.append((b"x-request-id", request_id.encode()))
                message["headers"] = sent
            await send(message)

        with acting(NOBODY):  # until a key or a session says for whom
            await self.app(scope, receive, send_with_headers)
        seconds, route = time.perf_counter() - started, scope.get("path_template") or ""
        self._served(scope["method"], route, status, seconds)
        _log.info(
            "request",
            request_id=request_id,
            method=scope["method"],
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 1),
        )


def ledger_id_of(request: Request[Any, Any, Any]) -> str:
    """Return the id under which this request is billed; it starts with the request id."""
    return str(request.scope["state"]["ledger_id"])


def header(request: Request[Any, Any, Any], name: bytes) -> str | None:
    """Return the value of a header, the first of its name; `name` is in small letters.

    The framework's own mapping decodes and indexes all of them first, for the few that are asked for.
    """
    value: bytes | None = request.scope["state"]["headers"].get(name)
    return None if value is None else value.decode("latin-1")


def _given_id(headers: Mapping[bytes, bytes]) -> str | None:
    value = headers.get(b"x-request-id")
    return value.decode() if value is not None and _REQUEST_ID.match(value) else None
