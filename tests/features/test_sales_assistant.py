import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.evidence import Evidence
from gateway.errors import ConstraintsInfeasible, NotFound
from gateway.features import sales_assistant as feature
from tests.features.fakes import InlinePos

DAY = date(2026, 11, 20)
PRODUCTS: list[dict[str, Any]] = [
    {"id": "rice-5", "name": "Rice 5kg", "category": "Groceries", "unit_cost": "91.37", "retail_price": "118.00",
     "wholesale_price": "108.00", "current_stock": 30},
    {"id": "rice-25", "name": "Rice 25kg", "category": "Groceries", "unit_cost": "431.29", "retail_price": "555.41",
     "wholesale_price": "480.00", "current_stock": 18},
    {"id": "oil", "name": "Cooking Oil 5L", "category": "Groceries", "unit_cost": "128.00", "retail_price": "165.00",
     "current_stock": 0},
    {"id": "paste", "name": "Tomato Paste 400g", "category": "Groceries", "unit_cost": "11.00", "retail_price": "15.00",
     "current_stock": 400},
    {"id": "tv-55", "name": 'Samsung 55" QLED TV', "category": "Electronics", "unit_cost": "3650.00",
     "retail_price": "4786.88", "current_stock": 11},
    {"id": "tv-32", "name": '32" LED Television', "category": "Electronics", "unit_cost": "1349.00",
     "retail_price": "1380.92", "wholesale_price": "1400.00", "current_stock": 17},
]  # fmt: skip
CUSTOMERS: list[dict[str, Any]] = [
    {"id": "ama", "name": "Ama Mensah"},
    {"id": "trader", "name": "Efua Ventures", "customer_type": "WHOLESALE"},
]


def sales(n: int, *products: str, customer: str | None = None, start: int = 0) -> list[dict[str, Any]]:
    lines = [{"product": product, "quantity": 1, "unit_price": "1.00"} for product in products]
    rows = ({"id": f"s{start + i:04}", "created_at": "2026-11-19T10:00:00Z", "total_amount": "1.00", "items": lines}
            for i in range(n))  # fmt: skip
    return [row | ({"customer": customer} if customer else {}) for row in rows]


def shop(**tables: Any) -> InlinePos:
    stock = {"products": PRODUCTS, "customers": CUSTOMERS, "storefronts": [{"id": "main", "name": "Main Shop"}]}
    return InlinePos.of(as_of=DAY, **(stock | tables))


async def gather(message: str, pos: InlinePos | None = None, **context: Any) -> Evidence:
    return await feature.gather(pos or shop(), {"message": message, "context": context}, DAY)


async def ask(message: str, pos: InlinePos | None = None, **context: Any) -> dict[str, Any]:
    evidence = await gather(message, pos, **context)
    facts = json.loads(json.dumps(evidence.facts))
    return feature.merge(feature.fallback(facts), evidence) | dict(evidence.computed)


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["product_id"] for item in items]


async def test_a_price_limit_in_the_question_is_kept() -> None:
    answer = await ask("Customer asking about TV options under GHS 3000")
    assert answer["recommendations"][0] | {"reason": ""} == {
        "product_id": "tv-32", "name": '32" LED Television', "price": "1380.92", "in_stock": True, "reason": "",
    }  # fmt: skip
    assert "tv-55" not in names(answer["recommendations"])
    assert "GHS 1,380.92" in answer["reply"]


async def test_when_the_asked_product_is_too_dear_the_nearest_is_named_and_a_kindred_one_offered() -> None:
    answer = await ask("Samsung TV under 3000")
    assert answer["recommendations"] == []
    assert names(answer["alternatives"]) == ["tv-32"]
    assert "GHS 1,786.88 above the limit" in answer["reply"]


async def test_what_is_sold_out_is_said_and_replaced_from_the_same_category() -> None:
    answer = await ask("do you have cooking oil")
    assert "Cooking Oil 5L is out of stock" in answer["reply"]
    assert names(answer["alternatives"]) == ["paste", "rice-5", "rice-25"]


async def test_limits_that_exclude_each_other_are_refused_with_both_named() -> None:
    with pytest.raises(ConstraintsInfeasible, match=r"at least GHS 800 and at most GHS 500"):
        await ask("a TV over GHS 800 but under GHS 500")


