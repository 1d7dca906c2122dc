import shutil
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.reply import ModelParams
from gateway.domain.usage import Usage
from gateway.library.policy import ai_rate_limits, load_policy, subscription_fields
from gateway.library.prices import Price
from gateway.library.problems import LibraryError
from tests.library.conftest import POLICY_DIR

TODAY = date(2026, 11, 22)


@pytest.fixture
def broken(tmp_path):
    def change(name, old, new):
        for file in ("plans.yaml", "models.yaml"):
            shutil.copy(POLICY_DIR / file, tmp_path)
        text = (tmp_path / name).read_text()
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new, 1))
        with pytest.raises(LibraryError) as refusal:
            load_policy(tmp_path)
        assert all(problem.file == name and problem.line > 0 for problem in refusal.value.problems)
        return str(refusal.value)

    return change


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("models.yaml", 'input: "8"', 'input: "0.000008"', "per million tokens, not per token"),
        ("models.yaml", 'output: "40"', 'output: "4000"', "no believable price"),
        ("models.yaml", 'input: "8"', 'input: "8.0001"', "three decimal places"),
        ("models.yaml", 'input: "8"', "input: 8", "in quotes"),
        ("models.yaml", 'output: "40"', 'output: "4"', "Prices must rise"),
        ("models.yaml", 'cached_input: "0.01"', 'cached_input: "0.2"', "Prices must rise"),
        ("models.yaml", 'cache_write: "0.125"', 'cache_write: "0.05"', "cache_write lies outside"),
        ("models.yaml", "unit: usd_per_million_tokens", "unit: usd_per_token", "must be 'usd_per_million_tokens'"),
        ("models.yaml", "gpt-3.5: [gpt-6-luna]", "gpt-3.5: [gpt-6-lunar]", "Did you mean `gpt-6-luna`?"),
        ("models.yaml", "gpt-3.5: [gpt-6-luna]", "gpt-3.5: [gpt-4]", "no structured output"),
        ("models.yaml", "gpt-3.5: [gpt-6-luna]", "gpt-3.5: [offline]", "no model to route to"),
        ("models.yaml", "gpt-3.5: [gpt-6-luna]", "gpt-3.5: []", "names no model"),
        ("models.yaml", "    free: true\n", "", "prices, or is `free: true`"),
        ("models.yaml", 'from: "2026-11-17", input: "8"', 'from: "2026-11-31", input: "8"', "a date such as"),
        ("models.yaml", 'ghs_per_usd: "16"', 'ghs_per_usd: "16000"', "believable exchange rate"),
        ("models.yaml", "shutdown_date", "shut_down_date", "Did you mean `shutdown_date`?"),
        ("plans.yaml", "priority: high", "priority: huge", "must be 'normal' or 'high'"),
        ("plans.yaml", "insights_per_month: 20\n", "insight_per_month: 20\n", "Did you mean `insights_per_month`?"),
        ("plans.yaml", "insights_per_month: 20\n", "insights_per_month: -2\n", "-1 is unlimited"),
        ("plans.yaml", "descriptions_per_month: Product", "descriptions: Product", "does not say its window"),
        ("plans.yaml", "credit_dashboard: none", "credit_dashboard: off", "must be 'ai', 'rules' or 'none'"),
        ("plans.yaml", 'budget_usd: "2.00"', 'budget_usd: "0"', "nor the budget 0"),
    ],
)
def test_a_slip_in_the_policy_is_refused_with_file_line_and_remedy(broken, name, old, new, said):
    assert said in broken(name, old, new)


def test_dated_prices_must_rise(broken):
    old = '      - {from: "2026-11-17", input: "8", output: "40"}\n'
    assert "Dated entries must rise" in broken("models.yaml", old, old + old)


def test_the_names_of_the_pos_are_derived_from_the_plans(policy):
    assert ai_rate_limits(policy) == {
        "STARTER": {"insights_per_month": 50, "forecasts_per_month": 20, "chatbot_messages_per_day": 100},
        "PROFESSIONAL": {"insights_per_month": 200, "forecasts_per_month": 100, "chatbot_messages_per_day": 500},
        "ENTERPRISE": {"insights_per_month": -1, "forecasts_per_month": -1, "chatbot_messages_per_day": -1},
    }
    assert subscription_fields(policy.plans["STARTER"]) == {
        "ai_insights_limit": 50,
        "ai_forecasting_limit": 20,
        "ai_chatbot_enabled": True,
        "ai_report_narratives": False,
    }
    assert subscription_fields(policy.plans["ENTERPRISE"])["ai_report_narratives"] is True


