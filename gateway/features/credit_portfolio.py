"""A shop's whole credit book on one day: each customer's standing, and the sums, ages and rates over all of them.

Amounts are in the business's currency, shares are fractions of 1. Earlier states come from dated payments alone, so
written-off and undated invoices are outside every comparison of two days.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from gateway.domain.records import Customer, Invoice, Payment
from gateway.features.arithmetic import ratio
from gateway.features.credit_account import ZERO, Account, Bill, kept_account
from gateway.features.credit_card import (
    HIGH,
    LOW,
    MEDIUM,
    VERY_HIGH,
    Card,
    credit_ceiling,
    score_card,
    terms_days,
)
from gateway.features.credit_history import CreditHistory, read_history
from gateway.features.remembering import Unchanged

CHANCE_OF_DEFAULT = {LOW: Decimal("0.02"), MEDIUM: Decimal("0.06"), HIGH: Decimal("0.25"), VERY_HIGH: Decimal("0.60")}
"""Level → share of a balance that is expected to be lost; set by judgement."""
BUCKETS = {"current": 0, "days_1_30": 30, "days_31_60": 60, "days_61_90": 90, "over_90_days": None}
"""Age bucket → the most days overdue that belong to it."""
PERIOD = timedelta(days=90)
MONTH = timedelta(days=30)
DSO_DAYS = 91
DEFAULT_DAYS = 90
FEWEST_SETTLED = 3
"""Settled invoices below which a period has no average collection time."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one customer owed at the end of a day; `invoiced` and `in_default` as for `Then`."""

    owed: Decimal
    overdue: Decimal
    in_default: bool
    invoiced: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """One customer's balance, the credit sales of the last 91 days and how the balance changed on each of them."""

    balance: Decimal
    sold: Decimal
    changes: Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class Standing:
    """One customer who was ever invoiced: the credit record, its score and the dated invoices.

    `marks` are today, a month and a period ago.
    """

    customer: Customer
    history: CreditHistory
    card: Card
    account: Account
    ceiling: Decimal
    marks: tuple[Mark, Mark, Mark]
    flow: Flow


@dataclass(frozen=True, slots=True)
class Then:
    """The book as it can be reconstructed at the end of an earlier day."""

    outstanding: Decimal
    overdue_share: float | None
    in_default: int
    customers: int

    @property
    def default_rate(self) -> float | None:
        """Share of the customers invoiced by then who were more than 90 days overdue or later written off."""
        return ratio(float(self.in_default), float(self.customers))


@dataclass(frozen=True, slots=True)
class Book:
    """The credit book on one day; `standings` by balance, largest first."""

    day: date
    limits: Decimal
    standings: tuple[Standing, ...]
    aging: Mapping[str, Decimal]
    now: Then
    month_ago: Then
    period_ago: Then
    collection_days: float | None
    collection_days_before: float | None
    dso: float | None
    due_soon: tuple[int, Decimal]

    @property
    def outstanding(self) -> Decimal:
        """Sum of all open invoices that are not written off."""
        return sum((one.history.balance for one in self.standings), ZERO)

    @property
    def overdue(self) -> Decimal:
        """The part of it that is past its due date."""
        return sum((one.history.overdue for one in self.standings), ZERO)

    @property
    def at_risk(self) -> Decimal:
        """The part of it that is expected to be lost, by each customer's level."""
        return sum((one.history.balance * CHANCE_OF_DEFAULT[one.card.level] for one in self.standings), ZERO)

    @property
    def score(self) -> int | None:
        """Mean of the customers' scores weighted by balance, minus 0.4 points per percent overdue; None without any."""
        if not self.standings:
            return None
        total = self.outstanding
        if not total:
            return round(sum(one.card.score for one in self.standings) / len(self.standings))
        mean = sum((one.history.balance * one.card.score for one in self.standings), ZERO) / total
        return max(0, int(mean - 40 * self.overdue / total + Decimal("0.5")))


_STANDINGS: Unchanged[Standing] = Unchanged(2_000)


def read_book(
    customers: Iterable[Customer],
    invoices: Sequence[Invoice],
    payments: Sequence[Payment],
    day: date,
    scope: Hashable = None,
) -> Book:
    """Reduce all invoices and payments known at the end of `day` to the credit book; `scope` owns them."""
    known = {customer.id: customer for customer in customers}
    standings = list(kept_standings(known, invoices, payments, day, scope))
    standings.sort(key=lambda one: (-one.history.balance, one.customer.id))
    accounts = [one.account for one in standings]
    unpaid = [bill for account in accounts for bill in account.bills if bill.open]
    return Book(
        day=day,
        limits=sum((max(ZERO, one.credit_limit) for one in known.values()), ZERO),
        standings=tuple(standings),
        aging=_aging(unpaid, day),
        now=_then(one.marks[0] for one in standings),
        month_ago=_then(one.marks[1] for one in standings),
        period_ago=_then(one.marks[2] for one in standings),
        collection_days=_collection_days(accounts, day - PERIOD, day),
        collection_days_before=_collection_days(accounts, day - 2 * PERIOD, day - PERIOD),
        dso=_dso([one.flow for one in standings], day),
        due_soon=_due_soon(unpaid, day),
    )


