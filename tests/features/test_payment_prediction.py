"""Payment prediction from records to words."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import NotFound
from gateway.features import payment_prediction
from gateway.features.credit_account import read_account
from gateway.features.payment_habits import ordinal, read_pattern
from gateway.features.payment_timing import UNHEARD_OF, Habit, predict, quantile, read_habit, salary_window
from gateway.features.working_days import is_working_day
from gateway.grounding.ground import overwrite
from gateway.library.yamlfile import read_yaml_file
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR, PROMPTS, SANKOFA, InlinePos

CUSTOMER = {"id": "c1", "name": "Adom Stores", "customer_type": "WHOLESALE", "credit_limit": "4000.00"}


def bills(late, *, every=25, amount=1000, open_from=0, open_for=20):
    """Rows of a customer: one settled invoice on 30-day terms per entry of `late`, then `open_from` open ones."""
    invoices, payments = [], []
    for k, days in enumerate(late):
        issued = DEMO_DAY - timedelta(days=60 + every * (len(late) - k))
        paid_on = issued + timedelta(days=30 + days)
        invoices.append(invoice(f"i{k}", issued, amount, amount))
        payments.append(payment(f"i{k}", paid_on, amount))
    for k in range(open_from):
        invoices.append(invoice(f"o{k}", DEMO_DAY - timedelta(days=open_for + 3 * k), amount, 0))
    return {"invoices": invoices, "payments": payments}


def invoice(name, issued, amount, paid, **more):
    row = {"id": name, "customer": "c1", "issue_date": str(issued), "due_date": str(issued + timedelta(days=30))}
    return row | {"original_amount": str(amount), "amount_paid": str(paid)} | more


def payment(name, day, amount):
    return {"id": f"p-{name}-{day}", "invoice": name, "customer": "c1", "amount": str(amount), "payment_date": str(day)}


def pos(as_of=DEMO_DAY, **rows):
    return InlinePos.of(as_of, customers=[CUSTOMER], **rows)


async def evidence_of(records, customer_id="c1"):
    return await payment_prediction.gather(records, {"customer_id": customer_id}, records.as_of)


def answer(evidence, words=None):
    """The whole answer: the rules' words unless others are given."""
    words = payment_prediction.fallback(json.loads(json.dumps(evidence.facts))) if words is None else words
    return overwrite(payment_prediction.merge(words, evidence), evidence.computed)[0]


async def habit_of(rows, as_of=DEMO_DAY):
    records = pos(as_of, **rows)
    return read_habit(read_account("c1", await records.invoices(), await records.payments()), as_of)


async def test_a_customer_of_another_business_is_not_found():
    theirs = (await InlinePos.from_dir(DEMO_DIR, AKWAABA).customers())[0].id
    with pytest.raises(NotFound):
        await evidence_of(InlinePos.from_dir(DEMO_DIR, SANKOFA), theirs)


async def test_the_recent_habit_decides():
    assert predict(await habit_of(bills([5] * 12)), DEMO_DAY + timedelta(days=2)).day == date(2026, 11, 27)


async def test_what_is_already_late_can_only_be_paid_later():
    habit = await habit_of(bills([0, 20] * 6))
    assert predict(habit, DEMO_DAY - timedelta(days=8)).day == date(2026, 12, 2)


async def test_a_drift_is_carried_on():
    habit = await habit_of(bills([2 * k for k in range(12)]))
    assert habit.drift == 2
    assert (predict(habit, DEMO_DAY).day - DEMO_DAY).days >= 23


async def test_lateness_that_merely_jumps_about_is_no_drift():
    assert (await habit_of(bills([0, 20] * 6))).drift == 0


async def test_an_invoice_later_than_any_before_breaks_the_pattern():
    rows = bills([1] * 8, open_from=1, open_for=30 + 40)
    habit = await habit_of(rows)
    assert habit.broken
    forecast = predict(habit, DEMO_DAY - timedelta(days=40))
    assert (forecast.day - DEMO_DAY).days >= 10
    assert forecast.confidence <= 0.5


@pytest.mark.parametrize(
    ("days", "window"),
    [
        ([5, 6, 7, 5, 6, 7, 5, 6], (5, 7)),
        ([1, 9, 17, 25, 3, 11, 19, 27], None),
        ([29, 28, 31, 29, 30, 28, 30, 29], (28, 31)),
    ],
)
def test_a_monthly_window_needs_most_payments_in_it(days, window):
    months = (1, 3, 5, 7, 8, 10, 12, 1)
    assert salary_window([date(2026, m, d) for m, d in zip(months, days, strict=True)]) == window


