"""Small statistics in plain Python; every function is pure and says what it does with too little data."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from statistics import median

_NORMAL_MAD = 1.4826
"""Scales a median absolute deviation to the standard deviation of a normal distribution."""


def clip(value: float, low: float, high: float) -> float:
    """Return `value` moved into `low`..`high`."""
    return max(low, min(high, value))


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean; 0 for no values."""
    return sum(values) / len(values) if values else 0.0


def floor_to(amount: Decimal, step: int) -> Decimal:
    """Return `amount` rounded down to a multiple of `step`; never below 0."""
    return max(Decimal(0), amount // step * step)


def ratio(part: Decimal | float, whole: Decimal | float) -> float | None:
    """Return part / whole, or None when `whole` is not positive."""
    return float(part) / float(whole) if whole > 0 else None


def theil_sen(values: Sequence[float]) -> float | None:
    """Return the median slope per step over all pairs of points; None below 4 points."""
    if len(values) < 4:
        return None
    return median((b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(values), 2))


def robust_z(values: Sequence[float]) -> list[float]:
    """Return each value's distance from the median in robust standard deviations; zeros when nothing spreads."""
    if not values:
        return []
    middle = median(values)
    spread = _NORMAL_MAD * median(abs(value - middle) for value in values)
    return [(value - middle) / spread if spread else 0.0 for value in values]