def kept_standings(
    customers: Mapping[str, Customer],
    invoices: Sequence[Invoice],
    payments: Sequence[Payment],
    day: date,
    scope: Hashable,
) -> Iterator[Standing]:
    """Yield how each customer with invoices stands, worked out again only where one of its rows changed."""
    for key, rows, paid in _by_customer(invoices, payments):
        if key in customers:
            work_out = partial(_standing, customers[key], rows, paid, day, scope)
            yield _STANDINGS.get((scope, key, day), (customers[key], tuple(rows), tuple(paid)), work_out)


def _by_customer(
    invoices: Iterable[Invoice], payments: Iterable[Payment]
) -> Iterable[tuple[str, list[Invoice], list[Payment]]]:
    rows: dict[str, list[Invoice]] = {}
    money: dict[str, list[Payment]] = {}
    for invoice in invoices:
        rows.setdefault(invoice.customer, []).append(invoice)
    for payment in payments:
        money.setdefault(payment.customer, []).append(payment)
    return ((key, found, money.get(key, [])) for key, found in sorted(rows.items()))


def _standing(
    customer: Customer, invoices: Sequence[Invoice], payments: Sequence[Payment], day: date, scope: Hashable
) -> Standing:
    history = read_history(customer, invoices, payments, day)
    card = score_card(history)
    ceiling = credit_ceiling(history, card.level, terms_days(history, card.level))
    account = kept_account(scope, customer.id, invoices, payments)
    marks = _mark(account, day), _mark(account, day - MONTH), _mark(account, day - PERIOD)
    return Standing(customer, history, card, account, ceiling, marks, _flow(account, day))


def _aging(unpaid: Iterable[Bill], day: date) -> dict[str, Decimal]:
    sums = dict.fromkeys(BUCKETS, ZERO)
    for bill in unpaid:
        late = (day - bill.due).days
        sums[next(name for name, most in BUCKETS.items() if most is None or late <= most)] += bill.open
    return sums


def _mark(account: Account, day: date) -> Mark:
    total, overdue, defaulted = ZERO, ZERO, False
    bills = account.issued_between(date.min + timedelta(days=1), day)
    for bill in bills:
        defaulted = defaulted or (bill.lost and (day - bill.due).days > DEFAULT_DAYS)
        if bill.settled is not None and bill.settled <= day:
            continue
        if left := bill.owed_on(day):
            total += left
            overdue += left if bill.due < day else ZERO
            defaulted = defaulted or (day - bill.due).days > DEFAULT_DAYS
    return Mark(total, overdue, defaulted, bool(bills))


def _then(marks: Iterable[Mark]) -> Then:
    every = list(marks)
    total, overdue = sum((one.owed for one in every), ZERO), sum((one.overdue for one in every), ZERO)
    in_default, invoiced = sum(one.in_default for one in every), sum(one.invoiced for one in every)
    return Then(total, ratio(overdue, total), in_default, invoiced)


def _collection_days(accounts: Iterable[Account], after: date, until: date) -> float | None:
    """Return the mean days from issue to last payment of the invoices settled in a period, weighted by amount."""
    settled = [
        bill
        for account in accounts
        for bill in account.settled_until(until)[len(account.settled_until(after)) :]
        if bill.settled is not None
    ]
    weight = sum((bill.amount for bill in settled), ZERO)
    if len(settled) < FEWEST_SETTLED or not weight:
        return None
    days = sum((bill.amount * (bill.settled - bill.issued).days for bill in settled if bill.settled), ZERO)
    return float(days / weight)


def _flow(account: Account, day: date) -> Flow:
    balance, sold = ZERO, ZERO
    changes: dict[date, Decimal] = {}
    first = day - timedelta(days=DSO_DAYS - 1)
    for bill in account.bills:
        if bill.lost or bill.undated:
            continue
        if bill.settled is None or bill.settled > day:
            balance += bill.owed_on(day)
        elif bill.settled < first:
            continue
        if bill.issued >= first:
            sold += bill.amount
            changes[bill.issued] = changes.get(bill.issued, ZERO) + bill.amount
        for paid, amount in bill.paid:
            if paid >= first:
                changes[paid] = changes.get(paid, ZERO) - amount
    return Flow(balance, sold, changes)


def _dso(flows: Sequence[Flow], day: date) -> float | None:
    """Return days sales outstanding: the mean daily balance of 91 days / the credit sales of these days x 91."""
    balance, sold = sum((one.balance for one in flows), ZERO), sum((one.sold for one in flows), ZERO)
    if not sold:
        return None
    changes: dict[date, Decimal] = {}
    for flow in flows:
        for changed, amount in flow.changes.items():
            changes[changed] = changes.get(changed, ZERO) + amount
    total = ZERO
    for n in range(DSO_DAYS):
        total += balance
        balance -= changes.get(day - timedelta(days=n), ZERO)
    return float(total / sold)


def _due_soon(unpaid: Iterable[Bill], day: date) -> tuple[int, Decimal]:
    soon = [bill.open for bill in unpaid if day <= bill.due <= day + timedelta(days=7)]
    return len(soon), sum(soon, ZERO)
