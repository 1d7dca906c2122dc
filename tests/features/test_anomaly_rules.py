"""Medians of values that are in order already are those of the textbook."""

from itertools import pairwise
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from gateway.features.anomaly_days import merged
from gateway.features.anomaly_rules import median_deviation, median_of_sorted

values = st.lists(st.floats(-20, 20) | st.integers(0, 5).map(float), min_size=1, max_size=60)


@given(values)
def test_the_median_and_the_median_deviation_are_exact(given_values: list[float]) -> None:
    ordered = sorted(given_values)
    middle = median(given_values)
    assert median_of_sorted(ordered) == middle
    assert median_deviation(ordered, middle) == median(abs(one - middle) for one in given_values)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), values.map(sorted)), max_size=5))
def test_merged_values_are_all_there_and_in_order(parts: list[dict[str, list[float]]]) -> None:
    found = merged(parts)
    for key in "abc":
        every = [one for part in parts for one in part.get(key, ())]
        assert sorted(every) == found.get(key, [])
        assert all(one <= other for one, other in pairwise(found.get(key, [])))
