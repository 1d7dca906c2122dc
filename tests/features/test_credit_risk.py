"""Credit risk assessment from records to words."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import NotFound, ValidationFailed
from gateway.features import credit_risk
from gateway.features.credit_card import level_of
from gateway.grounding.ground import overwrite
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos

CUSTOMER = {"id": "c1", "name": "Adom Stores", "customer_type": "WHOLESALE", "credit_limit": "4000.00"}


def request(customer_id="c1", limit=5_000, kind="increase"):
    return {"customer_id": customer_id, "requested_credit_limit": limit, "assessment_type": kind}


def trade(customer="c1", *, n=12, every=25, late=0, amount=1500, open_from=0):
    """Rows of a customer: n invoices on 30-day terms, each paid `late` days after its due date if that is past."""
    invoices, payments = [], []
    for k in range(n):
        issued = DEMO_DAY - timedelta(days=every * (n - k))
        due, paid_on = issued + timedelta(days=30), issued + timedelta(days=30 + late)
        paid = paid_on <= DEMO_DAY and k < n - open_from
        row = {"id": f"{customer}-{k}", "customer": customer, "issue_date": str(issued), "due_date": str(due)}
        row |= {"original_amount": str(amount), "amount_paid": str(amount if paid else 0)}
        invoices.append(
            row | {"amount_outstanding": str(0 if paid else amount), "status": "PAID" if paid else "PENDING"}
        )
        if paid:
            row = {"id": f"p-{customer}-{k}", "invoice": f"{customer}-{k}", "customer": customer, "amount": str(amount)}
            payments.append(row | {"payment_date": str(paid_on)})
    return {"invoices": invoices, "payments": payments}


def pos(*customers, **rows):
    return InlinePos.of(customers=list(customers) or [CUSTOMER], **rows)


async def assess(records, **changes):
    return await credit_risk.gather(records, request(**changes), records.as_of)


def words(evidence):
    return credit_risk.fallback(json.loads(json.dumps(evidence.facts)))


async def test_an_unknown_customer_is_not_found():
    with pytest.raises(NotFound):
        await assess(pos(), customer_id="somebody-else")


async def test_a_customer_of_another_business_is_not_found():
    theirs = (await InlinePos.from_dir(DEMO_DIR, AKWAABA).customers())[0].id
    with pytest.raises(NotFound):
        await assess(InlinePos.from_dir(DEMO_DIR, SANKOFA), customer_id=theirs)


@pytest.mark.parametrize("limit", [0, "0.00", "-5"])
async def test_a_limit_that_is_not_above_zero_is_refused(limit):
    with pytest.raises(ValidationFailed) as refused:
        await assess(pos(), limit=limit)
    assert refused.value.errors[0].pointer == "/requested_credit_limit"


@pytest.mark.parametrize("limit", [5000, 5000.0, "5000", "5000.00", "5,000.00"])
async def test_a_limit_may_be_written_in_every_way_the_client_uses(limit):
    assert (await assess(pos(), limit=limit)).computed["customer"]["requested_limit"] == 5000


async def test_the_computed_part_has_exactly_the_keys_of_the_response():
    computed = (await assess(pos(**trade()))).computed
    assert set(computed) == {"customer", "risk_score", "risk_level", "recommendation", "analysis"}
    assert set(computed["customer"]) == {"name", "current_limit", "requested_limit"}
    assert set(computed["recommendation"]) == {"action", "suggested_limit", "suggested_terms_days", "confidence"}
    assert set(computed["analysis"]["comparable_customers"]) == {
        "similar_approved_limit_avg", "default_rate_for_similar_profile",
    }  # fmt: skip


async def test_no_contact_detail_enters_the_facts():
    private = {
        "contact_person": "Yaa Quarcoo",
        "phone": "+233244555666",
        "email": "yaa@example.com",
        "address": "Ring Rd",
    }
    evidence = await assess(pos(CUSTOMER | private, **trade()))
    for value in private.values():
        assert value not in json.dumps(evidence.facts)
    assert evidence.pii == {"/customer/name": "person-or-business"}


async def test_the_words_of_masked_facts_hold_the_placeholder_and_not_the_name():
    evidence = await assess(pos(**trade()))
    masked = json.loads(json.dumps(evidence.facts).replace("Adom Stores", "<PERSON_1>"))
    explanation = credit_risk.fallback(masked)["explanation"]
    assert explanation.startswith("<PERSON_1> scores")
    assert "Adom" not in explanation


async def test_another_name_changes_nothing_but_the_name():
    one = await assess(pos(CUSTOMER, **trade(late=5)))
    other = await assess(pos(CUSTOMER | {"name": "Kwabena Owusu-Ansah"}, **trade(late=5)))
    text = json.dumps([dict(other.facts), dict(other.computed)]).replace("Kwabena Owusu-Ansah", "Adom Stores")
    assert json.loads(text) == [one.facts, one.computed]


async def test_the_average_limit_of_peers_needs_five_of_them():
    peers = [CUSTOMER | {"id": f"p{i}", "name": f"Peer {i}", "credit_limit": "2000.00"} for i in range(5)]
    rows = merged(trade(), *(trade(f"p{i}") for i in range(5)))
    shown = (await assess(pos(CUSTOMER, *peers, **rows))).computed["analysis"]["comparable_customers"]
    assert shown == {"similar_approved_limit_avg": 2000, "default_rate_for_similar_profile": credit_risk.NO_RATE}
    hidden = (await assess(pos(CUSTOMER, *peers[:4], **rows))).computed["analysis"]["comparable_customers"]
    assert hidden["similar_approved_limit_avg"] is None


async def test_the_default_rate_of_peers_needs_ten_of_them():
    peers = [CUSTOMER | {"id": f"p{i}", "name": f"Peer {i}"} for i in range(10)]
    rows = merged(trade(), *(trade(f"p{i}") for i in range(9)), trade("p9"))
    rows["invoices"].append(rows["invoices"][-1] | {"id": "lost", "status": "WRITTEN_OFF", "amount_paid": "0"})
    rate = "default_rate_for_similar_profile"
    assert (await assess(pos(CUSTOMER, *peers, **rows))).computed["analysis"]["comparable_customers"][rate] == "10%"
    fewer = await assess(pos(CUSTOMER, *peers[:9], **rows))
    assert fewer.computed["analysis"]["comparable_customers"][rate] == credit_risk.NO_RATE


def merged(*parts):
    return {name: [row for part in parts for row in part[name]] for name in ("invoices", "payments")}


async def test_peers_of_another_kind_or_size_do_not_count():
    retail = [CUSTOMER | {"id": f"p{i}", "name": f"Peer {i}", "customer_type": "RETAIL"} for i in range(5)]
    big = [CUSTOMER | {"id": f"q{i}", "name": f"Big {i}"} for i in range(5)]
    rows = merged(trade(), *(trade(f"p{i}") for i in range(5)), *(trade(f"q{i}", amount=9000) for i in range(5)))
    shown = (await assess(pos(CUSTOMER, *retail, *big, **rows))).computed["analysis"]["comparable_customers"]
    assert shown["similar_approved_limit_avg"] is None


async def test_settled_invoices_without_payments_are_told_in_a_warning():
    rows = trade()
    evidence = await assess(pos(invoices=rows["invoices"]))
    assert evidence.computed["recommendation"]["action"] == "REQUIRE_MORE_INFO"
    assert "no payment on record" in evidence.warnings[0]


async def test_an_increase_below_the_current_limit_is_remarked_on():
    assert any("not above the current one" in text for text in (await assess(pos(**trade()), limit=3000)).warnings)


async def test_a_refusal_says_what_decided_it():
    blocked = CUSTOMER | {"credit_blocked": True}
    evidence = await assess(pos(blocked, **trade(open_from=4)))
    assert evidence.computed["recommendation"]["action"] == "DENY"
    answer = words(evidence)
    assert "blocked" in answer["analysis"]["risk_factors"][0]
    assert "declined for now: the account is blocked" in answer["explanation"]
    assert answer["conditions"][0].startswith("No new credit until the overdue GHS")


BANDS = {
    "Sankofa Supermarket": 98, "Golden Star Provisions": 97, "Victory Supermarket": 97, "Adom Mini Mart": 96,
    "Nyame Bekyere Supermarket": 93, "Golden Star Enterprise": 85, "Nyame Bekyere Enterprise": 79,
    "Akwaaba Trading": 72,
    "Royal Trading": 70, "Nyame Bekyere Electricals": 68, "Adom Ventures": 69, "Ebenezer Electricals": 66,
    "Akwaaba Mini Mart": 67, "Victory Mini Mart": 60, "Victory Cold Store": 59, "Sankofa Provisions": 52,
    "Blessed Hands Enterprise": 49, "God's Grace Wholesale": 49, "Nyame Bekyere Wholesale": 36,
    "Blessed Hands Ventures": 31, "Royal Provisions": 24, "Peace & Love Mini Mart": 24,
}  # fmt: skip


async def test_the_demo_tenant_scores_as_its_customers_behave():
    records = InlinePos.from_dir(DEMO_DIR, SANKOFA)
    scores = {}
    for customer in await records.customers():
        if customer.name in BANDS and customer.customer_type == "WHOLESALE":
            scores[customer.name] = (await assess(records, customer_id=customer.id)).computed["risk_score"]
    assert scores == BANDS


async def test_the_same_records_give_the_same_bytes():
    first, second = [await assess(pos(**trade(late=9))) for _ in range(2)]
    assert json.dumps(first.facts) == json.dumps(second.facts)
    assert first == second


rows_of_a_customer = st.fixed_dictionaries(
    {
        "n": st.integers(0, 30),
        "every": st.integers(1, 40),
        "late": st.integers(-25, 90),
        "amount": st.integers(1, 60_000),
        "open_from": st.integers(0, 6),
    }
)
customers = st.fixed_dictionaries(
    {
        "credit_limit": st.integers(0, 90_000).map(str),
        "credit_blocked": st.booleans(),
        "customer_type": st.sampled_from(["RETAIL", "WHOLESALE"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(rows=rows_of_a_customer, customer=customers, limit=st.integers(1, 400_000), lost=st.booleans())
async def test_any_records_give_a_consistent_and_sourced_answer(rows, customer, limit, lost):
    tables = trade(**rows)
    if lost and tables["invoices"]:
        tables["invoices"][0] |= {
            "status": "WRITTEN_OFF",
            "amount_paid": "0",
            "amount_outstanding": str(rows["amount"]),
        }
    evidence = await assess(pos(CUSTOMER | customer, **tables), limit=limit)
    answer, computed = words(evidence), evidence.computed
    advice, current = computed["recommendation"], Decimal(customer["credit_limit"])
    assert computed["risk_level"] == level_of(computed["risk_score"])
    assert 0 <= advice["suggested_limit"] <= limit
    assert advice["action"] != "DENY" or advice["suggested_limit"] <= current
    assert advice["action"] != "APPROVE_FULL" or advice["suggested_limit"] == limit
    for name in ("positive_factors", "risk_factors"):
        assert 3 <= len(set(answer["analysis"][name])) == len(answer["analysis"][name]) <= 5
    assert 3 <= len(answer["conditions"]) <= 5
    assert len(json.dumps(evidence.facts, separators=(",", ":"))) <= 2_800


@pytest.mark.parametrize("kind", ["new_credit", "increase", "renewal"])
async def test_thin_data_always_asks_for_more_information(kind):
    evidence = await assess(pos(CUSTOMER | {"credit_limit": "0"}, **trade(n=2)), kind=kind)
    assert evidence.computed["recommendation"]["action"] == "REQUIRE_MORE_INFO"
    assert any(
        "too few to judge" in text or "settled so far" in text for text in words(evidence)["analysis"]["risk_factors"]
    )


async def test_records_after_the_day_of_the_question_are_not_seen():
    rows = trade(late=0)
    early = InlinePos.of(date(2026, 8, 1), customers=[CUSTOMER], **rows)
    assert early.excluded > 0
    assert (await assess(early)).n < (await assess(pos(**rows))).n


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "credit_risk" / "feature.yaml").data["example"]
    evidence = await credit_risk.gather(InlinePos.from_dir(DEMO_DIR, SANKOFA), example["request"], DEMO_DAY)
    assert overwrite(words(evidence), evidence.computed)[0] == example["response"]


def row(k, late, paid=True):
    """An invoice of 1,000 on 30-day terms whose due date lies `late` days back; a paid one came on that day."""
    due = DEMO_DAY - timedelta(days=late)
    one = {"id": f"i{k}", "customer": "c1", "issue_date": str(due - timedelta(days=30)), "due_date": str(due)}
    return one | {"original_amount": "1000", "amount_paid": "1000" if paid else "0"}


def paid_on(k, late, days):
    day = DEMO_DAY - timedelta(days=late - days)
    return {"id": f"p{k}", "invoice": f"i{k}", "customer": "c1", "amount": "1000", "payment_date": str(day)}


async def factors(invoices, payments, **customer):
    analysis = words(await assess(pos(CUSTOMER | customer, invoices=invoices, payments=payments)))["analysis"]
    return analysis["positive_factors"] + analysis["risk_factors"]


async def test_a_single_invoice_is_not_spoken_of_as_many():
    paid = await factors([row(1, 60)], [paid_on(1, 60, 15)])
    assert "The only invoice paid so far came 15 days after its due date" in paid
    owing = await factors([row(1, 20, paid=False)], [])
    assert "The arrears sit on 1 invoice alone" in owing


async def test_a_balance_that_fills_the_limit_is_at_it():
    found = await factors([row(1, -20, paid=False)], [], credit_limit="1000.00")
    assert "The balance of GHS 1,000 is at the limit of GHS 1,000" in found


@pytest.mark.parametrize(("open_late", "said"), [(-5, None), (0, None), (2, "the latest paid ones were never late")])
async def test_an_early_payer_breaks_its_habit_only_when_something_is_overdue(open_late, said):
    invoices = [row(k, 60 + 20 * k) for k in range(8)]
    payments = [paid_on(k, 60 + 20 * k, -25) for k in range(8)]
    found = [one for one in await factors([*invoices, row("open", open_late, paid=False)], payments) if "latest" in one]
    assert found == ([f"An open invoice is {open_late} days overdue, although {said}"] if said else [])


async def test_what_was_bought_in_three_weeks_is_not_told_of_a_year():
    def sales(first):
        days = [DEMO_DAY - timedelta(days=ago) for ago in (first, 10, 5)]
        return [
            {"id": f"s{day}", "created_at": f"{day}T10:00:00Z", "customer": "c1", "total_amount": "90.00"}
            for day in days
        ]

    for first, said in ((20, "paid at the till since 31 October 2026"), (360, "paid at the till in a year")):
        found = words(await assess(pos(CUSTOMER, sales=sales(first))))["analysis"]
        texts = found["positive_factors"]
        assert [text for text in texts if text.endswith(said)], (first, texts)


async def test_one_settled_invoice_breaks_no_pattern():
    texts = await factors([row("b", 60), row("a", 25, paid=False)], [paid_on("b", 60, 0)])
    assert not [text for text in texts if "although the latest paid ones" in text]