def test_eight_payments_of_one_month_are_no_cycle():
    assert salary_window([date(2026, 3, 5)] * 8) is None


def test_a_payer_with_a_window_is_expected_in_the_next_one_after_the_due_date():
    habit = Habit(DEMO_DAY, (15, 3, 20, 8, 25, 11, 4, 18), (5, 7), 0, False)
    assert predict(habit, DEMO_DAY + timedelta(days=1)).day == date(2026, 12, 5)
    assert predict(habit, date(2026, 12, 8)).day == date(2027, 1, 5)


def test_little_history_leaves_little_confidence():
    assert predict(Habit(DEMO_DAY, (), None, 0, False), DEMO_DAY).confidence <= 0.5


def test_a_weighted_quantile_is_a_value_of_the_sample():
    assert quantile([(1, 0.2), (2, 0.5), (9, 0.3)], 0.5) == 2


async def test_an_invoice_paid_in_parts_is_settled_with_the_last_one():
    issued = DEMO_DAY - timedelta(days=100)
    parts = [payment("i", issued + timedelta(days=d), 300) for d in (30, 40, 50)]
    (settled,) = read_account(
        "c1", *[await read() for read in _rows(invoices=[invoice("i", issued, 900, 900)], payments=parts)]
    ).settled
    assert settled.lateness == 20
    assert settled.owed_on(issued + timedelta(days=41)) == 300


def _rows(**rows):
    records = pos(**rows)
    return records.invoices, records.payments


async def test_written_off_and_undated_debt_is_not_predicted():
    old = DEMO_DAY - timedelta(days=200)
    lost = invoice("lost", old, 500, 0, status="WRITTEN_OFF")
    evidence = await evidence_of(pos(invoices=[lost, invoice("undated", old, 500, 500)]))
    assert evidence.computed["customer"]["outstanding_invoices"] == 0
    assert "no payment on record" in evidence.warnings[0]


async def test_preferred_days_need_ten_payments():
    rows = bills([2] * 9)
    habit = await habit_of(rows)
    records = pos(**rows)
    account = read_account("c1", await records.invoices(), await records.payments())
    assert read_pattern(account, habit).preferred_days == ()


@pytest.mark.parametrize(("n", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (30, "30th")])
def test_days_of_the_month_are_worded(n, text):
    assert ordinal(n) == text


async def test_no_invoice_number_or_contact_enters_the_facts():
    private = {"contact_person": "Yaa Quarcoo", "phone": "+233244555666", "email": "yaa@example.com"}
    rows = bills([3] * 5, open_from=1)
    rows["invoices"][-1] |= {"invoice_number": "INV-2026-77"}
    evidence = await evidence_of(InlinePos.of(customers=[CUSTOMER | private], **rows))
    for value in (*private.values(), "INV-2026-77"):
        assert value not in json.dumps(evidence.facts)
    assert answer(evidence)["predictions"][0]["invoice_id"] == "INV-2026-77"


async def test_another_name_changes_nothing_but_the_name():
    rows = bills([3] * 5, open_from=2)
    one = answer(await evidence_of(InlinePos.of(customers=[CUSTOMER], **rows)))
    other = answer(await evidence_of(InlinePos.of(customers=[CUSTOMER | {"name": "Naa Dedei Stores"}], **rows)))
    assert json.loads(json.dumps(other).replace("Naa Dedei Stores", "Adom Stores")) == one


async def test_words_of_a_model_replace_the_rules_and_unknown_refs_go():
    evidence = await evidence_of(pos(**bills([3] * 5, open_from=2)))
    words = [{"invoice_id": "I2", "prediction_reasoning": "Because.", "recommended_action": "Wait."}]
    words.append({"invoice_id": "I9", "prediction_reasoning": "Nobody.", "recommended_action": "Nobody."})
    shown = answer(evidence, {"predictions": words})["predictions"]
    assert [p["prediction_reasoning"] == "Because." for p in shown] == [False, True]
    assert shown[0]["prediction_reasoning"].startswith("The last 5 settled invoices")


histories = st.lists(st.integers(-30, 90), max_size=20)


