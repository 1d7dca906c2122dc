"""Every route × every kind of caller: what comes back is what the route's declared access says, cell by cell.

The rows of the API come from the served OpenAPI document, those of the admin (and of the addresses that the document
leaves out) from the running application's own route table. What a cell must be is computed from the declaration alone.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from litestar import get
from litestar.handlers import HTTPRouteHandler

from admin.bench import Bench
from admin.web.routes import admin_routes
from gateway.adapters.webhook_sender import WebhookSender
from gateway.api.access import UndeclaredAccess
from gateway.app import Service, create_service
from gateway.domain.staff import ROLES, Person, covers
from gateway.store.admin_access import AdminAccess
from tests.admin.visiting import COOKIE, FORM, HOST, OURS, Place, form_token_of
from tests.fakes import FakeClock
from tests.flows.test_tenant_isolation import call, operations
from tests.service import SANKOFA, VOLTA, Answer, Client, Served, _lifespan, nowhere, settings_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODYS_ID = "00000000-0000-7000-8000-000000000000"
FILLED = {"business": SANKOFA, "feature": "credit_risk", "kind": "suite", "name": "admin.css", "rest": "no/such/page"}
OPEN_TO_ALL = {
    "/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs", "/docs/errors", "/docs/assets/{name}",
    "/docs/guides", "/docs/guides/{name}", "/admin/sign-in", "/admin/sign-out", "/admin/assets/{name}",
}  # fmt: skip
FOR_VIEWERS = ("/account/", "/sign-out", "/privacy/test")
"""What may be sent by those who may only read: things of their own, and a text to be masked that is kept nowhere."""


@dataclass(frozen=True)
class Row:
    """One method of one address, and who may use it."""

    method: str
    path: str
    access: str

    @property
    def target(self) -> str:
        """The address with something in place of each parameter: what is there where it is easy, else nobody's."""
        return re.sub(r"{(\w+)}", lambda found: FILLED.get(found[1], NOBODYS_ID), self.path)


@dataclass
class House:
    """The whole service with its admin, and everybody who may come to its door."""

    served: Served
    place: Place
    people: dict[str, Person]

    @property
    def service(self) -> Service:
        return self.served.service

    def table(self) -> list[Row]:
        """Return every row of the running application's route table."""
        rows = []
        for route in self.service.asgi.app.app.routes:  # type: ignore[attr-defined]
            path = re.sub(r":\w+}", "}", route.path)
            for handler in getattr(route, "route_handlers", ()):
                methods = {str(method) for method in handler.http_methods} - {"OPTIONS"}
                rows += [Row(method, path, handler.opt.get("access", "")) for method in sorted(methods)]
        return rows

    async def session(self, role: str, kind: Any = "browser") -> str:
        """Return a fresh session of a person with this role, so that no cell can end another's."""
        return await AdminAccess(self.served.store.database, self.served.clock).open_session(self.people[role], kind)

    async def changes(self) -> int:
        """Return how many lines the audit log holds."""
        return int((await self.served.store.database.fetch("SELECT COUNT(*) FROM audit"))[0][0])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(shop_url: str) -> AsyncIterator[House]:
    settings, clock = settings_for(shop_url, jobs_in_process="off", pos_dialect="on"), FakeClock()
    bench = Bench(settings)
    service = create_service(
        settings,
        clock=clock,
        sender=WebhookSender(resolve=nowhere),
        extra_routes=lambda site, store: admin_routes(settings, site, store, bench),
        at_end=bench.close,
    )
    async with _lifespan(service.asgi):
        keys = {one: (await service.store.keys.create("test", one))[0] for one in (SANKOFA, VOLTA)}
        for one in keys:
            await service.store.businesses.set_plan(one, "ENTERPRISE")
        place = Place(service, clock)
        sessions, people = AdminAccess(service.store.database, clock), {}
        for role in ROLES:
            session = await sessions.session((await place.signed_in(role)).cookie)
            assert session is not None
            people[role] = session.person
        yield House(Served(service, clock, keys, shop_url), place, people)


