"""When an open invoice will probably be settled: a recency-weighted conditional median of how late the customer pays.

The sample is the lateness of the last 12 settled invoices, newest first with weights 0.85^k, plus five prior points for
thin histories. Where lateness clearly drifts one way, each past value is first carried along (Theil-Sen slope). What is
already late can only be paid later than that, so the sample is conditioned on it.
Days are calendar days, negative lateness is early; a date is never before tomorrow and falls on a working day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from gateway.features.arithmetic import clip, theil_sen
from gateway.features.credit_account import Account
from gateway.features.working_days import is_working_day, next_working_day

WINDOW = 12
DECAY = 0.85
PRIOR = (-2, 0, 4, 9, 20)
PRIOR_WEIGHT = 0.15
UNHEARD_OF = 0.2
"""Share for an invoice that is already later than anything in the sample."""
CYCLE_PAYMENTS = 8
CYCLE_SHARE = 0.6
CYCLE_DAYS = 4
BREAK_DAYS = 5
"""An open invoice this many days later than any settled one breaks the pattern."""
BROKEN_WAIT = 10
DRIFT_FEWEST = 6
DRIFT_AGREEMENT = 0.5
"""Rising minus falling pairs of lateness, as a share of all pairs, from which a drift is believed."""
DRIFT_MOST = 9.0
TRUST = {"drift": 0.75, "broken": 0.3}
"""Basis → how much of the sample's share holds; the others hold as they are."""
FEWEST = 3
"""Settled invoices below which no habit can be told."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a customer has paid until `day`: lateness of the last settled invoices (oldest first) and what stands out.

    `cycle` is the first and last day of the month of a salary-like window, `cycle_share` the part of the last payments
    in it; `oldest` the days overdue of the oldest open invoice; `instalments` says that invoices are usually paid in
    parts, so a date is that of the last part.
    """

    day: date
    lateness: tuple[int, ...]
    cycle: tuple[int, int] | None
    oldest: int
    instalments: bool
    cycle_share: float = 0.0

    @property
    def drift(self) -> float:
        """Days by which each settled invoice came later than the one before; 0 unless most pairs agree."""
        late = self.lateness
        if self.cycle is not None or len(late) < DRIFT_FEWEST:
            return 0.0
        pairs = [(b > a) - (b < a) for a, b in combinations(late, 2)]
        if abs(sum(pairs)) < DRIFT_AGREEMENT * len(pairs):
            return 0.0
        return clip(theil_sen(late) or 0.0, -DRIFT_MOST, DRIFT_MOST)

    @property
    def broken(self) -> bool:
        """Whether an overdue invoice is later than any settled one by more than the tolerance."""
        return self.oldest > 0 and bool(self.lateness) and self.oldest > max(self.lateness) + BREAK_DAYS


@dataclass(frozen=True, slots=True)
class Forecast:
    """A predicted day of full settlement with the days between which four of five fall, and why.

    `basis` is `broken`, `cycle`, `drift`, `habit` or `thin`; `confidence` is the share of the sample within 5 days.
    """

    day: date
    earliest: date
    latest: date
    confidence: float
    basis: str


def read_habit(account: Account, day: date) -> Habit:
    """Return a customer's habit as it could be known at the end of `day`."""
    settled = account.settled_until(day)[-WINDOW:]
    parts = sum(1 for bill in settled if len(bill.paid) > 1)
    paid_on = [bill.settled for bill in settled[-CYCLE_PAYMENTS:] if bill.settled is not None]
    cycle = salary_window(paid_on)
    inside = sum(1 for paid in paid_on if cycle and cycle[0] <= paid.day <= cycle[1])
    return Habit(
        day=day,
        lateness=tuple(bill.lateness for bill in settled),
        cycle=cycle,
        oldest=account.days_overdue_on(day),
        instalments=len(settled) >= FEWEST and 2 * parts >= len(settled),
        cycle_share=inside / len(paid_on) if paid_on else 0.0,
    )


