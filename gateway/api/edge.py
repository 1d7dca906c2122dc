"""The outermost layer: a request id for everything, security headers on everything, one log line for everything."""

import re
import secrets
import time
from typing import Any

import structlog
from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")
_log = structlog.get_logger("gateway.access")
_FIXED_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]


class Edge:
    """ASGI middleware; keep it outside the framework so that even its own refusals carry the id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        given = _given_id(scope)
        request_id = given or new_request_id()
        state: Any = scope.setdefault("state", {})
        state["request_id"] = request_id
        # A caller may send the same id twice, the ledger may not: billing is keyed by an id of our own.
        state["ledger_id"] = f"{given}.{secrets.token_hex(6)}" if given else request_id
        started, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers: Any = list(message["headers"])
                present = {name for name, _ in headers}
                headers += [pair for pair in _FIXED_HEADERS if pair[0] not in present]
                headers.append((b"x-request-id", request_id.encode()))
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, send_with_headers)
        _log.info(
            "request",
            request_id=request_id,
            method=scope["method"],
            route=scope.get("path_template") or "",
            status=status,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )


def new_request_id() -> str:
    """Return a UUIDv7: sorts by time (milliseconds since the epoch), unique without asking anybody."""
    value = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62
    value |= secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def ledger_id_of(request: Request[Any, Any, Any]) -> str:
    """Return the id under which this request is billed; it starts with the request id."""
    return str(request.scope["state"]["ledger_id"])


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if _REQUEST_ID.match(value) else None
    return None
