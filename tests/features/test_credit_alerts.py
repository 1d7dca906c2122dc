"""Credit alerts from records to words."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.features import credit_alerts
from gateway.features.alert_words import sign_text
from gateway.features.credit_account import read_account
from gateway.features.credit_signals import Sign, ended_badly, severity_of, signs_on
from gateway.features.credit_similar import Case, like, rate, told
from gateway.grounding.ground import overwrite
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos

CUSTOMER = {"id": "c1", "name": "Adom Stores", "customer_type": "WHOLESALE", "credit_limit": "1000.00"}


def bill(k, issued, amount=100, *, terms=30, late=None):
    """An invoice issued so many days ago, with its payment `late` days after the due date; None is unpaid."""
    day = DEMO_DAY - timedelta(days=issued)
    due = day + timedelta(days=terms)
    paid = late is not None
    row = {"id": f"i{k}", "customer": "c1", "issue_date": str(day), "due_date": str(due)}
    row |= {"original_amount": str(amount), "amount_paid": str(amount if paid else 0)}
    payment = {"id": f"p{k}", "invoice": f"i{k}", "customer": "c1", "amount": str(amount)}
    return row, [payment | {"payment_date": str(due + timedelta(days=late))}] if paid else []


def tables(*bills):
    return {"invoices": [row for row, _ in bills], "payments": [p for _, paid in bills for p in paid]}


def pos(*bills, **customer):
    return InlinePos.of(customers=[CUSTOMER | customer], **tables(*bills))


async def signs(*bills, limit=1000):
    records = pos(*bills)
    account = read_account("c1", await records.invoices(), await records.payments())
    return {sign.name: sign.values for sign in signs_on(account, Decimal(limit), DEMO_DAY)}


async def evidence_of(records, **request):
    return await credit_alerts.gather(records, request, records.as_of)


def answer(evidence, words=None):
    words = credit_alerts.fallback(json.loads(json.dumps(evidence.facts))) if words is None else words
    return overwrite(credit_alerts.merge(words, evidence), evidence.computed)[0]


PAID = [bill(f"old{k}", 220 - 20 * k, late=0) for k in range(5)]


async def test_a_customer_who_owes_nothing_shows_no_sign():
    assert await signs(*PAID) == {}


@pytest.mark.parametrize(("days", "found"), [(10, True), (20, True), (40, False)])
async def test_use_of_the_limit_must_jump_within_a_month(days, found):
    assert ("utilisation_jump" in await signs(*PAID, bill(1, days, 850, terms=90))) is found


@pytest.mark.parametrize(
    ("late", "found"),
    [((0, 7, 15, 23), True), ((0, 1, 2, 3), False), ((0, 15, 7, 23), False), ((-20, -15, -8, -1), False)],
)
async def test_delays_must_rise_every_time_and_by_ten_days(late, found):
    rows = [bill(k, 300 - 40 * k, late=days) for k, days in enumerate(late)]
    assert ("delays_rising" in await signs(*rows, bill(9, 5, terms=60))) is found


async def test_six_invoices_may_drift_by_their_slope():
    rows = [bill(k, 330 - 40 * k, late=days) for k, days in enumerate((0, 5, 3, 9, 8, 13))]
    assert "per_invoice" in (await signs(*rows, bill(9, 5, terms=60)))["delays_rising"]


@pytest.mark.parametrize(("n", "found"), [(2, False), (4, True)])
async def test_orders_must_double_and_be_three(n, found):
    rows = [bill(f"b{k}", 110 - 40 * k, 10, late=0) for k in range(2)]
    assert ("order_frequency" in await signs(*rows, *[bill(k, 3 + 5 * k, 10) for k in range(n)])) is found


async def test_a_customer_of_a_few_weeks_has_no_usual_frequency():
    rows = [bill("b", 40, 10, late=0), *[bill(k, 3 + 5 * k, 10) for k in range(4)]]
    assert "order_frequency" not in await signs(*rows)


async def test_the_typical_order_must_double():
    before = [bill(f"b{k}", 100 - 10 * k, 50, terms=14, late=0) for k in range(6)]
    assert "order_size" in await signs(*before, *[bill(k, 3 + 5 * k, 100) for k in range(3)])
    assert "order_size" not in await signs(*before, *[bill(k, 3 + 5 * k, 99) for k in range(3)])


async def test_silence_is_measured_by_the_customers_own_rhythm():
    weekly = [bill(f"w{k}", 150 - 7 * k, late=0) for k in range(10)]
    assert (await signs(*weekly, bill(1, 80, terms=120)))["silence"]["days"] == 80
    monthly = [bill(f"m{k}", 230 - 30 * k, late=0) for k in range(5)]
    assert "silence" not in await signs(*monthly, bill(1, 80, terms=120))


@pytest.mark.parametrize(("overdue", "found"), [(7, False), (8, True)])
async def test_a_habit_is_broken_a_week_past_the_latest_payment(overdue, found):
    assert ("broken_pattern" in await signs(*PAID, bill(1, 30 + overdue))) is found


@pytest.mark.parametrize(("limit", "found"), [(99, True), (100, False), (0, False)])
async def test_above_the_limit_needs_a_limit(limit, found):
    assert ("over_limit" in await signs(bill(1, 60, 100, terms=90), limit=limit)) is found


def made(*names, used=1.0):
    return [Sign(name, {"used": used} if name == "over_limit" else {}) for name in names]


@pytest.mark.parametrize(
    ("found", "overdue", "severity"),
    [
        (made("silence"), 0, "LOW"),
        (made("silence", "order_size"), 0, "MEDIUM"),
        (made("silence", "order_size", "order_frequency"), 0, "HIGH"),
        (made("broken_pattern"), 49, "LOW"),
        (made("broken_pattern"), 50, "HIGH"),
        (made("over_limit", "silence", "order_size", used=1.11), 0, "CRITICAL"),
        (made("over_limit", "silence", "order_size", used=1.10), 0, "HIGH"),
        (made("over_limit", "silence", used=2.0), 0, "MEDIUM"),
    ],
)
def test_severity_follows_from_number_and_weight_of_the_signs(found, overdue, severity):
    assert severity_of(found, Decimal(overdue), Decimal(1000)) == severity


def test_similar_cases_are_told_from_ten_on():
    cases = [Case(frozenset({"silence", "over_limit"}), n < 4) for n in range(10)]
    assert like(cases, frozenset({"silence"})) == (10, 4)
    assert like(cases, frozenset({"order_size"})) == (0, 0)
    assert "in 4 of them (40%)" in told(10, 4)
    assert rate(9, 9) is None and "%" not in told(9, 9)


async def test_an_earlier_day_ended_badly_when_what_was_open_came_sixty_days_late():
    day = DEMO_DAY - timedelta(days=200)
    for late, bad in ((60, False), (61, True), (None, True)):
        records = pos(bill(1, 210, late=late))
        account = read_account("c1", await records.invoices(), await records.payments())
        assert ended_badly(account, day, DEMO_DAY) is bad


async def test_what_was_settled_before_a_day_says_nothing_of_it():
    records = pos(bill(1, 400, late=70))
    account = read_account("c1", await records.invoices(), await records.payments())
    assert not ended_badly(account, DEMO_DAY - timedelta(days=200), DEMO_DAY)


async def test_an_earlier_balance_is_what_was_owed_then():
    records = pos(bill(1, 100, 500, late=0), bill(2, 20, 300))
    account = read_account("c1", await records.invoices(), await records.payments())
    days = (101, 100, 71, 70, 20, 0)
    owed = [account.balance_on(DEMO_DAY - timedelta(days=ago)) for ago in days]
    assert owed == [0, 500, 500, 0, 300, 300]
    assert owed == [sum(b.owed_on(DEMO_DAY - timedelta(days=ago)) for b in account.bills) for ago in days]


async def test_alerts_can_be_asked_for_by_severity_and_customer():
    records = InlinePos.from_dir(DEMO_DIR, SANKOFA)
    every = answer(await evidence_of(records))["alerts"]
    grave = answer(await evidence_of(records, severity="HIGH"))["alerts"]
    assert grave == [one for one in every if one["severity"] in ("HIGH", "CRITICAL")]
    one = answer(await evidence_of(records, customer_id="c1d35783-854a-4127-88fc-60c2d0f5cc78"))["alerts"]
    assert [alert["customer"]["name"] for alert in one] == ["Blessed Hands Ventures"]


async def test_no_contact_detail_enters_the_facts_and_names_are_masked():
    private = {"phone": "+233244555666", "contact_person": "Yaa Quarcoo", "email": "y@example.com"}
    evidence = await evidence_of(pos(bill(1, 60, 2000, terms=90), **private))
    assert not any(value in json.dumps(evidence.facts) for value in private.values())
    assert evidence.pii == {"/alerts/*/customer": "person-or-business"}
    assert evidence.subjects == ("c1",)


async def test_another_name_changes_nothing_but_the_name():
    rows = (*PAID, bill(1, 60, 2000, terms=90))
    one, other = [answer(await evidence_of(pos(*rows, name=name))) for name in ("Adom Stores", "Hajia Memuna")]
    assert json.loads(json.dumps(other).replace("Hajia Memuna", "Adom Stores")) == one


async def test_words_of_a_model_replace_the_rules_and_unknown_refs_go():
    evidence = await evidence_of(pos(bill(1, 60, 2000, terms=90)))
    words = [{"customer": {"name": ref}, "ai_analysis": {"summary": f"About {ref}."}} for ref in ("A1", "A2")]
    (alert,) = answer(evidence, {"alerts": words})["alerts"]
    assert alert["ai_analysis"]["summary"] == "About A1."
    assert alert["ai_analysis"]["warning_signs"]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 300), st.integers(1, 9_000), st.one_of(st.none(), st.integers(-20, 90))), max_size=20
    ),
    limit=st.integers(0, 20_000),
)
async def test_any_records_give_alerts_that_keep_their_invariants(rows, limit):
    kept = [
        bill(k, ago, amount, late=late if late is None or ago > 120 else None)
        for k, (ago, amount, late) in enumerate(rows)
    ]
    evidence = await evidence_of(pos(*kept, credit_limit=str(limit)))
    alerts = answer(evidence)["alerts"]
    assert len(alerts) == evidence.facts["alert_count"] <= 1
    for alert, row in zip(alerts, evidence.facts["alerts"], strict=True):
        balance = Decimal(alert["customer"]["outstanding_balance"].replace(",", ""))
        assert balance > 0
        assert alert["severity"] in ("LOW", "MEDIUM", "HIGH", "CRITICAL")
        assert alert["severity"] != "CRITICAL" or balance > Decimal("1.1") * limit
        assert len(alert["ai_analysis"]["warning_signs"]) == len(row["signs"]) >= 1
        assert 2 <= len(alert["ai_analysis"]["recommended_actions"]) <= 5
        assert row["similar_cases_percent"] is None or row["similar_cases_n"] >= 10


async def test_the_facts_stay_small():
    for business in (SANKOFA, AKWAABA):
        evidence = await evidence_of(InlinePos.from_dir(DEMO_DIR, business))
        assert len(json.dumps(evidence.facts, separators=(",", ":"))) <= 3_000


async def test_the_same_records_give_the_same_bytes():
    first, second = [await evidence_of(InlinePos.from_dir(DEMO_DIR, SANKOFA, date(2026, 9, 1))) for _ in range(2)]
    assert json.dumps([first.facts, first.around]) == json.dumps([second.facts, second.around])


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "credit_alerts" / "feature.yaml").data["example"]
    evidence = await evidence_of(InlinePos.from_dir(DEMO_DIR, SANKOFA), **example["request"])
    assert answer(evidence) == example["response"]


async def test_an_early_payer_with_nothing_overdue_shows_no_sign():
    early = [bill(f"old{k}", 220 - 20 * k, late=-25) for k in range(5)]
    assert await signs(*early, bill("open", 10)) == {}


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        (Sign("silence", {"days": 61, "usual_days": 1}), "No credit order for 61 days, where one a day was usual"),
        (
            Sign("silence", {"days": 61, "usual_days": 9}),
            "No credit order for 61 days, where one every 9 days was usual",
        ),
        (
            Sign("order_frequency", {"orders": 4, "usual": 1.0, "days": 28}),
            "4 credit orders in the last 28 days, where about 1 is usual",
        ),
        (
            Sign("broken_pattern", {"days": 1, "most": 0, "settled": 12}),
            "An invoice is 1 day overdue; none of the last 12 settled was late",
        ),
        (
            Sign("broken_pattern", {"days": 9, "most": 1, "settled": 12}),
            "An invoice is 9 days overdue; none of the last 12 settled was over 1 day late",
        ),
    ],
)
def test_a_sign_reads_well_whatever_its_figures(sign, text):
    assert sign_text(sign, "GHS") == text
