"""What each plan buys and can cost at most, what each business brings in, and whom another limit would meet."""

from dataclasses import dataclass
from decimal import Decimal

from litestar.handlers import HTTPRouteHandler

from admin.pages.plan_changes import revisions_of
from admin.plan_changes import MODES, limit_words, meter_titles
from admin.web.faces import Context, Visit, view
from admin.web.money import Cost, cost
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.ledger import UNLIMITED
from gateway.errors import FieldError, ValidationFailed
from gateway.library.policy_types import Plan
from gateway.library.windows import kind_of_meter, window
from gateway.pipeline.economics import PlanCost, plan_costs
from gateway.store.economics import WARN_SHARE, Economics, UnitEconomics
from gateway.store.plan_use import PlanUse

PAGE = Page("Plans and budgets", "/admin/plans", "Customers", 20, "plans")
SHOWN = 50


@dataclass(frozen=True, slots=True)
class PlanColumn:
    """One plan: its price, budget, worst month and how many businesses have it."""

    plan: Plan
    budget: Cost
    worst: Cost
    bounded_by: str
    share: int | None
    accepted: int
    too_dear: bool
    businesses: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom another limit of a meter would meet: all with the plan, and those who used more than that by now."""

    plan: str
    meter: str
    title: str
    old: str
    new: str
    businesses: int
    above: int


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One business's month: what it pays, what its AI costs, and the share in percent, None without a price."""

    unit: UnitEconomics
    cost: Cost
    percent: int | None


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page; asking what would change changes nothing."""
    return view(office, "/plans", "plans.html", load)


async def load(visit: Visit) -> Context:
    """Return the matrix, the economics and, where one was asked for, the preview of a change."""
    office, today = visit.office, visit.office.today()
    policy, catalog = office.site.kit.policy, office.site.kit.catalog
    use = PlanUse(office.site.database)
    counts = await use.businesses()
    rate, meters = office.rate(today), meter_titles(policy.meters)
    worst = {each.plan: each for each in plan_costs(policy, catalog, today)}
    plans = list(policy.plans.values())
    units = await Economics(office.site.database).per_business(f"{today:%Y-%m}", policy.plans, rate)
    lines = [UnitLine(unit, cost(unit.cost_nano_usd, rate), _percent(unit.share)) for unit in units]
    return {
        "plans": [_column(office, plan, worst[plan.name], counts.get(plan.name, 0)) for plan in plans],
        "meters": [
            (title, [limit_words(plan.meters.get(name)) for plan in plans]) for name, title in meters.items()
        ],
        "features": [
            (feature.title, [MODES[feature.mode(plan)] for plan in plans])
            for feature in sorted(catalog.features.values(), key=lambda each: each.title)
        ],
        "choices": list(meters.items()),
        "preview": await _preview(visit, use, counts),
        "units": lines[:SHOWN],
        "titles": {plan.name: plan.title for plan in plans},
        "unit_count": len(lines),
        "warned": [line for line in lines if line.unit.warning],
        "warn_share": round(100 * WARN_SHARE),
        "unknown": sorted(set(counts) - set(policy.plans)),
        "rate": rate,
        "history": [
            {"number": one.number, "note": one.note, "reason": one.reason, "by": one.saved_by, "at": one.saved_at,
             "id": one.id} for one in await revisions_of(office).saved(20)
        ],
    }  # fmt: skip


def _column(office: Office, plan: Plan, worst: PlanCost, businesses: int) -> PlanColumn:
    rate = office.rate(office.today())
    return PlanColumn(
        plan, cost(plan.budget_usd_nano, rate), cost(worst.exposure, rate), worst.bounded_by,
        _percent(worst.share), round(100 * worst.accepted), worst.too_dear, businesses,
    )  # fmt: skip


async def _preview(visit: Visit, use: PlanUse, counts: dict[str, int]) -> Preview | None:
    plan, meter, given = visit.query("plan"), visit.query("meter"), visit.query("limit").strip()
    if not (plan or meter or given):
        return None
    policy = visit.office.site.kit.policy
    if plan not in policy.plans or meter not in policy.meters:
        raise ValidationFailed("Choose a plan and what it counts.", [FieldError("/plan", "or /meter is not known")])
    new = UNLIMITED if given == "-1" else int(given) if given.isascii() and given.isdigit() and len(given) < 9 else None
    if new is None:
        error = FieldError("/limit", "must be a number from 0, or -1 for no limit")
        raise ValidationFailed("Write the new limit as a whole number; -1 is no limit.", [error])
    period = window(kind_of_meter(meter), visit.office.now(), "Africa/Accra").key
    above = 0 if new == UNLIMITED else await use.above(plan, meter, period, new)
    old = policy.plans[plan].meters.get(meter)
    return Preview(
        plan, meter, meter_titles(policy.meters)[meter], limit_words(old), limit_words(new), counts.get(plan, 0), above
    )


def _percent(share: Decimal | None) -> int | None:
    return None if share is None else round(100 * share)
