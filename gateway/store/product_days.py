"""Keeps and reads `pos_product_days`: units sold by product, day and type of sale, renewed with the sales."""

from collections.abc import Collection, Iterable, Iterator, Sequence
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


def stored_days(business_id: str, sales: Sequence[str]) -> Script[list[str]]:
    """Return the days on which the stored sales of these ids are."""
    found: set[str] = set()
    for block in _blocks(sales):
        places = ", ".join(f"${at}" for at in range(2, 2 + len(block)))
        sql = f'SELECT DISTINCT "day" FROM pos_sales WHERE business_id = $1 AND id IN ({places})'  # noqa: S608
        rows = yield Statement(sql, (business_id, *block))
        found.update(row[0] for row in rows)
    return sorted(found)


def select_days(
    business_id: str, currency: str, as_of: date, products: Collection[str] | None, since: date | None
) -> list[tuple[str, list[Any]]]:
    """Return the reading statements, a block of products each, with their arguments."""
    if products is None:
        return [_select(business_id, currency, as_of, (), since)]
    known = sorted({one for one in products if is_id(one)})
    return [_select(business_id, currency, as_of, block, since) for block in _blocks(known)]


def decode_days(rows: Iterable[Sequence[Any]]) -> list[DayUnits]:
    """Return the read rows added up by day and type, in that order."""
    found: dict[tuple[str, str], tuple[float, int]] = {}
    for day, kind, units, amount in rows:
        before = found.get((day, kind), (0.0, 0))
        found[day, kind] = (before[0] + units, before[1] + int(amount))
    return [
        DayUnits(decode_day(day), kind, units, decode_money(amount))
        for (day, kind), (units, amount) in sorted(found.items())
    ]


def _select(
    business_id: str, currency: str, as_of: date, products: Sequence[str], since: date | None
) -> tuple[str, list[Any]]:
    args: list[Any] = [business_id, currency, (as_of - EPOCH.date()).days, as_of.isoformat()]
    conditions = ["business_id = $1", "currency IN ('*', $2)", "void_day > $3", '"day" <= $4']
    if since is not None:
        args.append(since.isoformat())
        conditions.append(f'"day" >= ${len(args)}')
    if products:
        first = len(args) + 1
        conditions.append(f"product IN ({', '.join(f'${at}' for at in range(first, first + len(products)))})")
        args += products
    sql = f'SELECT "day", "type", SUM(units), SUM(amount) FROM pos_product_days WHERE {" AND ".join(conditions)}'  # noqa: S608
    return f'{sql} GROUP BY "day", "type"', args


def _blocks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), BLOCK):
        yield values[start : start + BLOCK]
