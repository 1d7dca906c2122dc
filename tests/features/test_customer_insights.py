import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.evidence import Evidence
from gateway.domain.sold import NOT_SOLD
from gateway.features import customer_insights as feature
from gateway.features.insight_plan import choose, read
from gateway.library.tokens import estimate_tokens
from tests.features.fakes import DEMO_DAY, DEMO_DIR, SANKOFA, InlinePos
from tests.service import catalog_of

DEMO = InlinePos.from_dir(DEMO_DIR, SANKOFA)
RULES = catalog_of().versions("customer_insights")[-1].rules


async def ask(query: str, pos: InlinePos = DEMO, context: str = "") -> Evidence:
    return await feature.gather(pos, {"query": query, "context": context}, pos.as_of)


def whole(evidence: Evidence) -> dict[str, Any]:
    return feature.fallback(json.loads(json.dumps(evidence.facts))) | dict(evidence.computed)


def assert_rules_hold(evidence: Evidence, query: str) -> None:
    broken = [one.id for one in RULES if not one.holds(whole(evidence), evidence.facts, {"query": query})]
    assert broken == []


QUESTIONS = {
    "at_risk_customers": """
        Which customers are at risk of churning?
        who has not bought from us in a while
        customers we are losing
        which clients stopped coming
        how do i win back customers
        customers about to leave
        any custmers leaving?
    """,
    "top_customers": """
        Show me my top 10 customers this month
        who are my best clents
        biggest buyers in October
        which customers bring the most revenue
        my 3 most valuable customers
        who spends the most
        top customer by number of purchases
        which customers buy plenty
    """,
    "restock": """
        Which products should I restock?
        what is running low
        what do i need to order
        which goods dey finish
        out of stock items
        low stock
        what will run out soon
        which items should we reorder
    """,
    "categories": """
        What's my best-selling category?
        top catgories
        which department sells most
        sales by category
        which category has the highest sales
    """,
    "top_products": """
        what sells fast
        best sellers
        wetin be my top products
        most popular items
        which tins people dey buy plenty
        what do people buy most
        what sold well over Christmas
        products with the highest sales
        units sold last month
        top 5 goods
    """,
    "slow_products": """
        which goods no dey sell
        dead stock
        slowest products
        what is not moving
        worst selling items
        what stock has not moved for 3 months
        overstocked products
    """,
    "compare_periods": """
        how is market
        sales yesterday
        how much did we make last week
        October vs September sales
        total revenue
        are sales up or down
        summarise my business
        how did we do in october
        average sale value
        average basket
        what is the average basket size this month
        how much did I refund this month
        how many receipts did we write yesterday
        retail sales this week
        how was September
        is it a good month
        returns last month
    """,
    "busy_times": """
        which day is the busiest
        best sales day
        peak hours
        what time do people come
        when are we busy
    """,
    "debtors": """
        who owes us money
        who dey owe me
        unpaid invoices
        overdue customers
        who has not paid
        my debtors
        which customers pay late
        how much money is outside
    """,
    "margins": """
        which items make the most profit
        what is my margin
        most profitable products
        which products make a loss
        what do we sell below cost
        cost of goods sold last month
        gross profit in october
    """,
    "discounts": """
        how much discount did we give
        discounts last month
    """,
    "stock_value": """
        what is my stock worth
        how much money is tied up in stock
        inventory value
        how many products do I have
    """,
    "payment_mix": """
        how do customers pay
        momo vs cash
        payment methods
        share of mobile money
        credit sales this month
        credit given this month
    """,
    "returning_customers": """
        returning customers
        how many customers came back this month
        repeat customers
        who are my regulars
        how many customers bought this month
    """,
    "new_customers": """
        how many new customers this month
        new clients in october
        first time customers
    """,
    "segments": """
        customer segmentation
        show my rfm segments
        who are my champions
        how many customers do I have
    """,
    "cannot_answer": """
        what is the weather tomorrow
        which cashier sells most
        drop table customers
        tell me a joke
        how much tax
        what will we sell next month
        phone number of my best customer
        what do competitors charge
        what is our stock turnover
        which is my most expensive product
        what sells together with milk
        which storefront sells more
        which products are falling
        what was the largest sale this month
        customers who came only once
        expired goods
        wholesale vs retail sales
        asdf
    """,
}
QUERIES = {kind: [line.strip() for line in text.strip().splitlines()] for kind, text in QUESTIONS.items()}


@pytest.mark.parametrize(("kind", "query"), [(kind, query) for kind, every in QUERIES.items() for query in every])
def test_a_question_in_any_words_finds_its_query(kind: str, query: str) -> None:
    assert choose(read(query, DEMO_DAY), "", DEMO_DAY).kind == kind


