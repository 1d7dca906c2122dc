"""Step 2: may this caller use this feature now, and in which mode."""

from dataclasses import replace

import msgspec

from gateway.domain.answer import Degraded, DegradedReason
from gateway.domain.caller import Business
from gateway.domain.ledger import UNLIMITED, Window
from gateway.errors import FeatureDisabled, Forbidden, NotInPlan, QuotaExceeded, RateLimited
from gateway.library.catalog import Feature
from gateway.library.policy_types import Plan, Policy
from gateway.library.windows import kind_of_meter, window
from gateway.pipeline.ask import Ask
from gateway.pipeline.kit import Kit
from gateway.ports import Allowance

OPTED_OUT = Degraded(DegradedReason.OPTED_OUT, "This business has opted out of AI models for this feature.")

PAUSE = "AI_PAUSED"
"""The switch with which operators pause every model at once; `*` in place of a business is all of them."""

PAUSED = Degraded(
    DegradedReason.UPSTREAM_UNAVAILABLE, "AI models are paused by the operators; the rules answer until they go on."
)


class Admission(msgspec.Struct, frozen=True):
    """Leave to go on: the plan, the meter's limit and windows, and the reason when the rules must answer."""

    plan: Plan
    quota_limit: int
    quota_window: Window
    budget_window: Window
    calls_per_minute: int
    degraded: Degraded | None = None
    calls_left: int | None = None
    """Calls that may follow at once; None where nothing limits them or nobody can tell."""


async def admit(kit: Kit, ask: Ask) -> Admission:
    """Return the admission. Raises Forbidden, NotInPlan, FeatureDisabled or RateLimited."""
    feature, business = ask.feature, ask.caller.business
    if "*" not in ask.caller.scopes and feature.group not in ask.caller.scopes:
        raise Forbidden(f"This key has no scope `{feature.group}`. Ask an administrator for a key that has it.")
    if not _switched_on(kit, business.id, feature.flag):
        raise FeatureDisabled(f"`{feature.name}` is switched off. An administrator can switch it on again.")
    plan = plan_of(kit.policy, business, ask.received_at)
    limit, mode = feature.limit(plan), feature.mode(plan)
    if mode == "none":
        raise NotInPlan(
            f"The plan {plan.name} does not include `{feature.name}`. Upgrade the plan to use it.",
            extensions={"plan": plan.name, "upgrade": upgrade_for(kit.policy, feature, plan)},
        )
    allowed = Allowance()
    if not ask.background:  # the queue of jobs is fair in its own way
        allowed = await kit.limiter.take(business.id, ask.caller.user_id, plan.requests_per_minute)
    if allowed.wait > 0:
        raise RateLimited(
            f"More than {plan.requests_per_minute} calls in a minute. Wait and try again.",
            headers=_full(plan.requests_per_minute, max(1, round(allowed.wait + 0.5))),
        )
    degraded = None
    if business.ai_opt_out or kit.switches.opted_out(business.id, feature.name):
        degraded = OPTED_OUT
    elif kit.switches.enabled("*", PAUSE):
        degraded = PAUSED
    elif mode == "rules":
        degraded = Degraded(DegradedReason.PLAN, f"The plan {plan.name} serves this feature by fixed rules.")
    return Admission(
        plan=plan,
        quota_limit=limit if feature.meter else UNLIMITED,
        quota_window=window(kind_of_meter(feature.meter or ""), ask.received_at, business.timezone),
        budget_window=window("month", ask.received_at, business.timezone),
        calls_per_minute=plan.requests_per_minute,
        degraded=degraded,
        calls_left=allowed.left,
    )


def _full(calls_per_minute: int, seconds: int) -> dict[str, str]:
    """Return the headers of a refused call: no call is left for these seconds."""
    policy, state = f'"calls";q={calls_per_minute};w=60', f'"calls";r=0;t={seconds}'
    return {"Retry-After": str(seconds), "RateLimit-Policy": policy, "RateLimit": state}


def plan_of(policy: Policy, business: Business, now: int) -> Plan:
    """Return the business's plan. Raises NotInPlan when its trial is over or its plan is not sold."""
    plan = policy.plans.get(business.plan)
    if plan is None:
        raise NotInPlan("The plan of this business is not known here. An administrator must choose one.")
    if business.trial_ends_at is not None and now >= business.trial_ends_at:
        raise NotInPlan("The trial has ended. Choose a plan to go on.", extensions={"plan": plan.name})
    return plan


def upgrade_for(policy: Policy, feature: Feature, plan: Plan) -> str | None:
    """Return the cheapest plan above this one that serves the feature by a model or gives more of it."""
    limit = feature.limit(plan)
    better = [
        other
        for other in policy.plans.values()
        if other.price_ghs > plan.price_ghs
        and feature.mode(other) == "ai"
        and (feature.limit(other) == UNLIMITED or feature.limit(other) > limit or feature.mode(plan) != "ai")
    ]
    return min(better, key=lambda other: other.price_ghs).name if better else None


def offering_upgrade(refused: QuotaExceeded, policy: Policy, feature: Feature, plan: Plan) -> QuotaExceeded:
    """Return the refusal with the plan that would allow more, by name; null on the highest plan."""
    extensions = {**refused.extensions, "plan": plan.name, "upgrade": upgrade_for(policy, feature, plan)}
    return replace(refused, extensions=extensions)


def _switched_on(kit: Kit, business_id: str, flag: str) -> bool:
    override = kit.switches.enabled(business_id, flag)
    return kit.flag_default(flag) if override is None else override
