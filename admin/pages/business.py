"""One business: its month against its limits, where the month is heading, its switches, and what can be changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from litestar.handlers import HTTPRouteHandler

from admin.noting import line
from admin.pages.businesses import line_of
from admin.web.faces import Context, Done, Visit, action, found, view
from admin.web.money import cost
from admin.web.office import Office
from gateway.domain.caller import Business
from gateway.domain.jobs import NewJob
from gateway.errors import FieldError, ValidationFailed
from gateway.store.businesses import EVERY_FEATURE
from gateway.store.economics import Economics
from gateway.store.keys import ApiKey
from gateway.store.plan_use import standing_of

ERASURE, SCOPE = "erasure", "privacy"
SUBJECTS = {"customer": "a customer", "user": "a user of the shop"}
CONFIRM = "forget"


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page and what can be done for a business."""
    here = "/businesses/{business:str}"
    return [
        *view(office, here, "business.html", load),
        *action(office, f"{here}/plan", change_plan, role="admin"),
        *action(office, f"{here}/opt-out", opt_out, role="admin"),
        *action(office, f"{here}/erasure", erasure, role="admin"),
    ]


async def load(visit: Visit) -> Context:
    """Return what the business has, uses and may do."""
    office, business = visit.office, _business(visit)
    kit, plans = office.site.kit, office.site.kit.policy.plans
    plan = plans.get(business.plan)
    line = line_of(office, await standing_of(office.site.database, business, f"{office.today().year - 1}"))
    zone = _zone(business)
    today = datetime.fromtimestamp(office.now() / 1e6, ZoneInfo(zone)).date()
    cap = plan.budget_usd_nano if plan else 0
    projection = await Economics(office.site.database).projection(business.id, today, zone, cap)
    rate = office.rate(today)
    keys: list[ApiKey] = await office.store.keys.list(business.id)
    snapshot = office.site.snapshots.current
    return {
        "business": business, "line": line, "projected": cost(projection.projected, rate),
        "exhausted_on": projection.exhausted_on,
        "features": [
            (each.title, each.mode(plan) if plan else "none", snapshot.enabled(business.id, each.flag),
             snapshot.opted_out(business.id, each.name))
            for each in sorted(kit.catalog.features.values(), key=lambda each: each.title)
        ],
        "keys": [key for key in keys if key.revoked_at is None],
        "plans": [(each.name, each.title) for each in plans.values()],
        "subjects": list(SUBJECTS.items()), "confirm": CONFIRM, "rate": rate,
    }  # fmt: skip


async def change_plan(visit: Visit) -> Done:
    """Move the business to another plan from the next request on."""
    business, plan = _business(visit), visit.text("plan")
    plans = visit.office.site.kit.policy.plans
    if plan not in plans:
        raise ValidationFailed("There is no such plan.", [FieldError("/plan", f"one of {', '.join(plans)}")])
    days = plans[plan].trial_days
    ends_at = visit.office.now() + days * 86_400_000_000 if days else None
    noted = line(visit, "business.plan", business.id, {"from": business.plan, "to": plan}, business.id)
    await visit.office.store.businesses.set_plan(business.id, plan, ends_at, line=noted)
    return Done(f"{business.name} has the plan {plans[plan].title} now.", _address(business), {"plan": plan})


async def opt_out(visit: Visit) -> Done:
    """Keep the business's data from every model, or let models answer again."""
    business, out = _business(visit), visit.text("out") in ("on", "yes", "true")
    details = {"opted_out": out, "features": [EVERY_FEATURE]}
    noted = line(visit, "privacy.opt_out", business.id, details, business.id)
    await visit.office.store.businesses.opt_out(business.id, out=out, line=noted)
    said = "is answered by the rules alone" if out else "may be answered by models again"
    return Done(f"{business.name} {said}.", _address(business), {"opted_out": out})


async def erasure(visit: Visit) -> Done:
    """Ask that a customer or user is forgotten everywhere. Needs the word typed."""
    business, kind, subject = _business(visit), visit.text("type"), visit.text("subject")
    errors = [] if kind in SUBJECTS else [FieldError("/type", f"one of {', '.join(SUBJECTS)}")]
    errors += [] if 1 <= len(subject) <= 128 else [FieldError("/subject", "has 1 to 128 characters")]
    if visit.text("confirm").lower() != CONFIRM:
        errors.append(FieldError("/confirm", f"must be the word {CONFIRM}"))
    if errors:
        raise ValidationFailed("Nobody was forgotten: correct the form.", errors)
    payload = {"subject": {"type": kind, "id": subject}, "reason": visit.text("reason")[:2000], "by": visit.who.email}
    hashed = visit.office.site.kit.sign("erased", f"{business.id}|{subject}")
    noted = line(visit, "privacy.erasure", business.id, {"type": kind, "subject": hashed}, business.id)
    job = await visit.office.store.jobs.add(business.id, NewJob(ERASURE, payload, scope=SCOPE), line=noted)
    return Done("The erasure is under way; its receipt is on the privacy page.", "/admin/privacy", {"job": job.id})


def _business(visit: Visit) -> Business:
    business: Business = found(visit.office.site.snapshots.current.business(visit.path["business"]), "business")
    return business


def _address(business: Business) -> str:
    return f"/admin/businesses/{business.id}"


def _zone(business: Business) -> str:
    """Return the business's time zone, UTC for one that is misspelt."""
    try:
        return ZoneInfo(business.timezone).key
    except (LookupError, ValueError, OSError):
        return "UTC"
