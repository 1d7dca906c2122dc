"""The newest entries of an audit chain, and a button that recomputes the chain."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar.handlers import HTTPRouteHandler

from admin.web.faces import Context, Visit, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.caller import Business
from gateway.errors import NotFound
from gateway.store.admin_access import THE_SERVICE
from gateway.store.overview import AuditLine

PAGE = Page("Audit log", "/admin/audit", "Care", 30, "chain")
NEWEST = 50
CHOICES = 200
"""How many businesses the list on this page offers; the others are reached from their own page."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What recomputing a chain found: `broken` is the first entry that does not fit, None when all do."""

    entries: int
    broken: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the chain; `actor` is a key's name where it is known, `details` are its pairs."""

    line: AuditLine
    actor: str
    details: Mapping[str, Any]


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the audit page; with `?check=1` it recomputes the chain."""
    return view(office, "/audit", "audit.html", load)


async def load(visit: Visit) -> Context:
    """Return the newest lines of a business's chain, or of the service's own."""
    office, business_id = visit.office, visit.query("business", THE_SERVICE)
    everyone = office.site.snapshots.current.businesses
    if business_id != THE_SERVICE and business_id not in everyone:
        raise NotFound("There is no such business. Choose one on the businesses page.")
    lines = await office.overview.audit_lines(business_id, NEWEST)
    entries = lines[0].seq if lines else 0
    checked = Checked(entries, await office.site.audit.verify(business_id)) if visit.query("check") else None
    return {
        "chosen": business_id,
        "title": everyone[business_id].name if business_id else "The service itself",
        "choices": _choices(list(everyone.values()), business_id),
        "total": len(everyone),
        "entries": _entries(office, lines),
        "checked": checked,
    }


def _choices(everyone: list[Business], chosen: str) -> list[Business]:
    first = sorted(everyone, key=lambda business: (business.id != chosen, business.name, business.id))[:CHOICES]
    return sorted(first, key=lambda business: (business.name, business.id))


def _entries(office: Office, lines: list[AuditLine]) -> list[Entry]:
    names = {key.id: key.name for key in office.site.snapshots.current.keys.values()}
    return [
        Entry(line, f"key “{names[line.actor]}”" if line.actor in names else line.actor, json.loads(line.details))
        for line in lines
    ]