@pytest.mark.parametrize("context", [{"customer_id": "of-another-shop"}, {"storefront_id": "of-another-shop"}])
async def test_records_of_another_business_are_not_found(context: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        await ask("rice", **context)


async def test_an_empty_catalogue_is_admitted() -> None:
    answer = await ask("rice", shop(products=[]))
    assert "no products in the catalogue" in answer["reply"]
    assert answer["recommendations"] == []


async def test_an_unknown_product_is_admitted_and_nothing_else_is_pushed() -> None:
    answer = await ask("laptops under 3000")
    assert "could not match" in answer["reply"]
    assert answer["recommendations"] == answer["alternatives"] == answer["upsell"] == []


async def test_twenty_bags_are_priced_at_wholesale_with_the_total() -> None:
    guidance = (await ask("20 bags of rice 5kg"))["pricing_guidance"]
    assert (guidance["quantity"], guidance["unit_price"], guidance["total"]) == (20, "108.00", "2160.00")


@pytest.mark.parametrize(
    "message", ["I don't want to spend more than 200", "max 200 per piece", "nothing above 200 cedis please"]
)
async def test_a_limit_alone_is_enough_however_it_is_wrapped(message: str) -> None:
    offered = (await ask(message))["recommendations"]
    assert offered and all(float(one["price"]) <= 200 for one in offered)


async def test_asking_what_a_customer_bought_before_offers_it_again() -> None:
    pos = shop(sales=sales(2, "rice-25", customer="ama"))
    answer = await ask("what did this customer buy last time?", pos, customer_id="ama")
    assert answer["recommendations"][0]["product_id"] == "rice-25"
    assert "bought it twice before" in answer["recommendations"][0]["reason"]


async def test_two_counts_for_two_products_are_given_to_neither() -> None:
    guidance = (await ask("2 bags of rice 5kg and 3 cartons of oil"))["pricing_guidance"]
    assert (guidance["quantity"], guidance["total"]) == (None, None)


async def test_limits_alone_are_enough_also_when_two_are_joined() -> None:
    both = await ask("more than GHS 1,000 but less than GHS 2,000")
    assert names(both["recommendations"]) == ["tv-32"]
    assert (await ask("a gift under 10 cedis"))["reply"].startswith("Nothing that matches keeps to the limit")
    assert "price limit" not in (await ask("a zither under 10 cedis"))["reply"]


async def test_more_than_the_stock_is_said() -> None:
    assert "Only 18 are in stock, so 7 would be missing" in (await ask("25 bags of rice 25kg"))["reply"]


async def test_a_budget_for_several_pieces_covers_all_of_them() -> None:
    assert names((await ask("3 bags of rice, budget 400 cedis"))["recommendations"]) == ["rice-5"]
    assert names((await ask("3 bags of rice, budget 300 cedis"))["recommendations"]) == []


async def test_a_wholesale_price_above_retail_is_not_offered() -> None:
    assert (await ask("32 inch tv in bulk"))["pricing_guidance"]["wholesale_price"] is None


async def test_the_discount_floor_is_five_per_cent_above_cost_and_ten_below_retail() -> None:
    rice = (await ask("last price of rice 5kg"))["pricing_guidance"]
    assert rice["floor_price"] == "106.20"
    television = (await ask("discount on the 32 inch TV?"))["pricing_guidance"]
    assert television["floor_price"] is None  # five per cent above cost is more than the retail price


async def test_the_cost_of_a_product_appears_nowhere() -> None:
    evidence = await gather("last price of rice and TVs, 20 bags", customer_id="trader")
    shown = json.dumps([evidence.facts, dict(evidence.computed), feature.fallback(evidence.facts)])
    assert not any(str(one["unit_cost"]) in shown for one in PRODUCTS if one["id"] != "oil")


async def test_earlier_purchases_of_this_customer_come_first() -> None:
    rows = [*sales(3, "rice-25", customer="ama"), *sales(5, "rice-5", customer="trader", start=50)]
    answer = await ask("rice", shop(sales=rows), customer_id="ama")
    assert names(answer["recommendations"]) == ["rice-25", "rice-5"]
    assert "bought it 3 times before" in answer["recommendations"][0]["reason"]


async def test_the_customer_is_marked_as_personal_and_remembered_for_erasure() -> None:
    evidence = await gather("rice", customer_id="ama")
    assert evidence.facts["customer"]["name"] == "Ama Mensah"
    assert evidence.pii["/customer/name"] == "person-or-business"
    assert evidence.subjects == ("ama",)


async def test_what_is_bought_together_is_offered_on_top() -> None:
    answer = await ask("rice 5kg", shop(sales=sales(300, "rice-5", "paste")))
    assert names(answer["upsell"]) == ["paste"]
    assert answer["upsell"][0]["reason"] == "Bought together with Rice 5kg on 300 receipts."


async def test_what_only_shares_a_word_never_stands_in_for_goods_of_another_shelf() -> None:
    engine = {"id": "engine", "name": "Generator Oil 1L", "category": "Hardware", "unit_cost": "60.00",
              "retail_price": "70.66", "current_stock": 4}  # fmt: skip
    few = [row | {"current_stock": 6} if row["id"] == "oil" else row for row in PRODUCTS]
    for stock in (PRODUCTS, few):
        answer = await ask("50 pieces of Cooking Oil 5L please", shop(products=[*stock, engine]))
        assert "engine" not in names(answer["alternatives"])


async def test_an_addition_is_at_most_twice_as_dear_as_the_cart() -> None:
    together = shop(sales=sales(300, "paste", "rice-25"))
    assert (await ask("tomato paste", together))["upsell"] == []
    assert names((await ask("40 tomato paste", together))["upsell"]) == ["rice-25"]


async def test_with_few_receipts_best_sellers_are_offered_and_no_habit_is_claimed() -> None:
    evidence = await gather("rice 5kg", shop(sales=sales(299, "rice-5", "paste")))
    answer = feature.merge(feature.fallback(evidence.facts), evidence)
    assert names(answer["upsell"]) == ["paste"]
    assert feature.unsupported("Customers also bought tomato paste.", evidence.facts)
    assert "together" not in json.dumps(answer)


async def test_a_habit_may_be_claimed_when_receipts_carry_it() -> None:
    evidence = await gather("rice 5kg", shop(sales=sales(300, "rice-5", "paste")))
    assert feature.unsupported("It is often bought together with tomato paste.", evidence.facts) == []
    assert feature.unsupported("Our margin on it is good.", evidence.facts) == ["margin"]


async def test_a_follow_up_keeps_product_and_limit_of_the_turn_before() -> None:
    history = [{"role": "user", "content": "TV under GHS 3000"}, {"role": "assistant", "content": "rice under 5"}]
    answer = await ask("which one is cheapest?", chat_history=history)
    assert names(answer["recommendations"]) == ["tv-32"]


async def test_a_new_product_does_not_inherit_the_old_limit() -> None:
    history = [{"role": "user", "content": "tomato paste under 20 cedis"}]
    assert "rice-25" in names((await ask("and rice 25kg", chat_history=history))["recommendations"])


async def test_references_that_are_unknown_doubled_or_of_another_list_are_dropped() -> None:
    evidence = await gather("rice", shop(sales=sales(300, "rice-5", "paste")))
    by_use = {one["name"]: one["ref"] for one in evidence.facts["candidates"]}
    picks = [by_use["Rice 25kg"], "P77", by_use["Tomato Paste 400g"], by_use["Rice 25kg"]]
    words = {"reply": "Yes.", "recommendations": [{"product_id": ref, "reason": "Good."} for ref in picks]}
    answer = feature.merge(words, evidence)
    assert names(answer["recommendations"]) == ["rice-25"]
    assert answer["upsell"] == []


async def test_prices_of_the_answer_are_the_catalogues_whatever_the_model_says() -> None:
    evidence = await gather("rice 5kg")
    words = {"reply": "Take P1 (P1).", "recommendations": [{"product_id": "P1", "reason": "", "price": "1.00"}]}
    answer = feature.merge(words, evidence)
    assert answer["recommendations"][0]["price"] == "118.00"
    assert answer["recommendations"][0]["reason"]
    assert answer["reply"] == "Take Rice 5kg."


async def test_the_fallback_keeps_placeholders_of_masked_facts() -> None:
    evidence = await gather("rice", customer_id="ama")
    masked = dict(evidence.facts) | {"customer": {"name": "<PERSON_1>", "type": "RETAIL"}}
    assert "<PERSON_1>" in feature.fallback(masked)["reply"]


async def test_facts_are_the_same_bytes_for_the_same_question_and_small() -> None:
    pos = shop(sales=sales(300, "rice-5", "paste", customer="ama"))
    history = [{"role": "user", "content": "hello there " * 100}] * 20
    first, second = [await gather("cheapest groceries", pos, customer_id="ama", chat_history=history) for _ in "ab"]
    assert json.dumps(first.facts) == json.dumps(second.facts)
    assert len(json.dumps(first.facts)) < 2_800


async def test_a_message_without_context_is_enough() -> None:
    evidence = await feature.gather(shop(), {"message": "rice"}, DAY)
    assert evidence.facts["situation"] == "found"


async def test_merge_needs_no_hidden_state_but_the_evidence() -> None:
    evidence = await gather("rice")
    again = feature.merge(feature.fallback(evidence.facts), replace(evidence))
    assert again == feature.merge(feature.fallback(evidence.facts), evidence)


PRICES = st.decimals(Decimal("0.50"), Decimal("5000"), places=2)
STOCK = st.one_of(st.just(0), st.integers(1, 500))
NOUNS = ("Rice", "Oil", "TV", "Fan", "Soap")
PRODUCT = st.builds(
    lambda number, noun, cost, retail, wholesale, stock, active: {
        "id": f"p{number}", "name": f"{noun} {number}kg", "category": f"{noun}s", "unit_cost": str(cost),
        "retail_price": str(retail), "wholesale_price": str(wholesale), "current_stock": stock, "is_active": active,
    },
    st.integers(1, 60), st.sampled_from(NOUNS), PRICES, PRICES, PRICES, STOCK, st.booleans(),
)  # fmt: skip
CATALOGUES = st.lists(PRODUCT, max_size=25, unique_by=lambda one: one["id"])
SOLD = st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=4), max_size=20)


