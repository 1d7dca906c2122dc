"""Ghana's working days: Monday to Saturday without public holidays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.features.working_days import (
    TABLE,
    add_working_days,
    holiday,
    is_estimated,
    is_working_day,
    may_be_holiday,
    next_working_day,
    previous_working_day,
    weekday_name,
    working_days,
)
from tests.features.holiday_table import table

days = st.dates(date(1970, 1, 1), date(2199, 12, 1))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),  # Friday
        (date(2026, 11, 21), True),  # Saturday: shops are open
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 12, 4), False),  # Farmers' Day, the first Friday of December
        (date(2026, 12, 25), False),
        (date(2026, 7, 3), False),  # substitute for Republic Day in the middle of the week
        (date(2026, 3, 6), False),  # Independence Day
        (date(2026, 4, 3), False),  # Good Friday moves with the moon
        (date(2026, 4, 6), False),
        (date(2026, 3, 20), False),  # Eid-ul-Fitr
    ],
)
def test_sundays_and_public_holidays_are_no_working_days(day: date, works: bool):
    assert is_working_day(day) is works


def test_a_holiday_has_a_name_and_an_ordinary_day_none():
    assert holiday(date(2026, 12, 4)) == "Farmers' Day"
    assert holiday(date(2026, 12, 3)) is None


def test_an_eid_of_a_coming_year_is_an_estimate_whose_neighbours_may_be_holidays_too():
    eid = date(2027, 3, 9)
    assert is_estimated(eid) and not is_working_day(eid) and holiday(eid) == "Eid-ul-Fitr"
    assert may_be_holiday(eid - timedelta(days=1)) and is_working_day(eid - timedelta(days=1))
    assert not may_be_holiday(eid - timedelta(days=2))
    assert not is_estimated(date(2026, 3, 20))


def test_christmas_and_a_sunday_are_skipped_together():
    christmas_eve = date(2026, 12, 24)
    assert add_working_days(christmas_eve, 1) == date(2026, 12, 28)
    assert add_working_days(date(2026, 12, 28), -1) == christmas_eve
    assert next_working_day(date(2026, 12, 25)) == date(2026, 12, 28)
    assert previous_working_day(date(2026, 12, 27)) == christmas_eve
    assert working_days(christmas_eve, date(2026, 12, 28)) == 2


def test_weekdays_have_their_english_names():
    assert weekday_name(date(2025, 11, 8)) == "Saturday"


@given(days)
def test_moving_to_a_working_day_ends_on_one_and_moves_no_further_than_needed(day: date):
    later, earlier = next_working_day(day), previous_working_day(day)
    assert is_working_day(later) and is_working_day(earlier)
    assert earlier <= day <= later
    assert working_days(day, later) == 1 and working_days(earlier, day) == 1


@given(days, st.integers(-40, 40))
def test_adding_working_days_counts_them_and_nothing_else(day: date, n: int):
    moved = add_working_days(day, n)
    assert is_working_day(moved)
    if n > 0:
        assert working_days(day + timedelta(days=1), moved) == n
    if n < 0:
        assert working_days(moved, day - timedelta(days=1)) == -n


def test_the_table_is_what_the_calendar_package_says():
    assert TABLE.read_text(encoding="utf-8") == table(), "run `python -m tests.features.holiday_table`"
