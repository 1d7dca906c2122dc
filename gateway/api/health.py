"""Is the process alive, may it take traffic, and how is it doing."""

import asyncio
from typing import Any, Protocol

from litestar import HttpMethod, Request, Response, get, route
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST

from gateway.api.replies import json_response
from gateway.api.site import Site
from gateway.errors import GatewayError
from gateway.store.database import prove_writable
from gateway.store.scope import OPERATOR, acting

PATIENCE_S = 2.0
"""How long a probe waits for the database; most probers give up after a few seconds."""

PROBES = [HttpMethod.GET, HttpMethod.HEAD]


class Exposition(Protocol):
    """What tells the metrics."""

    def text(self) -> bytes: ...


def health_routes(site: Site, exposition: Exposition) -> list[HTTPRouteHandler]:
    """Return /health/live (no I/O), /health/ready (store, migrations, prompts) and /metrics.

    The first two answer HEAD as well: many load balancers and monitors ask by it.
    """

    @route("/health/live", http_method=PROBES, name="health_live", opt={"access": "public"})
    async def live() -> Response[bytes]:
        return json_response({"status": "ok", "version": site.version})

    @route("/health/ready", http_method=PROBES, name="health_ready", opt={"access": "public"})
    async def ready(request: Request[Any, Any, Any]) -> Response[bytes]:
        database = await _database(site)
        unreleased = [name for name in site.kit.catalog.features if site.kit.switches.live(name) is None]
        body = {
            "status": "ok" if database == "ok" else "unavailable",
            "database": database,
            "model": "offline" if site.kit.offline else "configured",
            "breakers": site.kit.breaker_states(),
            "features_without_release": unreleased,
        }
        return json_response(body, 200 if body["status"] == "ok" else 503)

    @get("/metrics", name="metrics", opt={"access": "public"}, sync_to_thread=False)
    def metrics() -> Response[bytes]:
        return Response(exposition.text(), media_type=CONTENT_TYPE_LATEST)

    return [live, ready, metrics]


async def _database(site: Site) -> str:
    """Return `ok`, `unavailable`, or `refuses_writes`: it can be read, but is full, locked or a standby.

    No probe writes while writes are taken: only after one was refused does a probe try whether they are again.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            await site.database.fetch("SELECT 1")
    except (GatewayError, TimeoutError):
        return "unavailable"
    if not site.database.write_refused:
        return "ok"
    try:
        async with asyncio.timeout(PATIENCE_S):
            with acting(OPERATOR):
                await prove_writable(site.database)
    except (GatewayError, TimeoutError):
        return "refuses_writes"
    return "ok"
