"""How often and when somebody may be contacted."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.records import Invoice, Reminder
from gateway.features.contact_rules import DAYS_BETWEEN, MOST_PER_WEEK, advice, read_contacts
from gateway.features.working_days import is_working_day
from tests.features.debts import invoice, reminder
from tests.features.fakes import DEMO_DAY


def contacts(*days_ago: int, late=(), as_of: date = DEMO_DAY):
    rows = msgspec.convert([reminder(n, about="a") for n in days_ago], list[Reminder])
    return read_contacts(rows, msgspec.convert(list(late), list[Invoice]), as_of)


@pytest.mark.parametrize(
    ("days_ago", "allowed", "next_day"),
    [
        ((), True, DEMO_DAY), ((0,), False, date(2026, 11, 23)), ((1,), False, date(2026, 11, 23)),
        ((2,), False, date(2026, 11, 21)), ((3,), True, DEMO_DAY), ((6, 5, 3), False, date(2026, 11, 21)),
        ((7, 5, 3), True, DEMO_DAY), ((3, 3, 3), True, DEMO_DAY),
    ],
)  # fmt: skip
def test_three_days_apart_and_three_a_week(days_ago, allowed, next_day):
    told = advice(contacts(*days_ago), DEMO_DAY)
    assert (told["allowed_today"], told["next_allowed_date"]) == (allowed, next_day.isoformat())


def test_a_sunday_is_no_day_for_it():
    told = advice(contacts(), date(2026, 11, 22))
    assert not told["allowed_today"] and told["next_allowed_date"] == "2026-11-23"
    assert "22 November 2026 is Sunday" in told["advice"]


def test_answered_reminders_and_those_about_settled_invoices_are_not_unanswered():
    late = msgspec.convert([invoice("a", 30, "100.00")], list[Invoice])
    rows = [reminder(9, about="a"), reminder(8, about="a", outcome="promised"), reminder(7, about="old")]
    assert read_contacts(msgspec.convert(rows, list[Reminder]), late, DEMO_DAY).unanswered == 1


def test_the_invoices_own_count_stands_in_for_missing_rows():
    late = [invoice("a", 30, "100.00", reminder_count=2, last_reminder_sent=str(DEMO_DAY - timedelta(days=1)))]
    found = contacts(late=late)
    assert (found.unanswered, found.last) == (2, DEMO_DAY - timedelta(days=1))
    assert not found.may_contact(DEMO_DAY)


@given(st.lists(st.integers(0, 60), max_size=20), st.integers(0, 400))
def test_the_next_allowed_day_is_always_within_the_rules(days_ago, later):
    as_of = DEMO_DAY + timedelta(days=later)
    found = contacts(*days_ago, as_of=as_of)
    day = found.next_allowed(as_of)
    made = {DEMO_DAY - timedelta(days=n) for n in days_ago}
    assert day >= as_of and is_working_day(day)
    assert all((day - one).days >= DAYS_BETWEEN for one in made)
    assert sum((day - one).days < 7 for one in made) < MOST_PER_WEEK
    assert (found.why_not(as_of) is None) == (day == as_of)
