"""Step 2: may this caller use this feature now, and in which mode."""

from dataclasses import dataclass

from gateway.domain.answer import Degraded, DegradedReason
from gateway.domain.ledger import UNLIMITED, Window
from gateway.errors import FeatureDisabled, Forbidden, NotInPlan, RateLimited
from gateway.library.policy import Plan
from gateway.library.windows import window
from gateway.pipeline.ask import Ask
from gateway.pipeline.kit import Kit


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to go on: the plan, the meter's limit and windows, and the reason when the rules must answer."""

    plan: Plan
    quota_limit: int
    quota_window: Window
    budget_window: Window
    calls_left_per_minute: int
    degraded: Degraded | None = None


async def admit(kit: Kit, ask: Ask) -> Admission:
    """Return the admission. Raises Forbidden, NotInPlan, FeatureDisabled or RateLimited."""
    feature, business = ask.feature, ask.caller.business
    if "*" not in ask.caller.scopes and feature.group not in ask.caller.scopes:
        raise Forbidden(f"This key has no scope `{feature.group}`. Ask an administrator for a key that has it.")
    if not _switched_on(kit, business.id, feature.flag):
        raise FeatureDisabled(f"`{feature.name}` is switched off. An administrator can switch it on again.")
    plan = kit.policy.plan_of(business, ask.received_at)
    limit, mode = plan.quota(feature), plan.mode(feature)
    if mode == "none" or limit == 0:
        raise NotInPlan(
            f"The plan {plan.name} does not include `{feature.name}`. Upgrade the plan to use it.",
            extensions={"plan": plan.name, "upgrade": kit.policy.upgrade_for(feature, plan)},
        )
    wait = await kit.limiter.take(business.id, ask.caller.user_id, plan.requests_per_minute)
    if wait > 0:
        raise RateLimited(
            f"More than {plan.requests_per_minute} calls in a minute. Wait and try again.",
            headers={"Retry-After": str(max(1, round(wait + 0.5)))},
        )
    degraded = None
    if business.ai_opt_out or kit.switches.opted_out(business.id, feature.name):
        degraded = Degraded(DegradedReason.OPTED_OUT, "This business has opted out of AI models for this feature.")
    elif mode == "rules":
        degraded = Degraded(DegradedReason.PLAN, f"The plan {plan.name} serves this feature by fixed rules.")
    period = "day" if (feature.meter or "").endswith("_per_day") else "month"
    return Admission(
        plan=plan,
        quota_limit=limit if feature.meter else UNLIMITED,
        quota_window=window(period, ask.received_at, business.timezone),
        budget_window=window("month", ask.received_at, business.timezone),
        calls_left_per_minute=plan.requests_per_minute,
        degraded=degraded,
    )


def _switched_on(kit: Kit, business_id: str, flag: str) -> bool:
    override = kit.switches.enabled(business_id, flag)
    return kit.flag_default(flag) if override is None else override
