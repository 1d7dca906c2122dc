"""Reading a JSON body: exactly RFC 8259, within our bounds, or a problem that says what is wrong."""

import json
import math
from typing import Any

from litestar import Request
from litestar.exceptions import InternalServerException

from gateway.api.edge import header
from gateway.errors import Malformed, PayloadTooLarge, UnsupportedMediaType

MAX_DEPTH = 32
_OPEN = frozenset(b"{[")
_CLOSE = frozenset(b"}]")


async def read_bytes(request: Request[Any, Any, Any], limit: int, media_types: tuple[str, ...]) -> bytes:
    """Return the body. Raises UnsupportedMediaType or PayloadTooLarge, the latter before more than `limit` is kept."""
    given = (header(request, b"content-type") or "").partition(";")[0].strip().lower()
    if given not in media_types:
        raise UnsupportedMediaType(f"Send the body as `Content-Type: {media_types[0]}`.")
    if (header(request, b"content-encoding") or "").strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType("Send the body as it is, without a `Content-Encoding`.")
    announced = header(request, b"content-length") or ""
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    chunks, size, more = [], 0, True
    while more:
        part: Any = await request.receive()  # the framework's stream costs more than the reading
        if part["type"] == "http.disconnect":
            raise InternalServerException("the client left before its body was here")
        chunk: bytes = part.get("body", b"")
        size, more = size + len(chunk), part.get("more_body", False)
        if size > limit:
            raise _too_large(limit)
        if chunk:
            chunks.append(chunk)
    return b"".join(chunks)


async def read_object(request: Request[Any, Any, Any], limit: int) -> tuple[dict[str, Any], bytes]:
    """Return the body as an object, and its bytes. Raises Malformed as well."""
    body = await read_bytes(request, limit, ("application/json",))
    value = parse_json(body)
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object, for example {}.")
    return value, body


def parse_json(body: bytes) -> Any:
    """Return the JSON value of `body`. Raises Malformed for anything that two parsers might read differently."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The body is not valid UTF-8.") from None
    if text.startswith("\ufeff"):
        raise Malformed("The body starts with a byte order mark. Remove it.")
    _check_depth(body)
    try:
        value = _decode(text)
    except Malformed:
        raise
    except json.JSONDecodeError as error:
        raise Malformed(f"The body is not valid JSON: line {error.lineno}, column {error.colno}.") from None
    except (RecursionError, ValueError):
        raise Malformed("The body is not JSON that can be read here: a number is too long.") from None
    if "\\u" in text:
        _check_escapes(text, value)
    return value


def _check_depth(body: bytes) -> None:
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return
    depth, in_text, escaped = 0, False, False
    for byte in body:
        if in_text:
            in_text, escaped = (byte != 0x22 or escaped), (byte == 0x5C and not escaped)
        elif byte == 0x22:
            in_text = True
        elif byte in _OPEN:
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed(f"The body is nested more than {MAX_DEPTH} levels deep.")
        elif byte in _CLOSE:
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Malformed("A JSON object has the same key twice.")
    return result


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not a JSON number.")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise Malformed("A number is too large.")
    return value


def _check_escapes(text: str, value: Any) -> None:
    lowered = text.lower()
    if "\\u0000" not in lowered and "\\ud" not in lowered:
        return
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, str):
            _check_text(item)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Malformed("A text holds the character U+0000, which cannot be stored.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Malformed("A text holds half of a surrogate pair.") from None


# One for all: the module's `loads` makes a decoder with hooks anew for each text.
_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite).decode


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body may hold at most {limit:,} bytes. Send less, or in several requests.")
