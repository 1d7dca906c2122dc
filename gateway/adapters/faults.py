"""Every way an upstream attempt can fail, told as one `Fault`; the upstream's own words never travel on."""

import math
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import httpx2
import msgspec
from openai import APIConnectionError, APIStatusError, APITimeoutError

from gateway.adapters.dialects.outcome import FAULT_BY_CODE, Dialect
from gateway.domain.reply import Fault, UpstreamFault
from gateway.domain.usage import NO_USAGE, Usage

_BY_STATUS = {
    401: Fault.AUTHENTICATION,
    402: Fault.QUOTA_EXHAUSTED,
    403: Fault.AUTHENTICATION,
    408: Fault.SERVER_ERROR,
    409: Fault.SERVER_ERROR,
    429: Fault.RATE_LIMITED,
}
_NOT_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    httpx2.ConnectError,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.ProxyError,
)


def status_fault(error: APIStatusError, dialect: Dialect) -> UpstreamFault:
    """Return the fault behind an answer that was not 2xx; `retry_after` and usage are kept when it told them."""
    return UpstreamFault(
        _kind_of_status(error),
        usage=_reported_usage(error, dialect),
        retry_after=retry_after(error.response.headers),
        upstream_id=error.request_id or "",
    )


def connection_fault(error: BaseException) -> UpstreamFault:
    """Return the fault behind a broken or late connection; `sent` is False when it never came about."""
    chain = list(_chain(error))
    by_aiohttp = any(isinstance(link, aiohttp.ClientError) for link in chain)
    # The SDK's aiohttp transport reports refused and dropped connections as time-outs; the cause knows better.
    late = (TimeoutError,) if by_aiohttp else (TimeoutError, httpx2.TimeoutException, APITimeoutError)
    fault = Fault.TIMEOUT if any(isinstance(link, late) for link in chain) else Fault.CONNECTION
    if any(isinstance(link, httpx2.DecodingError) for link in chain):
        fault = Fault.INVALID
    unsent = any(isinstance(link, _NOT_CONNECTED) for link in chain)
    unsent = unsent or (not by_aiohttp and any(isinstance(link, httpx2.ConnectTimeout) for link in chain))
    return UpstreamFault(fault, sent=not unsent)


def is_missing_route(error: APIStatusError) -> bool:
    """Return whether the server does not know the path at all, rather than the model."""
    return error.status_code in (404, 405, 501) and not _names_model(error)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds the upstream asks to wait, from milliseconds, seconds or an HTTP date; None if it does not."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    told = headers.get("retry-after")
    if (seconds := _number(told)) is not None:
        return seconds
    try:
        # Both dates are the server's own, so a wrong clock here does not matter.
        wait = parsedate_to_datetime(told or "") - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())


def _kind_of_status(error: APIStatusError) -> Fault:
    told = FAULT_BY_CODE.get(error.code or "") or FAULT_BY_CODE.get(error.type or "")
    if told is not None:
        return told
    if error.status_code == 404 and _names_model(error):
        return Fault.MODEL_GONE
    if error.status_code >= 500:
        return Fault.SERVER_ERROR
    return _BY_STATUS.get(error.status_code, Fault.BAD_REQUEST)


def _names_model(error: APIStatusError) -> bool:
    if error.code in ("model_not_found", "model_deprecated", "DeploymentNotFound") or error.param == "model":
        return True
    told = error.body.get("message") if isinstance(error.body, dict) else None
    return isinstance(told, str) and "model" in told.lower()


def _reported_usage(error: APIStatusError, dialect: Dialect) -> Usage:
    if b'"usage"' not in error.response.content:
        return NO_USAGE
    try:
        return dialect.decode(error.response.content).usage or NO_USAGE
    except msgspec.MsgspecError:
        return NO_USAGE


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _number(text: Any) -> float | None:
    try:
        number = float(text)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


CONNECTION_ERRORS = (APIConnectionError, httpx2.RequestError, aiohttp.ClientError, OSError)
"""What a request or the reading of its answer raises when the connection fails or is too slow."""