def salary_window(paid_on: Sequence[date]) -> tuple[int, int] | None:
    """Return the days of the month between which at least 60 % of 8 payments fell, in two months or more; else None."""
    if len(paid_on) < CYCLE_PAYMENTS:
        return None
    days = [day.day for day in paid_on]
    best = max(range(1, 32), key=lambda first: (_inside(days, first), -first))
    hits = [day for day in paid_on if best <= day.day < best + CYCLE_DAYS]
    months = {(day.year, day.month) for day in hits}
    if len(hits) < CYCLE_SHARE * len(paid_on) or len(months) < 3:
        return None
    return min(day.day for day in hits), max(day.day for day in hits)


def _inside(days: Sequence[int], first: int) -> int:
    return sum(1 for day in days if first <= day < first + CYCLE_DAYS)


def predict(habit: Habit, due: date) -> Forecast:
    """Return when an invoice that is open on `habit.day` will probably be settled."""
    age = (habit.day - due).days
    points = _points(habit, age)
    middle = quantile(points, 0.5)
    if habit.broken:
        middle = max(middle, habit.oldest + BROKEN_WAIT)
    day = due + timedelta(days=round(middle))
    if habit.cycle is not None and not habit.broken:
        start = due + timedelta(days=min(0, *habit.lateness[-CYCLE_PAYMENTS:]))
        day = _next_in_window(max(start, habit.day + _DAY), habit.cycle)
    day = next_working_day(max(day, habit.day + _DAY))
    reached = (day - due).days
    low = due + timedelta(days=round(quantile(points, 0.1)))
    high = due + timedelta(days=round(quantile(points, 0.9)))
    return Forecast(
        day=day,
        earliest=max(min(low, day), habit.day + _DAY),
        latest=max(high, day),
        confidence=_confidence(habit, points, reached, age),
        basis=_basis(habit),
    )


def _points(habit: Habit, age: int) -> list[tuple[float, float]]:
    """Return (lateness, weight) of every past or prior case that is still possible for an invoice `age` days late.

    Who always pays early and let that day pass on an invoice that is not overdue is still expected early: any day now.
    """
    drift = habit.drift
    moved = [round(late + drift * (k + 1)) for k, late in enumerate(reversed(habit.lateness))]
    own = [(float(late), DECAY**k) for k, late in enumerate(moved)]
    points = [(late, weight) for late, weight in own if late > age] or (own if age <= 0 else [])
    points += [(float(late), PRIOR_WEIGHT) for late in PRIOR if late > age]
    return sorted(points) or [(age + max(5.0, age / 2), UNHEARD_OF)]


def quantile(points: Sequence[tuple[float, float]], share: float) -> float:
    """Return the value below which `share` of the weight of sorted (value, weight) points lies."""
    total, passed = sum(weight for _, weight in points), 0.0
    for value, weight in points:
        passed += weight
        if passed >= share * total - 1e-12:
            return value
    return points[-1][0]


def _confidence(habit: Habit, points: Sequence[tuple[float, float]], reached: int, age: int) -> float:
    """Return how often such a date was right within 5 days; the factors are measured by `bench/payment_quality.py`."""
    basis = _basis(habit)
    if basis == "cycle":
        return round(clip(habit.cycle_share, 0.1, 0.95), 2)
    near = sum(weight for value, weight in points if abs(value - reached) <= 5) / sum(weight for _, weight in points)
    if points[0][1] == UNHEARD_OF:
        near = UNHEARD_OF
    elif basis == "habit" and age > 0 and age >= max(habit.lateness):
        near = min(near, UNHEARD_OF)
    return round(clip(near * TRUST.get(basis, 1.0), 0.05, 0.5 if basis == "thin" else 0.95), 2)


def _basis(habit: Habit) -> str:
    if habit.broken:
        return "broken"
    if len(habit.lateness) < FEWEST:
        return "thin"
    if habit.cycle is not None:
        return "cycle"
    return "drift" if habit.drift else "habit"


def _next_in_window(day: date, window: tuple[int, int]) -> date:
    """Return the middle of the next window from `day` on, or `day` itself inside one; a working day if it has one."""
    first, last = window
    while not first <= day.day <= last:
        day += _DAY
    inside = [day]
    while (following := inside[-1] + _DAY).day == inside[-1].day + 1 and following.day <= last:
        inside.append(following)
    working = [one for one in inside if is_working_day(one)] or inside
    return working[(len(working) - 1) // 2]
