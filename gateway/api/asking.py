"""From an HTTP request to an `Ask`: headers, body or query, the day it speaks about, inline records."""

import hashlib
import re
from datetime import date
from typing import Any

from litestar import Request

from gateway.api.auth import authenticate
from gateway.api.body import read_object
from gateway.api.edge import header, ledger_id_of
from gateway.api.problems import request_id_of
from gateway.api.site import Site
from gateway.domain.caller import Caller
from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import Feature
from gateway.library.query import coerce_query
from gateway.library.windows import local_day
from gateway.pipeline.ask import Ask
from gateway.pipeline.checking import check_input

_IDEMPOTENCY_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
YEARS = range(1970, 2200)
_TRUE = {"1", "true", "yes"}
AnyRequest = Request[Any, Any, Any]


async def read_ask(site: Site, feature: Feature, request: AnyRequest) -> tuple[Ask, Any]:
    """Return the validated request of an authenticated caller, and its `records` as given. Raises the 4xx."""
    started = site.kit.clock.monotonic()
    caller = authenticate(site, request)
    if request.method == "POST":
        body, raw = await read_object(request, site.max_body_bytes)
        body |= {name: str(value) for name, value in request.path_params.items()}
    else:
        given = {**dict(request.query_params), **{k: str(v) for k, v in request.path_params.items()}}
        given.pop("explain", None)
        body, raw = coerce_query(feature.input, given), request.url.query.encode() + request.scope["path"].encode()
    return make_ask(site, feature, request, caller, body, raw, started)


def make_ask(
    site: Site, feature: Feature, request: AnyRequest, caller: Caller, body: dict[str, Any], raw: bytes, started: float
) -> tuple[Ask, Any]:
    """Return a caller's request of a feature, checked, and its `records` as given; `raw` stands for what was sent.

    Raises the documented 4xx. `started` is in monotonic seconds.
    """
    check_input(feature, body)
    day, inline = body.pop("as_of", None), body.pop("records", None)
    received_at = site.kit.clock.now()
    ask = Ask(
        feature=feature,
        caller=caller,
        body=body,
        as_of=_day(day) if day else local_day(received_at, caller.business.timezone),
        inline=None if inline is None else site.records.parse_inline(caller.business.id, inline),
        request_id=request_id_of(request),
        ledger_id=ledger_id_of(request),
        request_hash=hashlib.sha256(feature.name.encode() + b"\0" + raw).hexdigest(),
        started=started,
        received_at=received_at,
        user_hash=site.kit.sign("user", f"{caller.business.id}|{caller.user_id}") if caller.user_id else "",
        idempotency_key=idempotency_key(request),
        explain=bool(request.scope["query_string"]) and request.query_params.get("explain", "") in _TRUE,
        trace=_trace(request),
    )
    return ask, inline


def _day(text: str) -> date:
    """Return a day that calendar arithmetic around it cannot carry beyond what a date holds."""
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        wanted = f"must be a day from {YEARS[0]} to {YEARS[-1]}"
        raise ValidationFailed("Correct `as_of` and send the request again.", errors=[FieldError("/as_of", wanted)])
    return day


def idempotency_key(request: AnyRequest) -> str | None:
    """Return the key that the caller sent, None without one. Raises ValidationFailed for one that cannot be kept."""
    key = header(request, b"idempotency-key")
    if key is not None and not _IDEMPOTENCY_KEY.match(key):
        raise ValidationFailed(
            "The Idempotency-Key must be 1 to 255 visible ASCII characters.",
            errors=[FieldError("/headers/Idempotency-Key", "1 to 255 visible ASCII characters")],
        )
    return key


def _trace(request: AnyRequest) -> dict[str, str]:
    parent = header(request, b"traceparent")
    return {"traceparent": parent} if parent and _TRACEPARENT.match(parent) else {}


def caller_of(site: Site, request: AnyRequest) -> Caller:
    """Return the caller of a route that is no feature."""
    return authenticate(site, request)
