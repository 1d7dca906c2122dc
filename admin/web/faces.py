"""One function, two faces: what a page shows or does is also there as JSON under `/admin/api/`, with the same checks.

    async def load(visit: Visit) -> Context: ...      a reading page: its template's values, or the same as JSON
    async def rename(visit: Visit) -> Done: ...       an action: a form that leads on to a page, or a JSON answer

`view` and `action` make the handlers; `show` and `act` wrap one function each.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from admin.access import MAX_FORM, TOKEN_HEADER, AnyRequest, person_of
from admin.web.office import Office
from admin.web.rendering import SAID, fragment, page
from gateway.api.body import read_object
from gateway.domain.staff import Person, Role
from gateway.errors import NotFound, ValidationFailed

Context = dict[str, Any]
PAGES, API = "/admin", "/admin/api"
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in person: `path` and `query` as given, `fields` of the form or JSON body as text."""

    office: Office
    request: AnyRequest
    path: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def who(self) -> Person:
        """The person whose session it is."""
        return person_of(self.request)

    def query(self, name: str, default: str = "") -> str:
        """Return a value of the address's query, without the character that PostgreSQL has no text for."""
        return str(self.request.query_params.get(name, default)).replace("\x00", "")

    def number(self, name: str, default: int = 1, *, most: int = 1_000_000) -> int:
        """Return a whole number of the query between 1 and `most`, `default` for anything else."""
        given = self.query(name)
        return min(most, max(1, int(given))) if given.isascii() and given.isdigit() and len(given) < 9 else default

    def text(self, name: str, default: str = "") -> str:
        """Return a field, trimmed."""
        return self.fields.get(name, default).strip()

    @property
    def partial(self) -> bool:
        """True when htmx asks for a piece of a page."""
        return self.request.headers.get("hx-request") == "true"


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, in a sentence; `to` is the page that shows it, `data` what the JSON face answers."""

    said: str
    to: str = "/admin"
    data: Mapping[str, Any] = field(default_factory=dict)
    cookies: tuple[Cookie, ...] = ()


Load = Callable[[Visit], Awaitable[Context]]
Act = Callable[[Visit], Awaitable[Done]]


def view(office: Office, path: str, template: str, load: Load, *, role: Role = "viewer") -> list[HTTPRouteHandler]:
    """Return a page at `/admin{path}` and the same values as JSON at `/admin/api{path}`.

    With htmx, only the template's block `piece` is sent where the template has one.
    """
    access = {"access": f"role:{role}"}

    @get(PAGES + path, name=f"page {path}", opt=access, **office.fence)
    async def show(request: Request[Any, Any, Any]) -> Response[str]:
        visit = _visit(office, request)
        context = await load(visit)
        if visit.partial:
            return fragment(request, template, **context)
        return page(request, template, **context)

    @get(API + path, name=f"api {path}", opt=access, **office.api_fence)
    async def tell(request: Request[Any, Any, Any]) -> Response[bytes]:
        return as_json(await load(_visit(office, request)))

    return [show, tell]


def asked(office: Office, path: str, template: str, load: Load, *, role: Role, limit: int) -> list[HTTPRouteHandler]:
    """Return a page that a form asks for, since asking for it costs something; the same values as JSON for scripts."""
    access = {"access": f"role:{role}"}

    @post(PAGES + path, name=f"asked {path}", opt=access, status_code=200, **office.fence)
    async def show(request: Request[Any, Any, Any]) -> Response[str]:
        fields = await office.access.form(request, limit)
        return page(request, template, **await load(_visit(office, request, fields)))

    @post(API + path, name=f"api asked {path}", opt=access, status_code=200, **office.api_fence)
    async def tell(request: Request[Any, Any, Any]) -> Response[bytes]:
        office.access.check_token(request, request.headers.get(TOKEN_HEADER, ""))
        given, _ = await read_object(request, limit)
        return as_json(await load(_visit(office, request, _texts(given))))

    return [show, tell]


def action(
    office: Office, path: str, act: Act, *, role: Role, limit: int = MAX_FORM, status: int = 200
) -> list[HTTPRouteHandler]:
    """Return a form's address at `/admin{path}` and the same action for JSON at `/admin/api{path}`."""
    access = {"access": f"role:{role}"}

    @post(PAGES + path, name=f"form {path}", opt=access, **office.fence)
    async def submit(request: Request[Any, Any, Any]) -> Response[bytes]:
        fields = await office.access.form(request, limit)
        return leading_on(request, await act(_visit(office, request, fields)))

    @post(API + path, name=f"api act {path}", opt=access, **office.api_fence)
    async def call(request: Request[Any, Any, Any]) -> Response[bytes]:
        office.access.check_token(request, request.headers.get(TOKEN_HEADER, ""))
        given, _ = await read_object(request, limit)
        done = await act(_visit(office, request, _texts(given)))
        return as_json({"done": done.said, **done.data}, status=status, cookies=done.cookies)

    return [submit, call]


def leading_on(request: AnyRequest, done: Done) -> Response[bytes]:
    """Return the answer of a form: go to the page that shows what was done, and say it there."""
    response = Response(b"", status_code=SEE_OTHER, headers={"Location": done.to})
    if request.headers.get("hx-request") == "true":
        response = Response(b"", status_code=200, headers={"HX-Redirect": done.to})
    if done.said:
        response.set_cookie(
            Cookie(key=SAID, value=quote(done.said), path="/", secure=True, httponly=True, samesite="lax")
        )
    for cookie in done.cookies:
        response.set_cookie(cookie)
    return response


def as_json(value: Any, status: int = 200, cookies: tuple[Cookie, ...] = ()) -> Response[bytes]:
    """Return a value of plain data and dataclasses as JSON."""
    body = msgspec.json.encode(value, enc_hook=_plain)
    response = Response(body, status_code=status, media_type="application/json")
    for cookie in cookies:
        response.set_cookie(cookie)
    return response


def found(value: Any, what: str) -> Any:
    """Return `value`. Raises NotFound saying `what` there is none of."""
    if value is None:
        raise NotFound(f"There is no such {what}. It may have been removed; go back to the list.")
    return value


def _visit(office: Office, request: AnyRequest, fields: Mapping[str, str] | None = None) -> Visit:
    path = {name: str(value).replace("\x00", "") for name, value in request.path_params.items()}
    return Visit(office, request, path, fields or {})


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in given.items():
        if isinstance(value, bool):
            fields[name] = "on" if value else ""
        elif value is None or isinstance(value, str | int | float):
            fields[name] = "" if value is None else str(value)
        else:
            raise ValidationFailed(f"`{name}` must be a text, a number or a boolean.")
    return fields


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)