@settings(max_examples=80, deadline=None)
@given(late=histories, n=st.integers(0, 9), amount=st.integers(1, 90_000), open_for=st.integers(0, 250))
async def test_any_records_give_dates_ahead_on_working_days_and_sums_that_reconcile(late, n, amount, open_for):
    evidence = await evidence_of(pos(**bills(late, amount=amount, open_from=n, open_for=open_for)))
    shown = answer(evidence)
    predicted = [date.fromisoformat(p["predicted_payment_date"]) for p in shown["predictions"]]
    assert len(predicted) == shown["customer"]["outstanding_invoices"] == n
    assert all(day > DEMO_DAY and is_working_day(day) for day in predicted)
    assert all(0 <= p["confidence"] <= 1 for p in shown["predictions"])
    owed = sum(float(p["amount"].replace(",", "")) for p in shown["predictions"])
    assert owed == pytest.approx(float(shown["customer"]["total_due"].replace(",", "")))
    if evidence.facts["pattern_broken"] or len(late) < 3:
        assert all(p["confidence"] <= 0.5 for p in shown["predictions"])
    for row in evidence.facts["invoices"]:
        assert row["earliest"] <= row["predicted_date"] <= row["latest"]
    assert len(json.dumps(evidence.facts, separators=(",", ":"))) <= 2_900


async def test_the_same_records_give_the_same_bytes():
    first, second = [await evidence_of(pos(**bills([3, 9, 1, 7], open_from=3))) for _ in range(2)]
    assert json.dumps([first.facts, first.around]) == json.dumps([second.facts, second.around])


async def test_the_example_of_the_contract_is_what_the_demo_tenant_gives():
    example = read_yaml_file(PROMPTS / "payment_prediction" / "feature.yaml").data["example"]
    records = InlinePos.from_dir(DEMO_DIR, SANKOFA)
    assert answer(await evidence_of(records, example["request"]["customer_id"])) == example["response"]


async def test_the_open_invoices_of_the_demo_tenant_add_up_to_what_is_outstanding():
    records = InlinePos.from_dir(DEMO_DIR, SANKOFA)
    totals = [(await evidence_of(records, c.id)).computed["customer"]["total_due"] for c in await records.customers()]
    assert sum(float(total.replace(",", "")) for total in totals) == pytest.approx(238_725.66)


async def test_nothing_is_broken_while_an_early_payer_has_nothing_overdue():
    records = pos(**bills([-25] * 8, open_from=1, open_for=3))
    evidence = await evidence_of(records)
    [row] = evidence.facts["invoices"]
    assert row["basis"] == "habit" and not evidence.facts["pattern_broken"]
    assert date.fromisoformat(row["predicted_date"]) < date.fromisoformat(row["due_date"])


@pytest.mark.parametrize(("open_for", "action"), [(89, "Send a reminder"), (91, "Call on")])
async def test_an_invoice_two_months_overdue_asks_for_a_call(open_for, action):
    evidence = await evidence_of(pos(**bills([], open_from=1, open_for=open_for)))
    assert payment_prediction.fallback(evidence.facts)["predictions"][0]["recommended_action"].startswith(action)


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ([-20] * 8, "none of the last 8 settled ones was late"),
        ([1] * 8, "none of the last 8 settled ones was more than 1 day late"),
        ([-20], "the only settled one was not late"),
        ([2], "the only settled one was 2 days late"),
    ],
)
async def test_a_broken_pattern_says_how_late_it_was_before(late, said):
    evidence = await evidence_of(pos(**bills(late, open_from=1, open_for=50)))
    assert said in payment_prediction.fallback(evidence.facts)["predictions"][0]["prediction_reasoning"]


@pytest.mark.parametrize(
    ("open_for", "said"),
    [
        (3, "The last 8 settled invoices were paid 10 days before the due date on average, so payment is expected"),
        (
            27,
            "paid 10 days before the due date on average. That has passed, so payment is expected around Saturday 21 ",
        ),
        (
            30,
            "paid 10 days before the due date on average. That has passed, so payment is expected around Saturday 21 ",
        ),
    ],
)
async def test_who_always_pays_early_is_expected_any_day_once_that_day_has_passed(open_for, said):
    evidence = await evidence_of(pos(**bills([-10] * 8, open_from=1, open_for=open_for)))
    assert said in payment_prediction.fallback(evidence.facts)["predictions"][0]["prediction_reasoning"]


async def test_an_invoice_later_than_any_settled_one_is_a_guess_and_says_so():
    evidence = await evidence_of(pos(**bills([5] * 12, open_from=1, open_for=39)))
    said = answer(evidence)["predictions"][0]
    assert said["confidence"] <= UNHEARD_OF
    assert "5 days after the due date at the latest, so the date is a cautious guess" in said["prediction_reasoning"]
