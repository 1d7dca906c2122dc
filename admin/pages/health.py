"""Is it us or the provider: version, database, migrations, work that waits, models, and the settings in words."""

from dataclasses import fields
from typing import Any

from litestar.handlers import HTTPRouteHandler

from admin.web.faces import Context, Visit, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.settings import Settings
from gateway.store.migrating import migrations, pending

PAGE = Page("Health and settings", "/admin/health", "Care", 20, "pulse")
SECRET = ("KEY", "SECRET", "URL", "PASSWORD", "TOKEN", "ENDPOINT")
"""What a setting's name has whose value may hold something to keep: it is told as set or not set."""


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page."""
    return view(office, "/health", "health.html", load)


async def load(visit: Visit) -> Context:
    """Return what answers and what is set; never a secret."""
    office = visit.office
    kit, database = office.site.kit, office.site.database
    waiting = await pending(database)
    counts = await office.store.jobs.counts()
    now = kit.clock.monotonic()
    routed = sorted({name for names in kit.policy.routes.values() for name in names}) if not kit.offline else []
    return {
        "version": office.site.version,
        "environment": office.settings.app_env,
        "database": {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database.dialect],
        "migrations": len(migrations()),
        "pending": waiting,
        "newest": migrations()[-1].description,
        "queued": sum(number for _, state, number, _ in counts if state == "queued"),
        "running": sum(number for _, state, number, _ in counts if state == "running"),
        "dead": sum(number for _, state, number, _ in counts if state == "dead"),
        "offline": kit.offline,
        "redis": bool(office.settings.redis_url),
        "models": [(name, kit.breakers.of(name).state(now)) for name in routed],
        "settings": [_setting(office.settings, each) for each in fields(Settings)],
        "now": office.now(),
    }


def _setting(settings: Settings, field: Any) -> tuple[str, str, str]:
    """Return (name, value in words, what it does)."""
    name, value = str(field.metadata["env"]), getattr(settings, field.name)
    if any(part in name for part in SECRET):
        words = "set" if value else "not set"
    elif isinstance(value, tuple):
        words = ", ".join("=".join(each) for each in value) or "not set"
    elif isinstance(value, frozenset):
        words = ", ".join(sorted(value)) or "all on"
    else:
        words = str(value) if value not in ("", None) else "not set"
    return name, words, str(field.metadata["doc"])
