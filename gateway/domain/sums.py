"""Sums over sales, so that a question about a whole shop needs no row of them.

A sale counts once it is completed, part-refunded or refunded; drafts, pending and cancelled ones do not. Amounts are
gross: before refunds, in the business's currency. What is summed is whole ten-thousandths, so that a database and this
file give the same bytes.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

import msgspec

from gateway.domain.records import Sale, SaleItem

T = TypeVar("T")

SaleKey = Literal["day", "customer", "hour", "payment_type"]
"""What sales are gathered by: a day, a customer (walk-ins left out), `2026-11-20 09`, or how it was paid."""

SOLD = ("COMPLETED", "PARTIAL", "REFUNDED")
UNITS = 10_000
THOUSAND = 1_000
ZERO = Decimal("0.00")


class SaleSum(msgspec.Struct, frozen=True):
    """The sales of one key: how many, their total, the discounts in it and on how many of them, first and last day."""

    key: str
    sales: int
    amount: Decimal
    refunded: Decimal
    discount: Decimal
    discounted: int
    first: date
    last: date


class LineSum(msgspec.Struct, frozen=True):
    """The lines of one product (of one `day`, when asked by day): units, what they sold for and cost, discounts."""

    product: str
    day: date | None
    lines: int
    units: float
    amount: Decimal
    cost: Decimal
    discount: Decimal
    last: date


def amount_of(units: int) -> Decimal:
    """Return ten-thousandths as an amount with two decimal places, or four where two do not hold it."""
    if not units:
        return ZERO
    cents, rest = divmod(units, 100)
    return Decimal(units).scaleb(-4) if rest else Decimal(cents).scaleb(-2)


def sum_sales(sales: Iterable[Sale], by: SaleKey, since: date | None, until: date) -> list[SaleSum]:
    """Return the sums of the sales that count, by key in rising order."""
    groups: dict[str, list[Sale]] = {}
    key = _KEYS[by]
    for sale in _counted(sales, since, until):
        if (name := key(sale)) is not None:
            groups.setdefault(name, []).append(sale)
    return [_sale_sum(name, groups[name]) for name in sorted(groups)]


def sum_lines(
    sales: Iterable[Sale], since: date | None, until: date, product: str | None = None, daily: bool = False
) -> list[LineSum]:
    """Return the sums of the lines of sales that count, by product and, if `daily`, by day."""
    groups: dict[tuple[str, str], list[tuple[date, SaleItem]]] = {}
    for sale in _counted(sales, since, until):
        day = sale.created_at.date()
        for item in sale.items:
            if product in (None, item.product):
                groups.setdefault((item.product, day.isoformat() if daily else ""), []).append((day, item))
    return [_line_sum(*key, groups[key]) for key in sorted(groups)]


def merge_sales(spans: Sequence[Sequence[SaleSum]]) -> Sequence[SaleSum]:
    """Return the sums over spans without a common day as those over all of them, by key in rising order."""
    return _merged(spans, lambda one: one.key, _joined_sales)


def merge_lines(spans: Sequence[Sequence[LineSum]]) -> Sequence[LineSum]:
    """Return the sums over spans without a common day as those over all of them, by product and day."""
    return _merged(spans, lambda one: (one.product, one.day or date.min), _joined_lines)


def _merged(spans: Sequence[Sequence[T]], key: Callable[[T], Any], join: Callable[[list[T]], T]) -> Sequence[T]:
    filled = [span for span in spans if span]
    if len(filled) < 2:
        return filled[0] if filled else []
    groups: dict[Any, list[T]] = {}
    for one in (one for span in filled for one in span):
        groups.setdefault(key(one), []).append(one)
    return [join(group) if len(group) > 1 else group[0] for _, group in sorted(groups.items(), key=_first)]


def _first(entry: tuple[Any, Any]) -> Any:
    return entry[0]


def _joined_sales(parts: list[SaleSum]) -> SaleSum:
    return SaleSum(
        key=parts[0].key,
        sales=sum(one.sales for one in parts),
        amount=_whole(one.amount for one in parts),
        refunded=_whole(one.refunded for one in parts),
        discount=_whole(one.discount for one in parts),
        discounted=sum(one.discounted for one in parts),
        first=min(one.first for one in parts),
        last=max(one.last for one in parts),
    )


def _joined_lines(parts: list[LineSum]) -> LineSum:
    return LineSum(
        product=parts[0].product,
        day=parts[0].day,
        lines=sum(one.lines for one in parts),
        units=sum(round(one.units * THOUSAND) for one in parts) / THOUSAND,
        amount=_whole(one.amount for one in parts),
        cost=_whole(one.cost for one in parts),
        discount=_whole(one.discount for one in parts),
        last=max(one.last for one in parts),
    )


def _whole(amounts: Iterable[Decimal]) -> Decimal:
    return amount_of(sum(_units(one) for one in amounts))


def baskets_of(sales: Iterable[Sale], since: date | None, until: date) -> list[frozenset[str]]:
    """Return the products of every sale that counts and has lines, in the order of the sales' ids."""
    counted = sorted(_counted(sales, since, until), key=lambda sale: sale.id)
    baskets = (frozenset(item.product for item in sale.items if item.quantity > 0) for sale in counted)
    return [basket for basket in baskets if basket]


def _counted(sales: Iterable[Sale], since: date | None, until: date) -> Iterable[Sale]:
    first = since or date.min
    return (sale for sale in sales if sale.status in SOLD and first <= sale.created_at.date() <= until)


_KEYS: dict[SaleKey, Callable[[Sale], str | None]] = {
    "day": lambda sale: sale.created_at.date().isoformat(),
    "customer": lambda sale: sale.customer,
    "hour": lambda sale: f"{sale.created_at.date().isoformat()} {sale.created_at.hour:02}",
    "payment_type": lambda sale: sale.payment_type,
}


def _sale_sum(key: str, sales: list[Sale]) -> SaleSum:
    days = [sale.created_at.date() for sale in sales]
    return SaleSum(
        key=key,
        sales=len(sales),
        amount=amount_of(sum(_units(sale.total_amount) for sale in sales)),
        refunded=amount_of(sum(_units(sale.amount_refunded) for sale in sales)),
        discount=amount_of(sum(_units(sale.discount_amount) for sale in sales)),
        discounted=sum(sale.discount_amount > 0 for sale in sales),
        first=min(days),
        last=max(days),
    )


def _line_sum(product: str, day: str, lines: list[tuple[date, SaleItem]]) -> LineSum:
    return LineSum(
        product=product,
        day=date.fromisoformat(day) if day else None,
        lines=len(lines),
        units=sum(int(item.quantity * THOUSAND + 0.5) for _, item in lines) / THOUSAND,
        amount=amount_of(sum(int(item.quantity * _units(item.unit_price) + 0.5) for _, item in lines)),
        cost=amount_of(sum(int(item.quantity * _units(item.cost_price) + 0.5) for _, item in lines)),
        discount=amount_of(sum(_units(item.discount_amount) for _, item in lines)),
        last=max(day for day, _ in lines),
    )


def _units(amount: Decimal) -> int:
    return int(amount.scaleb(4))
