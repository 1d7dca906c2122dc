"""JSON out."""

from typing import Any

import msgspec
from litestar import Response

_encode = msgspec.json.Encoder(decimal_format="string").encode


def json_response(body: Any, status: int = 200) -> Response[bytes]:
    """Return `body` as JSON; Decimals as text."""
    return Response(_encode(body), status_code=status, media_type="application/json")
