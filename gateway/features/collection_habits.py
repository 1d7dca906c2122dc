"""What a business's own history says about collecting: on which days money comes, and how fast after a reminder."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from gateway.domain.evidence import Json
from gateway.domain.records import Invoice, Payment, Reminder
from gateway.features.credit_history import WRITTEN_OFF, owed
from gateway.features.wording import count
from gateway.features.working_days import SUNDAY, WEEKDAYS

FEWEST = 20
"""Payments, or settled invoices with a reminder, below which nothing is said."""
CLEARLY_MORE = 1.15
NOT_RECORDED = "n/a"
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Habits:
    """`best_days` are weekdays with more payments than an even share; `recovery_days` is None without a sample."""

    payments: int
    best_days: tuple[str, ...]
    recoveries: int
    recovery_days: int | None

    def answer(self) -> dict[str, Json] | None:
        """Return `strategic_insights`; None when too little was paid to say anything.

        Times of day are not recorded with payments and plans not at all, so nothing is claimed about them.
        """
        if self.payments < FEWEST:
            return None
        return {
            "best_collection_days": list(self.best_days),
            "best_contact_times": [],
            "average_recovery_time": None if self.recovery_days is None else count(self.recovery_days, "day"),
            "success_rate_with_payment_plans": NOT_RECORDED,
        }

    def warnings(self) -> list[str]:
        """Return why something is missing in `strategic_insights`."""
        if self.payments < FEWEST:
            return [f"strategic_insights: {count(self.payments, 'payment')} in a year, where {FEWEST} are needed."]
        found = ["strategic_insights: payments carry no time of day and plans are not recorded, so neither is judged."]
        if self.recovery_days is None:
            found.append(
                f"strategic_insights: {count(self.recoveries, 'settled invoice')} with a reminder, too few to judge."
            )
        return found


def read_habits(
    invoices: Sequence[Invoice], payments: Sequence[Payment], reminders: Sequence[Reminder], as_of: date
) -> Habits:
    """Read a year of payments, and the days from first reminder to full payment of the invoices settled in it."""
    recent = [payment for payment in payments if as_of - payment.payment_date < _YEAR]
    waits = _recoveries(invoices, recent, reminders)
    return Habits(
        payments=len(recent),
        best_days=_best_days(recent),
        recoveries=len(waits),
        recovery_days=round(median(waits)) if len(waits) >= FEWEST else None,
    )


def _best_days(payments: Sequence[Payment]) -> tuple[str, ...]:
    """Return the weekdays with 15 % more payments than an even share of the days on which any is made.

    Nobody is contacted on a Sunday, so it is never one of them.
    """
    made = Counter(payment.payment_date.weekday() for payment in payments)
    even = len(payments) / max(1, len(made))
    return tuple(name for day, name in enumerate(WEEKDAYS) if day != SUNDAY and made[day] > CLEARLY_MORE * even)


def _recoveries(invoices: Sequence[Invoice], payments: Sequence[Payment], reminders: Sequence[Reminder]) -> list[int]:
    first: dict[str, date] = {}
    for reminder in reminders:
        first[reminder.invoice] = min(reminder.date, first.get(reminder.invoice, reminder.date))
    last: dict[str, date] = {}
    for payment in payments:
        last[payment.invoice] = max(payment.payment_date, last.get(payment.invoice, payment.payment_date))
    settled = (i.id for i in invoices if i.id in first and i.id in last and i.status != WRITTEN_OFF and owed(i) == 0)
    return [(last[key] - first[key]).days for key in settled if last[key] >= first[key]]
