"""The credit dashboard from records to words."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.features import credit_dashboard
from gateway.features.credit_findings import direction, risks, status_of
from gateway.features.credit_portfolio import read_book
from gateway.grounding.ground import overwrite
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos


def customer(n, limit="4000.00", **more):
    return {"id": f"c{n}", "name": f"Shop {n}", "credit_limit": limit, "customer_type": "WHOLESALE"} | more


def invoice(n, k, issued, amount, paid=0, terms=30, **more):
    """An invoice of customer `n`, issued so many days before the day of the question."""
    day = DEMO_DAY - timedelta(days=issued)
    row = {"id": f"c{n}-{k}", "customer": f"c{n}", "issue_date": str(day), "due_date": str(day + timedelta(days=terms))}
    return row | {"original_amount": str(amount), "amount_paid": str(paid)} | more


def payment(n, k, ago, amount):
    day = str(DEMO_DAY - timedelta(days=ago))
    return {
        "id": f"p{n}-{k}-{ago}",
        "invoice": f"c{n}-{k}",
        "customer": f"c{n}",
        "amount": str(amount),
        "payment_date": day,
    }


def settled(n, k, issued, amount, took):
    return invoice(n, k, issued, amount, amount), payment(n, k, issued - took, amount)


def pos(customers=1, invoices=(), payments=(), **limits):
    rows = [customer(n, **limits) for n in range(customers)]
    return InlinePos.of(customers=rows, invoices=list(invoices), payments=list(payments))


async def dashboard(records):
    evidence = await credit_dashboard.gather(records, {}, records.as_of)
    return overwrite(credit_dashboard.fallback(json.loads(json.dumps(evidence.facts))), evidence.computed)[0], evidence


async def book_of(records):
    return read_book(await records.customers(), await records.invoices(), await records.payments(), records.as_of)


async def test_the_key_figures_of_the_demo_tenant_are_exact():
    metrics = (await dashboard(InlinePos.from_dir(DEMO_DIR, SANKOFA)))[0]["key_metrics"]
    assert metrics["total_outstanding"] == "238,725.66"
    assert metrics["overdue_amount"] == "88,465.66"
    assert metrics["overdue_percentage"] == 37.1
    assert metrics["total_credit_extended"] == "453,000.00"


async def test_an_empty_shop_has_no_score_and_no_trend():
    answer, _ = await dashboard(InlinePos())
    assert answer["portfolio_health"] == {"overall_score": None, "status": "NO_DATA", "trend": "UNKNOWN"}
    assert len(answer["recommendations"]) >= 3


async def test_one_debtor_in_arrears_is_not_called_the_largest():
    late = [invoice(0, 1, 60, 900), invoice(1, 1, 5, 100)]
    answer, _ = await dashboard(pos(2, late))
    assert "All of the arrears are with" in answer["ai_executive_summary"]
    answer, _ = await dashboard(pos(2, [*late, invoice(1, 2, 50, 100)]))
    assert "The largest arrears are with" in answer["ai_executive_summary"]


async def test_the_types_are_those_of_the_contract():
    answer, _ = await dashboard(InlinePos.from_dir(DEMO_DIR, AKWAABA))
    kinds = {name: type(value) for name, value in answer["key_metrics"].items()}
    assert kinds.pop("overdue_percentage") in (int, float)
    assert kinds.pop("average_collection_days") is int
    assert set(kinds.values()) == {str}


@pytest.mark.parametrize(
    ("score", "status"),
    [
        (None, "NO_DATA"),
        (0, "CRITICAL"),
        (30, "HIGH_RISK"),
        (50, "MODERATE_RISK"),
        (69, "MODERATE_RISK"),
        (70, "GOOD"),
        (85, "EXCELLENT"),
    ],
)
def test_the_status_follows_from_the_score(score, status):
    assert status_of(score) == status


@pytest.mark.parametrize(
    ("now", "before", "trend"),
    [
        (42, 35, "INCREASING"),
        (35, 42, "DECREASING"),
        (36, 35, "STABLE"),
        (0, 0, "STABLE"),
        (1, 0, "INCREASING"),
        (None, 3, "UNKNOWN"),
        (3, None, "UNKNOWN"),
    ],
)
def test_a_change_within_ten_percent_is_no_trend(now, before, trend):
    assert direction(now, before) == trend


async def test_collection_time_is_weighted_by_amount():
    rows = [settled(0, 1, 60, 900, 20), settled(0, 2, 60, 50, 50), settled(0, 3, 60, 50, 50)]
    answer, _ = await dashboard(pos(1, *zip(*rows, strict=True)))
    assert answer["key_metrics"]["average_collection_days"] == 23


async def test_two_settled_invoices_are_too_few_for_an_average():
    rows = [settled(0, k, 60, 900, 20) for k in range(2)]
    answer, _ = await dashboard(pos(1, *zip(*rows, strict=True)))
    assert answer["key_metrics"]["average_collection_days"] is None


async def test_days_sales_outstanding_of_even_trade_is_the_time_to_pay():
    rows = [settled(0, k, 200 - k, 100, 30) for k in range(170)]
    unpaid = [invoice(0, k, 200 - k, 100) for k in range(170, 200)]
    made, paid = zip(*rows, strict=True)
    book = await book_of(pos(1, [*made, *unpaid], paid))
    assert book.dso == pytest.approx(30, abs=0.5)


async def test_a_customer_above_the_limit_is_a_risk_of_the_part_above():
    book = await book_of(pos(1, [invoice(0, 1, 5, 5000)]))
    assert [one.amount for one in risks(book) if "above the credit limit" in one.text] == [Decimal(1000)]


async def test_three_customers_with_most_of_the_credit_are_a_risk():
    book = await book_of(pos(8, [invoice(n, 1, 5, 4000 if n < 3 else 100) for n in range(8)]))
    assert any("is owed by 3 customers" in one.text for one in risks(book))


async def test_only_the_customers_with_the_largest_arrears_are_named_and_are_masked():
    private = {"phone": "+233244555666", "contact_person": "Yaa Quarcoo"}
    rows = [customer(n, **private) for n in range(6)]
    records = InlinePos.of(customers=rows, invoices=[invoice(n, 1, 60, 100 + n) for n in range(6)])
    _, evidence = await dashboard(records)
    shown = json.dumps(evidence.facts)
    assert [f"Shop {n}" in shown for n in range(6)] == [False, False, True, True, True, True]
    assert not any(value in shown for value in private.values())
    assert evidence.pii == {"/largest_arrears/*/customer": "person-or-business"}
    assert evidence.subjects == ("c5", "c4", "c3", "c2")


async def test_the_past_is_seen_as_it_was():
    rows = [settled(0, k, 150, 1000, 30) for k in range(3)]
    book = await book_of(pos(1, *zip(*rows, strict=True)))
    assert book.period_ago.outstanding == 0
    early = InlinePos.of(
        date(2026, 7, 1),
        customers=[customer(0)],
        invoices=[r[0] | {"amount_paid": "0"} for r in rows],
        payments=[r[1] for r in rows],
    )
    assert (await book_of(early)).outstanding == 3000


invoices = st.tuples(
    st.integers(0, 4), st.integers(0, 300), st.integers(1, 50_000), st.integers(0, 100), st.sampled_from([7, 30, 60])
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(invoices, max_size=25), limit=st.integers(0, 90_000), lost=st.booleans())
async def test_any_book_adds_up(rows, limit, lost):
    made, paid = [], []
    for k, (n, issued, amount, share, terms) in enumerate(rows):
        part = amount * share // 100
        more = {"status": "WRITTEN_OFF"} if lost and k == 0 else {}
        made.append(invoice(n, k, issued, amount, part, terms, **more))
        if part:
            paid.append(payment(n, k, max(0, issued - share), part))
    answer, evidence = await dashboard(pos(5, made, paid, limit=str(limit)))
    metrics = {name: _number(value) for name, value in answer["key_metrics"].items()}
    buckets = {name: Decimal(value) for name, value in evidence.facts["aging"].items()}
    assert sum(buckets.values()) == metrics["total_outstanding"]
    assert sum(buckets.values()) - buckets["current"] == metrics["overdue_amount"]
    assert metrics["default_risk_amount"] <= metrics["total_outstanding"]
    assert metrics["total_credit_extended"] == 5 * limit
    assert 0 <= metrics["overdue_percentage"] <= 100
    assert answer["portfolio_health"]["status"] == status_of(answer["portfolio_health"]["overall_score"])
    assert all(_number(one["amount"]) <= metrics["total_outstanding"] for one in answer["ai_insights"]["biggest_risks"])
    assert 3 <= len(answer["recommendations"]) <= 5
    assert len(json.dumps(evidence.facts, separators=(",", ":"))) <= 3_000


def _number(value):
    return Decimal(value.replace(",", "")) if isinstance(value, str) else value


async def test_the_same_records_give_the_same_bytes():
    first, second = [(await dashboard(InlinePos.from_dir(DEMO_DIR, AKWAABA)))[1] for _ in range(2)]
    assert json.dumps([first.facts, first.computed]) == json.dumps([second.facts, second.computed])


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "credit_dashboard" / "feature.yaml").data["example"]
    assert (await dashboard(InlinePos.from_dir(DEMO_DIR, SANKOFA)))[0] == example["response"]


async def test_a_young_book_whose_trends_are_unknown_has_no_overall_trend_either():
    young = [invoice(1, 1, 59, "3000.00", terms=30), invoice(1, 2, 40, "2000.00", terms=30)]
    answer, _ = await dashboard(pos(1, young))
    told = answer["ai_insights"]["trends"]
    assert {told["payment_days_trend"], told["default_rate_trend"]} == {"UNKNOWN"}
    assert answer["portfolio_health"]["trend"] == "UNKNOWN"
