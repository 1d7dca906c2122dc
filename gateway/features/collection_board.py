"""Everybody who owes, ranked: who to contact first so that most money comes in that would not come by itself.

One pass over invoices, payments and reminders; sales are read only of the customers that are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from gateway.domain.evidence import Json
from gateway.domain.money import smallest_unit
from gateway.domain.records import Customer, Invoice, Payment, Reminder
from gateway.domain.sums import SaleSum
from gateway.errors import FieldError, NotFound
from gateway.features.collection_debt import URGENCIES, Debt, read_debt
from gateway.features.collection_habits import Habits, read_habits
from gateway.features.credit_history import days_overdue, owed
from gateway.features.remembering import Remembered, Unchanged, scope_of
from gateway.ports import PosData

RECENT = timedelta(days=90)
SETTLING_IN = timedelta(days=30)
"""So much later than the compared 90 days a customer may have begun to buy and still be compared with them."""
UNKNOWN_NAME = "Customer without a name"
_ONE_DAY = timedelta(days=1)
_ZERO = Decimal(0)
_Row = TypeVar("_Row", Invoice, Payment, Reminder)


@dataclass(frozen=True, slots=True)
class Debtor:
    """One customer with a balance, its urgency within the business, its place in the ranking and its invoices."""

    rank: int
    debt: Debt
    urgency: str
    invoices: tuple[Invoice, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Every debtor by rank; those who owe nothing overdue come last. `n` records stand behind it."""

    debtors: tuple[Debtor, ...]
    overdue: Decimal
    overdue_customers: int
    habits: Habits
    n: int

    def of(self, customer_id: str) -> Debtor | None:
        """Return one debtor, None when that customer owes nothing."""
        return next((debtor for debtor in self.debtors if debtor.debt.customer_id == customer_id), None)


@dataclass(frozen=True, slots=True)
class Purchases:
    """What a customer bought, cash and credit: net total, last day, orders of the last 90 days and of the 90 before.

    `known_before` says that the customer already bought when the 90 days before began, or soon after.
    """

    total: Decimal
    last: date | None
    recent: int
    before: int
    known_before: bool

    @property
    def frequency(self) -> str:
        """INCREASING or DECLINING when the recent orders differ by a quarter from those before; STABLE below 3.

        Who has only begun to buy does not buy more often than before.
        """
        if self.recent + self.before < 3:
            return "STABLE"
        if self.recent >= 1.25 * self.before:
            return "INCREASING" if self.known_before else "STABLE"
        return "DECLINING" if self.recent <= 0.75 * self.before else "STABLE"


_BOARDS: Remembered[Board] = Remembered(64)
_DEBTS: Unchanged[Debt] = Unchanged(2_000)


async def read_board(pos: PosData, as_of: date, storefront_id: str | None = None) -> Board:
    """Return the ranking of a business, or of the invoices of one storefront. Raises NotFound for a foreign one."""
    if storefront_id is not None and all(shop.id != storefront_id for shop in await pos.storefronts()):
        raise NotFound(
            "There is no storefront with this id. Check storefront_id.", [FieldError("/storefront_id", "is not known")]
        )
    return await _BOARDS.get(pos, storefront_id, lambda: _read_board(pos, as_of, storefront_id))


async def read_purchases(pos: PosData, debtors: Sequence[Debtor], as_of: date) -> dict[str, Purchases]:
    """Return what these customers bought, by id; invoices stand in for sales that were not sent."""
    ids = [debtor.debt.customer_id for debtor in debtors]
    periods = ((None, None), (as_of - RECENT + _ONE_DAY, None), (as_of - 2 * RECENT + _ONE_DAY, as_of - RECENT))
    every, recent, before = [
        {one.key: one for one in await pos.sale_sums("customer", since=since, until=until, customers=ids)}
        for since, until in periods
    ]
    return {
        key: purchases(every.get(key), recent.get(key), before.get(key), debtor.invoices, as_of)
        for key, debtor in zip(ids, debtors, strict=True)
    }


