"""All addresses under /admin: those of every page module, the assets, and a page for what is not there."""

from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.handlers import HTTPRouteHandler

from admin.access import Access, Refused
from admin.bench import Bench
from admin.life import life_of
from admin.web.assets import asset_routes
from admin.web.office import Office
from admin.web.page import modules
from gateway.api.site import Site
from gateway.app import Store
from gateway.settings import Settings
from gateway.store.admin_access import AdminAccess
from gateway.store.overview import Overview
from gateway.store.people import People

ANY = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]


def admin_routes(settings: Settings, site: Site, store: Store, bench: Bench) -> list[HTTPRouteHandler]:
    """Return every handler of the admin."""
    people = People(store.database, store.clock, store.sealer)
    access = Access(AdminAccess(store.database, store.clock), people, store.clock)
    life = life_of(store, site.kit.catalog, site.kit.policy)
    office = Office(settings, site, store, access, Overview(store.database), bench, life)

    @route("/admin/{rest:path}", http_method=ANY, name="admin_other", opt={"access": "role:viewer"}, **office.fence)
    async def other(request: Request[Any, Any, Any]) -> Response[str]:
        raise Refused(404, "There is no such page", "Go to the overview and start from there.")

    @route(
        "/admin/api/{rest:path}", http_method=ANY, name="admin_api_other", opt={"access": "role:viewer"},
        **office.api_fence,
    )  # fmt: skip
    async def other_api(request: Request[Any, Any, Any]) -> Response[str]:
        raise Refused(404, "There is no such address", "docs/admin.md lists what there is")

    handlers: list[HTTPRouteHandler] = []
    for module in modules():
        handlers += module.routes(office)
    return [*handlers, *asset_routes(), other, other_api]
