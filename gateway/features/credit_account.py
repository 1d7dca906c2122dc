"""A customer's invoices with their dated payments, so that any earlier day can be looked at as it was.

Written-off invoices carry no day of the write-off: they stay in the history as never paid and are left out of balances.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import msgspec

from gateway.domain.records import Invoice, Payment
from gateway.features.credit_history import WRITTEN_OFF, owed
from gateway.features.remembering import Unchanged

ZERO = Decimal(0)


class Bill(msgspec.Struct, frozen=True):
    """One invoice: amounts in the business's currency, `paid` in order of day.

    `settled` is the day of the last payment of a fully paid invoice; `undated` says that it was paid on no known day.
    """

    id: str
    number: str
    issued: date
    due: date
    amount: Decimal
    open: Decimal
    paid: tuple[tuple[date, Decimal], ...]
    settled: date | None
    undated: bool
    lost: bool

    @property
    def lateness(self) -> int:
        """Days from the due date to the last payment of a settled invoice; negative when it came early."""
        return ((self.settled or self.due) - self.due).days

    def owed_on(self, day: date) -> Decimal:
        """Return what was owed at the end of an earlier day; nothing for a written-off or undated invoice."""
        if self.lost or self.undated or self.issued > day or (self.settled is not None and self.settled <= day):
            return ZERO
        return max(ZERO, self.amount - sum((amount for paid, amount in self.paid if paid <= day), ZERO))


@dataclass(frozen=True, slots=True)
class Account:
    """All invoices of one customer in order of issue, and the settled ones in order of settlement.

    `balances` are what was owed at the end of each of `change_days`.
    """

    customer: str
    bills: tuple[Bill, ...]
    settled: tuple[Bill, ...]
    settled_days: tuple[date, ...]
    issue_days: tuple[date, ...]
    change_days: tuple[date, ...]
    balances: tuple[Decimal, ...]

    def settled_until(self, day: date) -> Sequence[Bill]:
        """Return the invoices whose last payment came by the end of `day`, oldest settlement first."""
        return self.settled[: bisect_right(self.settled_days, day)]

    def issued_between(self, first: date, last: date) -> Sequence[Bill]:
        """Return the invoices issued from `first` to `last`, both included."""
        low, high = bisect_right(self.issue_days, first - _DAY), bisect_right(self.issue_days, last)
        return self.bills[low:high]

    def balance_on(self, day: date) -> Decimal:
        """Return what the customer owed at the end of `day`."""
        place = bisect_right(self.change_days, day)
        return self.balances[place - 1] if place else ZERO

    def days_overdue_on(self, day: date) -> int:
        """Return how many days the oldest unpaid invoice was past its due date on `day`; 0 when none was."""
        late = 0
        for bill in self.bills:
            if bill.due < day and (bill.settled is None or bill.settled > day) and bill.owed_on(day) > 0:
                late = max(late, (day - bill.due).days)
        return late


_DAY = timedelta(days=1)
_ACCOUNTS: Unchanged[Account] = Unchanged(2_000)


def read_account(customer: str, invoices: Iterable[Invoice], payments: Iterable[Payment]) -> Account:
    """Join one customer's invoices with their payments."""
    received: dict[str, list[tuple[date, Decimal]]] = {}
    for payment in payments:
        received.setdefault(payment.invoice, []).append((payment.payment_date, payment.amount))
    bills = sorted((_bill(i, received.get(i.id, [])) for i in invoices), key=lambda b: (b.issued, b.id))
    settled = sorted((b for b in bills if b.settled is not None), key=lambda b: (b.settled, b.due, b.id))
    days, balances = _balances(bills)
    return Account(
        customer,
        tuple(bills),
        tuple(settled),
        tuple(b.settled for b in settled if b.settled is not None),
        tuple(b.issued for b in bills),
        days,
        balances,
    )


def _balances(bills: Iterable[Bill]) -> tuple[tuple[date, ...], tuple[Decimal, ...]]:
    """Return the days on which the balance changed, and the balance at the end of each."""
    changes: dict[date, Decimal] = {}

    def change(day: date, amount: Decimal) -> None:
        changes[day] = changes.get(day, ZERO) + amount

    for bill in bills:
        if bill.lost or bill.undated:
            continue
        left = bill.amount
        change(bill.issued, bill.amount)
        for paid, amount in bill.paid:
            part = min(left, amount)
            change(max(paid, bill.issued), -part)
            left -= part
        if bill.settled is not None and left:
            change(max(bill.settled, bill.issued), -left)
    days = tuple(sorted(changes))
    return days, tuple(accumulate(changes[day] for day in days))


def kept_account(scope: Hashable, customer: str, invoices: Sequence[Invoice], payments: Sequence[Payment]) -> Account:
    """Return the same account as `read_account`, joined anew only when one of its rows changed; `scope` owns them."""
    rows = (tuple(invoices), tuple(payments))
    return _ACCOUNTS.get((scope, customer), rows, lambda: read_account(customer, invoices, payments))


def read_accounts(
    invoices: Iterable[Invoice], payments: Iterable[Payment], scope: Hashable = None
) -> dict[str, Account]:
    """Return the account of every customer who was ever invoiced, by customer id."""
    bills: dict[str, list[Invoice]] = {}
    money: dict[str, list[Payment]] = {}
    for invoice in invoices:
        bills.setdefault(invoice.customer, []).append(invoice)
    for payment in payments:
        money.setdefault(payment.customer, []).append(payment)
    return {key: kept_account(scope, key, rows, money.get(key, ())) for key, rows in sorted(bills.items())}


def _bill(invoice: Invoice, received: list[tuple[date, Decimal]]) -> Bill:
    received.sort()
    lost, left = invoice.status == WRITTEN_OFF, owed(invoice)
    paid_up = not lost and left == 0
    return Bill(
        id=invoice.id,
        number=invoice.invoice_number or invoice.id,
        issued=invoice.issue_date,
        due=invoice.due_date,
        amount=invoice.original_amount,
        open=left,
        paid=tuple(received),
        settled=received[-1][0] if paid_up and received else None,
        undated=paid_up and not received,
        lost=lost,
    )
