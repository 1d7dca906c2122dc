"""Who may ask what now, and whether a model or the rules will answer."""

from dataclasses import replace

import pytest

from gateway.domain.answer import DegradedReason
from gateway.errors import FeatureDisabled, Forbidden, NotInPlan, RateLimited
from gateway.pipeline.admission import admit, upgrade_for
from tests.fakes import NOON, OpenDoor, Switches
from tests.pipeline.making import DESCRIBE, SHOP, catalog, make_ask, make_kit, policy


def on_plan(name: str, **changes):
    return replace(SHOP, plan=name, **changes)


async def test_an_admitted_caller_gets_the_limits_of_the_plan():
    admission = await admit(make_kit(), make_ask())
    assert (admission.plan.name, admission.quota_limit, admission.degraded) == ("PROFESSIONAL", 50, None)
    assert (admission.quota_window.key, admission.budget_window.key) == ("2026-11", "2026-11")


async def test_a_daily_meter_gets_the_day_of_the_business():
    ask = make_ask("sales_assistant", {"message": "x"}, business=on_plan("STARTER", timezone="Pacific/Auckland"))
    assert (await admit(make_kit(), ask)).quota_window.key == "2026-11-21"


async def test_the_scope_of_the_feature_is_enough_and_another_is_not():
    assert await admit(make_kit(), make_ask(scopes=["credit"]))
    with pytest.raises(Forbidden, match="credit"):
        await admit(make_kit(), make_ask(scopes=["content", "records"]))


async def test_a_switch_of_the_environment_holds_until_the_database_overrides_it():
    with pytest.raises(FeatureDisabled):
        await admit(make_kit(flag_default=lambda name: name != "AI_CREDIT_ENABLED"), make_ask())
    with pytest.raises(FeatureDisabled):
        await admit(make_kit(switches=Switches(off={"AI_CREDIT_ENABLED"})), make_ask())


async def test_a_feature_outside_the_plan_names_the_cheapest_plan_that_has_it():
    ask = make_ask("report_narrative", {"report_type": "x", "data": {}}, business=on_plan("STARTER"))
    with pytest.raises(NotInPlan) as refused:
        await admit(make_kit(), ask)
    assert refused.value.extensions == {"plan": "STARTER", "upgrade": "PROFESSIONAL"}


async def test_a_plan_that_nobody_sells_and_a_trial_that_is_over_are_told():
    with pytest.raises(NotInPlan, match="administrator"):
        await admit(make_kit(), make_ask(business=on_plan("GOLD")))
    with pytest.raises(NotInPlan, match="trial"):
        await admit(make_kit(), make_ask(business=on_plan("TRIAL", trial_ends_at=NOON)))
    assert await admit(make_kit(), make_ask(business=on_plan("TRIAL", trial_ends_at=NOON + 1)))


async def test_a_limited_caller_is_told_how_long_to_wait_in_whole_seconds():
    with pytest.raises(RateLimited) as refused:
        await admit(make_kit(limiter=OpenDoor(wait=2.2)), make_ask())
    assert refused.value.headers["Retry-After"] == "3"
    assert refused.value.headers["RateLimit"] == '"calls";r=0;t=3'


async def test_an_opt_out_lets_the_rules_answer():
    by_business = await admit(make_kit(), make_ask(business=replace(SHOP, ai_opt_out=True)))
    by_feature = await admit(make_kit(switches=Switches(out={"credit_risk"})), make_ask())
    for admission in (by_business, by_feature):
        assert admission.degraded is not None
        assert admission.degraded.reason is DegradedReason.OPTED_OUT


async def test_a_feature_without_a_limit_is_unlimited():
    assert (await admit(make_kit(), make_ask("product_description", DESCRIBE))).quota_limit == -1


def test_the_best_plan_has_nothing_above_it():
    feature, plans = catalog().features["credit_risk"], policy().plans
    assert upgrade_for(policy(), feature, plans["STARTER"]) == "PROFESSIONAL"
    assert upgrade_for(policy(), feature, plans["ENTERPRISE"]) is None
