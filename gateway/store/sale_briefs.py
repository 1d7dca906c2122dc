"""Reads the sales of some days in brief: two narrow statements on one snapshot, instead of each line with its sale."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import itemgetter

from gateway.domain.briefs import StoredLine, StoredSale
from gateway.store.database import Row, Script, Statement
from gateway.store.records_kinds import decode_instant, decode_money

_HEADS = tuple(name for name in StoredSale._fields if name != "items")
_MONEY = tuple(_HEADS.index(name) for name in ("total_amount", "subtotal", "discount_amount"))
_REPEATED = tuple(_HEADS.index(name) for name in ("user", "customer", "type", "status", "override_by"))
_CREATED, _CANCELLED = _HEADS.index("created_at"), _HEADS.index("cancelled_at")
_COLUMNS = ", ".join(f'"{name}"' for name in _HEADS)
# S608 here: the names in these statements are our own, values are always arguments.
_SALES = (
    f'SELECT {_COLUMNS} FROM pos_sales WHERE business_id = $1 AND "day" >= $2 AND "day" <= $3 '  # noqa: S608
    "AND (currency IS NULL OR currency = $4)"
)
_LINES = (
    "SELECT line, sale, product, quantity, unit_price, cost_price FROM pos_sale_items "
    'WHERE business_id = $1 AND "day" >= $2 AND "day" <= $3'
)
Stored = tuple[list[Row], list[Row]]
"""The rows of sales and of lines."""


def select_briefs(business_id: str, currency: str, first: date, last: date) -> Script[Stored]:
    """Read the sales in this currency from a day to a day, and all lines of these days."""
    days = (business_id, first.isoformat(), last.isoformat())
    sales = yield Statement(_SALES, (*days, currency))
    lines = yield Statement(_LINES, days)
    return sales, lines


def decode_briefs(stored: Stored) -> list[StoredSale]:
    """Return the sales by time, as they are stored now."""
    sales, lines = stored
    if not sales:
        return []
    items = _lines_by_sale(lines)
    sales.sort(key=itemgetter(_CREATED, 0))
    columns: list[Iterable[object]] = list(zip(*sales, strict=True))
    for at in _MONEY:
        columns[at] = map(decode_money, columns[at])
    known: dict[object, object] = {}
    for at in _REPEATED:
        columns[at] = [known.setdefault(value, value) for value in columns[at]]
    columns[_CREATED] = map(decode_instant, columns[_CREATED])  # type: ignore[arg-type]
    columns[_CANCELLED] = map(_instant_or_none, columns[_CANCELLED])  # type: ignore[arg-type]
    whole = zip(*columns, (tuple(items.get(row[0], ())) for row in sales), strict=True)
    return list(map(StoredSale._make, whole))


def known_brief(sale: StoredSale, as_of: date) -> StoredSale:
    """Return the sale as it stood at the end of `as_of`: one that was cancelled later had not been."""
    if sale.cancelled_at is None or sale.cancelled_at.date() <= as_of:
        return sale
    return sale._replace(status="COMPLETED", cancelled_at=None)


def _lines_by_sale(lines: list[Row]) -> dict[str, list[StoredLine]]:
    found: dict[str, list[StoredLine]] = {}
    if lines:
        lines.sort(key=itemgetter(0))  # numbers of lines
        _, sales, products, quantities, prices, costs = zip(*lines, strict=True)
        known: dict[str, str] = {}
        columns = (
            [known.setdefault(product, product) for product in products],
            quantities,
            map(decode_money, prices),
            map(decode_money, costs),
        )
        for sale, line in zip(sales, map(StoredLine._make, zip(*columns, strict=True)), strict=True):
            found.setdefault(sale, []).append(line)
    return found


def _instant_or_none(micros: int | None) -> datetime | None:
    return None if micros is None else decode_instant(micros)


def latest_cancellation(sales: Sequence[StoredSale]) -> date:
    """Return the day of the latest cancellation, the earliest day there is without one."""
    return max((sale.cancelled_at.date() for sale in sales if sale.cancelled_at), default=date.min)
