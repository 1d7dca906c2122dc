"""Splits the change of a margin or revenue into volume, mix of products, and price and cost per unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.features.report_figures import MONEY, words_of
from gateway.features.report_spots import Change

_QUANTITY = frozenset(("quantity", "qty", "units", "sold"))
_PROFIT = frozenset(("profit", "margin"))
_REVENUE = frozenset(("revenue", "sales", "turnover", "amount"))
_PRICE = frozenset(("price",))
_COST = frozenset(("cost",))


@dataclass(frozen=True, slots=True)
class Effects:
    """Parts of a change that add up to it exactly; amounts in the report's currency. `about` is what was split."""

    about: str
    total: Decimal
    volume: Decimal
    mix: Decimal
    unit: Decimal


@dataclass(frozen=True, slots=True)
class _Item:
    quantity: tuple[Decimal, Decimal]
    unit: tuple[Decimal, Decimal]


def split_effects(changes: Sequence[Change]) -> Effects | None:
    """Return the effects over the entries of one list, or None when quantities and values are not there for all."""
    by_item: dict[str, list[Change]] = {}
    for change in changes:
        by_item.setdefault(change.spot.of, []).append(change)
    rows = list(by_item.values())
    for about, wanted in (("profit", _PROFIT), ("revenue", _REVENUE)):
        items = [_item(row, wanted) for row in rows]
        known = [item for item in items if item is not None]
        if len(known) == len(rows) > 1:
            return _effects(about, known)
    return None


def _item(row: Sequence[Change], wanted: frozenset[str]) -> _Item | None:
    quantity = _measure(row, _QUANTITY)
    if quantity is None or min(quantity) <= 0:
        return None
    worth = _measure(row, wanted, MONEY)
    if worth is not None:
        return _Item(quantity, (worth[0] / quantity[0], worth[1] / quantity[1]))
    price, cost = _measure(row, _PRICE, MONEY), _measure(row, _COST, MONEY)
    if price is None or (cost is None and wanted is _PROFIT):
        return None
    per_unit = cost if cost is not None and wanted is _PROFIT else (Decimal(0), Decimal(0))
    return _Item(quantity, (price[0] - per_unit[0], price[1] - per_unit[1]))


def _measure(row: Sequence[Change], words: frozenset[str], kind: str | None = None) -> tuple[Decimal, Decimal] | None:
    """Return (now, before) of the first figure so named."""
    for change in row:
        if words & set(words_of(change.spot.about)) and kind in (None, change.now.kind):
            return change.now.value, change.before.value
    return None


def _effects(about: str, items: Sequence[_Item]) -> Effects:
    now = sum((i.quantity[0] for i in items), Decimal(0))
    before = sum((i.quantity[1] for i in items), Decimal(0))
    worth_now = sum((i.quantity[0] * i.unit[0] for i in items), Decimal(0))
    worth_before = sum((i.quantity[1] * i.unit[1] for i in items), Decimal(0))
    volume = (now / before - 1) * worth_before
    unit = sum((i.quantity[0] * (i.unit[0] - i.unit[1]) for i in items), Decimal(0))
    return Effects(about, worth_now - worth_before, volume, worth_now - worth_before - volume - unit, unit)


def effects_by_name(effects: Effects) -> Mapping[str, Decimal]:
    """Return cause → amount, largest first."""
    causes = {
        "quantity sold": effects.volume,
        "mix of products": effects.mix,
        "price and cost per unit": effects.unit,
    }
    return dict(sorted(causes.items(), key=lambda pair: -abs(pair[1])))
