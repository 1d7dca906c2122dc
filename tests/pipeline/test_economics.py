"""What a plan can cost: quotas times the dearest prompt, never beyond the cap, compared with its price."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from gateway.library.policy import load_policy
from gateway.pipeline.economics import MAX_SHARE, call_bound, plan_costs
from gateway.settings import ROOT
from tests.service import catalog_of

DAY = date(2026, 11, 22)
POLICY = load_policy(ROOT / "gateway" / "policy")
CATALOG = catalog_of()


def cost_of(name: str, **changes):
    plan = replace(POLICY.plans[name], **changes)
    policy = replace(POLICY, plans={name: plan})
    return plan_costs(policy, CATALOG, DAY)[0]


def test_the_plans_that_are_sold_cost_no_more_than_is_accepted_for_them():
    costs = {cost.plan: cost for cost in plan_costs(POLICY, CATALOG, DAY)}
    assert [cost.plan for cost in costs.values() if cost.too_dear] == []
    assert costs["TRIAL"].share is None


@pytest.mark.parametrize("name", ["STARTER", "PROFESSIONAL", "ENTERPRISE"])
def test_the_cap_bounds_whatever_the_quotas_say(name):
    cost = cost_of(name, budget_usd_nano=1_000_000_000)
    assert (cost.exposure, cost.bounded_by) == (1_000_000_000, "the budget cap")
    rate = POLICY.rate(DAY).ghs_per_usd
    assert cost.share == Decimal("1.000000000") * rate / POLICY.plans[name].price_ghs


def test_a_plan_above_its_share_is_too_dear_and_an_exception_goes_only_so_far():
    assert cost_of("ENTERPRISE", cost_share=None).too_dear
    assert not cost_of("ENTERPRISE", cost_share=Decimal(2)).too_dear
    assert cost_of("ENTERPRISE", cost_share=Decimal(2), price_ghs=Decimal(200)).too_dear
    assert cost_of("STARTER", cost_share=None).accepted == MAX_SHARE


def test_quotas_count_a_daily_one_on_every_day_and_what_is_served_by_rules_not_at_all():
    rules = dict.fromkeys(CATALOG.features, "rules")
    assert cost_of("STARTER", modes=rules).exposure == 0
    only = {**rules, "sales_assistant": "ai"}
    cost = cost_of("STARTER", modes=only, budget_usd_nano=10**12)
    bound = call_bound(CATALOG.features["sales_assistant"], POLICY, CATALOG, DAY)
    assert bound > 0
    assert (cost.exposure, cost.bounded_by) == (100 * 31 * bound, "quotas")


def test_what_has_no_quota_is_bounded_by_the_cap_alone():
    rules = dict.fromkeys(CATALOG.features, "rules")
    cost = cost_of("STARTER", modes={**rules, "report_narrative": "ai"}, budget_usd_nano=7)
    assert (cost.exposure, cost.bounded_by) == (7, "the budget cap")
