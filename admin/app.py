"""The whole service: the gateway with the admin's pages, ready to be served."""

import os

import structlog
from litestar.types import ASGIApp

from admin.pages.routes import admin_routes
from gateway import logs
from gateway.app import Service, create_service
from gateway.settings import Settings

log = structlog.get_logger("gateway.start")


def create(settings: Settings) -> Service:
    """Return the service with the admin."""
    return create_service(settings, extra_routes=lambda site, store: admin_routes(settings, site, store))


def from_environment() -> ASGIApp:
    """Return the ASGI application for the process's environment; the server's workers call this."""
    settings = Settings.from_environ(os.environ)
    logs.configure(settings.log_level)
    return create(settings).asgi
