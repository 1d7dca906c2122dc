"""What one customer owes and how likely it is to come: days, habit, chance of payment, urgency and approach.

Formulas: days count from the oldest unpaid due date. Chance within 30 days = factor by age x (0.6 + 0.4 x share of
settled invoices on time). A reminder gains overdue x chance x (1 - share that comes by itself), which is 0.7 while the
customer is at most 5 days later than usual, else 0.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from gateway.domain.money import CENT, round_cents
from gateway.domain.records import Invoice, Payment, Reminder
from gateway.features.contact_rules import Contacts, read_contacts
from gateway.features.credit_history import WINDOW, WRITTEN_OFF, days_overdue, owed
from gateway.features.payment_plan import WORTH_A_PLAN, Plan, make_plan
from gateway.features.working_days import is_working_day

CRITICAL, HIGH, MEDIUM, LOW = "CRITICAL", "HIGH", "MEDIUM", "LOW"
URGENCIES = (CRITICAL, HIGH, MEDIUM, LOW)
FRIENDLY, FIRM, FORMAL = "FRIENDLY", "FIRM_BUT_PROFESSIONAL", "ESCALATE_TO_FORMAL"
ON_TIME_UNKNOWN = 0.5
"""The share of invoices on time that is assumed of a customer who has not settled any."""
GRACE_DAYS = 5
_AGE_FACTORS = ((15, 0.90), (30, 0.80), (60, 0.60), (90, 0.35))
_OLDEST_FACTOR = 0.12
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Habit:
    """How settled invoices were paid: how many, mean days from issue to last payment, how many late.

    `lateness` holds the days between due date and last payment of the latest 12, oldest first (negative: early).
    """

    n: int
    average_days: int | None
    late: int
    lateness: tuple[int, ...]

    @property
    def on_time(self) -> int:
        """Invoices of `lateness` settled at most 3 days after the due date."""
        return sum(1 for days in self.lateness if days <= 3)


@dataclass(frozen=True, slots=True)
class Debt:
    """One customer's debt on one day; amounts in the business's currency, `late` oldest due date first.

    `balance` is everything still to be paid, due or not, without what was written off (`written_off`, None if nothing
    was); `overdue` what should have been paid by now; `days` counts since the oldest unpaid due date, 0 without any;
    `unit` is the smallest amount that can be paid.
    """

    customer_id: str
    balance: Decimal
    overdue: Decimal
    days: int
    late: tuple[Invoice, ...]
    written_off: Decimal | None
    habit: Habit
    contacts: Contacts
    invoices: int
    unit: Decimal = CENT

    @property
    def regime_break(self) -> bool:
        """Whether an overdue invoice is more than 7 days later than any of the window was paid."""
        return self.days > 0 and bool(self.habit.lateness) and self.days > max(self.habit.lateness) + 7

    @property
    def usual_lateness(self) -> int:
        """The customer's own median days between due date and payment, at least 0."""
        return max(0, round(median(self.habit.lateness))) if self.habit.lateness else 0

    @property
    def chance(self) -> float:
        """The chance that the overdue amount comes within 30 days."""
        age = next((factor for most, factor in _AGE_FACTORS if self.days <= most), _OLDEST_FACTOR)
        window = self.habit.lateness
        share = self.habit.on_time / len(window) if window else ON_TIME_UNKNOWN
        return round(age * (0.6 + 0.4 * share), 4)

    @property
    def as_usual(self) -> bool:
        """Whether the customer is no later than it often is."""
        return self.days <= self.usual_lateness + GRACE_DAYS

    @property
    def recovery(self) -> Decimal:
        """What may be expected within 30 days."""
        return self.overdue * Decimal(str(self.chance))

    @property
    def gain(self) -> Decimal:
        """What a reminder adds to what comes by itself."""
        return self.recovery * (Decimal("0.3") if self.as_usual else Decimal("0.8"))

    @property
    def likelihood(self) -> str:
        """The chance in words: HIGH from 0.55, MEDIUM from 0.25, else LOW; no arrears are HIGH before a settlement."""
        may_be_high = bool(self.habit.lateness) or self.overdue <= 0
        return HIGH if self.chance >= 0.55 and may_be_high else MEDIUM if self.chance >= 0.25 else LOW

    def urgency(self, all_overdue: Decimal) -> str:
        """Return the urgency within a business to which `all_overdue` is owed too late."""
        share = self.overdue / all_overdue if all_overdue > 0 else _ZERO
        if self.overdue <= 0:
            return LOW
        if share >= Decimal("0.15"):
            return CRITICAL
        if share >= Decimal("0.05"):
            return CRITICAL if self.regime_break and self.chance >= 0.25 else HIGH
        return HIGH if self.days >= 60 else LOW if self.as_usual else MEDIUM

    @property
    def approach(self) -> str:
        """FRIENDLY while as usual; a formal letter over 90 days, or from 60 with 2 reminders unanswered; else firm."""
        if self.days > 90 or (self.days >= 60 and self.contacts.unanswered >= 2):
            return FORMAL
        return FRIENDLY if self.as_usual else FIRM

    def contact_today(self, urgency: str, as_of: date) -> bool:
        """Return whether to call or write today: urgent, no formal letter, a working day, not contacted too often."""
        urgent = urgency in (CRITICAL, HIGH) and self.approach != FORMAL
        return urgent and is_working_day(as_of) and self.contacts.may_contact(as_of)

    @property
    def plan(self) -> Plan | None:
        """The suggested payment plan for the whole balance; None where nothing is overdue or it is too little."""
        worth = self.overdue > 0 and self.balance >= WORTH_A_PLAN
        return self.divided() if worth else None

    def divided(self) -> Plan | None:
        """Return a payment plan for the whole balance; None where it cannot be divided."""
        return make_plan(self.balance, self.chance, self.unit)