@settings(max_examples=60, deadline=None)
@given(
    CATALOGUES, SOLD, st.integers(1, 6000), st.sampled_from(NOUNS), st.sampled_from(["", "20 bags ", "2 ", "cheapest "])
)
async def test_whatever_the_shop_holds_the_answer_keeps_to_catalogue_stock_and_limit(
    products: list[dict[str, Any]], baskets: list[list[int]], limit: int, noun: str, lead: str
) -> None:
    rows = [row for i, basket in enumerate(baskets) for row in sales(1, *{f"p{n}" for n in basket}, start=i)]
    answer = await ask(f"{lead}{noun.lower()} under GHS {limit}", shop(products=products, sales=rows))
    shelf = {one["id"]: one for one in products}
    offered = [*answer["recommendations"], *answer["alternatives"], *answer["upsell"]]
    assert len(set(names(offered))) == len(offered) <= 10
    for item in offered:
        one = shelf[item["product_id"]]
        assert one["is_active"] and one["current_stock"] > 0
        assert Decimal(item["price"]) == Decimal(one["retail_price"]) <= limit
    assert answer["reply"].strip()
    guidance = answer["pricing_guidance"]
    if guidance["floor_price"]:
        one = shelf[guidance["product_id"]]
        least = max(Decimal(one["unit_cost"]) * Decimal("1.05"), Decimal(one["retail_price"]) * Decimal("0.9"))
        assert least <= Decimal(guidance["floor_price"]) <= Decimal(one["retail_price"])


