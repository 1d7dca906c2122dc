"""All addresses under /admin."""

from typing import Any

from litestar import HttpMethod, Request, Response, get, route
from litestar.handlers import HTTPRouteHandler

from admin.access import Access, Refused
from admin.pages.audit import audit_routes
from admin.pages.businesses import businesses_routes
from admin.pages.office import Office
from admin.pages.overview import overview_routes
from admin.pages.rendering import STYLE
from admin.pages.sign_in import sign_in_routes
from gateway.api.site import Site
from gateway.app import Store
from gateway.settings import Settings
from gateway.store.admin_access import AdminAccess
from gateway.store.overview import Overview

ANY = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]


def admin_routes(settings: Settings, site: Site, store: Store) -> list[HTTPRouteHandler]:
    """Return every handler of the admin."""
    access = Access(AdminAccess(store.database, store.clock), store.clock)
    office = Office(settings, site, access, Overview(store.database))

    # The address carries the contents' hash, so browsers may keep it for good.
    @get("/admin/assets/admin.css", name="admin_style", opt={"access": "public"}, sync_to_thread=False)
    def style() -> Response[bytes]:
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(STYLE, media_type="text/css", headers=headers)

    @route("/admin/{rest:path}", http_method=ANY, name="admin_other", opt={"access": "role:viewer"}, **office.fence)
    async def other(request: Request[Any, Any, Any]) -> Response[str]:
        raise Refused(404, "There is no such page", "Go to the overview and start from there.")

    return [
        *sign_in_routes(office),
        *overview_routes(office),
        *businesses_routes(office),
        *audit_routes(office),
        style,
        other,
    ]
