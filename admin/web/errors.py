"""Everything that goes wrong under /admin: for people a page with one next step, for scripts a problem object."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from admin.access import AnyRequest, Refused, SignedOut
from admin.web.rendering import fragment, page
from gateway.api.problems import HANDLERS as PROBLEMS
from gateway.api.problems import problem_response, request_id_of
from gateway.errors import Conflict, FieldError, Forbidden, GatewayError, NotFound, RateLimited, Unauthenticated
from gateway.store.releases import NotPassed

SSO = "admin_sso_start"
"""The name of the way to the provider, where there is one; its label is what people call the provider."""
COMMAND = "python -m gateway admin link"
_log = structlog.get_logger("admin.errors")


def signed_out(request: AnyRequest, _: Exception) -> Response[str]:
    """Show the form to sign in, which leads back to the page that was asked for."""
    if request.headers.get("hx-request") == "true":  # a part of a page on which something may be half typed
        return _error(request, 401, "You were signed out", "Sign in again in another tab; this page stays as it is.")
    # RFC 9110 wants a challenge with every 401; no browser asks for anything on this one.
    return sign_in_page(request, 401)


def sign_in_page(
    request: AnyRequest, status: int, *, wrong: str = "", email: str = "", back: str = ""
) -> Response[str]:
    """Return the sign-in page; after a try that did not match it keeps the address and says so."""
    asked = back or (_whole(request) if request.method == "GET" else _back(request))
    way = request.app.get_handler_index_by_name(SSO)
    return page(
        request, "signed_out.html", status=status, headers={"WWW-Authenticate": 'Cookie realm="admin"'},
        sso=way["handler"].opt["label"] if way else "",
        command=COMMAND, wrong=wrong, email=email, back=asked if is_ours(asked) else "/admin/",
    )  # fmt: skip


def is_ours(address: str) -> bool:
    """Tell whether an address is a page of the admin, and no way to another host."""
    plain = "\\" not in address and address.isprintable() and address.isascii()
    return plain and address.startswith("/admin/") and not address.startswith("/admin/sign-")


def _whole(request: AnyRequest) -> str:
    query = request.scope["query_string"].decode("ascii", "replace")
    return request.scope["path"] + (f"?{query}" if query else "")


def refused(request: AnyRequest, error: Exception) -> Response[str]:
    """Show a refusal of the admin's own."""
    assert isinstance(error, Refused)
    return _error(request, error.status, error.heading, error.advice)


def gateway_refused(request: AnyRequest, error: Exception) -> Response[str]:
    """Show a refusal that the service knows."""
    assert isinstance(error, GatewayError)
    return _error(request, error.status, error.title, error.detail, error.errors)


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


def _error(
    request: AnyRequest, status: int, heading: str, advice: str, errors: Sequence[FieldError] = ()
) -> Response[str]:
    command = COMMAND if status == 401 else ""
    values: dict[str, Any] = {
        "heading": heading,
        "advice": advice,
        "code": status,
        "command": command,
        "errors": errors,
        "back": _back(request),
    }
    if request.headers.get("hx-request") == "true":
        return fragment(request, "error.html", status=status, **values)
    return page(request, "error.html", status=status, **values)


def _back(request: AnyRequest) -> str:
    """Return the page of ours that a form was sent from, empty for anything else."""
    given = urlsplit(request.headers.get("referer", ""))
    ours = given.netloc == request.headers.get("host") and given.path.startswith("/admin/")
    return (given.path + (f"?{given.query}" if given.query else "")) if ours and request.method == "POST" else ""


def _api_signed_out(request: AnyRequest, _: Exception) -> Response[bytes]:
    detail = "Sign in, or present an API token as `Authorization: Bearer …`; people make one on their account page."
    return problem_response(Unauthenticated(detail), request.scope["path"], request_id_of(request))


def _api_refused(request: AnyRequest, error: Exception) -> Response[bytes]:
    assert isinstance(error, Refused)
    kinds: dict[int, type[GatewayError]] = {401: Unauthenticated, 404: NotFound, 409: Conflict, 429: RateLimited}
    said = kinds.get(error.status, Forbidden)(f"{error.heading}. {error.advice}", extensions=dict(error.data))
    return problem_response(said, request.scope["path"], request_id_of(request))


HANDLERS: dict[Any, Any] = {
    SignedOut: signed_out,
    Refused: refused,
    GatewayError: gateway_refused,
    HTTPException: framework_refused,
    Exception: unexpected,
}


def not_passed(request: AnyRequest, error: Exception) -> Response[str]:
    """Say which proof is missing."""
    return _error(request, 409, "This cannot go live", str(error))


def _api_not_passed(request: AnyRequest, error: Exception) -> Response[bytes]:
    return problem_response(Conflict(str(error)), request.scope["path"], request_id_of(request))


HANDLERS[NotPassed] = not_passed
API_HANDLERS: ExceptionHandlersMap = {
    **PROBLEMS,
    NotPassed: _api_not_passed,
    SignedOut: _api_signed_out,
    Refused: _api_refused,
}
