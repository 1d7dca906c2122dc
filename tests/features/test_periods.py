from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.features.periods import (
    Period,
    before,
    last_days,
    like_for_like,
    periods_in,
    this_month,
    usual,
    year_before,
)

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("this month", "2026-11-01", "2026-11-20"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("in october", "2026-10-01", "2026-10-31"),
        ("in december", "2025-12-01", "2025-12-31"),
        ("last november", "2025-11-01", "2025-11-30"),
        ("sept 2025", "2025-09-01", "2025-09-30"),
        ("yesterday", "2026-11-19", "2026-11-19"),
        ("this week", "2026-11-16", "2026-11-20"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("past week", "2026-11-14", "2026-11-20"),
        ("last 30 days", "2026-10-22", "2026-11-20"),
        ("past three months", "2026-08-21", "2026-11-20"),
        ("since june", "2026-06-01", "2026-11-20"),
        ("from august to october", "2026-08-01", "2026-10-31"),
        ("between 1 november and 10 november", "2026-11-01", "2026-11-10"),
        ("2026-11-01 to 2026-11-05", "2026-11-01", "2026-11-05"),
        ("on saturday", "2026-11-14", "2026-11-14"),
        ("last christmas", "2025-12-08", "2025-12-24"),
        ("this quarter", "2026-10-01", "2026-11-20"),
        ("q3", "2026-07-01", "2026-09-30"),
        ("last year", "2025-01-01", "2025-12-31"),
    ],
)
def test_words_for_a_time_are_counted_from_the_day_of_the_answer(text: str, first: str, last: str) -> None:
    [period] = periods_in(text, DAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("text", "as_of", "first", "last"),
    [
        ("on monday", "2026-11-23", "2026-11-23", "2026-11-23"),
        ("last monday", "2026-11-23", "2026-11-16", "2026-11-16"),
        ("last christmas", "2026-12-10", "2025-12-08", "2025-12-24"),
        ("over christmas", "2026-12-10", "2026-12-08", "2026-12-10"),
        ("last christmas", "2026-12-31", "2026-12-08", "2026-12-24"),
        ("on 29 february", "2027-03-01", "2024-02-29", "2024-02-29"),
        ("on 29 february", "2028-02-10", "2024-02-29", "2024-02-29"),
        ("on 29 february", "2028-02-29", "2028-02-29", "2028-02-29"),
        ("29 february 2028", "2029-06-15", "2028-02-29", "2028-02-29"),
        ("on february 29th", "2103-01-01", "2096-02-29", "2096-02-29"),
        ("last month", "2028-03-31", "2028-02-01", "2028-02-29"),
        ("last 1 month", "2027-03-31", "2027-03-01", "2027-03-31"),
        ("last quarter", "2027-01-01", "2026-10-01", "2026-12-31"),
        ("this year", "2027-01-01", "2027-01-01", "2027-01-01"),
    ],
)
def test_a_time_is_the_latest_one_that_has_passed_on_any_day(text: str, as_of: str, first: str, last: str) -> None:
    [period] = periods_in(text, date.fromisoformat(as_of))
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize("text", ["may i ask", "sales", "next month", "tomorrow"])
def test_what_names_no_time_that_has_passed_is_none(text: str) -> None:
    assert periods_in(text, DAY) == []


def test_two_months_stay_two_and_keep_their_order() -> None:
    assert [period.text for period in periods_in("october vs september", DAY)] == ["October 2026", "September 2026"]


def test_a_month_so_far_is_compared_with_as_many_days_of_the_one_before() -> None:
    assert before(this_month(DAY)).text == "1 to 20 October 2026"
    assert before(this_month(date(2026, 3, 31))).text == "February 2026"


def test_a_young_month_gives_way_to_thirty_days() -> None:
    assert usual(date(2026, 11, 6)).days == 30
    assert usual(date(2026, 11, 7)).text == "1 to 7 November 2026"


SPANS = st.builds(
    lambda start, days, step: Period(start, start + timedelta(days=days), "that time", step),
    st.dates(date(2001, 1, 1), date(2098, 1, 1)), st.integers(0, 800),
    st.sampled_from(["day", "days", "week", "month", "quarter", "year"]),
)  # fmt: skip


@given(SPANS)
def test_the_span_to_compare_with_lies_before_and_is_never_longer_than_a_few_days_more(period: Period) -> None:
    earlier = before(period)
    assert earlier.first <= earlier.last
    assert earlier.first < period.first
    assert year_before(period).first < period.first


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("this month with last month", "2026-10-01", "2026-10-20"),
        ("this week and last week", "2026-11-09", "2026-11-13"),
        ("this month with august", "2026-08-01", "2026-08-31"),
        ("october with september", "2026-09-01", "2026-09-30"),
    ],
)
def test_a_span_that_still_runs_is_compared_with_as_many_days_of_the_one_before(
    text: str, first: str, last: str
) -> None:
    now, other = periods_in(text, DAY)
    fair = like_for_like(now, other)
    assert (fair.first.isoformat(), fair.last.isoformat()) == (first, last)


@given(st.text(max_size=80), st.dates(date(1971, 1, 1), date(2198, 12, 31)))
def test_any_text_names_only_days_up_to_the_day_of_the_answer(text: str, day: date) -> None:
    for period in periods_in(text.lower(), day):
        assert period.first <= period.last <= day
    assert last_days(day, 7).last == day
