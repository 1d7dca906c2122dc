"""What a plan can cost against what it brings in: checked when plans, prompts or prices change, before any bill.

The most a month of a plan can cost is the sum over its meters of quota × the dearest prompt on it (counted prompt
budget and longest answer at today's price, a daily quota 31 times), and never more than the plan's budget cap, which
the ledger enforces. What has no quota is bounded by the cap alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gateway.domain.ledger import UNLIMITED
from gateway.domain.money import usd_from_nano
from gateway.library.catalog import Catalog, Feature
from gateway.library.policy_types import OFFLINE, Plan, Policy
from gateway.pipeline.rendering import schema_tokens

MAX_SHARE = Decimal("0.30")
"""Share of a plan's price that its AI may cost."""

DAYS = 31


@dataclass(frozen=True, slots=True)
class PlanCost:
    """A plan's worst month. `exposure` is nano-USD, `share` of the price; None where the plan has no price."""

    plan: str
    exposure: int
    bounded_by: str
    share: Decimal | None
    accepted: Decimal

    @property
    def too_dear(self) -> bool:
        """True when the plan can cost more than what is accepted for it."""
        return self.share is not None and self.share > self.accepted


def plan_costs(policy: Policy, catalog: Catalog, day: date) -> list[PlanCost]:
    """Return every plan's worst month at the prices and the exchange rate of a day."""
    rate = policy.rate(day).ghs_per_usd
    return [_cost(plan, policy, catalog, day, rate) for plan in policy.plans.values()]


def plan_row(cost: PlanCost) -> dict[str, str]:
    """Return a plan's cost as people read it."""
    return {
        "plan": cost.plan,
        "worst_month_usd": f"{usd_from_nano(cost.exposure):.2f}",
        "bounded_by": cost.bounded_by,
        "share_of_price": "no price" if cost.share is None else f"{cost.share:.2f}",
        "accepted": f"{cost.accepted:.2f}",
    }


def call_bound(feature: Feature, policy: Policy, catalog: Catalog, day: date) -> int:
    """Return the most that one call of a feature can cost in nano-USD; 0 when no model can serve it on that day."""
    versions = catalog.versions(feature.name)
    if not versions:
        return 0
    prompt = versions[-1]
    models = [model for model in policy.route(prompt.route, day) if model.id != OFFLINE]
    tokens = prompt.token_budget + schema_tokens(prompt.wire_schema)
    prices = [price for model in models[:1] if (price := model.price(day)) is not None]
    return max((price.upper_bound(tokens, prompt.params.max_output_tokens) for price in prices), default=0)


def _cost(plan: Plan, policy: Policy, catalog: Catalog, day: date, rate: Decimal) -> PlanCost:
    exposure, bounded_by = 0, "quotas"
    for cost in _metered(plan, policy, catalog, day):
        if cost is None:
            exposure, bounded_by = plan.budget_usd_nano, "the budget cap"
            break
        exposure += cost
    if exposure > plan.budget_usd_nano:
        exposure, bounded_by = plan.budget_usd_nano, "the budget cap"
    share = usd_from_nano(exposure) * rate / plan.price_ghs if plan.price_ghs else None
    return PlanCost(plan.name, exposure, bounded_by, share, plan.cost_share or MAX_SHARE)


def _metered(plan: Plan, policy: Policy, catalog: Catalog, day: date) -> Iterator[int | None]:
    """Yield what each meter can cost in a month in nano-USD; None for what has no end but the cap."""
    dearest: dict[str | None, int] = {}
    for feature in catalog.features.values():
        if feature.mode(plan) == "ai":
            bound = call_bound(feature, policy, catalog, day) // max(1, feature.units)
            dearest[feature.meter] = max(dearest.get(feature.meter, 0), bound)
    for meter, bound in dearest.items():
        limit = UNLIMITED if meter is None else plan.meters[meter]
        days = DAYS if meter is not None and meter.endswith("_per_day") else 1
        yield None if limit == UNLIMITED and bound else max(0, limit) * days * bound
