"""The collection list from records to words."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import NotFound
from gateway.features import collection_priority
from gateway.features.collection_debt import URGENCIES
from gateway.features.collection_priority import MOST_LISTED, MOST_WORDED
from gateway.grounding.ground import overwrite
from gateway.library.tokens import estimate_tokens
from gateway.library.yamlfile import read_yaml_file
from tests.features.debts import any_shop, customer, invoice, settled, shop
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos
from tests.service import catalog_of

FEATURE = catalog_of().features["collection_priority"]
PROMPT = catalog_of().versions("collection_priority")[-1]


async def gathered(pos, **request):
    return await collection_priority.gather(pos, request, pos.as_of)


def answer_of(evidence):
    """Return the answer as the rules alone give it."""
    words = collection_priority.expand(collection_priority.fallback(evidence.facts), evidence.facts)
    return overwrite(collection_priority.merge(words, evidence), evidence.computed)[0]


def number(text):
    return Decimal(text.replace(",", ""))


async def test_the_demo_tenants_key_facts_appear_exactly():
    answer = answer_of(await gathered(InlinePos.from_dir(DEMO_DIR, SANKOFA)))
    assert answer["summary"] == {
        "total_overdue_customers": 13, "total_overdue_amount": "88,465.66", "prioritized_count": 13,
        "prioritized_amount": "88,465.66", "potential_recovery_30_days": "38,128.57",
    }  # fmt: skip
    everybody = answer_of(await gathered(InlinePos.from_dir(DEMO_DIR, SANKOFA), overdue_only=False))
    owed = sum(number(row["customer"]["outstanding_balance"]) for row in everybody["priority_list"])
    assert f"{owed:,.2f}" == "238,725.66"


async def test_the_drifting_payer_comes_first_then_those_who_stopped_then_the_hoarder():
    answer = answer_of(await gathered(InlinePos.from_dir(DEMO_DIR, SANKOFA)))
    first = [(row["customer"]["name"], row["urgency"]) for row in answer["priority_list"][:4]]
    assert first == [
        ("Blessed Hands Ventures", "CRITICAL"), ("God's Grace Wholesale", "CRITICAL"),
        ("Blessed Hands Enterprise", "CRITICAL"), ("Adom Ventures", "HIGH"),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(any_shop(), st.booleans(), st.integers(0, 3000))
async def test_any_shop_gives_an_answer_that_fits_schema_rules_and_sums(pos, only_overdue, least):
    evidence = await gathered(pos, overdue_only=only_overdue, min_amount=least)
    answer = answer_of(evidence)
    assert FEATURE.response.check(answer) == []
    request = {"overdue_only": only_overdue, "min_amount": least}
    assert [rule.id for rule in PROMPT.rules if not rule.holds(answer, evidence.facts, request)] == []
    rows, summary = answer["priority_list"], answer["summary"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert summary["prioritized_count"] == len(rows) <= MOST_LISTED
    assert number(summary["prioritized_amount"]) == sum(number(row["customer"]["overdue_amount"]) for row in rows)
    ranked = [(number(row["customer"]["overdue_amount"]) <= 0, URGENCIES.index(row["urgency"])) for row in rows]
    assert ranked == sorted(ranked)
    for row in rows:
        plan = row["ai_insights"].get("suggested_payment_plan")
        if plan:
            parts = [Decimal(str(plan[name])) for name in ("down_payment", "installments", "installment_amount")]
            assert parts[0] + parts[1] * parts[2] == number(row["customer"]["outstanding_balance"])
    assert estimate_tokens(json.dumps(evidence.facts, separators=(",", ":"))) <= 900


@settings(max_examples=20, deadline=None)
@given(any_shop(), st.randoms())
async def test_the_order_of_the_records_changes_nothing(pos, random):
    first = await gathered(pos)
    other = InlinePos(pos._rows, as_of=pos.as_of)
    for rows in other._rows.values():
        random.shuffle(rows)
    second = await gathered(other)
    same = [json.dumps([one.facts, one.computed, one.around]) for one in (first, second)]
    assert same[0] == same[1]


async def test_equal_debts_are_ordered_by_id_whatever_their_names():
    rows = [invoice("x", 20, "900.00", of="k2"), invoice("y", 20, "900.00", of="k1")]
    answer = answer_of(await gathered(shop(customer("k2", "A first"), customer("k1", "Z last"), invoices=rows)))
    assert [row["customer"]["id"] for row in answer["priority_list"]] == ["k1", "k2"]


async def test_a_long_list_is_cut_and_says_so_while_the_totals_stay_whole():
    people = [customer(f"c{k:02d}", f"Shop {k}") for k in range(40)]
    rows = [invoice(f"i{k}", 20, "100.00", of=f"c{k:02d}") for k in range(40)]
    evidence = await gathered(shop(*people, invoices=rows))
    answer = answer_of(evidence)
    assert len(answer["priority_list"]) == MOST_LISTED
    assert answer["summary"]["total_overdue_amount"] == "4,000.00"
    assert answer["summary"]["prioritized_amount"] == f"{100 * MOST_LISTED:,.2f}"
    assert f"{40 - MOST_LISTED} customers of lower rank were left out." in evidence.warnings
    assert len(evidence.facts["customers"]) == MOST_WORDED


async def test_a_storefront_shows_only_debts_of_its_own_sales():
    sale = {"id": "s1", "created_at": "2026-09-20T10:00:00Z", "total_amount": "900.00", "customer": "k1"}
    pos = shop(
        storefronts=[{"id": "yard", "name": "Yard"}, {"id": "shop", "name": "Shop"}],
        invoices=[invoice("a", 20, "900.00", sale="s1"), invoice("b", 20, "500.00")],
        sales=[sale | {"storefront": "yard"}],
    )
    assert (await gathered(pos, storefront_id="yard")).computed["summary"]["total_overdue_amount"] == "900.00"
    assert (await gathered(pos, storefront_id="shop")).computed["summary"]["total_overdue_amount"] == "0.00"
    with pytest.raises(NotFound):
        await gathered(pos, storefront_id="elsewhere")


async def test_few_payments_give_no_insights_and_a_reason():
    invoices, payments = settled(4, 0)
    few = await gathered(shop(invoices=invoices, payments=payments))
    assert few.computed["strategic_insights"] is None
    assert "4 payments in a year, where 20 are needed." in few.warnings[0]
    invoices, payments = settled(20, 0)
    payments = [row | {"payment_date": str(DEMO_DAY)} for row in payments]
    enough = await gathered(shop(invoices=invoices, payments=payments))
    assert enough.computed["strategic_insights"]["average_recovery_time"] is None
    assert enough.computed["strategic_insights"]["success_rate_with_payment_plans"] == "n/a"


async def test_a_rank_that_a_model_invents_or_repeats_changes_nothing():
    evidence = await gathered(shop(invoices=[invoice("a", 40, "900.00")]))
    given = {"reasoning": "GHS 900 is overdue.", "talking_points": ["One", "Two"]}
    words = {"priority_list": [{"rank": 9, "ai_insights": given}, *[{"rank": 1, "ai_insights": given}] * 2]}
    shown = collection_priority.expand(words, evidence.facts)["priority_list"]
    assert [(one["rank"], one["ai_insights"]["reasoning"]) for one in shown] == [(1, "GHS 900 is overdue.")]


async def test_no_contact_detail_and_no_invoice_number_enters_the_facts():
    private = {"phone": "0244000111", "email": "y@example.com", "contact_person": "Yaa Quarcoo", "address": "Ring Rd"}
    evidence = await gathered(shop(customer(**private), invoices=[invoice("SECRET", 40, "900.00")]))
    shown = json.dumps(evidence.facts)
    assert not [value for value in (*private.values(), "INV-SECRET") if value in shown]


async def test_the_empty_and_the_tiny_shop_get_an_answer():
    assert answer_of(await gathered(InlinePos()))["priority_list"] == []
    tiny = answer_of(await gathered(InlinePos.from_dir(DEMO_DIR, AKWAABA)))
    assert FEATURE.response.check(tiny) == [] and tiny["strategic_insights"] is None


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "collection_priority" / "feature.yaml").data["example"]
    assert answer_of(await gathered(InlinePos.from_dir(DEMO_DIR, SANKOFA), **example["request"])) == example["response"]


async def test_sunday_is_no_day_to_collect_on_even_if_money_comes_then():
    invoices, payments = settled(24, 0)
    saturday, sunday = (DEMO_DAY - timedelta(days=days) for days in (6, 5))
    rows = [row | {"payment_date": str(sunday if k % 3 else saturday)} for k, row in enumerate(payments)]
    only_sunday = (await gathered(shop(invoices=invoices, payments=rows))).computed["strategic_insights"]
    assert only_sunday["best_collection_days"] == []
    rows = [row | {"payment_date": str(saturday if k % 3 else sunday)} for k, row in enumerate(payments)]
    mostly_saturday = (await gathered(shop(invoices=invoices, payments=rows))).computed["strategic_insights"]
    assert mostly_saturday["best_collection_days"] == ["Saturday"]
