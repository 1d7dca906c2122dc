"""Typed rules that find unusual sales: each hit is a pattern to review with the figures behind it, never a verdict."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import exp

from gateway.domain.records import Refund
from gateway.features.anomaly_days import (
    Ordered,
    SaleDay,
    below_cost,
    discount_share,
    merged,
    minutes_to_void,
    ordered,
)
from gateway.features.wording import count, measured_text, money, number, percent

HIGH, MEDIUM, LOW = "HIGH", "MEDIUM", "LOW"
SEVERITIES = (HIGH, MEDIUM, LOW)

UNUSUAL_TRANSACTION, LARGE_QUANTITY, OFF_HOURS = "UNUSUAL_TRANSACTION", "LARGE_QUANTITY", "OFF_HOURS"
BELOW_COST, EXCESSIVE_DISCOUNT = "BELOW_COST", "EXCESSIVE_DISCOUNT"
VOID_AFTER_TENDER, UNLINKED_REFUND = "VOID_AFTER_TENDER", "UNLINKED_REFUND"

FEWEST_SALES, FEWEST_FOR_HOURS, FEWEST_LINES = 30, 300, 10
Z_LIMIT, TIMES_MEDIAN, TIMES_QUANTITY = 3.5, 10.0, 3.0
RARE_HOUR = 0.002
EVENING_SHARE = 0.85
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


def sale_hits(
    days: Sequence[SaleDay], currency: str, months: Sequence[Ordered] = (), ahead: timedelta = timedelta(0)
) -> Iterator[Hit]:
    """Yield what is unusual about single sales, each rule against all; `months` are the days' values if ordered."""
    parts = months or [ordered(days)]
    yield from _unusual_amounts(days, merged(part.logs for part in parts), currency)
    yield from _large_quantities(days, merged(part.lines for part in parts))
    yield from _off_hours(days, ahead)
    yield from _below_cost(days, currency)
    yield from _discounts(days, currency)
    yield from _late_voids(days, currency, ahead)


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


def _unusual_amounts(days: Sequence[SaleDay], values: Mapping[str, list[float]], currency: str) -> Iterator[Hit]:
    for kind, logs in sorted(values.items()):
        if len(logs) < FEWEST_SALES:
            continue
        middle = median_of_sorted(logs)
        spread = 1.4826 * median_deviation(logs, middle)
        if not spread or (logs[-1] - middle) / spread <= Z_LIMIT:
            continue
        usual = exp(middle)
        for day in days:
            for one, place in day.logs[kind].over(middle) if kind in day.logs else ():
                if (one - middle) / spread <= Z_LIMIT:
                    continue
                sale = day.heads[place]
                times = float(sale.amount) / usual
                yield Hit(
                    UNUSUAL_TRANSACTION, HIGH if times >= TIMES_MEDIAN else MEDIUM, sale.id, sale.at,
                    f"A {kind.lower()} sale of {money(sale.amount, currency)} is {number(times, 1)} times "
                    f"the usual {money(round(usual, 2), currency)}.",
                    (one - middle) / spread, sale.user, sale.customer,
                )  # fmt: skip


def _large_quantities(days: Sequence[SaleDay], values: Mapping[tuple[str, str], list[float]]) -> Iterator[Hit]:
    for key, quantities in sorted(values.items()):
        n = len(quantities)
        if n <= FEWEST_LINES:
            continue
        # The largest is measured against the others alone.
        usual_of_others, usual_of_largest = quantities[int(0.99 * (n - 1))], quantities[int(0.99 * (n - 2))]
        if quantities[-1] <= TIMES_QUANTITY * usual_of_largest:
            continue
        for day in days:
            for quantity, place in day.lines[key].over(TIMES_QUANTITY * usual_of_largest) if key in day.lines else ():
                usual = usual_of_largest if quantity == quantities[-1] else usual_of_others
                if usual <= 0 or quantity <= TIMES_QUANTITY * usual:
                    continue
                sale = day.heads[place]
                yield Hit(
                    LARGE_QUANTITY, MEDIUM, sale.id, sale.at,
                    f"{measured_text(quantity)} units of one product were sold at once; {number(usual)} are the most "
                    "in 99 of 100 other sales of it.",
                    quantity / usual, sale.user, sale.customer, key[1],
                )  # fmt: skip