# The API: rows from the OpenAPI document.

IN, UNKNOWN, NOT_IN_SCOPE, NOT_THERE, UNNAMED = "in", 401, 403, 404, 422


def expected(caller: str, scope: str | None, of_sankofa: bool) -> str | int:
    """Return what a caller must get from an operation: let in, or the status of the refusal."""
    if caller.startswith(("nobody", "revoked", "admin")):
        return UNKNOWN
    if caller == "a stranger who names us":
        return NOT_THERE
    if "other scope" in caller and scope is not None:
        return NOT_IN_SCOPE
    if caller == "a stranger" and of_sankofa:
        return NOT_THERE
    return UNNAMED if caller == "the platform, naming nobody" else IN


async def callers(house: House, scope: str | None) -> dict[str, Client]:
    """Return everybody who may call an operation; the names are what `expected` goes by."""
    served, platform = house.served, {"x_business_id": SANKOFA}
    revoked, made = await served.store.keys.create("to be revoked", SANKOFA)
    await served.store.keys.revoke(made.id)
    stranger = served.client(VOLTA)
    found = {
        "nobody": served.client(None),
        "revoked": served.client(None).as_caller(revoked),
        "the business": served.client(),
        "the business, this scope alone": await served.caller(SANKOFA, [scope or "nothing"]),
        "the business, other scope": await served.caller(SANKOFA, ["nothing"]),
        "a stranger": stranger,
        "a stranger who names us": served.client(VOLTA, x_business_id=SANKOFA),
        "the platform": await served.caller(None, **platform),
        "the platform, other scope": await served.caller(None, ["nothing"], **platform),
        "the platform, naming nobody": await served.caller(None),
    }
    for role in ROLES:
        cookie = await house.session(role)
        found[f"admin: {role}'s page"] = Client(served.service.asgi, {"cookie": f"{COOKIE}={cookie}", **OURS})
    token = await house.session("admin", "api")
    return {**found, "admin: a script's token": served.client(None).as_caller(token)}


def speaks_of_sankofa(path: str, operation: dict[str, Any]) -> bool:
    """Tell whether the call names something that only Sankofa has, so that for others it is not there."""
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    named = {*media.get("schema", {}).get("required", ()), *media.get("example", {}).get("context", ())}
    return "_id}" in path or bool(named & {"customer_id", "request_id", "product_id"})


async def test_no_cell_of_the_api_is_wrong(house: House):
    wrong, cells = [], 0
    for name, (method, path, operation) in (await operations(house.served)).items():
        scope = operation.get("x-scope")
        for caller, client in (await callers(house, scope)).items():
            house.served.clock.advance(61)  # no limit per minute stands in the way
            answer = await call(house.served, client, method, path, operation)
            wanted = expected(caller, scope, speaks_of_sankofa(path, operation))
            if wanted != (IN if answer.status in (200, 201, 202) else answer.status):
                wrong.append((name, caller, wanted, answer.status, answer.body[:200]))
            assert str(answer.status) in operation["responses"], (name, caller)
            cells += 1
    assert wrong == []
    assert cells > 30 * 16


async def test_the_document_and_the_routes_declare_the_same_access(house: House):
    routes = {(row.method, re.sub(r"{\w+}", "{}", row.path)): row.access for row in house.table()}
    for method, path, operation in (await operations(house.served)).values():
        scope = operation.get("x-scope")
        assert routes[method, re.sub(r"{\w+}", "{}", path.rstrip("/"))] == (f"scope:{scope}" if scope else "key"), path


async def test_addresses_outside_the_document_are_closed_in_the_same_way(house: House):
    """Second addresses of features and the POS's own dialect: the same refusals, whatever is sent."""
    served, other = house.served, await house.served.caller(SANKOFA, ["nothing"])
    for row in house.table():
        if row.access.startswith(("key", "scope:")):
            stranger = served.client(VOLTA, x_business_id=SANKOFA)
            assert (await served.client(None).send(row.method, row.target)).status == UNKNOWN, row
            assert (await stranger.send(row.method, row.target)).status in (NOT_THERE, 415), row
            if row.access != "key":
                assert (await other.send(row.method, row.target)).status in (NOT_IN_SCOPE, 415), row