def test_plans_carry_prices_caps_and_modes(policy):
    caps = {name: plan.budget_usd_nano for name, plan in policy.plans.items()}
    assert caps == {"TRIAL": 10**9, "STARTER": 2 * 10**9, "PROFESSIONAL": 10 * 10**9, "ENTERPRISE": 40 * 10**9}
    assert [policy.plans[p].price_ghs for p in ("STARTER", "PROFESSIONAL", "ENTERPRISE")] == [99, 199, 399]
    assert policy.plans["STARTER"].modes["collection_priority"] == "rules"
    assert policy.plans["TRIAL"].trial_days and policy.plans["ENTERPRISE"].priority == "high"


def test_a_route_gives_living_priced_models_only(policy):
    assert [spec.id for spec in policy.route("gpt-4", TODAY)] == ["gpt-6.1-sol", "gpt-6.1-terra"]
    assert policy.route("gpt-4", date(2026, 10, 31)) == ()
    old = policy.models["gpt-4"]
    assert old.routable(date(2026, 10, 22)) and not old.routable(date(2026, 10, 23))
    assert policy.models["offline"].price(date(1990, 1, 1)).upper_bound(10**6, 10**6) == 0


def test_a_small_call_on_the_economy_model_costs_forty_thousand_nano_dollars(policy):
    price = policy.models["gpt-6-luna"].price(TODAY)
    assert price.cost(Usage(input_tokens=200, output_tokens=40)) == 40_000
    assert price.cost(Usage(input_tokens=200, cached_tokens=100, cache_write_tokens=50, output_tokens=0)) == 12_250


def test_long_context_raises_input_and_output(policy):
    price = policy.models["gpt-6.1-sol"].price(TODAY)
    assert price.cost(Usage(272_000, output_tokens=10)) == 272_000 * 2_000 + 10 * 10_000
    assert price.cost(Usage(272_001, output_tokens=10)) == 272_001 * 4_000 + 10 * 15_000


tokens = st.integers(0, 10**6)


@given(tokens, tokens, tokens, tokens, st.sampled_from(["gpt-6-luna", "gpt-6.1-sol", "gpt-6.1-terra", "gpt-6.2-astra"]))
def test_no_usage_within_the_reserved_size_costs_more_than_the_upper_bound(
    policy, incoming, cached, written, out, model
):
    price = policy.models[model].price(TODAY)
    usage = Usage(incoming, cached, written, out)
    assert 0 <= price.cost(usage) <= price.upper_bound(incoming, out)


def test_cost_is_rounded_up():
    price = Price(TODAY, 1, 1, 1, 1, long_context_over=1, long_output_factor=Decimal("1.5"))
    assert price.cost(Usage(2, output_tokens=1)) == 4


@pytest.mark.parametrize(
    ("model", "params", "said"),
    [
        ("gpt-6-luna", ModelParams(100, temperature=0.3, reasoning_effort="none"), ""),
        ("gpt-6-luna", ModelParams(100, temperature=0.3), "only with `reasoning_effort: none`"),
        ("gpt-6-luna", ModelParams(100, temperature=0.3, reasoning_effort="low"), "only with `reasoning_effort: none`"),
        ("gpt-6.1-sol", ModelParams(100, temperature=0.3), "accepts no temperature"),
        ("gpt-6.1-sol", ModelParams(100, top_p=0.3), "accepts no temperature or top_p"),
        ("gpt-6.2-sol", ModelParams(100, reasoning_effort="none"), "use one of low, medium, high"),
        ("gpt-4", ModelParams(5_000), "at most 4096"),
        ("gpt-4", ModelParams(100, temperature=0.7), ""),
        ("offline", ModelParams(100, temperature=0.7, reasoning_effort="high"), ""),
    ],
)
def test_a_model_says_which_parameters_it_refuses(policy, model, params, said):
    refusal = policy.models[model].refuses(params)
    assert (said in refusal) and bool(said) is bool(refusal)


def test_the_exchange_rate_in_force_is_dated_and_the_first_one_covers_the_past(policy):
    assert policy.rate(TODAY).ghs_per_usd == 16
    assert policy.rate(date(2000, 1, 1)).ghs_per_usd == 16
