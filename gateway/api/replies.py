"""JSON out."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response
from litestar.types import Receive, Scope, Send

_encode = msgspec.json.Encoder(decimal_format="string").encode


def json_response(body: Any, status: int = 200) -> Response[bytes]:
    """Return `body` as JSON; Decimals as text."""
    return Response(_encode(body), status_code=status, media_type="application/json")


class Ready:
    """A JSON answer whose bytes are made already; the framework's own response would wrap them three times more."""

    __slots__ = ("_body", "_headers", "_status")

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        named = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        self._status, self._body = status, body
        self._headers = [*named, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})
