"""Keeps and reads `pos_product_days`: units sold by product, day and type of sale, renewed with the sales."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from gateway.domain.sold import NOT_SOLD, DayUnits
from gateway.store.database import Script, Statement
from gateway.store.records_kinds import EPOCH, decode_day, decode_money, is_id

NEVER = 10_000_000
"""The `void_day` of sales that were not cancelled."""
BLOCK = 200
_DAY_MICROS = 86_400_000_000

_UNSOLD = ", ".join(f"'{status}'" for status in sorted(NOT_SOLD))
# S608 everywhere here: the names in these statements are our own, values are always arguments.
FILL = (
    'INSERT INTO pos_product_days (business_id, product, "day", "type", currency, void_day, units, amount) '  # noqa: S608
    'SELECT s.business_id, l.product, s."day", s."type", COALESCE(s.currency, \'*\'), '
    f'CASE WHEN s."status" IN ({_UNSOLD}) THEN s.cancelled_at / {_DAY_MICROS} ELSE {NEVER} END, '
    "SUM(l.quantity), CAST(ROUND(SUM(l.quantity * l.unit_price - l.discount_amount)) AS BIGINT) "
    "FROM pos_sales s JOIN pos_sale_items l ON l.business_id = s.business_id AND l.sale = s.id "
    f'WHERE (s."status" NOT IN ({_UNSOLD}) OR s.cancelled_at IS NOT NULL) '
    "GROUP BY 1, 2, 3, 4, 5, 6"
)
"""Fills the whole table; with a further condition a few days of one business."""


def renew_days(business_id: str, days: Iterable[str]) -> Script[None]:
    """Work out again what was sold on these days of a business."""
    for block in _blocks(sorted(set(days))):
        places = ", ".join(f"${at}" for at in range(2, 2 + len(block)))
        yield Statement(
            f'DELETE FROM pos_product_days WHERE business_id = $1 AND "day" IN ({places})',  # noqa: S608
            (business_id, *block),
        )
        condition = f'AND s.business_id = $1 AND s."day" IN ({places}) GROUP BY'
        yield Statement(FILL.replace("GROUP BY", condition), (business_id, *block))


def select_days(
    business_id: str,
    currency: str,
    as_of: date,
    products: Collection[str] | None,
    since: date | None,
    days: Sequence[str] | None = None,
) -> list[tuple[str, list[Any]]]:
    """Return the reading statements, a block of products and of `days` each (None: all), with their arguments."""
    known = [()] if products is None else _blocks(sorted({one for one in products if is_id(one)}))
    wanted = _wanted(days, since, as_of)
    return [_select(business_id, currency, as_of, block, since, some) for block in known for some in wanted]


def decode_days(rows: Iterable[Sequence[Any]]) -> dict[str, list[DayUnits]]:
    """Return the read rows by day, added up by type, in that order."""
    found: dict[tuple[str, str], tuple[float, int]] = {}
    for day, kind, units, amount in rows:
        before = found.get((day, kind), (0.0, 0))
        found[day, kind] = (before[0] + units, before[1] + int(amount))
    days: dict[str, list[DayUnits]] = {}
    for (day, kind), (units, amount) in sorted(found.items()):
        days.setdefault(day, []).append(DayUnits(decode_day(day), kind, units, decode_money(amount)))
    return days


def select_units(
    business_id: str, currency: str, as_of: date, days: Sequence[str] | None
) -> list[tuple[str, list[Any]]]:
    """Return the statements that read units by day and product, a block of `days` each (None: all)."""
    return [
        _select(business_id, currency, as_of, (), None, some, 'SELECT "day", product, SUM(units)', '"day", product')
        for some in _wanted(days, None, as_of)
    ]


def _wanted(days: Sequence[str] | None, since: date | None, as_of: date) -> list[Sequence[str]]:
    """Return the known ones of the days in blocks; one empty block means all."""
    if days is None:
        return [()]
    first = "" if since is None else since.isoformat()
    return list(_blocks([day for day in days if first <= day <= as_of.isoformat()]))


def decode_units(rows: Iterable[Sequence[Any]]) -> dict[str, dict[str, int]]:
    """Return thousandths of units by day and product."""
    found: dict[str, dict[str, int]] = {}
    for day, product, units in rows:
        found.setdefault(day, {})[product] = round(units * 1000)
    return found


def total_units(days: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sum over days, by product."""
    total: dict[str, int] = {}
    for day in days:
        for product, units in day.items():
            total[product] = total.get(product, 0) + units
    return total


def _select(
    business_id: str,
    currency: str,
    as_of: date,
    products: Sequence[str],
    since: date | None,
    days: Sequence[str],
    what: str = 'SELECT "day", "type", SUM(units), SUM(amount)',
    by: str = '"day", "type"',
) -> tuple[str, list[Any]]:
    args: list[Any] = [business_id, currency, (as_of - EPOCH.date()).days]
    conditions = ["business_id = $1", "currency IN ('*', $2)", "void_day > $3"]
    # Beside named days a range would mislead PostgreSQL: it reads the whole range and throws the other days away.
    bounds = [] if days else [("<=", as_of), *([(">=", since)] if since is not None else [])]
    for side, day in bounds:
        args.append(day.isoformat())
        conditions.append(f'"day" {side} ${len(args)}')
    for column, values in (("product", products), ('"day"', days)):
        if values:
            places = ", ".join(f"${at}" for at in range(len(args) + 1, len(args) + 1 + len(values)))
            conditions.append(f"{column} IN ({places})")
            args += values
    return f"{what} FROM pos_product_days WHERE {' AND '.join(conditions)} GROUP BY {by}", args


def _blocks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), BLOCK):
        yield values[start : start + BLOCK]
