"""Getting in by a one-time link, and out."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from admin.access import COOKIE as SESSION
from admin.access import AnyRequest, no_cookie, read_form, session_cookie
from admin.pages.office import Office
from admin.pages.rendering import page

_SEE_OTHER = 303


def sign_in_routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the sign-in page, its form and the sign-out form."""
    access = office.access

    # Opening the link changes nothing: programs that preview links in messages open them too.
    @get("/admin/sign-in", name="admin_sign_in", opt={"access": "public"}, **office.fence)
    async def show(request: Request[Any, Any, Any]) -> Response[str]:
        token = request.query_params.get("token", "")
        await access.check_link(request, token)
        return page(request, "sign_in.html", token=token)

    @post("/admin/sign-in", name="admin_sign_in_form", opt={"access": "public"}, **office.fence)
    async def enter(request: Request[Any, Any, Any]) -> Response[bytes]:
        fields = await read_form(request)
        secret = await access.sign_in(request, fields.get("token", ""))
        found = _see("/admin/")
        found.set_cookie(session_cookie(secret))
        return found

    @get("/admin/sign-out", name="admin_signed_out", opt={"access": "public"}, **office.fence)
    async def gone(request: Request[Any, Any, Any]) -> Response[bytes]:
        return _see("/admin/")

    @post("/admin/sign-out", name="admin_sign_out", opt={"access": "role:viewer"}, **office.fence)
    async def leave(request: Request[Any, Any, Any]) -> Response[bytes]:
        await access.form(request)
        await access.sessions.sign_out(_secret(request))
        left = _see("/admin/")
        left.set_cookie(no_cookie())
        return left

    return [show, enter, gone, leave]


def _secret(request: AnyRequest) -> str:
    return request.cookies.get(SESSION, "")


def _see(address: str) -> Response[bytes]:
    return Response(b"", status_code=_SEE_OTHER, headers={"Location": address})