@settings(max_examples=60, deadline=None)
@given(
    st.text(min_size=1, max_size=200),
    st.lists(
        st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": st.text(max_size=100)}),
        max_size=3,
    ),
)
async def test_any_text_gets_an_honest_answer(message: str, history: list[dict[str, str]]) -> None:
    answer = await ask(message, chat_history=history)
    assert answer["reply"].strip()
    assert set(names(answer["recommendations"])) <= {one["id"] for one in PRODUCTS}


async def test_goods_that_only_come_with_what_is_asked_for_do_not_stand_in_for_it() -> None:
    tinned = {"id": "sardines", "name": "Sardines in Oil 125g", "category": "Groceries", "unit_cost": "9.00",
              "retail_price": "13.00", "current_stock": 40}  # fmt: skip
    with_tins = shop(products=[*PRODUCTS, tinned])
    assert "sardines" not in names((await ask("do you have cooking oil", with_tins))["alternatives"])
    assert "sardines" in names((await ask("sardines", with_tins))["recommendations"])


@pytest.mark.parametrize("message", ["Do you have Uncle Bens rice?", "dangote rice please", "Sony TV under GHS 3000"])
async def test_a_brand_that_no_product_has_is_not_called_a_match(message: str) -> None:
    told = await ask(message)
    assert told["recommendations"]
    assert all(one["reason"].startswith("Matches a part of what was asked for;") for one in told["recommendations"])
    assert "ask whether this will do" in told["reply"]


@pytest.mark.parametrize("message", ["Do you have rice?", "Samsung TV", "I need 20 bags of rice", "cheap tomato paste"])
async def test_words_that_products_have_are_matches(message: str) -> None:
    told = await ask(message)
    assert "ask whether" not in told["reply"]
    assert not [one for one in told["recommendations"] if "a part of" in one["reason"]]
