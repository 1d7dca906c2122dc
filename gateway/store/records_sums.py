"""Sums over stored sales, made by the database: the same figures as `gateway.domain.sums` makes of rows.

Lines carry their sale's day, so those of a period are summed from one covering index; lines of sales that do not count
are left out by the ids of those sales, which are few.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from gateway.domain.sums import SOLD, THOUSAND, LineSum, SaleKey, SaleSum, amount_of
from gateway.store.database import Database, Row
from gateway.store.records_kinds import EPOCH, MICROSECOND, decode_day

Basket = tuple[str, frozenset[str]]
"""A sale's id and its products."""

OFF_LOOP_LINES = 2_000
"""Above this many lines the work takes longer than other requests should wait for the event loop."""
_HOUR = 3_600_000_000
_KEYS: dict[SaleKey, str] = {
    "day": '"day"',
    "customer": "customer",
    "hour": f'"day", (created_at / {_HOUR}) % 24',
    "payment_type": "payment_type",
}
_SOLD = ", ".join(f"'{status}'" for status in SOLD)
_COUNTS = f"""("status" IN ({_SOLD}) OR ("status" = 'CANCELLED' AND COALESCE(cancelled_at, 0) >= $4))"""
"""One that was cancelled after the day had not been; $4 is the first instant after it."""


_COUNTED = (
    'l.sale NOT IN (SELECT id FROM pos_sales WHERE business_id = $1 AND "day" >= $2 AND "day" <= $3 '  # noqa: S608
    f"AND NOT ({_COUNTS} AND (currency IS NULL OR currency = $5)))"
)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `since` to `until` of one business, seen at the end of `as_of`, in its currency."""

    business_id: str
    since: date | None
    until: date
    as_of: date
    currency: str

    @property
    def args(self) -> tuple[Any, ...]:
        """The first five arguments of every statement here."""
        first = (self.since or date.min).isoformat()
        return self.business_id, first, self.until.isoformat(), _instant_after(self.as_of), self.currency


def _instant_after(day: date) -> int:
    after = EPOCH.replace(year=day.year, month=day.month, day=day.day) + timedelta(days=1)
    return (after - EPOCH) // MICROSECOND


async def stored_sale_sums(db: Database, period: Period, by: SaleKey, customers: Sequence[str] = ()) -> list[SaleSum]:
    """Return the sums by key, in rising order; only of these customers if any are named."""
    keys = _KEYS[by]
    theirs = "AND customer IS NOT NULL " if by == "customer" else ""
    if customers:
        theirs = f"AND customer IN ({', '.join(f'${6 + n}' for n in range(len(customers)))}) "
    sql = (
        f"SELECT {keys}, COUNT(*), SUM(total_amount), SUM(amount_refunded), SUM(discount_amount), "  # noqa: S608
        'SUM(CASE WHEN discount_amount > 0 THEN 1 ELSE 0 END), MIN("day"), MAX("day") FROM pos_sales '
        'WHERE business_id = $1 AND "day" >= $2 AND "day" <= $3 '
        f"AND {_COUNTS} AND (currency IS NULL OR currency = $5) "
        f"{theirs}GROUP BY {keys}"
    )
    found = [_sale_sum(row, by) for row in await db.fetch(sql, *period.args, *customers)]
    return sorted(found, key=lambda one: one.key)


def _sale_sum(row: Sequence[Any], by: SaleKey) -> SaleSum:
    key = f"{row[0]} {row[1]:02}" if by == "hour" else row[0]
    sales, amount, refunded, discount, discounted, first, last = row[-7:]
    return SaleSum(
        key, int(sales), amount_of(int(amount)), amount_of(int(refunded)), amount_of(int(discount)), int(discounted),
        decode_day(first), decode_day(last),
    )  # fmt: skip


async def stored_line_sums(db: Database, period: Period, product: str | None, daily: bool) -> list[LineSum]:
    """Return the sums by product, and by day if `daily`, in rising order."""
    keys = 'l.product, l."day"' if daily else "l.product"
    whole = "CAST({} + 0.5 AS INTEGER)" if db.dialect == "sqlite" else "CAST(FLOOR({} + 0.5) AS BIGINT)"
    units, amount, cost = (
        whole.format(f"l.quantity * {each}") for each in (f"{THOUSAND}.0", "l.unit_price", "l.cost_price")
    )
    sql = (
        f'SELECT {keys}, COUNT(*), SUM({units}), SUM({amount}), SUM({cost}), SUM(l.discount_amount), MAX(l."day") '  # noqa: S608
        'FROM pos_sale_items l WHERE l.business_id = $1 AND l."day" >= $2 AND l."day" <= $3 '
        f"{'' if product is None else 'AND l.product = $6 '}AND {_COUNTED} GROUP BY {keys}"
    )
    args = period.args if product is None else (*period.args, product)
    found = [_line_sum(row) for row in await db.fetch(sql, *args)]
    return sorted(found, key=lambda one: (one.product, one.day or date.min))


async def stored_baskets(db: Database, period: Period, days: Sequence[str] | None = None) -> dict[str, list[Basket]]:
    """Return every sale that counts with its products, by day; only of these days of the period if any are named."""
    first, last = period.args[1:3]
    wanted = [] if days is None else [day for day in days if first <= day <= last]
    if days is not None and not wanted:
        return {}
    if wanted:  # PostgreSQL reads a whole range, and throws the days away that were not named
        period = replace(period, since=decode_day(min(wanted)), until=decode_day(max(wanted)))
    only = f'AND l."day" IN ({", ".join(f"${6 + n}" for n in range(len(wanted)))}) ' if wanted else ""
    sql = (
        'SELECT l."day", l.sale, l.product FROM pos_sale_items l '  # noqa: S608
        f'WHERE l.business_id = $1 AND l."day" >= $2 AND l."day" <= $3 {only}AND l.quantity > 0 AND {_COUNTED}'
    )
    lines = await db.fetch(sql, *period.args, *wanted)
    return await asyncio.to_thread(_baskets, lines) if len(lines) > OFF_LOOP_LINES else _baskets(lines)


def _baskets(lines: Sequence[Row]) -> dict[str, list[Basket]]:
    baskets: dict[tuple[str, str], set[str]] = {}
    for day, sale, product in lines:
        baskets.setdefault((day, sale), set()).add(product)
    found: dict[str, list[Basket]] = {}
    for (day, sale), products in baskets.items():
        found.setdefault(day, []).append((sale, frozenset(products)))
    return found


def _line_sum(row: Sequence[Any]) -> LineSum:
    lines, units, amount, cost, discount, last = row[-6:]
    day = decode_day(row[1]) if len(row) == 8 else None
    return LineSum(
        row[0], day, int(lines), int(units) / THOUSAND, amount_of(int(amount)), amount_of(int(cost)),
        amount_of(int(discount)), decode_day(last),
    )  # fmt: skip
