"""Everything that goes wrong under /admin, as a page: what happened, one next step, and the request's id."""

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from admin.access import AnyRequest, Refused, SignedOut
from admin.pages.rendering import page
from gateway.api.problems import request_id_of
from gateway.errors import GatewayError

COMMAND = "python -m gateway admin link"
_log = structlog.get_logger("admin.errors")


def signed_out(request: AnyRequest, _: Exception) -> Response[str]:
    """Say how to get in."""
    # RFC 9110 wants a challenge with every 401; no browser asks for anything on this one.
    return page(
        request, "signed_out.html", status=401, headers={"WWW-Authenticate": 'Cookie realm="admin"'}, command=COMMAND
    )


def refused(request: AnyRequest, error: Exception) -> Response[str]:
    """Show a refusal of the admin's own."""
    assert isinstance(error, Refused)
    return _error(request, error.status, error.heading, error.advice)


def gateway_refused(request: AnyRequest, error: Exception) -> Response[str]:
    """Show a refusal that the service knows."""
    assert isinstance(error, GatewayError)
    return _error(request, error.status, error.title, error.detail)


def framework_refused(request: AnyRequest, error: Exception) -> Response[str]:
    """Show what the framework refuses."""
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        return unexpected(request, error)
    return _error(request, error.status_code, "This request cannot be read", "Go to the overview and start from there.")


def unexpected(request: AnyRequest, error: Exception) -> Response[str]:
    """Own up to a fault of ours; its kind and place are logged, never its text."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = "" if frame is None else f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}"
    _log.error("unexpected", kind=type(error).__name__, place=place, request_id=request_id_of(request))
    advice = "Nothing was changed. Try again; if it stays, look for the request id below in the server's log."
    return _error(request, 500, "Something went wrong here", advice)


def _error(request: AnyRequest, status: int, heading: str, advice: str) -> Response[str]:
    command = COMMAND if status == 401 else ""
    return page(request, "error.html", status=status, heading=heading, advice=advice, code=status, command=command)


HANDLERS: ExceptionHandlersMap = {
    SignedOut: signed_out,
    Refused: refused,
    GatewayError: gateway_refused,
    HTTPException: framework_refused,
    Exception: unexpected,
}