async def test_what_is_public_is_a_closed_list(house: House):
    public = {row.path for row in house.table() if row.access == "public"}
    assert public == OPEN_TO_ALL


# The admin: rows from the route table.


async def enter(house: House, row: Row, cookie: str, *, token: bool = True) -> Answer:
    """Return what comes of a request as a page of ours sends it; what is sent is empty."""
    headers = {"host": HOST, **OURS, **({"cookie": f"{COOKIE}={cookie}"} if cookie else {})}
    if token:
        headers["x-form-token"] = form_token_of(cookie)
    body = None
    if row.method != "GET":
        api = row.path.startswith("/admin/api")
        headers["content-type"], body = ("application/json", b"{}") if api else (FORM, b"")
    return await Client(house.service.asgi, headers).send(row.method, row.target, body)


def closed_by_role(answer: Answer) -> bool:
    """Tell whether it is the role that was not enough; a wrong password is refused with 403 as well."""
    return answer.status == 403 and b"Your role does not allow this" in answer.body


def rows_of_the_admin(house: House) -> list[Row]:
    return [row for row in house.table() if row.path.startswith("/admin") and row.access != "public"]


@pytest.mark.parametrize("role", ROLES)
async def test_no_cell_of_the_admin_is_wrong(house: House, role: str):
    rows = rows_of_the_admin(house)
    assert len(rows) > 120
    wrong = []
    for row in rows:
        allowed = covers(role, row.access.removeprefix("role:"))
        session, before = await house.session(role), await house.changes()
        answer = await enter(house, row, session)
        right = not closed_by_role(answer) and answer.status != 401 and answer.status < 500
        if not allowed:
            right = closed_by_role(answer) and await house.changes() == before
        if not right:
            wrong.append((row, answer.status))
    assert wrong == []


async def test_the_admin_is_closed_to_everybody_without_a_session(house: House):
    served = house.served
    keys = [served.client(), await served.caller(None)]
    for row in rows_of_the_admin(house):
        assert (await enter(house, row, "")).status == 401, row
        assert (await enter(house, row, "no such session")).status == 401, row
        for key in keys:  # a key of the API opens no page, not even for the platform
            answer = await Client(served.service.asgi, {**key.headers, "host": HOST, **OURS}).send(
                row.method, row.target
            )
            assert answer.status == 401, row


async def test_nothing_of_the_admin_can_be_changed_without_the_sessions_token(house: House):
    cookie = await house.session("admin")
    before = await house.changes()
    for row in rows_of_the_admin(house):
        if row.method != "GET" and "rest" not in row.path:
            assert (await enter(house, row, cookie, token=False)).status == 403, row
    assert await house.changes() == before


async def test_those_who_may_only_read_can_change_nothing_but_their_own_account(house: House):
    posts = [row for row in rows_of_the_admin(house) if row.method == "POST" and "rest" not in row.path]
    theirs = {row.path for row in posts if row.access == "role:viewer"}
    assert {path for path in theirs if not any(own in path for own in FOR_VIEWERS)} == set()


# A route without a declared access.


def route(**options: Any) -> HTTPRouteHandler:
    @get("/left/open", sync_to_thread=False, **options)
    def opened() -> str:
        return "anybody"

    return opened


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"opt": {"access": ""}},
        {"opt": {"access": "scope:"}},
        {"opt": {"access": "role:owner"}, "guards": [lambda *_: None]},
        {"opt": {"access": "role:admin"}},
    ],
    ids=["nothing", "empty", "no-scope", "no-such-role", "unguarded"],
)
async def test_the_service_does_not_start_with_a_route_that_nobody_closed(options: dict[str, Any], tmp_path):
    settings = settings_for(f"sqlite:///{tmp_path}/unused.sqlite")
    with pytest.raises(UndeclaredAccess, match="/left/open"):
        create_service(settings, extra_routes=lambda site, store: [route(**options)])
