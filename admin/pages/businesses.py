"""Every tenant: its plan, how much of this month's budget and quotas is used, and whether it opted out of AI."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4
from zoneinfo import available_timezones

from litestar.handlers import HTTPRouteHandler

from admin.access import Refused
from admin.noting import line
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.money import Cost, cost
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.caller import Business
from gateway.domain.ledger import UNLIMITED
from gateway.domain.names import one_line
from gateway.errors import FieldError, ValidationFailed
from gateway.library.policy_types import Plan
from gateway.library.windows import Kind, kind_of_meter, window
from gateway.store.businesses import EVERY_FEATURE
from gateway.store.overview import Standing

PAGE = Page("Businesses", "/admin/businesses", "Customers", 10, "shop")
PER_PAGE = 50
HOME_ZONE = "Africa/Accra"
LONGEST_NAME = 120
DAY = 86_400_000_000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NEARLY = 80
"""From this percentage of a limit on, a bar says that it is nearly used up."""


@dataclass(frozen=True, slots=True)
class Used:
    """How much of a limit is used. `percent` is None where there is no limit."""

    title: str
    used: str
    limit: str
    percent: int | None

    @property
    def level(self) -> str:
        """Return `ok`, `nearly` or `full`."""
        if self.percent is None or self.percent < NEARLY:
            return "ok"
        return "full" if self.percent >= 100 else "nearly"


@dataclass(frozen=True, slots=True)
class BusinessLine:
    """One business as the table shows it."""

    business: Business
    plan: str
    budget: Used | None
    spent: Cost
    quotas: list[Used]
    opted_out: str


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the table of businesses, 50 to a page, and adding one."""
    return [
        *view(office, "/businesses", "businesses.html", load),
        *action(office, "/businesses/add", add, role="admin"),
    ]


async def load(visit: Visit) -> Context:
    """Return one page of businesses with what they have used."""
    office, number, search = visit.office, visit.number("page"), visit.query("q")[:100].strip()
    # No time zone is more than a day behind UTC.
    oldest = (office.today() - timedelta(days=1)).isoformat()[:7]
    standings, found = await office.overview.standings(
        oldest, limit=PER_PAGE, offset=(number - 1) * PER_PAGE, search=search
    )  # fmt: skip
    return {
        "lines": [line_of(office, each) for each in standings],
        "total": len(office.site.snapshots.current.businesses),
        "found": found,
        "search": search,
        "number": number,
        "last": max(1, -(-found // PER_PAGE)),
        "rate": office.rate(office.today()),
        "plans": [(plan.name, plan.title) for plan in office.site.kit.policy.plans.values()],
        "zone": HOME_ZONE,
    }


async def add(visit: Visit) -> Done:
    """Take a business in; its POS may push records and ask as soon as there is a key for it."""
    office, name, plan = visit.office, one_line(visit.text("name")), visit.text("plan")
    given, zone = visit.text("id").lower(), visit.text("timezone", HOME_ZONE) or HOME_ZONE
    plans = office.site.kit.policy.plans
    errors = [] if 1 <= len(name) <= LONGEST_NAME else [FieldError("/name", f"has 1 to {LONGEST_NAME} characters")]
    errors += [] if plan in plans else [FieldError("/plan", f"one of {', '.join(plans)}")]
    errors += [] if not given or _UUID.fullmatch(given) else [FieldError("/id", "is the UUID that the POS has for it")]
    errors += [] if zone in available_timezones() else [FieldError("/timezone", f"is a zone such as {HOME_ZONE}")]
    if errors:
        raise ValidationFailed("The business was not added: correct the form.", errors)
    days = plans[plan].trial_days
    ends_at = office.now() + days * DAY if days else None
    business = Business(given or str(uuid4()), name, plan, timezone=zone, trial_ends_at=ends_at)
    noted = line(visit, "business.added", business.id, {"plan": plan}, business.id)
    if not await office.store.businesses.add(business, line=noted):
        raise Refused(409, "There is a business with this id", "Search for the id: it may have another name here.")
    said = f"{name} was added. Its POS needs a key now: make one on the Keys page."
    return Done(said, f"/admin/businesses/{business.id}", {"id": business.id})


def line_of(office: Office, standing: Standing) -> BusinessLine:
    """Return a business with what it has used."""
    business, kit = standing.business, office.site.kit
    plan = kit.policy.plans.get(business.plan)
    rate = office.rate(office.today())
    spent, _ = standing.budgets.get(_window(office, business, "month"), (0, 0))
    cap = cost(plan.budget_usd_nano, rate) if plan else None
    return BusinessLine(
        business=business,
        plan=_plan(plan, business, office.now()),
        budget=Used("Budget", cost(spent, rate).ghs, cap.ghs, _percent(spent, cap.nano)) if cap else None,
        spent=cost(spent, rate),
        quotas=_quotas(office, standing, plan) if plan else [],
        opted_out=_opted_out(office, business),
    )


def _plan(plan: Plan | None, business: Business, now: int) -> str:
    if plan is None:
        return f"{business.plan}: not a known plan"
    ended = business.trial_ends_at is not None and now >= business.trial_ends_at
    return f"{plan.title}: trial has ended" if ended else plan.title


def _quotas(office: Office, standing: Standing, plan: Plan) -> list[Used]:
    found = []
    for meter, (title, limit) in _meters(office, plan).items():
        if used := standing.counters.get((meter, _window(office, standing.business, kind_of_meter(meter))), 0):
            shown = "no limit" if limit == UNLIMITED else f"{limit:,}"
            found.append(Used(title, f"{used:,}", shown, None if limit == UNLIMITED else _percent(used, limit)))
    return found


def _meters(office: Office, plan: Plan) -> Mapping[str, tuple[str, int]]:
    """Return (title, limit) by meter: those of the plan, and those that a feature's own file brings."""
    kit = office.site.kit
    own = {each.meter: (each.title, each.limit(plan)) for each in kit.catalog.features.values() if each.meter}
    return own | {meter: (kit.policy.meters.get(meter, meter), limit) for meter, limit in plan.meters.items()}


def _window(office: Office, business: Business, kind: Kind) -> str:
    try:
        return window(kind, office.now(), business.timezone).key
    except LookupError:  # one business with a misspelt time zone must not hide all the others
        return window(kind, office.now(), "UTC").key


def _percent(part: int, whole: int) -> int:
    return min(100, 100 * part // whole) if whole else 100


def _opted_out(office: Office, business: Business) -> str:
    snapshot = office.site.snapshots.current
    chosen = {name for owner, name in snapshot.opt_outs if owner == business.id}
    if business.ai_opt_out or EVERY_FEATURE in chosen:
        return "from all models"
    titles = [each.title for each in office.site.kit.catalog.features.values() if each.name in chosen]
    return ", ".join(sorted(titles))
