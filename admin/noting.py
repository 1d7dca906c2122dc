"""Every act of a person in the admin becomes a line of an audit chain before it is done: none can be missing."""

from collections.abc import Mapping
from typing import Any

from admin.web.faces import Visit
from gateway.domain.ledger import AuditEntry
from gateway.store.admin_access import THE_SERVICE


async def note(
    visit: Visit, action: str, object_id: str, details: Mapping[str, Any] | None = None, business: str = THE_SERVICE
) -> None:
    """Write who does what to which object: in the business's chain, or in the service's own."""
    office = visit.office
    line = AuditEntry(business, visit.who.email, action, object_id, office.now(), details or {})
    await office.site.audit.append(line)