def read_debt(
    customer_id: str,
    invoices: Sequence[Invoice],
    payments: Sequence[Payment],
    reminders: Sequence[Reminder],
    as_of: date,
    unit: Decimal = CENT,
) -> Debt:
    """Reduce one customer's records up to `as_of` to its debt."""
    open_ones = [(invoice, left) for invoice in invoices if (left := round_cents(owed(invoice))) > 0]
    late = [invoice for invoice, _ in open_ones if invoice.due_date < as_of]
    late.sort(key=lambda i: (i.due_date, i.issue_date, i.id))
    lost = [invoice.amount_outstanding for invoice in invoices if invoice.status == WRITTEN_OFF]
    return Debt(
        customer_id=customer_id,
        balance=sum((left for _, left in open_ones), _ZERO),
        overdue=sum((left for invoice, left in open_ones if invoice.due_date < as_of), _ZERO),
        days=days_overdue(late[0], as_of) if late else 0,
        late=tuple(late),
        written_off=sum(lost, _ZERO) if lost else None,
        habit=_read_habit(invoices, payments),
        contacts=read_contacts(reminders, late, as_of),
        invoices=len(invoices),
        unit=unit,
    )


def _read_habit(invoices: Sequence[Invoice], payments: Sequence[Payment]) -> Habit:
    last_paid: dict[str, date] = {}
    for payment in payments:
        known = last_paid.get(payment.invoice)
        if known is None or payment.payment_date > known:
            last_paid[payment.invoice] = payment.payment_date
    done = sorted(
        (last_paid[i.id], i.due_date, i.id, i.issue_date)
        for i in invoices
        if i.id in last_paid and i.status != WRITTEN_OFF and owed(i) == 0
    )
    waited = sum((paid - issued).days for paid, _, _, issued in done)
    return Habit(
        n=len(done),
        average_days=max(0, round(waited / len(done))) if done else None,
        late=sum(1 for paid, due, _, _ in done if paid > due),
        lateness=tuple((paid - due).days for paid, due, _, _ in done[-WINDOW:]),
    )
