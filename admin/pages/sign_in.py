"""Getting in by password or by a one-time link, and out."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from admin.access import COOKIE as SESSION
from admin.access import AnyRequest, Refused, no_cookie, read_form, session_cookie
from admin.web.errors import is_ours, sign_in_page
from admin.web.faces import Done, leading_on
from admin.web.office import Office
from admin.web.rendering import page
from gateway.domain.staff import WHAT_A_ROLE_MAY_DO
from gateway.errors import ValidationFailed


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the sign-in page, its form and the sign-out form."""
    access = office.access

    # Opening the link changes nothing: programs that preview links in messages open them too.
    @get("/admin/sign-in", name="admin_sign_in", opt={"access": "public"}, **office.fence)
    async def show(request: Request[Any, Any, Any]) -> Response[str]:
        token = request.query_params.get("token", "")
        if not token:
            return sign_in_page(request, 200)
        return await _invitation(office, request, token)

    @post("/admin/sign-in", name="admin_sign_in_form", opt={"access": "public"}, **office.fence)
    async def enter(request: Request[Any, Any, Any]) -> Response[Any]:
        fields = await read_form(request)
        back = fields.get("back", "")
        try:
            if token := fields.get("token", ""):
                secret = await access.accept(request, token, fields)
            else:
                email, password = fields.get("email", ""), fields.get("password", "")
                secret = await access.sign_in(request, email, password, fields.get("code", ""))
        except ValidationFailed as error:
            return await _invitation(office, request, fields["token"], 422, wrong=error.detail, given=fields)
        except Refused as error:
            if "token" in fields:
                raise
            said = f"{error.heading}. {error.advice}"
            return sign_in_page(request, error.status, wrong=said, email=fields.get("email", "")[:200], back=back)
        to = back if is_ours(back) else "/admin/"
        return leading_on(request, Done("", to, cookies=(session_cookie(secret),)))

    @get("/admin/sign-out", name="admin_signed_out", opt={"access": "public"}, **office.fence)
    async def gone(request: Request[Any, Any, Any]) -> Response[bytes]:
        return leading_on(request, Done("", "/admin/"))

    @post("/admin/sign-out", name="admin_sign_out", opt={"access": "role:viewer"}, **office.fence)
    async def leave(request: Request[Any, Any, Any]) -> Response[bytes]:
        await access.form(request)
        await access.sessions.sign_out(request.cookies.get(SESSION, ""))
        return leading_on(request, Done("", "/admin/", cookies=(no_cookie(),)))

    return [show, enter, gone, leave]


async def _invitation(
    office: Office, request: AnyRequest, token: str, status: int = 200, *, wrong: str = "",
    given: dict[str, str] | None = None,
) -> Response[str]:  # fmt: skip
    invitation = await office.access.check_link(request, token)
    given = given or {}
    return page(
        request, "sign_in.html", status=status, token=token, invitation=invitation, wrong=wrong,
        may=WHAT_A_ROLE_MAY_DO[invitation.role], given=given,
        first=not await office.access.people.anybody(),
    )  # fmt: skip
