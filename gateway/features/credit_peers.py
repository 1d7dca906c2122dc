"""What a customer is compared with: its own buying over a year, and customers of the same kind and size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from gateway.domain.records import Customer, Invoice, Sale
from gateway.features.arithmetic import ratio
from gateway.features.credit_history import WRITTEN_OFF, days_overdue, monthly_purchases, owed
from gateway.features.wording import month_name

COUNTED = frozenset({"COMPLETED", "PARTIAL", "REFUNDED"})
"""Sale states that are real purchases; refunds are taken off their amount."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A year of purchases in the business's currency; the peak is the strongest calendar month, None when unknown.

    `since` is the day of the first of them and `since_days` how long ago it was.
    """

    orders: int
    average_order: Decimal
    cash_orders: int
    cash_total: Decimal
    peak_month: str | None = None
    peak_share: float | None = None
    since: date | None = None
    since_days: int = 0


@dataclass(frozen=True, slots=True)
class Peers:
    """Comparable customers, told only as averages over enough of them that none can be recognised.

    `limit_average` needs 5 customers with a limit, `default_rate` (share more than 90 days overdue or written off) 10.
    `balance_share` is this customer's part of all credit outstanding.
    """

    FEWEST: ClassVar[int] = 5
    FEWEST_FOR_RATE: ClassVar[int] = 10

    n: int
    limit_average: Decimal | None
    default_rate: float | None
    balance_share: float | None


def read_trade(sales: Sequence[Sale], invoices: Sequence[Invoice], as_of: date) -> Trade:
    """Sum up a customer's sales of the last 365 days; without any the invoices give the average order."""
    bought = [
        (sale, max(Decimal(0), sale.total_amount - sale.amount_refunded)) for sale in sales if sale.status in COUNTED
    ]
    amounts = [amount for _, amount in bought] or [
        i.original_amount for i in invoices if (as_of - i.issue_date).days < 365
    ]
    cash = [amount for sale, amount in bought if not sale.is_credit_sale]
    month, share = _peak(bought, as_of)
    since = min((sale.created_at.date() for sale, _ in bought), default=None)
    return Trade(
        orders=len(bought),
        average_order=sum(amounts, Decimal(0)) / len(amounts) if amounts else Decimal(0),
        cash_orders=len(cash),
        cash_total=sum(cash, Decimal(0)),
        peak_month=month,
        peak_share=share,
        since=since,
        since_days=(as_of - since).days if since else 0,
    )


def _peak(bought: Sequence[tuple[Sale, Decimal]], as_of: date) -> tuple[str | None, float | None]:
    """Return the calendar month with most purchases and its share; unknown below 12 orders or 11 months of them."""
    if len(bought) < 12 or (as_of - min(sale.created_at.date() for sale, _ in bought)).days < 335:
        return None, None
    months: dict[int, Decimal] = {}
    for sale, amount in bought:
        months[sale.created_at.month] = months.get(sale.created_at.month, Decimal(0)) + amount
    top = max(sorted(months), key=lambda month: months[month])
    return month_name(top), ratio(months[top], sum(months.values(), Decimal(0)))


def read_peers(
    customer: Customer, own_monthly: Decimal, customers: Sequence[Customer], invoices: Sequence[Invoice], as_of: date
) -> Peers:
    """Compare with customers of the same type, 5 settled invoices and monthly purchases within a factor of 2."""
    by_customer: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        by_customer.setdefault(invoice.customer, []).append(invoice)
    peers = [c for c in customers if _comparable(c, customer, own_monthly, by_customer, as_of)]
    limits = [c.credit_limit for c in peers if c.credit_limit > 0]
    bad = sum(1 for c in peers if any(_defaulted(i, as_of) for i in by_customer[c.id]))
    everything = sum((owed(i) for i in invoices), Decimal(0))
    own = sum((owed(i) for i in by_customer.get(customer.id, ())), Decimal(0))
    return Peers(
        n=len(peers),
        limit_average=sum(limits, Decimal(0)) / len(limits) if len(limits) >= Peers.FEWEST else None,
        default_rate=bad / len(peers) if len(peers) >= Peers.FEWEST_FOR_RATE else None,
        balance_share=ratio(own, everything) if len(by_customer) >= Peers.FEWEST_FOR_RATE else None,
    )


def _comparable(
    other: Customer, customer: Customer, own_monthly: Decimal, invoices: Mapping[str, Sequence[Invoice]], as_of: date
) -> bool:
    history = invoices.get(other.id, ())
    if other.id == customer.id or other.customer_type != customer.customer_type:
        return False
    if sum(1 for i in history if i.status != WRITTEN_OFF and owed(i) == 0) < 5:
        return False
    _, _, monthly = monthly_purchases(history, as_of)
    return monthly > 0 and own_monthly / 2 <= monthly <= own_monthly * 2


def _defaulted(invoice: Invoice, as_of: date) -> bool:
    return invoice.status == WRITTEN_OFF or days_overdue(invoice, as_of) > 90