def median_of_sorted(values: Sequence[float]) -> float:
    """Return the median of values in rising order."""
    n = len(values)
    return values[n // 2] if n % 2 else (values[n // 2 - 1] + values[n // 2]) / 2


def median_deviation(values: Sequence[float], middle: float) -> float:
    """Return the median of the distances to `middle` of values in rising order, without working out all of them."""
    n = len(values)
    upper = _nth_deviation(values, middle, n // 2)
    return upper if n % 2 else (_nth_deviation(values, middle, n // 2 - 1) + upper) / 2


def _nth_deviation(values: Sequence[float], middle: float, nth: int) -> float:
    """Return the distance that `nth` others do not exceed: the nearest values stand side by side."""
    low, high = 0, len(values) - 1 - nth
    while low < high:
        at = (low + high) // 2
        if middle - values[at] > values[at + nth] - middle:
            low = at + 1
        else:
            high = at
    starts = (low - 1, low) if low else (low,)
    return min(max(abs(values[at] - middle), abs(values[at + nth] - middle)) for at in starts)


def _off_hours(days: Sequence[SaleDay], ahead: timedelta) -> Iterator[Hit]:
    hours = _hours(days)
    n = sum(hours.values())
    if n < FEWEST_FOR_HOURS:
        return
    rare = {hour for hour, times in hours.items() if (times - 1) / n < RARE_HOUR}
    for day in days:
        for sale in day.heads if rare & day.hours.keys() else ():
            if sale.at.hour in rare:
                share = (hours[sale.at.hour] - 1) / n
                yield Hit(
                    OFF_HOURS, MEDIUM, sale.id, sale.at,
                    f"The sale was rung up at {sale.at + ahead:%H:%M}, when {_share_of_sales(share)} made.",
                    2.0 - share, sale.user, sale.customer,
                )  # fmt: skip


def _share_of_sales(share: float) -> str:
    shown = percent(share, 2)
    return "hardly any other sale is" if shown == "0%" else f"{shown} of other sales are"


def _below_cost(days: Sequence[SaleDay], currency: str) -> Iterator[Hit]:
    for sale in (sale for day in days for sale in day.cheap):
        below = below_cost(sale)
        worst = max(below, key=lambda line: (line.cost_price - line.unit_price) * Decimal(str(line.quantity)))
        lost = (worst.cost_price - worst.unit_price) * Decimal(str(worst.quantity))
        price, cost = money(worst.unit_price, currency), money(worst.cost_price, currency)
        many = f"{measured_text(worst.quantity)} units went at {price} each, below their cost of {cost}."
        yield Hit(
            BELOW_COST, HIGH, sale.id, sale.created_at,
            many if worst.quantity != 1 else f"1 unit went at {price}, below its cost of {cost}.",
            3.0 + float(lost) / 1000, sale.user, sale.customer, worst.product,
            ("No manager's approval is on record.",),
        )  # fmt: skip


def _discounts(days: Sequence[SaleDay], currency: str) -> Iterator[Hit]:
    for sale in (sale for day in days for sale in day.discounted):
        share = discount_share(sale)
        yield Hit(
            EXCESSIVE_DISCOUNT, MEDIUM, sale.id, sale.created_at,
            f"A discount of {percent(share)} ({money(sale.discount_amount, currency)}) was given.",
            share * 10, sale.user, sale.customer, more=("No manager's approval is on record.",),
        )  # fmt: skip


def _late_voids(days: Sequence[SaleDay], currency: str, ahead: timedelta) -> Iterator[Hit]:
    evening = _evening({_local(hour, ahead): times for hour, times in _hours(days).items()})
    for sale in (sale for day in days for sale in day.voided):
        minutes = minutes_to_void(sale) or 0
        late = _local(sale.created_at.hour, ahead) >= evening
        more = ("It was in the last hours of the day.",) if late else ()
        yield Hit(
            VOID_AFTER_TENDER, HIGH if late else MEDIUM, sale.id, sale.created_at,
            f"A sale of {money(sale.total_amount, currency)} was cancelled {count(minutes, 'minute')} after "
            "it was paid.",
            2.0 + late + minutes / 200, sale.user, sale.customer, more=more,
        )  # fmt: skip


def _local(hour: int, ahead: timedelta) -> int:
    return (hour + ahead // timedelta(hours=1)) % 24


def _hours(days: Iterable[SaleDay]) -> Counter[int]:
    hours: Counter[int] = Counter()
    for day in days:
        hours.update(day.hours)
    return hours


def _evening(hours: Mapping[int, int]) -> int:
    """Return the hour from which the last part of a day's trade runs; 18 where there is little to tell from."""
    n = sum(hours.values())
    if n < FEWEST_FOR_HOURS:
        return 18
    place, passed = int(EVENING_SHARE * (n - 1)), 0
    for hour in sorted(hours):
        passed += hours[hour]
        if passed > place:
            return hour
    return 18
