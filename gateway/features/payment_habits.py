"""How a customer usually pays, said in a form that people read: steadiness, weekdays, days of the month, seasons.

Each statement needs enough payments behind it; with fewer it says so instead of guessing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean

from gateway.features.credit_account import Account, Bill
from gateway.features.payment_timing import CYCLE_PAYMENTS, WINDOW, Habit, quantile
from gateway.features.wording import joined, month_name
from gateway.features.working_days import SUNDAY, WEEKDAYS

STEADY_IQR, FAIR_IQR = 5, 12
FEWEST_FOR_IQR = 4
DAYS_PER_WEEK = 6
"""Working days; Sundays only count where payments fell on them."""
PREFERRED = 1.5
FEWEST_PAYMENTS = 10
SEASON_DAYS = 5
FEWEST_IN_MONTH = 3
SEASON_MONTHS = 12
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the settled invoices show; `average` is in days after the due date, None before the first settlement."""

    settled: int
    average: int | None
    consistency: str
    preferred_days: tuple[str, ...]
    cycle: str
    seasonality: str


def read_pattern(account: Account, habit: Habit) -> Pattern:
    """Return the payment pattern as it could be known on the habit's day."""
    settled = account.settled_until(habit.day)
    late = habit.lateness
    return Pattern(
        settled=len(late),
        average=_whole(mean(late)) if late else None,
        consistency=_consistency(late),
        preferred_days=_preferred_days(account, habit.day),
        cycle=_cycle(habit, len(settled)),
        seasonality=_seasonality(settled, habit.day),
    )


def _whole(value: float) -> int:
    return int(value + 0.5) if value >= 0 else -int(-value + 0.5)


def _consistency(late: Sequence[int]) -> str:
    """Return HIGH, MEDIUM or LOW by the interquartile range in days; UNKNOWN below 4 settled invoices."""
    if len(late) < FEWEST_FOR_IQR:
        return "UNKNOWN"
    points = [(float(value), 1.0) for value in sorted(late)]
    spread = quantile(points, 0.75) - quantile(points, 0.25)
    return "HIGH" if spread <= STEADY_IQR else "MEDIUM" if spread <= FAIR_IQR else "LOW"


def _preferred_days(account: Account, day: date) -> tuple[str, ...]:
    paid = [on for bill in account.bills for on, _ in bill.paid if day - YEAR < on <= day]
    if len(paid) < FEWEST_PAYMENTS:
        return ()
    counts = [0] * 7
    for on in paid:
        counts[on.weekday()] += 1
    expected = len(paid) / (DAYS_PER_WEEK + (counts[SUNDAY] > 0))
    chosen = [n for n in range(7) if counts[n] >= PREFERRED * expected]
    return tuple(WEEKDAYS[n] for n in sorted(chosen, key=lambda n: (-counts[n], n)))


def _cycle(habit: Habit, settled: int) -> str:
    if habit.cycle is not None:
        first, last = habit.cycle
        days = f"on the {ordinal(first)}" if first == last else f"between the {ordinal(first)} and the {ordinal(last)}"
        return f"Usually pays {days} of the month"
    if settled < CYCLE_PAYMENTS:
        return "Too few payments to see a monthly cycle"
    return "No monthly cycle"


def _seasonality(settled: Sequence[Bill], day: date) -> str:
    """Compare the calendar months in which invoices fell due; needs a year of them."""
    reach = [bill for bill in settled if bill.due > day - 2 * YEAR]
    if len(reach) < WINDOW or (day - min(bill.due for bill in reach)).days < SEASON_MONTHS * 30:
        return "Not enough history to see a season"
    overall = mean(bill.lateness for bill in reach)
    months: dict[int, list[int]] = {}
    for bill in reach:
        months.setdefault(bill.due.month, []).append(bill.lateness)
    means = {m: mean(late) for m, late in sorted(months.items()) if len(late) >= FEWEST_IN_MONTH}
    slow = [month_name(m) for m, value in means.items() if value >= overall + SEASON_DAYS]
    fast = [month_name(m) for m, value in means.items() if value <= overall - SEASON_DAYS]
    said = [f"slower in {joined(slow)}"] if slow else []
    said += [f"faster in {joined(fast)}"] if fast else []
    text = ", ".join(said)
    return text[:1].upper() + text[1:] if text else "No clear season"


def ordinal(n: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `4th`, `11th`, `22nd`."""
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
