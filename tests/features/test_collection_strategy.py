"""One customer's strategy is its entry of the list."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings

from gateway.errors import NotFound
from gateway.features import collection_priority, collection_strategy
from gateway.grounding.ground import overwrite
from gateway.library.tokens import estimate_tokens
from gateway.library.yamlfile import read_yaml_file
from tests.features.debts import any_shop, customer, invoice, reminder, settled, shop
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos
from tests.service import catalog_of

FEATURE = catalog_of().features["collection_strategy"]
PROMPT = catalog_of().versions("collection_strategy")[-1]


async def gathered(pos, customer_id="k1"):
    return await collection_strategy.gather(pos, {"customer_id": customer_id}, pos.as_of)


def answer_of(evidence):
    words = collection_strategy.expand(collection_strategy.fallback(evidence.facts), evidence.facts)
    return overwrite(collection_strategy.merge(words, evidence), evidence.computed)[0]


async def test_an_unknown_customer_and_one_of_another_business_are_not_found():
    theirs = (await InlinePos.from_dir(DEMO_DIR, AKWAABA).customers())[0].id
    for who in ("nobody", theirs):
        with pytest.raises(NotFound):
            await gathered(InlinePos.from_dir(DEMO_DIR, SANKOFA), who)


@settings(max_examples=40, deadline=None)
@given(any_shop())
async def test_any_customer_gets_an_answer_that_fits_schema_and_rules(pos):
    for one in (await pos.customers())[:4]:
        evidence = await gathered(pos, one.id)
        answer = answer_of(evidence)
        assert FEATURE.response.check(answer) == []
        broken = [r.id for r in PROMPT.rules if not r.holds(answer, evidence.facts, {"customer_id": one.id})]
        assert broken == []
        assert estimate_tokens(json.dumps(evidence.facts, separators=(",", ":"))) <= 900


async def test_it_agrees_with_the_list_in_everything_code_owns():
    pos = InlinePos.from_dir(DEMO_DIR, SANKOFA)
    listed = (await collection_priority.gather(pos, {}, pos.as_of)).around["priority_list"]
    for row in listed:
        own = (await gathered(pos, row["customer"]["id"])).computed
        assert own | {"ai_insights": ...} == row | {"ai_insights": ...}
        words = {"reasoning", "talking_points", "recommended_actions"}
        assert own["ai_insights"] == {k: v for k, v in row["ai_insights"].items() if k not in words}


@pytest.mark.parametrize(
    ("late", "outcomes", "approach"),
    [
        (3, [], "FRIENDLY"), (30, [], "FIRM_BUT_PROFESSIONAL"), (65, ["NO_RESPONSE"], "FIRM_BUT_PROFESSIONAL"),
        (65, ["NO_RESPONSE", "NO_RESPONSE"], "ESCALATE_TO_FORMAL"),
        (65, ["REACHED", "PROMISED"], "FIRM_BUT_PROFESSIONAL"),
        (91, [], "ESCALATE_TO_FORMAL"),
    ],
)  # fmt: skip
async def test_the_approach_follows_days_and_unanswered_reminders(late, outcomes, approach):
    rows = [reminder(10 * (n + 1), about="a", outcome=outcome) for n, outcome in enumerate(outcomes)]
    evidence = await gathered(shop(invoices=[invoice("a", late, "900.00")], reminders=rows))
    assert evidence.computed["ai_insights"]["recommended_approach"] == approach
    assert ("red_flags" in evidence.computed["ai_insights"]) is (approach == "ESCALATE_TO_FORMAL")


async def test_nobody_who_got_a_letter_or_a_reminder_yesterday_is_called_today():
    for rows in ({"invoices": [invoice("a", 95, "900.00")]},
                 {"invoices": [invoice("a", 40, "900.00")], "reminders": [reminder(1)]}):  # fmt: skip
        assert not (await gathered(shop(**rows))).computed["ai_insights"]["contact_today"]
    assert (await gathered(shop(invoices=[invoice("a", 40, "900.00")]))).computed["ai_insights"]["contact_today"]


async def test_the_usual_lateness_of_a_customer_decides_what_is_unusual():
    late_payer = settled(6, 25)
    prompt_payer = settled(6, 0)
    now = invoice("a", 28, "900.00")
    seen = []
    for invoices, payments in (late_payer, prompt_payer):
        evidence = await gathered(shop(invoices=[*invoices, now], payments=payments))
        seen.append(evidence.computed["ai_insights"]["recommended_approach"])
    assert seen == ["FRIENDLY", "FIRM_BUT_PROFESSIONAL"]


async def test_the_profile_counts_sales_and_invoices_without_a_sale_once():
    sale = {"id": "s1", "created_at": "2026-10-20T10:00:00Z", "customer": "k1", "total_amount": "900.00"}
    sales = [sale, sale | {"id": "s2", "status": "CANCELLED"}, sale | {"id": "s3", "amount_refunded": "400.00"}]
    pos = shop(invoices=[invoice("a", 5, "900.00", sale="s1"), invoice("b", 5, "100.00")], sales=sales)
    profile = (await gathered(pos)).computed["customer_profile"]
    assert profile["total_lifetime_purchases"] == "1,500.00"
    assert profile["last_purchase_date"] == "2026-10-20"


async def test_a_customer_who_owes_nothing_is_told_so():
    evidence = await gathered(shop(customer()))
    answer = answer_of(evidence)
    assert answer["rank"] is None and answer["ai_insights"]["reasoning"].startswith("Nothing is owed.")
    assert evidence.warnings


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "collection_strategy" / "feature.yaml").data["example"]
    evidence = await gathered(InlinePos.from_dir(DEMO_DIR, SANKOFA), example["request"]["customer_id"])
    assert answer_of(evidence) == example["response"]


@pytest.mark.parametrize(
    ("n", "late", "open_late", "said"),
    [
        (1, 0, 5, "The only paid invoice came within 3 days of its due date."),
        (1, 0, 20, "The only paid invoice came within 3 days of its due date."),
        (2, 18, 10, "None of the last 2 paid invoices came within 3 days of the due date."),
        (12, 0, 5, "All of the last 12 paid invoices came within 3 days of the due date."),
        (12, 0, 20, "All of the last 12 paid invoices came within 3 days of the due date, so this delay is unusual."),
        (6, 9, 5, "Usually pays 9 days late; this is no later than usual."),
        (6, 9, -5, "Usually pays 9 days late."),
    ],
)
async def test_the_habit_is_told_in_whole_words(n, late, open_late, said):
    invoices, payments = settled(n, late)
    evidence = await gathered(shop(invoices=[*invoices, invoice("a", open_late, "900.00")], payments=payments))
    assert f" {said} " in answer_of(evidence)["ai_insights"]["reasoning"]


async def test_orders_are_counted_in_singular_and_plural():
    bought = [invoice(f"b{k}", 80 + k, "100.00", paid="100.00") for k in range(4)]
    for recent, said in (([], "No order in the last 90 days after 4"), ([invoice("a", 5, "9.00")], "1 order in the")):
        evidence = await gathered(shop(invoices=[*bought, *recent]))
        assert said in answer_of(evidence)["ai_insights"]["reasoning"]


async def test_no_chance_of_payment_is_told_where_nothing_is_late():
    early, payments = settled(6, -25)
    for invoices in ([], [invoice("a", -10, "900.00")], [*early, invoice("a", -10, "900.00")]):
        evidence = await gathered(shop(invoices=invoices, payments=payments))
        assert "likelihood_30_days" not in evidence.facts["customer"]
        assert "chance" not in answer_of(evidence)["ai_insights"]["reasoning"]
        assert "unusual" not in answer_of(evidence)["ai_insights"]["reasoning"]


async def test_a_customer_who_has_only_begun_to_buy_is_not_called_increasing():
    def sales(*ages):
        days = [DEMO_DAY - timedelta(days=age) for age in ages]
        rows = [
            {"id": f"s{day}", "created_at": f"{day}T10:00:00Z", "customer": "k1", "total_amount": "90.00"}
            for day in days
        ]
        return shop(sales=rows)

    young = (await gathered(sales(4, 11, 18))).computed["customer_profile"]
    old = (await gathered(sales(4, 11, 18, 170))).computed["customer_profile"]
    assert (young["purchase_frequency"], old["purchase_frequency"]) == ("STABLE", "INCREASING")


async def test_nothing_settled_yet_is_no_high_chance_and_one_settled_invoice_is_no_good_record():
    never = answer_of(await gathered(shop(invoices=[invoice("a", 10, "900.00")])))["ai_insights"]
    assert never["collection_likelihood"] == "MEDIUM" and never["reasoning"].endswith("30 days is medium.")
    invoices, payments = settled(1, 0)
    once = answer_of(await gathered(shop(invoices=[*invoices, invoice("a", 20, "900.00")], payments=payments)))
    assert "unusual" not in once["ai_insights"]["reasoning"]
    assert not [point for point in once["ai_insights"]["talking_points"] if "good payment record" in point]
