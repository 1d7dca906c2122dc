from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.sums import SaleSum
from gateway.features.rfm import SEGMENTS, rank_scores, score_customers, segment_of, sum_segments

DAY = date(2026, 11, 20)


def bought(key: str, orders: int, amount: float, days: int, first: int = 300) -> SaleSum:
    last = DAY - timedelta(days=days)
    start = last if orders == 1 else min(last, DAY - timedelta(days=first))
    return SaleSum(key, orders, Decimal(str(amount)), Decimal(0), Decimal(0), 0, start, last)


def test_scores_follow_the_rank_and_ties_share_theirs() -> None:
    assert rank_scores(list(range(50)))[::10] == [1, 2, 3, 4, 5]
    assert rank_scores([1, 1, 1]) == [3, 3, 3]
    assert rank_scores([5, 1, 9]) == [3, 1, 5]
    assert len(set(rank_scores([7] * 20 + [9] * 20))) == 2


def test_segments_are_the_first_that_fits() -> None:
    assert segment_of(5, 5, 5, 9) == "Champions"
    assert segment_of(3, 3, 4, 9) == "Loyal Customers"
    assert segment_of(5, 1, 2, 1) == "New Customers"
    assert segment_of(5, 2, 1, 4) == "Potential Loyalists"
    assert segment_of(3, 1, 1, 1) == "Promising"
    assert segment_of(1, 2, 5, 3) == "At Risk"
    assert segment_of(2, 4, 1, 5) == "Need Attention"
    assert segment_of(1, 1, 1, 1) == "Hibernating"


def test_whoever_is_away_for_more_than_three_usual_gaps_is_silent() -> None:
    weekly = bought("a", 11, 100, 30, first=100)
    monthly = bought("b", 4, 100, 30, first=120)
    once = bought("c", 1, 900, 200)
    silent = {one.id: one.is_silent for one in score_customers([weekly, monthly, once], DAY)}
    assert silent == {"a": True, "b": False, "c": False}


def test_refunds_are_taken_off_the_money() -> None:
    one = SaleSum("a", 2, Decimal(100), Decimal(30), Decimal(0), 0, DAY, DAY)
    assert score_customers([one], DAY)[0].revenue == 70


SUMS = st.lists(
    st.builds(bought, st.uuids().map(str), st.integers(1, 60), st.integers(0, 10**6), st.integers(0, 364)),
    max_size=60, unique_by=lambda one: one.key,
)  # fmt: skip


@given(SUMS)
def test_every_customer_is_in_one_segment_and_the_sums_reconcile(sums: list[SaleSum]) -> None:
    scored = score_customers(sums, DAY)
    segments = sum_segments(scored)
    assert sum(one.customers for one in segments) == len(sums)
    assert sum(one.revenue for one in segments) == sum(one.amount for one in sums)
    assert [one.name for one in segments] == [name for name in SEGMENTS if any(s.segment == name for s in scored)]
    assert all(1 <= score <= 5 for one in scored for score in (one.r, one.f, one.m))


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=80))
def test_a_higher_value_never_has_a_lower_score(values: list[int]) -> None:
    scores = rank_scores(values)
    pairs = sorted(zip(values, scores, strict=True))
    assert [score for _, score in pairs] == sorted(scores)
