"""Webhooks: addresses that are told, what became of each delivery, sending again, a new secret, a test event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar.handlers import HTTPRouteHandler

from admin.noting import line, note
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.events import EVENTS
from gateway.errors import FieldError, NotFound, ValidationFailed
from gateway.store.admin_access import THE_SERVICE
from gateway.store.endpoints import Endpoint, Endpoints, send_test
from gateway.store.webhooks import Webhook

PAGE = Page("Webhooks", "/admin/webhooks", "Platform", 15, "hook")
HERE = "/admin/webhooks"
OPERATORS = "operators"
"""In an address: the webhooks that belong to no business and are told everything."""
STATES = {"": "all", "pending": "on their way", "delivered": "delivered", "dead": "given up"}


@dataclass(frozen=True, slots=True)
class Line:
    """One address as the table shows it."""

    endpoint: Endpoint
    owner: str
    business: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery: its type, state and the log of its attempts."""

    event_id: str
    type: str
    state: str
    attempts: int
    created_at: int
    changed_at: int
    last: str


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the pages and what can be done with an address."""
    here = "/webhooks/{owner:str}/{hook:str}"
    return [
        *view(office, "/webhooks", "webhooks.html", load),
        *view(office, here, "webhook.html", load_one),
        *action(office, "/webhooks/create", create, role="admin"),
        *action(office, f"{here}/test", test, role="admin"),
        *action(office, f"{here}/resend", resend, role="admin"),
        *action(office, f"{here}/secret", roll, role="admin"),
        *action(office, f"{here}/delete", delete, role="admin"),
    ]


async def load(visit: Visit) -> Context:
    """Return every address with what became of its deliveries."""
    office = visit.office
    endpoints = await Endpoints(office.site.database).all()
    everyone = office.site.snapshots.current.businesses
    lines = []
    for each in endpoints:
        hook = await office.site.webhooks.get(each.business_id, each.id)
        owner = everyone[each.business_id].name if each.business_id in everyone else "the operators"
        lines.append((Line(each, each.business_id or OPERATORS, owner), hook))
    return {
        "lines": lines,
        "events": [(name, about.when) for name, about in EVENTS.items()],
        "businesses": sorted(((each.id, each.name) for each in everyone.values()), key=lambda pair: pair[1].lower()),
    }


async def load_one(visit: Visit) -> Context:
    """Return one address with its newest deliveries."""
    office, owner, hook = visit.office, _owner(visit), await _hook(visit)
    state = visit.query("state") if visit.query("state") in STATES else ""
    rows = await office.site.webhooks.deliveries(owner, hook.id, state=state)
    business = office.site.snapshots.current.business(owner)
    return {
        "hook": hook, "owner": visit.path["owner"], "business": business.name if business else "the operators",
        "deliveries": [_attempt(row) for row in rows], "state": state, "states": list(STATES.items()),
    }  # fmt: skip


async def create(visit: Visit) -> Done:
    """Register an address; its secret is shown once."""
    office, owner, url = visit.office, visit.text("business"), visit.text("url")
    if owner and owner not in office.site.snapshots.current.businesses:
        raise ValidationFailed("There is no such business.", [FieldError("/business", "is not known")])
    office.site.sender.check(url)
    events = [name for name in EVENTS if visit.text(f"event-{name}")] or ["*"]
    noted = line(visit, "webhook.create", owner or OPERATORS, {"events": events}, owner)
    hook, secret = await office.site.webhooks.create(owner, url, events, line=noted)
    return Done(f"Its secret, shown once: {secret}", _address(owner, hook.id), {"id": hook.id, "secret": secret})


async def test(visit: Visit) -> Done:
    """Send a test event to this address alone."""
    owner, hook = _owner(visit), await _hook(visit)
    await note(visit, "webhook.test", hook.id, business=owner)
    event_id = await send_test(
        visit.office.site.database, visit.office.store.sealer, visit.office.now(), owner, hook.id
    )
    visit.office.site.jobs.nudge()
    return Done("A test event is on its way; its delivery is below.", _address(owner, hook.id), {"event_id": event_id})


async def resend(visit: Visit) -> Done:
    """Send one event again under its old id."""
    owner, hook = _owner(visit), await _hook(visit)
    noted = line(visit, "webhook.resend", hook.id, {"event": visit.text("event")[:80]}, owner)
    count = await visit.office.site.webhooks.replay(owner, hook.id, [visit.text("event")], line=noted)
    if not count:
        raise NotFound("This address was never sent that event.")
    visit.office.site.jobs.nudge()
    return Done("The event is on its way again.", _address(owner, hook.id), {"replayed": count})


async def roll(visit: Visit) -> Done:
    """Give a new secret; for a day both sign."""
    owner, hook = _owner(visit), await _hook(visit)
    noted = line(visit, "webhook.secret", hook.id, business=owner)
    _, secret = await visit.office.site.webhooks.roll(owner, hook.id, line=noted)
    said = f"The new secret, shown once: {secret} – for a day both sign."
    return Done(said, _address(owner, hook.id), {"secret": secret})


async def delete(visit: Visit) -> Done:
    """Forget an address and its deliveries."""
    owner, hook = _owner(visit), await _hook(visit)
    noted = line(visit, "webhook.delete", hook.id, business=owner)
    await visit.office.site.webhooks.delete(owner, hook.id, line=noted)
    return Done("The address is told nothing any more.", HERE, {"id": hook.id})


def _owner(visit: Visit) -> str:
    return THE_SERVICE if visit.path["owner"] == OPERATORS else visit.path["owner"]


async def _hook(visit: Visit) -> Webhook:
    return await visit.office.site.webhooks.get(_owner(visit), visit.path["hook"])


def _address(owner: str, hook_id: str) -> str:
    return f"{HERE}/{owner or OPERATORS}/{hook_id}"


def _in_words(attempt: Mapping[str, Any]) -> str:
    """Return what came of one attempt: `HTTP status 500 after 12 ms`, `unreachable after 6 ms`."""
    said = [f"HTTP status {attempt['status']}"] if attempt.get("status") else []
    said += [str(attempt["fault"]).replace("_", " ")] if attempt.get("fault") else []
    return f"{', '.join(said) or 'delivered'} after {attempt.get('ms', 0):,} ms"


def _attempt(row: dict[str, Any]) -> Attempt:
    log = row["log"]
    last = _in_words(log[-1]) if log else ""
    return Attempt(
        row["event_id"], row["type"], row["state"], row["attempts"], row["created_at"], row["changed_at"], last
    )
