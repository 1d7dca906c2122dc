"""Rules over many records: tills that differ from their peers, stock that is missing, credit that rises fast."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import log10
from statistics import median

from gateway.domain.records import Customer, Invoice, Product, StockMovement
from gateway.features.anomaly_days import SaleDay, total
from gateway.features.anomaly_rules import (
    BELOW_COST,
    EXCESSIVE_DISCOUNT,
    FEWEST_SALES,
    HIGH,
    LOW,
    UNLINKED_REFUND,
    VOID_AFTER_TENDER,
    Hit,
)
from gateway.features.wording import count, measured_text, money, number

EMPLOYEE_PATTERN, INVENTORY_DISCREPANCY = "EMPLOYEE_PATTERN", "INVENTORY_DISCREPANCY"
RAPID_CREDIT_UTILISATION, BENFORD = "RAPID_CREDIT_UTILISATION", "BENFORD"

COUNTED = (VOID_AFTER_TENDER, EXCESSIVE_DISCOUNT, UNLINKED_REFUND, BELOW_COST)
TIMES_PEERS, FEWEST_CASES, FEWEST_PEERS = 4.0, 5, 2
LEAST_UNITS, LEAST_SHARE, LEAST_VALUE = 3.0, 0.05, Decimal(200)
UNEXPLAINED = frozenset(("CORRECTION", "THEFT", "LOST", "MISSING"))
RECENT_DAYS, EARLIER_DAYS, TIMES_RATE, LEAST_CREDIT = 45, 180, 2.5, Decimal(1000)
COMMON = "Explanations such as training, one busy till or a faulty printer are common."
BENFORD_SALES, BENFORD_LIMIT = 500, 0.015


def employee_hits(hits: Iterable[Hit], days: Iterable[SaleDay], as_of: date) -> Iterator[Hit]:
    """Yield tills with several times the cases of their peers, per 100 sales, and at least five of them."""
    rung = total(day.rung for day in days)
    cases = Counter(hit.employee for hit in hits if hit.type in COUNTED and hit.employee)
    rates = {user: 100 * cases[user] / rung[user] for user in rung if rung[user] >= FEWEST_SALES}
    for user, rate in sorted(rates.items()):
        peers = [other for name, other in rates.items() if name != user]
        if len(peers) < FEWEST_PEERS or cases[user] < FEWEST_CASES:
            continue
        usual = median(peers)
        if rate > TIMES_PEERS * usual:
            yield Hit(
                EMPLOYEE_PATTERN, HIGH, user, _end(as_of),
                f"{count(cases[user], 'case')} (late cancellations, unapproved discounts, refunds without a sale) "
                f"fall on one till: {number(rate, 1)} per 100 sales, against {number(usual, 1)} at other tills.",
                5.0 + rate / 10, user, more=(COMMON,),
            )  # fmt: skip


def stock_hits(
    products: Iterable[Product],
    sold: Mapping[str, float],
    movements: Iterable[StockMovement],
    span: tuple[date, date],
    currency: str,
) -> Iterator[Hit]:
    """Yield products with less on the shelf than the books say, and unexplained corrections within `span` of days."""
    since, as_of = span
    booked: dict[str, float] = {}
    corrected: dict[str, list[StockMovement]] = {}
    for movement in movements:
        booked[movement.product] = booked.get(movement.product, 0.0) + movement.quantity
        is_unexplained = movement.type == "ADJUSTMENT" and movement.reference.upper() in UNEXPLAINED
        if is_unexplained and movement.quantity < 0 and movement.date >= since:
            corrected.setdefault(movement.product, []).append(movement)
    for product in products:
        for movement in corrected.get(product.id, ()):
            value = Decimal(str(-movement.quantity)) * product.unit_cost
            if -movement.quantity >= LEAST_UNITS - 1 and value > LEAST_VALUE:
                yield _missing(product, -movement.quantity, value, movement.date, currency, counted=True)
        if product.id in booked and product.keeps_stock:
            book = booked[product.id] - sold.get(product.id, 0.0)
            gap = book - product.stock
            value = Decimal(str(round(gap, 3))) * product.unit_cost
            if gap > max(LEAST_UNITS, LEAST_SHARE * book) and value > LEAST_VALUE:
                yield _missing(product, gap, value, as_of, currency, counted=False)


def _missing(product: Product, gap: float, value: Decimal, day: date, currency: str, *, counted: bool) -> Hit:
    worth = money(value, currency)
    fact = (
        f"A stock count took {measured_text(gap)} {'unit' if gap == 1 else 'units'} worth {worth} off the books."
        if counted
        else f"The books say {measured_text(gap)} units more than were counted, worth {worth}."
    )
    strength = (3.5 if counted else 1.5) + min(1.0, float(value) / 100_000)
    key = day.isoformat() if counted else ""
    return Hit(INVENTORY_DISCREPANCY, HIGH, product.id, _end(day), fact, strength, product=product.id, key=key)


def credit_hits(
    invoices: Iterable[Invoice], customers: Iterable[Customer], as_of: date, currency: str
) -> Iterator[Hit]:
    """Yield customers who bought on credit in the last 45 days at over 2.5 times their rate of the 180 days before."""
    recent, earlier = as_of - timedelta(days=RECENT_DAYS), as_of - timedelta(days=RECENT_DAYS + EARLIER_DAYS)
    mine: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        mine.setdefault(invoice.customer, []).append(invoice)
    for customer in customers:
        found = mine.get(customer.id)
        if not found:
            continue
        now = sum((one.original_amount for one in found if one.issue_date > recent), Decimal(0))
        before = [one for one in found if earlier < one.issue_date <= recent]
        then = sum((one.original_amount for one in before), Decimal(0))
        if len(before) < 3 or now < LEAST_CREDIT or then <= 0:
            continue
        first = max(earlier, min(one.issue_date for one in found))
        days = max(30, (recent - first).days)
        times = float(now) / RECENT_DAYS / (float(then) / days)
        if times > TIMES_RATE:
            yield Hit(
                RAPID_CREDIT_UTILISATION, HIGH, customer.id, _end(as_of),
                f"Credit purchases of the last {RECENT_DAYS} days are {money(now, currency)}, {number(times, 1)} times "
                "the earlier rate.",
                3.0 + times / 10, customer=customer.id,
            )  # fmt: skip


def digit_hits(days: Iterable[SaleDay], as_of: date) -> Iterator[Hit]:
    """Yield a note when the first digits of the last 30 days' amounts are uneven; prices cause it too."""
    since = as_of - timedelta(days=29)
    digits = total(day.digits for day in days if day.day >= since)
    n = sum(digits.values())
    if n < BENFORD_SALES:
        return
    away = sum(abs(digits[str(d)] / n - log10(1 + 1 / d)) for d in range(1, 10)) / 9
    if away > BENFORD_LIMIT:
        yield Hit(
            BENFORD, LOW, f"digits-{as_of:%Y-%m}", _end(as_of),
            f"The first digits of {count(n, 'sale amount')} of 30 days are less even than usual; a few common prices "
            "explain that by themselves.",
            away,
        )  # fmt: skip


def _end(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
