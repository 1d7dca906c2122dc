"""The points card: parts, caps, levels, limits, terms and confidence."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.records import Customer, Invoice, Payment
from gateway.features.credit_card import confidence, credit_ceiling, decide, level_of, score_card, terms_days
from gateway.features.credit_history import CreditHistory, monthly_purchases, owed, read_history

TODAY = date(2026, 11, 20)
CUSTOMER = Customer(id="c1", name="Adom Stores", customer_type="WHOLESALE", credit_limit=Decimal(10_000))


def invoice(age: int, *, amount: int = 1_000, paid: int | None = None, key: str = "", status: str = "") -> Invoice:
    """An invoice issued `age` days ago on 30-day terms; `paid` None means in full."""
    left = 0 if paid is None else amount - paid
    return Invoice(
        id=key or f"i{age}",
        customer="c1",
        issue_date=TODAY - timedelta(days=age),
        due_date=TODAY - timedelta(days=age - 30),
        original_amount=Decimal(amount),
        amount_paid=Decimal(amount - left),
        amount_outstanding=Decimal(left),
        status=status or ("PAID" if left == 0 else "PENDING"),
    )


def payment(of: Invoice, late: int) -> Payment:
    day = of.due_date + timedelta(days=late)
    return Payment(id=f"p-{of.id}", invoice=of.id, customer="c1", amount=of.amount_paid, payment_date=day)


def history(*lateness: int, extra: tuple[Invoice, ...] = (), customer: Customer = CUSTOMER) -> CreditHistory:
    """A customer who settled invoices this many days late, one every 20 days, the last 40 days ago."""
    settled = [invoice(60 + 20 * (len(lateness) - i)) for i in range(len(lateness))]
    payments = [payment(i, late) for i, late in zip(settled, lateness, strict=True)]
    return read_history(customer, [*settled, *extra], payments, TODAY)


def test_a_customer_who_always_pays_on_the_due_date_gets_every_punctuality_point():
    card = score_card(history(*[0] * 12))
    assert card.parts["punctuality"] == 30
    assert card.parts["arrears"] == 25
    assert card.parts["trend"] == 7
    assert card.level == "LOW"


def test_without_any_record_the_score_is_a_cautious_medium():
    card = score_card(read_history(replace_limit(0), [], [], TODAY))
    assert (card.score, card.level) == (52, "MEDIUM")
    assert card.parts == {
        "punctuality": 12, "arrears": 25, "utilisation": 7.5, "trend": 7, "tenure": 0, "regularity": 0,
    }  # fmt: skip


def replace_limit(limit: int) -> Customer:
    return Customer(id="c1", name="Adom Stores", credit_limit=Decimal(limit))


@pytest.mark.parametrize(("days", "points"), [(0, 25.0), (9, 20.0), (45, 0.0), (200, 0.0)])
def test_arrears_cost_points_in_step_with_the_oldest_debt(days, points):
    open_invoice = invoice(30 + days, paid=0, key="open")
    assert score_card(history(*[0] * 6, extra=(open_invoice,))).parts["arrears"] == points


@pytest.mark.parametrize(
    ("extra", "cap"),
    [(invoice(130, paid=0, key="x"), 24), (invoice(80, paid=0, key="x"), 49), (invoice(300, status="WRITTEN_OFF"), 24)],
)
def test_old_arrears_and_written_off_debt_cap_the_score(extra, cap):
    assert score_card(history(*[0] * 12, extra=(extra,))).score == cap


def test_a_blocked_account_is_very_high_risk_however_well_it_pays():
    blocked = Customer(id="c1", name="Adom Stores", credit_limit=Decimal(10_000), credit_blocked=True)
    card = score_card(history(*[0] * 12, customer=blocked))
    assert (card.score, card.level, card.caps) == (24, "VERY_HIGH", ("blocked",))


def test_two_invoices_are_too_few_for_more_than_sixty_points():
    assert score_card(history(0, 0)).score <= 60


@pytest.mark.parametrize(
    ("score", "level"), [(75, "LOW"), (74, "MEDIUM"), (50, "MEDIUM"), (49, "HIGH"), (24, "VERY_HIGH")]
)
def test_the_level_follows_from_the_score_alone(score, level):
    assert level_of(score) == level


def test_the_trend_compares_the_last_four_payments_with_those_before():
    worse, better = history(*[0] * 8, *[10] * 4), history(*[10] * 8, *[0] * 4)
    assert worse.lateness_shift == 10
    assert score_card(worse).parts["trend"] == 2
    assert score_card(better).parts["trend"] == 10


def test_an_instalment_payer_is_settled_by_the_last_payment():
    of = invoice(100)
    parts = [replace_payment(payment(of, late), late) for late in (0, 10, 20)]
    assert read_history(CUSTOMER, [of], parts, TODAY).lateness == (20,)


def replace_payment(of: Payment, late: int) -> Payment:
    return Payment(
        id=f"{of.id}-{late}", invoice=of.invoice, customer="c1", amount=of.amount / 3, payment_date=of.payment_date
    )


def test_a_settled_invoice_without_a_payment_date_is_counted_but_not_judged():
    found = read_history(CUSTOMER, [invoice(100), invoice(200)], [payment(invoice(100), 2)], TODAY)
    assert (found.paid, found.undated, found.lateness) == (1, 1, (2,))


def test_what_is_owed_survives_rows_that_omit_one_of_the_two_amounts():
    whole = Invoice(id="a", customer="c", issue_date=TODAY, due_date=TODAY, original_amount=Decimal(100))
    assert owed(whole) == 100
    part = Invoice(
        id="b",
        customer="c",
        issue_date=TODAY,
        due_date=TODAY,
        original_amount=Decimal(100),
        amount_outstanding=Decimal(40),
    )
    assert owed(part) == 40


def test_a_buying_spree_does_not_raise_its_own_limit():
    calm = [invoice(age, amount=300, key=f"c{age}") for age in range(95, 271, 30)]
    spree = [invoice(age, amount=5_000, key=f"s{age}") for age in (1, 20, 40, 60, 80)]
    recent, usual, prudent = monthly_purchases([*calm, *spree], TODAY)
    assert recent > 8_000
    assert prudent == usual * Decimal("1.2") < 450


def test_a_young_customer_without_a_baseline_is_judged_by_what_it_bought():
    recent, usual, prudent = monthly_purchases([invoice(40, amount=900), invoice(10, amount=900)], TODAY)
    assert (recent, usual, prudent) == (600, None, 600)


def test_terms_are_short_for_late_payers_and_long_only_for_proven_low_risk():
    assert terms_days(history(*[12] * 12), "MEDIUM") == 14
    assert terms_days(history(*[0] * 24), "LOW") == 45
    assert terms_days(history(*[0] * 23), "LOW") == 30
    assert terms_days(history(*[0] * 24), "MEDIUM") == 30


def test_a_medium_customer_near_its_limit_gets_short_terms():
    full = history(*[0] * 12, extra=(invoice(5, amount=9_500, paid=0, key="open"),))
    assert terms_days(full, "MEDIUM") == 14
    assert terms_days(full, "LOW") == 30


def test_the_ceiling_is_rounded_down_to_a_hundred():
    found = replace(history(*[0] * 12), monthly_purchases=Decimal(1_999))
    assert credit_ceiling(found, "LOW", 30) == 4_900
    assert credit_ceiling(found, "MEDIUM", 14) == 1_300
    assert credit_ceiling(found, "VERY_HIGH", 30) == 0


def test_confidence_falls_when_a_good_payer_suddenly_stops():
    steady, broken = history(*[0] * 12), history(*[0] * 12, extra=(invoice(80, paid=0, key="x"),))
    assert broken.regime_break
    assert confidence(steady) - confidence(broken) == pytest.approx(0.2, abs=0.03)


def good(monthly: int) -> CreditHistory:
    return replace(history(*[0] * 12), monthly_purchases=Decimal(monthly), months=14.0, limit=Decimal(2_000))


@pytest.mark.parametrize(
    ("monthly", "requested", "action", "limit"),
    [
        (2_000, 5_000, "APPROVE_FULL", 5_000),
        (2_000, 50_000, "APPROVE_PARTIAL", 5_000),
        (2_000, 5_050, "APPROVE_PARTIAL", 4_950),
        (500, 5_000, "REQUIRE_MORE_INFO", 2_000),
        (2_000, 1_500, "APPROVE_FULL", 1_500),
    ],
)
def test_a_low_risk_customer_gets_what_its_trade_supports(monthly, requested, action, limit):
    found = good(monthly)
    decision = decide(found, score_card(found), Decimal(requested), Decimal(800))
    assert (decision.action, decision.limit) == (action, limit)


def test_a_newcomer_gets_at_most_half_an_order_on_trial():
    found = read_history(replace_limit(0), [], [], TODAY)
    decision = decide(found, score_card(found), Decimal(5_000), Decimal(2_500))
    assert (decision.action, decision.limit) == ("REQUIRE_MORE_INFO", 1_200)


def test_high_risk_never_adds_to_the_current_limit():
    found = history(*[25] * 12, extra=(invoice(70, amount=12_000, paid=0, key="x"),))
    decision = decide(found, score_card(found), Decimal(50_000), Decimal(20_000))
    assert score_card(found).level == "HIGH"
    assert (decision.action, decision.limit) == ("REQUIRE_MORE_INFO", 10_000)


@given(
    late=st.lists(st.integers(-20, 120), max_size=30),
    overdue=st.lists(st.integers(-30, 200), max_size=5),
    limit=st.integers(0, 100_000),
    blocked=st.booleans(),
    requested=st.integers(1, 500_000),
)
def test_every_decision_keeps_its_promises(late, overdue, limit, blocked, requested):
    customer = Customer(id="c1", name="Adom", credit_limit=Decimal(limit), credit_blocked=blocked)
    extra = tuple(invoice(30 + d, paid=0, key=f"o{i}") for i, d in enumerate(overdue) if d > -30)
    found = history(*late, extra=extra, customer=customer)
    card = score_card(found)
    decision = decide(found, card, Decimal(requested), Decimal(700))
    assert 0 <= card.score <= 100
    assert card.level == level_of(card.score)
    assert 0 <= decision.limit <= requested
    assert 0.2 <= decision.confidence <= 0.95
    assert decision.action != "APPROVE_FULL" or (decision.limit == requested and card.level == "LOW")
    assert decision.action != "APPROVE_PARTIAL" or limit < decision.limit < requested
    assert decision.action != "DENY" or decision.limit <= limit
    assert not blocked or decision.action == "DENY"


@given(late=st.lists(st.integers(-10, 60), min_size=1, max_size=12), more=st.integers(1, 30))
def test_paying_later_never_scores_higher(late, more):
    on_time, delayed = score_card(history(*late)), score_card(history(*[days + more for days in late]))
    assert delayed.score <= on_time.score


def test_an_early_payer_with_nothing_overdue_breaks_no_habit():
    not_due = invoice(5, paid=0, key="open")
    early = history(*[-25] * 12, extra=(not_due,))
    assert not early.regime_break
    assert confidence(early) == confidence(history(*[0] * 12, extra=(not_due,)))
