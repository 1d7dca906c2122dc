"""The user guides say of plans what plans.yaml says."""

import re

import pytest

from gateway.library.policy import load_policy
from gateway.settings import ROOT

GUIDE = (ROOT / "docs" / "guides" / "plans-and-quotas.md").read_text("utf-8").replace("\n  ", " ")
POLICY = load_policy(ROOT / "gateway" / "policy")
NAMES = {
    "insights_per_month": "insights per month",
    "forecasts_per_month": "forecasts per month",
    "chatbot_messages_per_day": "chatbot messages per day",
    "descriptions_per_month": "product descriptions per month",
    "credit_assessments_per_month": "credit assessments per month",
    "collection_messages_per_month": "collection messages per month",
}
LIMITS = [(plan, meter) for plan in POLICY.plans.values() for meter in plan.meters]


@pytest.mark.parametrize(("plan", "meter"), LIMITS, ids=[f"{plan.name}-{meter}" for plan, meter in LIMITS])
def test_a_limit_of_a_plan_stands_in_the_guide(plan, meter):
    limit, name = plan.meters[meter], NAMES[meter]
    if limit > 0:
        assert f"- {plan.title} includes {limit} {name}." in GUIDE
    else:
        assert not re.search(rf"{plan.title} includes \d+ {name}", GUIDE)
        assert limit == -1
        what = name.split(" per ")[0]
        said = re.findall(rf"- (?:{plan.title} includes unlimited [^.]*|[^.]*without a limit on {plan.title})\.", GUIDE)
        assert any(what.lower() in sentence.lower() for sentence in said)


def test_no_other_number_is_claimed_of_a_plan():
    claimed = re.findall(r"- (\w+) includes (\d+) ([a-z ]+)\.", GUIDE)
    titles = {plan.title: plan for plan in POLICY.plans.values()}
    meters = {name: meter for meter, name in NAMES.items()}
    assert claimed
    for title, number, name in claimed:
        assert titles[title].meters[meters[name]] == int(number)


@pytest.mark.parametrize("plan", [p for p in POLICY.plans.values() if p.trial_days is None], ids=lambda plan: plan.name)
def test_a_price_stands_in_the_guide(plan):
    assert f"- {plan.title} costs GHS {plan.price_ghs} a month." in GUIDE


def test_the_length_of_the_trial_stands_in_the_guide():
    assert f"lasts {POLICY.plans['TRIAL'].trial_days} days" in GUIDE


def test_what_a_plan_adds_is_what_it_does_not_leave_out():
    starter, professional = POLICY.plans["STARTER"], POLICY.plans["PROFESSIONAL"]
    added = {name for name, mode in starter.modes.items() if mode == "none"} - set(professional.modes)
    sentence = next(line for line in GUIDE.split("\n") if line.startswith("- Professional adds"))
    words = {
        "payment_prediction": "payment prediction", "credit_alerts": "credit alerts",
        "report_narrative": "report narratives", "customer_segmentation": "customer segmentation",
        "pricing_optimizer": "price suggestions", "fraud_alerts": "fraud alerts",
    }  # fmt: skip
    assert added == set(words)
    assert all(text in sentence for text in words.values())
