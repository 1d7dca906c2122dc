"""Typed rules that find unusual sales: each hit is a pattern to review with the figures behind it, never a verdict."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import exp, log
from statistics import median

from gateway.domain.records import Refund, Sale
from gateway.domain.sold import NOT_SOLD
from gateway.features.wording import count, money, number, percent

HIGH, MEDIUM, LOW = "HIGH", "MEDIUM", "LOW"
SEVERITIES = (HIGH, MEDIUM, LOW)

UNUSUAL_TRANSACTION, LARGE_QUANTITY, OFF_HOURS = "UNUSUAL_TRANSACTION", "LARGE_QUANTITY", "OFF_HOURS"
BELOW_COST, EXCESSIVE_DISCOUNT = "BELOW_COST", "EXCESSIVE_DISCOUNT"
VOID_AFTER_TENDER, UNLINKED_REFUND = "VOID_AFTER_TENDER", "UNLINKED_REFUND"

FEWEST_SALES, FEWEST_FOR_HOURS, FEWEST_LINES = 30, 300, 10
Z_LIMIT, TIMES_MEDIAN, TIMES_QUANTITY = 3.5, 10.0, 3.0
RARE_HOUR = 0.002
MOST_DISCOUNT = 0.15
LATE_MINUTES, EVENING_SHARE = 15, 0.85
ROUND = Decimal(50)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something to look at. `at` is when it happened, `strength` orders hits of one severity, `record` is its id.

    `fact` says it in one sentence without a name, `more` holds further such sentences. `key` tells hits of one record
    apart.
    """

    type: str
    severity: str
    record: str
    at: datetime
    fact: str
    strength: float
    employee: str | None = None
    customer: str | None = None
    product: str | None = None
    more: tuple[str, ...] = ()
    key: str = ""

    @property
    def pattern(self) -> str:
        """What feedback is remembered for: the type, and who or what it is about."""
        return f"{self.type}|{self.employee or self.customer or self.product or ''}"


def sale_hits(sales: Sequence[Sale], currency: str) -> Iterator[Hit]:
    """Yield what is unusual about single sales, each rule against all of them."""
    sold = [sale for sale in sales if sale.status not in NOT_SOLD]
    yield from _unusual_amounts(sold, currency)
    yield from _large_quantities(sold)
    yield from _off_hours(sold)
    yield from _below_cost(sold, currency)
    yield from _discounts(sold, currency)
    yield from _late_voids(sales, currency)


def refund_hits(refunds: Iterable[Refund], currency: str) -> Iterator[Hit]:
    """Yield refunds that name no sale; round amounts weigh more."""
    for refund in refunds:
        if refund.sale is None:
            is_round = refund.amount > 0 and refund.amount % ROUND == 0
            more = ("The amount is a round one.",) if is_round else ()
            yield Hit(
                UNLINKED_REFUND, HIGH if is_round else MEDIUM, refund.id, refund.created_at,
                f"A refund of {money(refund.amount, currency)} names no sale.", 2.0 + is_round, refund.user, more=more,
            )  # fmt: skip


def _unusual_amounts(sold: Sequence[Sale], currency: str) -> Iterator[Hit]:
    for kind in sorted({sale.type for sale in sold}):
        mine = [sale for sale in sold if sale.type == kind and sale.total_amount > 0]
        if len(mine) < FEWEST_SALES:
            continue
        logs = [log(sale.total_amount) for sale in mine]
        middle = median(logs)
        spread = 1.4826 * median(abs(one - middle) for one in logs)
        usual = exp(middle)
        for sale, one in zip(mine, logs, strict=True):
            times = float(sale.total_amount) / usual
            if spread and (one - middle) / spread > Z_LIMIT:
                yield Hit(
                    UNUSUAL_TRANSACTION, HIGH if times >= TIMES_MEDIAN else MEDIUM, sale.id, sale.created_at,
                    f"A {kind.lower()} sale of {money(sale.total_amount, currency)} is {number(times, 1)} times "
                    f"the usual {money(round(usual, 2), currency)}.",
                    (one - middle) / spread, sale.user, sale.customer,
                )  # fmt: skip


