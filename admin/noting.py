"""Every act of a person in the admin has its line in an audit chain, written in the transaction of the act.

Reading what is private is an act too: it has no transaction of its own, so its line is written before it.
"""

from collections.abc import Mapping
from typing import Any

from admin.web.faces import Visit
from gateway.domain.ledger import AuditEntry
from gateway.store.admin_access import THE_SERVICE


def line(
    visit: Visit, action: str, object_id: str, details: Mapping[str, Any] | None = None, business: str = THE_SERVICE
) -> AuditEntry:
    """Return who does what to which object, for the business's chain or the service's own."""
    return AuditEntry(business, visit.who.email, action, object_id, visit.office.now(), details or {})


async def note(
    visit: Visit, action: str, object_id: str, details: Mapping[str, Any] | None = None, business: str = THE_SERVICE
) -> None:
    """Write the line of an act that changes no table, before it is done."""
    await visit.office.site.audit.append(line(visit, action, object_id, details, business))
