"""One customer's credit record, reduced to the metrics the points card reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gateway.domain.records import Customer, Invoice, Payment
from gateway.features.arithmetic import mean, ratio

WINDOW = 12
"""How many of the latest settled invoices count for punctuality."""
DAYS_PER_MONTH = 365 / 12
RECENT_DAYS = 90
BASELINE_DAYS = 270
WRITTEN_OFF = "WRITTEN_OFF"
PAID = "PAID"


@dataclass(frozen=True, slots=True)
class CreditHistory:
    """What the records say about one customer's credit on one day.

    `lateness` holds days between due date and last payment of the latest settled invoices, oldest first (negative:
    early). `limit`, `balance`, `overdue`, `written_off_amount`, `monthly_purchases`, `recent_monthly` and
    `usual_monthly` (None without a baseline) are in the business's currency, `months` counts since the first invoice.
    `balance_before` is the balance 90 days ago, None when part payments carry no date.
    """

    limit: Decimal
    blocked: bool
    invoices: int
    first_invoice: date | None
    months: float
    paid: int
    undated: int
    lateness: tuple[int, ...]
    open_invoices: int
    overdue_invoices: int
    max_days_overdue: int
    balance: Decimal
    overdue: Decimal
    balance_before: Decimal | None
    written_off: int
    written_off_amount: Decimal
    total_purchases: Decimal
    total_paid: Decimal
    recent_monthly: Decimal
    usual_monthly: Decimal | None
    monthly_purchases: Decimal

    @property
    def utilisation(self) -> float | None:
        """Balance / limit; None without a limit."""
        return ratio(self.balance, self.limit)

    @property
    def utilisation_before(self) -> float | None:
        """The same 90 days ago, against today's limit; None without a limit or without dated payments."""
        return None if self.balance_before is None else ratio(self.balance_before, self.limit)

    @property
    def on_time(self) -> int:
        """Invoices of the window settled at most 3 days after the due date."""
        return sum(1 for days in self.lateness if days <= 3)

    @property
    def mean_lateness(self) -> float:
        """Mean days late over the window; early payments count negative."""
        return mean(self.lateness)

    @property
    def lateness_shift(self) -> float | None:
        """Mean lateness of the last 4 settled invoices minus that of those before; None below 8."""
        if len(self.lateness) < 8:
            return None
        return mean(self.lateness[-4:]) - mean(self.lateness[:-4])

    @property
    def regime_break(self) -> bool:
        """Whether an overdue invoice is more than 7 days later than any of the window was paid.

        What is not due yet breaks no habit, however early the customer usually pays.
        """
        return self.max_days_overdue > 0 and bool(self.lateness) and self.max_days_overdue > max(self.lateness) + 7


def owed(invoice: Invoice) -> Decimal:
    """Return what is still to be paid on an invoice; 0 when paid or written off."""
    if invoice.status in (PAID, WRITTEN_OFF):
        return Decimal(0)
    return invoice.amount_outstanding or max(Decimal(0), invoice.original_amount - invoice.amount_paid)


def days_overdue(invoice: Invoice, as_of: date) -> int:
    """Return whole days past the due date of an unpaid invoice; 0 when nothing is owed or it is not due yet."""
    return max(0, (as_of - invoice.due_date).days) if owed(invoice) > 0 else 0


def monthly_purchases(invoices: Sequence[Invoice], as_of: date) -> tuple[Decimal, Decimal | None, Decimal]:
    """Return (recent, usual, prudent) credit purchases per month.

    Recent is the last 90 days, usual the days 91-270 as far as the history reaches (None below 30 such days), prudent
    the recent figure but at most 1.2 x usual: a spree must not raise its own limit.
    """
    ages = [((as_of - invoice.issue_date).days, invoice.original_amount) for invoice in invoices]
    recent = sum((amount for age, amount in ages if age <= RECENT_DAYS), Decimal(0)) / 3
    reach = min(max((age for age, _ in ages), default=0), BASELINE_DAYS) - RECENT_DAYS
    if reach < 30:
        return recent, None, recent
    earlier = sum((amount for age, amount in ages if RECENT_DAYS < age <= BASELINE_DAYS), Decimal(0))
    usual = earlier * 30 / reach
    return recent, usual, min(recent, usual * Decimal("1.2"))


def _lateness(invoices: Sequence[Invoice], payments: Sequence[Payment]) -> tuple[list[int], int]:
    """Return days late of every settled invoice in order of settlement, and how many carry no payment date."""
    last_paid: dict[str, date] = {}
    for payment in payments:
        last_paid[payment.invoice] = max(payment.payment_date, last_paid.get(payment.invoice, date.min))
    settled = [i for i in invoices if i.status != WRITTEN_OFF and owed(i) == 0]
    dated = sorted((last_paid[i.id], i.due_date, i.id) for i in settled if i.id in last_paid)
    return [(day - due).days for day, due, _ in dated], len(settled) - len(dated)


def _balance_at(invoices: Sequence[Invoice], payments: Sequence[Payment], day: date) -> Decimal | None:
    """Return the balance at the end of an earlier day; None when a paid amount cannot be dated."""
    kept = {i.id: i for i in invoices if i.status != WRITTEN_OFF}
    received = dict.fromkeys(kept, Decimal(0))
    before = Decimal(0)
    for payment in payments:
        if payment.invoice in received:
            received[payment.invoice] += payment.amount
            if payment.payment_date <= day and kept[payment.invoice].issue_date <= day:
                before += payment.amount
    if any(received[key] != invoice.original_amount - owed(invoice) for key, invoice in kept.items()):
        return None
    return sum((i.original_amount for i in kept.values() if i.issue_date <= day), Decimal(0)) - before


def read_history(
    customer: Customer, invoices: Sequence[Invoice], payments: Sequence[Payment], as_of: date
) -> CreditHistory:
    """Reduce a customer's invoices and payments up to `as_of` to the metrics of the points card."""
    lateness, undated = _lateness(invoices, payments)
    recent, usual, prudent = monthly_purchases(invoices, as_of)
    first = min((i.issue_date for i in invoices), default=None)
    late = [i for i in invoices if days_overdue(i, as_of) > 0]
    lost = [i for i in invoices if i.status == WRITTEN_OFF]
    zero = Decimal(0)
    return CreditHistory(
        limit=max(zero, customer.credit_limit),
        blocked=customer.credit_blocked,
        invoices=len(invoices),
        first_invoice=first,
        months=(as_of - first).days / DAYS_PER_MONTH if first else 0.0,
        paid=len(lateness),
        undated=undated,
        lateness=tuple(lateness[-WINDOW:]),
        open_invoices=sum(1 for i in invoices if owed(i) > 0),
        overdue_invoices=len(late),
        max_days_overdue=max((days_overdue(i, as_of) for i in late), default=0),
        balance=sum((owed(i) for i in invoices), zero),
        overdue=sum((owed(i) for i in late), zero),
        balance_before=_balance_at(invoices, payments, as_of - timedelta(days=RECENT_DAYS)),
        written_off=len(lost),
        written_off_amount=sum((i.amount_outstanding for i in lost), zero),
        total_purchases=sum((i.original_amount for i in invoices), zero),
        total_paid=sum((i.original_amount - owed(i) for i in invoices if i.status != WRITTEN_OFF), zero),
        recent_monthly=recent,
        usual_monthly=usual,
        monthly_purchases=prudent,
    )