def _large_quantities(sold: Sequence[Sale]) -> Iterator[Hit]:
    lines: dict[tuple[str, str], list[tuple[float, Sale]]] = {}
    for sale in sold:
        for line in sale.items:
            lines.setdefault((sale.type, line.product), []).append((line.quantity, sale))
    for (_, product), found in sorted(lines.items(), key=lambda one: one[0]):
        if len(found) <= FEWEST_LINES:
            continue
        ordered = sorted(quantity for quantity, _ in found)
        for quantity, sale in found:
            others = ordered[:-1] if quantity == ordered[-1] else ordered
            usual = others[int(0.99 * (len(others) - 1))]
            if usual > 0 and quantity > TIMES_QUANTITY * usual:
                yield Hit(
                    LARGE_QUANTITY, MEDIUM, sale.id, sale.created_at,
                    f"{number(quantity)} units of one product were sold at once; {number(usual)} are the most in 99 "
                    "of 100 other sales of it.",
                    quantity / usual, sale.user, sale.customer, product,
                )  # fmt: skip


def _off_hours(sold: Sequence[Sale]) -> Iterator[Hit]:
    if len(sold) < FEWEST_FOR_HOURS:
        return
    hours = Counter(sale.created_at.hour for sale in sold)
    for sale in sold:
        share = (hours[sale.created_at.hour] - 1) / len(sold)
        if share < RARE_HOUR:
            yield Hit(
                OFF_HOURS, MEDIUM, sale.id, sale.created_at,
                f"The sale was rung up at {sale.created_at:%H:%M}, when {percent(share, 2)} of other sales are made.",
                2.0 - share, sale.user, sale.customer,
            )  # fmt: skip


def _below_cost(sold: Iterable[Sale], currency: str) -> Iterator[Hit]:
    for sale in sold:
        below = [line for line in sale.items if 0 < line.unit_price < line.cost_price]
        if below and sale.override_by is None:
            worst = max(below, key=lambda line: (line.cost_price - line.unit_price) * Decimal(str(line.quantity)))
            lost = (worst.cost_price - worst.unit_price) * Decimal(str(worst.quantity))
            yield Hit(
                BELOW_COST, HIGH, sale.id, sale.created_at,
                f"{number(worst.quantity)} units went at {money(worst.unit_price, currency)} each, below their cost of "
                f"{money(worst.cost_price, currency)}.",
                3.0 + float(lost) / 1000, sale.user, sale.customer, worst.product,
                ("No manager's approval is on record.",),
            )  # fmt: skip


def _discounts(sold: Iterable[Sale], currency: str) -> Iterator[Hit]:
    for sale in sold:
        share = float(sale.discount_amount / sale.subtotal) if sale.subtotal > 0 else 0.0
        if share > MOST_DISCOUNT and sale.override_by is None:
            yield Hit(
                EXCESSIVE_DISCOUNT, MEDIUM, sale.id, sale.created_at,
                f"A discount of {percent(share)} ({money(sale.discount_amount, currency)}) was given.",
                share * 10, sale.user, sale.customer, more=("No manager's approval is on record.",),
            )  # fmt: skip


def _late_voids(sales: Sequence[Sale], currency: str) -> Iterator[Hit]:
    evening = _evening(sales)
    for sale in sales:
        if sale.status != "CANCELLED" or sale.cancelled_at is None:
            continue
        minutes = int((sale.cancelled_at - sale.created_at).total_seconds() // 60)
        if minutes > LATE_MINUTES:
            late = sale.created_at.hour >= evening
            more = ("It was in the last hours of the day.",) if late else ()
            yield Hit(
                VOID_AFTER_TENDER, HIGH if late else MEDIUM, sale.id, sale.created_at,
                f"A sale of {money(sale.total_amount, currency)} was cancelled {count(minutes, 'minute')} after "
                "it was paid.",
                2.0 + late + minutes / 200, sale.user, sale.customer, more=more,
            )  # fmt: skip


def _evening(sales: Sequence[Sale]) -> int:
    """Return the hour from which the last part of a day's trade runs; 18 where there is little to tell from."""
    hours = sorted(sale.created_at.hour for sale in sales if sale.status not in NOT_SOLD)
    return hours[int(EVENING_SHARE * (len(hours) - 1))] if len(hours) >= FEWEST_FOR_HOURS else 18
