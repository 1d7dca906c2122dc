"""The whole service: the gateway with the admin's pages and background work, ready to be served."""

import os

import structlog
from litestar.types import ASGIApp

from admin.bench import Bench
from admin.jobs import kinds
from admin.web.routes import admin_routes
from gateway import logs
from gateway.app import Service, create_service
from gateway.library.catalog import Catalog
from gateway.ports import Clock
from gateway.settings import Settings

log = structlog.get_logger("gateway.start")


def create(
    settings: Settings, clock: Clock | None = None, bench: Bench | None = None, catalog: Catalog | None = None
) -> Service:
    """Return the service with the admin; `clock` and `bench` replace the real ones, `catalog` has been read already."""
    bench = bench or Bench(settings)
    return create_service(
        settings,
        clock=clock,
        catalog=catalog,
        extra_routes=lambda site, store: admin_routes(settings, site, store, bench),
        extra_kinds=kinds(bench),
        at_end=bench.close,
    )


def from_environment(catalog: Catalog | None = None) -> ASGIApp:
    """Return the ASGI application for the process's environment; the server's workers call this."""
    settings = Settings.from_environ(os.environ)
    logs.configure(settings.log_level)
    return create(settings, catalog=catalog).asgi
