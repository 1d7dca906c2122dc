"""Every failure as RFC 9457 `application/problem+json`: a stable code, a sentence, never a traceback."""

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import ExceptionHandlersMap

from gateway.errors import GatewayError, Malformed, MethodNotAllowed, NotFound

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "/docs/errors#"
_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger("gateway.problems")


def problem(error: GatewayError, instance: str, request_id: str) -> dict[str, Any]:
    """Return the problem object of an error; `instance` is the path without its query."""
    body: dict[str, Any] = {
        "type": f"{TYPE_BASE}{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": instance,
        "code": error.code,
        "request_id": request_id,
        "retryable": error.retryable,
        "errors": [{"pointer": e.pointer, "message": e.message} for e in error.errors],
    }
    return {**error.extensions, **body}


def problem_response(error: GatewayError, instance: str, request_id: str) -> Response[bytes]:
    """Return the response of an error."""
    headers: Mapping[str, str] = dict(error.headers)
    if error.status == 401:
        headers = {"WWW-Authenticate": 'Bearer realm="pos-ai-gateway"', **headers}
    return Response(
        _encode(problem(error, instance, request_id)), status_code=error.status, media_type=MEDIA_TYPE, headers=headers
    )


def handle_gateway_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer one of our own refusals."""
    assert isinstance(error, GatewayError)
    return problem_response(error, request.scope["path"], request_id_of(request))


def handle_http_exception(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer what the framework refuses, in our words."""
    refused = in_our_words(error)
    return handle_unexpected(request, error) if refused is None else handle_gateway_error(request, refused)


def in_our_words(error: Exception) -> GatewayError | None:
    """Return our refusal for one of the framework's; None for what is a fault of ours."""
    if isinstance(error, NotFoundException):
        return NotFound("There is no such address. See /docs for all of them.")
    if isinstance(error, MethodNotAllowedException):
        return MethodNotAllowed("Use a method that /docs lists for this address.", headers=_allow(error))
    if isinstance(error, HTTPException) and error.status_code < 500:
        return Malformed("The request cannot be read. See /docs for its form.")
    return None


def handle_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a fault of ours: say so, log its kind and place, never its text (it may hold a personal value)."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = "" if frame is None else f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}"
    _log.error("unexpected", kind=type(error).__name__, place=place, request_id=request_id_of(request))
    refused = GatewayError("Something went wrong here. Try again, and give support this request_id if it stays.")
    return problem_response(refused, request.scope["path"], request_id_of(request))


def request_id_of(request: Request[Any, Any, Any]) -> str:
    """Return the id that the edge gave this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


HANDLERS: ExceptionHandlersMap = {
    GatewayError: handle_gateway_error,
    HTTPException: handle_http_exception,
    Exception: handle_unexpected,
}


def _allow(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
