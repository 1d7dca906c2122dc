"""The arithmetic of the gate: how much a run of golden cases proves. Each function names the source of its formula."""

import math
import random
from collections.abc import Callable, Sequence

CONFIDENCE = 0.95
RESAMPLES = 4_000


def normal_quantile(share: float) -> float:
    """Return the standard normal's quantile, to 1e-9, by bisection of its distribution function."""
    return _root(lambda z: 0.5 * (1 + math.erf(z / math.sqrt(2))) - share, -10.0, 10.0)


def binomial_tail(successes: int, trials: int, chance: float) -> float:
    """Return the probability of at most `successes` in `trials`; exact sum of the binomial distribution."""
    if successes >= trials or chance <= 0:
        return 1.0
    if chance >= 1:
        return 0.0
    logs = (
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * math.log(chance) + (trials - k) * math.log1p(-chance)
        for k in range(successes + 1)
    )  # fmt: skip
    return min(1.0, math.fsum(map(math.exp, logs)))


def upper_rate(failures: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided upper bound of a failure rate: Clopper and Pearson (1934), exact.

    With no failure in n trials it is 1 - (1 - confidence)^(1/n): 5.0 % at n = 59.
    """
    if trials == 0 or failures >= trials:
        return 1.0
    return _root(lambda chance: (1 - confidence) - binomial_tail(failures, trials, chance), 0.0, 1.0)


def cases_needed(rate: float, confidence: float = CONFIDENCE) -> int:
    """Return how many cases without a failure show that the failure rate is below `rate`."""
    return math.ceil(math.log(1 - confidence) / math.log1p(-rate))


def mcnemar(worse: int, better: int) -> float:
    """Return the two-sided exact p-value of McNemar's test (1947): are the changed cases a toss-up?"""
    changed = worse + better
    return 1.0 if changed == 0 else min(1.0, 2 * binomial_tail(min(worse, better), changed, 0.5))


def paired_lower_bound(worse: int, better: int, cases: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided lower bound of (new pass rate - old pass rate) on the same cases.

    Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design", Statistics in Medicine 17: the difference at which the score statistic reaches the normal's quantile.
    `worse` cases passed before and fail now, `better` ones the other way round.
    """
    if cases == 0:
        return -1.0
    z = normal_quantile(confidence)
    return _root(lambda difference: z - tango_score(worse, better, cases, difference), -1.0 + 1e-12, 1.0 - 1e-12)


def tango_score(worse: int, better: int, cases: int, difference: float) -> float:
    """Return Tango's score statistic for the hypothesis that the pass rate changed by `difference`."""
    # `q` is the share of cases that became worse, by maximum likelihood under the hypothesis.
    a = 2.0 * cases
    b = -better - worse + (2.0 * cases - better + worse) * difference
    c = -worse * difference * (1.0 - difference)
    q = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
    spread = cases * (2 * q + difference * (1.0 - difference))
    distance = better - worse - cases * difference
    if spread <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(spread)


def bootstrap_lower_bound(
    differences: Sequence[float], confidence: float = CONFIDENCE, *, seed: int = 1, resamples: int = RESAMPLES
) -> float:
    """Return the one-sided lower bound of the mean of paired differences: percentile bootstrap, Efron (1979).

    For repeated runs, where a case has a pass rate rather than a verdict. The same seed gives the same bound.
    """
    count = len(differences)
    if count == 0:
        return -1.0
    draw = random.Random(seed)  # noqa: S311 - a reproducible resampling, no secret
    means = sorted(sum(draw.choices(differences, k=count)) / count for _ in range(resamples))
    return means[int((1 - confidence) * resamples)]


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where an increasing function crosses zero, by bisection."""
    for _ in range(200):
        middle = (low + high) / 2
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
