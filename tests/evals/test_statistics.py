"""The gate's arithmetic against scipy, brute force, known figures and its own invariants."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from evals.statistics import (
    binomial_tail,
    bootstrap_lower_bound,
    cases_needed,
    mcnemar,
    normal_quantile,
    paired_lower_bound,
    tango_score,
    upper_rate,
)


@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 0.9, 0.95, 0.975, 0.999])
def test_the_normal_quantile_is_scipys(share):
    assert normal_quantile(share) == pytest.approx(stats.norm.ppf(share), abs=1e-8)


@given(st.integers(1, 300), st.data(), st.floats(0.001, 0.999))
def test_the_binomial_tail_is_scipys(trials, data, chance):
    successes = data.draw(st.integers(0, trials))
    assert binomial_tail(successes, trials, chance) == pytest.approx(
        stats.binom.cdf(successes, trials, chance), abs=1e-9
    )


@given(st.integers(1, 300), st.data())
def test_the_upper_bound_of_a_rate_is_clopper_and_pearsons(trials, data):
    failures = data.draw(st.integers(0, trials))
    exact = stats.binomtest(failures, trials, alternative="less").proportion_ci(0.95, method="exact").high
    assert upper_rate(failures, trials) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(
    ("cases", "percent"), [(20, 13.9), (30, 9.5), (40, 7.2), (59, 5.0), (100, 3.0), (150, 2.0), (299, 1.0)]
)
def test_so_many_cases_without_a_failure_prove_this_much(cases, percent):
    assert round(100 * upper_rate(0, cases), 1) == percent


def test_a_claim_of_five_points_needs_fifty_nine_cases():
    assert (cases_needed(0.05), cases_needed(0.01)) == (59, 299)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemars_test_is_the_exact_binomial_test(worse, better):
    expected = stats.binomtest(worse, worse + better, 0.5).pvalue if worse + better else 1.0
    assert mcnemar(worse, better) == pytest.approx(expected, abs=1e-9)


def restricted(worse, better, cases, difference):
    """Return the score statistic with the nuisance rate found by brute force instead of Tango's formula."""

    def loss(q):
        p = q + difference  # becomes better; q becomes worse
        rest = 1 - p - q
        if min(p, q, rest) <= 0:
            return math.inf
        return -(better * math.log(p) + worse * math.log(q) + (cases - worse - better) * math.log(rest))

    low, high = max(0.0, -difference) + 1e-12, (1 - difference) / 2 - 1e-12
    q = optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    return (better - worse - cases * difference) / math.sqrt(cases * (2 * q + difference - difference**2))


@given(st.integers(1, 15), st.integers(1, 15), st.integers(1, 200), st.floats(-0.4, 0.4))
def test_tangos_statistic_is_the_one_that_maximises_the_likelihood(worse, better, same, difference):
    cases = worse + better + same
    assert tango_score(worse, better, cases, difference) == pytest.approx(
        restricted(worse, better, cases, difference), rel=1e-3, abs=1e-3
    )


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 200))
def test_the_bound_lies_below_the_difference_and_falls_with_every_case_that_became_worse(worse, better, same):
    cases = worse + better + same
    if cases:
        bound = paired_lower_bound(worse, better, cases)
        assert -1 <= bound <= (better - worse) / cases + 1e-9
        assert paired_lower_bound(worse + 1, better, cases + 1) < bound + 1e-9


def test_sixty_unchanged_cases_carry_five_points_and_forty_do_not():
    assert paired_lower_bound(0, 0, 60) > -0.05 > paired_lower_bound(0, 0, 40)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40))
def test_the_bootstrap_bound_is_reproducible_and_below_the_mean(differences):
    bound = bootstrap_lower_bound(differences, resamples=400)
    assert bound == bootstrap_lower_bound(differences, resamples=400)
    assert min(differences) - 1e-9 <= bound <= sum(differences) / len(differences) + 1e-9