def purchases(
    every: SaleSum | None, recent: SaleSum | None, before: SaleSum | None, invoices: Sequence[Invoice], as_of: date
) -> Purchases:
    """Sum up sales of all time, of the last 90 days and of the 90 before, and invoices that belong to no sale sent."""
    unsold = [i for i in invoices if every is None or i.sale is None]
    days = [i.issue_date for i in unsold]
    ages = [as_of - day for day in days]
    return Purchases(
        total=sum((i.original_amount for i in unsold), every.amount - every.refunded if every else _ZERO),
        last=max([*days, *([every.last] if every else [])], default=None),
        recent=(recent.sales if recent else 0) + sum(1 for age in ages if age < RECENT),
        before=(before.sales if before else 0) + sum(1 for age in ages if RECENT <= age < 2 * RECENT),
        known_before=any(as_of - day >= 2 * RECENT - SETTLING_IN for day in (*days, *([every.first] if every else []))),
    )


async def read_customers(pos: PosData, debtors: Sequence[Debtor]) -> dict[str, Customer]:
    """Return these customers by id; one that was never sent gets a name that says so."""
    found = {}
    for debtor in debtors:
        key = debtor.debt.customer_id
        found[key] = await pos.customer(key) or Customer(id=key, name=UNKNOWN_NAME)
    return found


async def _read_board(pos: PosData, as_of: date, storefront_id: str | None) -> Board:
    invoices = _by_customer(await pos.invoices())
    owing = sorted(key for key, own in invoices.items() if any(owed(i) > 0 for i in own))
    if storefront_id is not None:
        for key in owing:
            invoices[key] = await _of_storefront(pos, key, invoices[key], storefront_id, as_of)
        owing = [key for key in owing if any(owed(i) > 0 for i in invoices[key])]
    every_payment, every_reminder = await pos.payments(), await pos.reminders()
    payments, reminders = _by_customer(every_payment), _by_customer(every_reminder)
    read = [_kept_debt(pos, key, invoices[key], payments.get(key, ()), reminders.get(key, ()), as_of) for key in owing]
    debts = [debt for debt in read if debt.balance > 0]
    total = sum((debt.overdue for debt in debts), _ZERO)
    ranked = sorted(((debt.urgency(total), debt) for debt in debts), key=_order)
    return Board(
        debtors=tuple(
            Debtor(rank, debt, urgency, tuple(invoices[debt.customer_id]))
            for rank, (urgency, debt) in enumerate(ranked, 1)
        ),
        overdue=total,
        overdue_customers=sum(1 for debt in debts if debt.overdue > 0),
        habits=read_habits([i for own in invoices.values() for i in own], every_payment, every_reminder, as_of),
        n=sum(map(len, invoices.values())) + len(every_payment) + len(every_reminder),
    )


def _kept_debt(
    pos: PosData,
    key: str,
    invoices: Sequence[Invoice],
    payments: Sequence[Payment],
    reminders: Sequence[Reminder],
    as_of: date,
) -> Debt:
    rows, unit = (tuple(invoices), tuple(payments), tuple(reminders)), smallest_unit(pos.currency)
    return _DEBTS.get(
        (scope_of(pos), key, as_of), rows, lambda: read_debt(key, invoices, payments, reminders, as_of, unit)
    )


def _order(entry: tuple[str, Debt]) -> tuple[Json, ...]:
    """Overdue before not due, urgency, expected gain, amount; ties by id, so that the order never wavers."""
    urgency, debt = entry
    return (
        debt.overdue <= 0, URGENCIES.index(urgency), -debt.gain, -debt.overdue, -debt.balance, debt.customer_id,
    )  # fmt: skip


def _by_customer(rows: Sequence[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.customer, []).append(row)
    return found


async def _of_storefront(
    pos: PosData, customer_id: str, invoices: Sequence[Invoice], storefront_id: str, as_of: date
) -> list[Invoice]:
    """Return the invoices of sales in one storefront; without any open one the sales need not be read."""
    if not any(days_overdue(i, as_of) > 0 or owed(i) > 0 for i in invoices):
        return []
    here = {sale.id for sale in await pos.sales(customer_id=customer_id) if sale.storefront == storefront_id}
    return [invoice for invoice in invoices if invoice.sale in here]