async def test_the_demo_tenants_key_facts_appear_exactly() -> None:
    months = whole(await ask("How were sales in October compared to September?"))
    assert "GHS 196,164.50" in months["answer"] and "GHS 201,360.41" in months["answer"]
    assert "fell by 2.6%" in months["answer"]
    best = whole(await ask("What's my best-selling category?"))
    assert (best["data"][0]["category"], best["data"][0]["revenue"]) == ("Groceries", "74836.82")
    debts = whole(await ask("Who owes us money?"))
    for figure in ("GHS 238,725.66", "GHS 88,465.66", "13 customers", "37.1%"):
        assert figure in debts["answer"]


async def test_the_example_of_the_documentation_is_the_real_answer() -> None:
    documented = catalog_of().features["customer_insights"]
    assert whole(await ask(documented.example_request["query"])) == thawed(documented.example_response)


def thawed(value: Any) -> Any:
    """Return the plain form of a frozen example."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, list | tuple) else value


async def test_a_customer_is_found_by_name_slip_or_contact_person_and_ambiguity_is_said() -> None:
    for query in ("How much does Adom Mini Mart owe?", "how much does adom minni mart owe"):
        evidence = await ask(query)
        assert (evidence.facts["kind"], evidence.facts["summary"]["customer"]) == ("one_customer", "Adom Mini Mart")
        assert "Adom Mini Mart" in evidence.facts["question"]
        assert len(evidence.subjects) == 1
    assert (await ask("How is Abena Boateng doing?")).facts["summary"]["customer"] == "Sankofa Supermarket"
    assert (await ask("How is Adom doing?")).facts["kind"] == "which_customer"
    assert (await ask("How much does Kofi Manu owe?")).facts["kind"] == "no_such_customer"


async def test_a_name_of_another_kind_of_business_is_a_stranger() -> None:
    """Sankofa Supermarket is a customer of the demo, a Sankofa Pharmacy is not."""
    assert (await ask("when did Sankofa Supermarket last buy")).facts["summary"]["customer"] == "Sankofa Supermarket"
    assert (await ask("when did Sankofa Pharmacy last buy")).facts["kind"] == "no_such_customer"


async def test_the_later_of_two_spans_is_told_whatever_their_order() -> None:
    for query in ("sales last month vs this month", "sales this month vs last month"):
        facts = (await ask(query)).facts
        assert (facts["period"]["days_named"], facts["compared_with"]["days_named"]) == (
            "1 to 20 November 2026",
            "1 to 20 October 2026",
        )
    months = whole(await ask("September vs October sales"))["answer"]
    assert months.startswith("In October 2026") and "fell by 2.6%" in months


async def test_a_span_that_the_records_hold_in_part_is_not_compared_with() -> None:
    sales = [
        {"id": "a", "created_at": "2025-11-10T09:00:00Z", "total_amount": "10.00", "status": "COMPLETED"},
        {"id": "b", "created_at": "2026-11-10T09:00:00Z", "total_amount": "90.00", "status": "COMPLETED"},
    ]
    told = whole(await ask("turnover this year", InlinePos.of(as_of=DEMO_DAY, sales=sales)))
    assert "rose" not in told["answer"] and "against" not in told["answer"]
    assert "on record from 10 November 2025 only" in told["insights"][0]
    assert not any("best_date" in one for one in told["data"])


async def test_who_owes_most_is_ranked_by_all_that_is_owed_and_debtors_by_what_is_overdue() -> None:
    most = whole(await ask("who owes us the most?"))
    balances = [Decimal(row["balance"]) for row in most["data"]]
    assert balances == sorted(balances, reverse=True)
    assert f"Most is owed by {most['data'][0]['customer']}" in most["answer"]
    late = [Decimal(row["overdue"]) for row in whole(await ask("list my debtors"))["data"]]
    assert late == sorted(late, reverse=True) and late != sorted(balances, reverse=True)


async def test_the_measure_that_was_asked_for_leads_the_answer() -> None:
    assert "the average sale was GHS" in whole(await ask("average basket in October"))["answer"]
    assert "GHS 500 was refunded" in whole(await ask("how much did we refund in October?"))["answer"]
    assert "195 receipts were written" in whole(await ask("how many receipts in October?"))["answer"]


async def test_returning_customers_are_those_who_had_bought_before() -> None:
    told = whole(await ask("how many customers came back in October?"))
    sold = [one for one in await DEMO.sales() if one.status not in NOT_SOLD]
    before = {one.customer for one in sold if one.created_at.date() < date(2026, 10, 1)}
    during = {one.customer for one in sold if f"{one.created_at:%Y-%m}" == "2026-10"}
    counted = {who for who in during if who}
    assert f"{len(counted & before)} of {len(counted)} named customers" in told["answer"]


async def test_the_least_profit_gets_no_best_place_and_a_loss_is_named() -> None:
    sold = {"id": "s", "created_at": "2026-11-10T09:00:00Z", "total_amount": "8.00", "status": "COMPLETED"}
    line = {"product": "p", "quantity": 1, "unit_price": "8.00", "cost_price": "9.00"}
    pos = InlinePos.of(as_of=DEMO_DAY, sales=[sold | {"items": [line]}], products=[{"id": "p", "name": "Radio"}])
    told = whole(await ask("which products make a loss", pos))
    assert "1 product was sold at a loss" in told["answer"]
    assert told["recommendations"] == ["Look again at cost and price of Radio."]
    assert "No product was sold at a loss" in whole(await ask("least profitable products"))["answer"]


async def test_customers_away_for_as_long_as_the_question_says() -> None:
    told = whole(await ask("customers who have not bought in 60 days"))
    assert "60 days or more" in told["answer"]
    assert all(row["days_since_last"] >= 60 for row in told["data"])


async def test_nothing_is_said_as_nothing() -> None:
    sale = {"id": "s", "created_at": "2026-11-10T09:00:00Z", "total_amount": "8.00", "status": "COMPLETED"}
    line = {"product": "p", "quantity": 9, "unit_price": "1.00", "cost_price": "0.50"}
    people = [{"id": "c", "name": "Kiosk", "created_at": "2020-01-01T00:00:00Z"}]
    goods = [{"id": "p", "name": "Soap", "current_stock": 0}, {"id": "q", "name": "Salt", "current_stock": 0}]
    items = [line, line | {"product": "q"}]
    pos = InlinePos.of(as_of=DEMO_DAY, sales=[sale | {"items": items}], customers=people, products=goods)
    said = {
        query: whole(await ask(query, pos))["answer"] for query in ("discounts", "new customers", "restock", "debtors")
    }
    assert "you gave no discounts" in said["discounts"]
    assert "no new customer was entered" in said["new customers"]
    assert "All of them are out of stock." in said["restock"]
    assert said["debtors"].startswith("No open invoice is on record")


async def test_the_worst_weekdays_are_told_weakest_first() -> None:
    told = whole(await ask("what is our worst day"))
    means = [Decimal(row["average_revenue"]) for row in told["data"]]
    assert "your weakest weekdays are" in told["answer"] and means == sorted(means)


async def test_the_pace_is_measured_in_four_weeks_whenever_it_must_last() -> None:
    assert (await ask("which products will run out this week")).facts["period"]["from"] == "2026-10-24"


async def test_who_bought_one_product_is_honestly_refused() -> None:
    for query in ("who bought the most cement", "which customers buy beer"):
        assert (await ask(query)).facts["reason"] == "buyers"


async def test_a_category_is_no_stranger_and_a_place_is_not_told_apart() -> None:
    assert (await ask("is Electronics doing better than Groceries")).facts["kind"] == "categories"
    assert "not for one branch" in whole(await ask("how are sales in Kumasi"))["insights"][0]


async def test_a_stock_that_lasts_for_years_is_said_so() -> None:
    sold = {"id": "s", "created_at": "2026-11-10T09:00:00Z", "total_amount": "8.00", "status": "COMPLETED"}
    line = {"product": "p", "quantity": 1, "unit_price": "8.00", "cost_price": "9.00"}
    goods = [{"id": "p", "name": "Nails", "current_stock": 90_000}]
    told = whole(
        await ask("slow products", InlinePos.of(as_of=DEMO_DAY, sales=[sold | {"items": [line]}], products=goods))
    )
    assert "Nails (stock for years)" in told["answer"] and "999" not in told["answer"]


async def test_a_weighed_quantity_keeps_the_three_decimals_of_its_record() -> None:
    sold = {"id": "s", "created_at": "2026-11-10T09:00:00Z", "total_amount": "8.00", "status": "COMPLETED"}
    line = {"product": "p", "quantity": 1.125, "unit_price": "8.00", "cost_price": "6.00"}
    goods = [{"id": "p", "name": "Nails", "current_stock": 37.375}]
    pos = InlinePos.of(as_of=DEMO_DAY, sales=[sold | {"items": [line]}], products=goods)
    row = (await ask("slow products", pos)).facts["rows"][0]
    assert (row["units_sold"], row["stock"]) == (1.125, 37.375)
    assert "1.125 units" in whole(await ask("best selling products this month", pos))["answer"]


async def test_names_of_customers_are_marked_and_every_row_keeps_its_id_out_of_the_prompt() -> None:
    evidence = await ask("top 10 customers this month")
    assert evidence.pii["/rows/*/customer"] == "person-or-business"
    assert all("customer_id" not in row for row in evidence.facts["rows"])
    assert {row["customer_id"] for row in evidence.computed["data"]} == set(evidence.subjects)


async def test_a_product_is_answered_for_itself() -> None:
    evidence = await ask("how much rice did we sell")
    assert [row["product"] for row in evidence.facts["rows"]] == ["Royal Grain Rice 5kg", "Royal Grain Rice 25kg"]


async def test_what_cannot_be_answered_is_settled_without_a_model_and_suggests_what_can() -> None:
    for query in ("which cashier sells most", "what is the meaning of life", "sales next month"):
        evidence = await ask(query)
        assert evidence.settled
        assert evidence.computed["data"] == [] and len(evidence.computed["suggestions"]) >= 3
        assert whole(evidence)["recommendations"] == []


async def test_the_context_decides_what_a_vague_question_is_about() -> None:
    assert (await ask("what should i do?", context="rfm_segmentation")).facts["kind"] == "segments"
    assert (await ask("what should i do?", context="credit")).facts["kind"] == "debtors"
    assert (await ask("top products", context="astrology")).warnings[0].startswith("`context` names no known subject")


async def test_an_empty_shop_gets_an_honest_answer_to_everything() -> None:
    for query in (query for every in QUERIES.values() for query in every):
        evidence = await ask(query, InlinePos())
        assert whole(evidence)["answer"]
        assert evidence.settled
        assert evidence.computed["data"] == []


@pytest.mark.parametrize("query", [query for every in QUERIES.values() for query in every[:2]])
async def test_evidence_is_small_deterministic_and_keeps_the_rules(query: str) -> None:
    first, second = [json.dumps((await ask(query)).facts) for _ in "ab"]
    assert first == second
    assert estimate_tokens(first) <= 900
    assert_rules_hold(await ask(query), query)


def test_promises_and_causes_are_not_supported() -> None:
    assert feature.unsupported("Sales will grow next month.", {})
    assert feature.unsupported("They left because of prices.", {})
    assert feature.unsupported("Call them first.", {}) == []


SALES = st.lists(
    st.fixed_dictionaries(
        {
            "created_at": st.dates(date(2026, 8, 1), DEMO_DAY).map(lambda day: f"{day}T10:00:00Z"),
            "total_amount": st.decimals(0, 5000, places=2).map(str),
            "customer": st.sampled_from([None, "a", "b", "c"]),
            "status": st.sampled_from(["COMPLETED", "COMPLETED", "REFUNDED", "CANCELLED"]),
            "items": st.lists(
                st.fixed_dictionaries(
                    {
                        "product": st.sampled_from(["p", "q", "gone"]), "quantity": st.integers(0, 30),
                        "unit_price": st.decimals(0, 90, places=2).map(str),
                        "cost_price": st.decimals(0, 90, places=2).map(str),
                    }
                ), max_size=3,
            ),
        }
    ), max_size=12,
)  # fmt: skip
ONE_OF_EACH = st.sampled_from([every[0] for every in QUERIES.values()])


@settings(max_examples=80, deadline=None)
@given(SALES, ONE_OF_EACH)
async def test_whatever_was_sold_sums_reconcile_and_the_rules_hold(sales: list[dict[str, Any]], query: str) -> None:
    rows = [{"id": f"s{n}", **{k: v for k, v in one.items() if v is not None}} for n, one in enumerate(sales)]
    people = [{"id": name, "name": f"Kiosk {name}", "created_at": "2026-11-02T00:00:00Z"} for name in "abc"]
    goods = [
        {"id": "p", "name": "Rice", "category": "Food", "current_stock": 4, "unit_cost": "1.00"},
        {"id": "q", "name": "Soap"},
    ]
    evidence = await ask(query, InlinePos.of(as_of=DEMO_DAY, sales=rows, customers=people, products=goods))
    answer = whole(evidence)
    assert answer["answer"]
    assert_rules_hold(evidence, query)
    kind, summary = evidence.facts["kind"], evidence.facts["summary"]
    if kind == "categories" and answer["data"]:
        assert sum(Decimal(row["revenue"]) for row in answer["data"]) == Decimal(summary["revenue"])
    if kind == "payment_mix" and answer["data"]:
        assert sum(Decimal(row["revenue"]) for row in answer["data"]) == Decimal(summary["revenue"])
    if kind == "top_customers" and answer["data"]:
        assert sum(Decimal(row["revenue"]) for row in answer["data"]) == Decimal(summary["listed_revenue"])


@settings(max_examples=80, deadline=None)
@given(st.text(min_size=3, max_size=120))
async def test_any_text_gets_an_honest_answer(query: str) -> None:
    evidence = await ask(query)
    assert whole(evidence)["answer"].strip()
    assert_rules_hold(evidence, query)


def young_shop(**tables: Any) -> InlinePos:
    """A shop whose sales begin three weeks before the day of the question: two pieces a day."""
    first = DEMO_DAY - timedelta(days=20)
    sales = [
        {
            "id": f"s{day}", "created_at": f"{first + timedelta(days=day)}T09:00:00Z", "total_amount": "20.00",
            "items": [{"product": "p", "quantity": 2, "unit_price": "10.00", "cost_price": "6.00"}],
        }
        for day in range(21)
    ]  # fmt: skip
    goods = [{"id": "p", "name": "Waakye", "category": "Food", "retail_price": "10.00", "current_stock": 5}]
    return InlinePos.of(as_of=DEMO_DAY, sales=sales, products=goods, **tables)


@pytest.mark.parametrize(
    "query", ["compare this month with last month", "how was October?", "what is my best-selling category?",
              "discounts in the last 30 days", "how is Waakye selling this month?", "average basket this month"],
)  # fmt: skip
async def test_a_time_before_the_first_record_is_unknown_and_not_nothing(query: str) -> None:
    told = whole(await ask(query, young_shop()))
    texts = " ".join((told["answer"], *told["insights"], *told["recommendations"]))
    assert "GHS 0" not in texts and "against" not in texts and "rose" not in texts
    kept = {key: value for row in told["data"] for key, value in row.items() if "previous" in key or "change" in key}
    assert set(kept.values()) <= {None}


async def test_a_span_that_is_on_record_in_part_says_so_and_gives_the_pace_of_its_own_days() -> None:
    told = whole(await ask("what should I restock?", young_shop()))
    assert told["data"][0]["units_per_week"] == 14
    assert "Sales are on record from 31 October 2026 only." in told["insights"]


async def test_since_a_day_lasts_until_today() -> None:
    period = (await ask("sales since 31 October")).facts["period"]
    assert (period["from"], period["to"]) == ("2026-10-31", "2026-11-20")
    assert (await ask("sales since Monday")).facts["period"]["from"] == "2026-11-16"
    assert (await ask("how were sales on 31 October")).facts["period"]["to"] == "2026-10-31"


async def test_nobody_is_thanked_where_no_sale_names_a_customer() -> None:
    told = whole(await ask("top customers this month", young_shop()))
    assert "cannot rank" in told["answer"] and "Thank " not in " ".join(told["recommendations"])
    assert told["insights"] == []


async def test_customers_without_a_day_of_entry_are_not_called_old() -> None:
    told = whole(await ask("how many new customers this month?", young_shop(customers=[{"id": "k", "name": "Esi"}])))
    assert "new customer" not in told["answer"]
    assert "No customer on record carries the day on which it was entered." in told["insights"]


async def test_a_customer_who_is_not_there_is_not_answered_by_others() -> None:
    assert (await ask("Tell me about customer Ama Serwaa", young_shop())).facts["kind"] == "no_such_customer"


async def test_customers_of_one_name_are_told_apart_by_their_ids() -> None:
    twins = [{"id": "k1", "name": "Ama Serwaa"}, {"id": "k2", "name": "Ama Serwaa"}]
    told = whole(await ask("Tell me about Ama Serwaa", young_shop(customers=twins)))
    assert told["answer"].startswith("2 customers are called Ama Serwaa") and "full name" not in told["answer"]
    assert {row["customer_id"] for row in told["data"]} == {"k1", "k2"}


async def test_one_product_without_a_cost_is_one() -> None:
    free = {"id": "s", "created_at": "2026-11-10T09:00:00Z", "total_amount": "8.00"}
    line = {"product": "q", "quantity": 1, "unit_price": "8.00"}
    pos = InlinePos.of(as_of=DEMO_DAY, sales=[free | {"items": [line]}], products=[{"id": "q", "name": "Repair"}])
    assert "1 product without a cost was left out." in whole(await ask("profit by product this month", pos))["insights"]
