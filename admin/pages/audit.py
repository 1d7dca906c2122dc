"""The newest entries of an audit chain, and a button that recomputes the chain."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar.handlers import HTTPRouteHandler

from admin.pages.prompt import words_of
from admin.web.faces import Context, Visit, view
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.caller import Business
from gateway.errors import NotFound
from gateway.store.admin_access import THE_SERVICE
from gateway.store.overview import LAST_SEQ, AuditLine

PAGE = Page("Audit log", "/admin/audit", "Care", 30, "chain")
NEWEST = 50
NAMED = ("title", "name", "email", "role", "plan", "url", "flag", "note", "said")
"""Details that are words by themselves, in the order in which they are told."""
SAID = {
    "prompt.released": "made a version live", "prompt.ended": "ended a release", "canary.ended": "ended a trial",
    "canary.halted": "took a trial back", "draft.started": "began a draft", "draft.asked": "asked for review",
    "draft.approved": "approved a draft", "draft.changes": "sent a draft back", "draft.released": "released a draft",
    "draft.comment": "commented on a draft",
    "admin.signed_in": "signed in", "admin.signed_out": "signed out", "admin.link_made": "made a sign-in link",
    "admin.token_made": "made a token for scripts", "admin.session_ended": "ended a session",
    "person.joined": "set a password and came in", "person.invited": "invited somebody",
    "person.role_changed": "changed a role", "person.deactivated": "signed somebody out for good",
    "person.reactivated": "let somebody in again", "person.totp_on": "switched one-time codes on",
    "person.totp_off": "switched one-time codes off", "person.password_set": "set a new password",
    "key.create": "made a key", "key.rotate": "rotated a key", "key.revoke": "ended a key",
    "flag.set": "changed a switch", "plans.saved": "changed the plans", "business.added": "added a business",
    "business.plan": "changed a business's plan", "privacy.opt_out": "changed an opt-out",
    "privacy.erasure": "asked to forget somebody", "evaluation.asked": "asked a real model",
    "webhook.create": "added a webhook", "webhook.delete": "removed a webhook", "webhook.secret": "made a new secret",
    "webhook.resend": "sent a delivery again", "webhook.test": "sent a test event",
    "job.retry": "started a job again", "job.cancel": "stopped a job",
    "release.planned": "planned a release", "release.unplanned": "took a planned release back",
    "example.added": "added an example", "example.removed": "removed an example", "chat.read": "read a conversation",
    "chat.close": "closed a conversation", "person.sso_bound": "signed in through the provider for the first time",
    "prompt.commit_asked": "asked for a commit", "prompt.committed": "committed a version",
    "prompt.commit_failed": "could not commit a version", "models.paused": "paused all models",
    "models.resumed": "let models answer again", "ledger.swept": "closed a request that broke off",
    "decision.approve": "agreed with a recommendation", "decision.override": "decided otherwise",
    "privacy.erased": "forgot somebody",
}  # fmt: skip
CHOICES = 200
"""How many businesses the list on this page offers; the others are reached from their own page."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What recomputing a chain found: `broken` is the first entry that does not fit, None when all do."""

    entries: int
    broken: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the chain; `actor` is a key's name where it is known, `details` are its pairs.

    `said` is the action in words, `about` what it was done to.
    """

    line: AuditLine
    actor: str
    details: Mapping[str, Any]
    said: str
    about: str


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the audit page; with `?check=1` it recomputes the chain."""
    return view(office, "/audit", "audit.html", load)


async def load(visit: Visit) -> Context:
    """Return the newest lines of a business's chain, or of the service's own."""
    office, business_id = visit.office, visit.query("business", THE_SERVICE)
    everyone = office.site.snapshots.current.businesses
    if business_id != THE_SERVICE and business_id not in everyone:
        raise NotFound("There is no such business. Choose one on the businesses page.")
    before = visit.number("before", 0, most=LAST_SEQ)
    lines = await office.overview.audit_lines(business_id, NEWEST, before or LAST_SEQ)
    newest = lines if not before else await office.overview.audit_lines(business_id, 1)
    entries = newest[0].seq if newest else 0
    checked = Checked(entries, await office.site.audit.verify(business_id)) if visit.query("check") else None
    return {
        "chosen": business_id,
        "title": everyone[business_id].name if business_id else "The service itself",
        "choices": _choices(list(everyone.values()), business_id),
        "total": len(everyone),
        "entries": _entries(office, lines),
        "all": entries,
        "older": lines[-1].seq if lines and lines[-1].seq > 1 else 0,
        "before": before,
        "checked": checked,
    }


def _choices(everyone: list[Business], chosen: str) -> list[Business]:
    first = sorted(everyone, key=lambda business: (business.id != chosen, business.name, business.id))[:CHOICES]
    return sorted(first, key=lambda business: (business.name, business.id))


def _entries(office: Office, lines: list[AuditLine]) -> list[Entry]:
    names = {key.id: key.name for key in office.site.snapshots.current.keys.values()}
    found = []
    for each in lines:
        details = json.loads(each.details)
        actor = f"key “{names[each.actor]}”" if each.actor in names else each.actor
        found.append(Entry(each, actor, details, _said(office, each.action), _about(office, details)))
    return found


def _said(office: Office, action: str) -> str:
    """Return an action in words: a request by its feature's name, anything else as it is called."""
    kind, _, name = action.partition(".")
    if kind == "ai" and name in office.site.kit.catalog.features:
        return f"asked for: {office.site.kit.catalog.features[name].title}"
    return SAID.get(action, action.replace(".", ": ").replace("_", " "))


def _about(office: Office, details: Mapping[str, Any]) -> str:
    """Return what an entry is about, as far as its details say it."""
    catalog, found = office.site.kit.catalog, []
    if (name := details.get("feature")) in catalog.features:
        found.append(catalog.features[str(name)].title)
    version = catalog.by_hash.get(str(details.get("content", "")))
    number = version.version if version else details.get("version")
    found += [f"version {number}"] if number else []
    target = str(details.get("target", ""))
    if target and target != "*":
        found.append(f"for {words_of(office, target)}")
    found += [str(details[key]) for key in NAMED if details.get(key)]
    if details.get("from") and details.get("to"):
        found.append(f"{details['from']} → {details['to']}")
    return " · ".join(found)
