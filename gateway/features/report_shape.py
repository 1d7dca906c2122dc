"""Puts idioms of real reports into the form that the scan reads: the report itself stays as it was sent.

A POS sends its reports with an envelope, pages, a comparison in a place of its own, figures as rows of name and value,
ages of debts in columns and hours as numbers. Each is rewritten by its form, not by the report's name.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from gateway.features.report_figures import amount_of, measures, word_set, words_of
from gateway.features.report_scan import period_key
from gateway.features.report_spots import name_of

MAX_DEPTH = 14
_ABOUT_THE_REPORT = frozenset(("metadata", "meta", "filters", "pagination", "error", "errors", "links"))
_COMPARISONS = ("comparison", "compare", "versus")
_PAST = ("previous_period", "previous", "prior_period", "last_period")
_NOW = ("summary", "totals", "current", "current_period")
_TOTALS = ("total_count", "total_items", "total_results", "total_rows", "total", "count")
_PLAIN_LISTS = word_set("breakdown series time timeseries history trend trends points daily weekly monthly")
_NAME_KEYS = ("metric", "kpi", "measure", "indicator", "name", "label", "title")
_VALUE_KEYS = ("value", "current", "amount", "total", "actual")
_PAST_KEYS = ("previous", "previous_value", "prior", "last", "last_period", "before")
_UNITS = {"ghs": "GHS {}", "cedis": "GHS {}", "%": "{}%", "percent": "{}%", "days": "{} days", "day": "{} days"}
_BUCKET = re.compile(r"current|(?:over_)?(?:\d+_)?\d+(?:_days|_plus|\+)|not_due|\d+_\d+", re.IGNORECASE)
_OLD = re.compile(r"over|plus|\+|60|61|90|91|120", re.IGNORECASE)
_HEADS = ("header", "headers", "columns", "fields")
_AGES = word_set("aging ageing age ages buckets")
_AGE_KEYS = frozenset(("bucket", "age_bucket", "aging_bucket"))
_CODE_KEYS = frozenset((*_AGE_KEYS, "type", "movement_type", "status", "method", "payment_method", "payment_type"))
_CODE = re.compile(r"[A-Z0-9]+(?:_[A-Z0-9]+)*")
_STOCK_KEYS = ("stock", "current_stock", "stock_level", "quantity_on_hand", "on_hand", "quantity")
_LEVEL_KEYS = (
    "reorder_level",
    "reorder_point",
    "min_stock",
    "minimum_stock",
    "low_stock_threshold",
    "reorder_threshold",
)
_LOW, _OUT = word_set("low stock"), word_set("out stock")
_MOVES = {"in": "goods_in", "out": "goods_out"}


class _Report(NamedTuple):
    """What holds of a whole report: how many entries it says there are, and whether it counts shelves itself."""

    entries: int
    counts_shelves: bool


LISTED = "listed_rows"
"""The key of a list that shows only a page of what there is."""


def shaped(report: Any) -> Any:
    """Return the report in the scan's own form; what is already in it comes back equal."""
    return _shaped(report, _Report(_pages(report), _states_shelves(report)), 0)


def _states_shelves(node: Any, depth: int = 0) -> bool:
    """Tell whether the report itself counts what is low or out of stock."""
    if not isinstance(node, dict) or depth > 3:
        return False
    named = [set(words_of(key)) for key, value in node.items() if amount_of(value, key)]
    own = any(words >= _LOW or words >= _OUT for words in named)
    return own or any(_states_shelves(value, depth + 1) for value in node.values())


def _shaped(node: Any, report: _Report, depth: int, above: str = "") -> Any:
    if depth > MAX_DEPTH:
        return node
    if isinstance(node, list):
        return _list(node, report, depth)
    if not isinstance(node, dict):
        return node
    compared = _with_tables(_with_comparison(node))
    if not _AGES & set(words_of(above)):
        compared = _with_ages(compared)
    content = {key: value for key, value in compared.items() if key not in _ABOUT_THE_REPORT} or compared
    result: dict[str, Any] = {}
    for key, value in content.items():
        child = _shaped(value, report, depth + 1, key)
        named = "debt" if _is_by_age(value) else _key(key, value, report)
        result[named] = child
        if isinstance(value, list) and not report.counts_shelves and report.entries <= len(value):
            result |= _shelves(key, value)
    return result


def _with_tables(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Turn rows of plain values below a row of names, in the list or beside it, into rows with names."""
    heads = next((node[key] for key in _HEADS if _are_names(node.get(key))), None)
    tables = {key: table for key, value in node.items() if (table := _table(value, heads)) is not None}
    return {key: tables.get(key, value) for key, value in node.items() if not (tables and key in _HEADS)}


def _table(value: Any, heads: Sequence[str] | None) -> list[dict[str, Any]] | None:
    if not isinstance(value, list) or not value or not all(isinstance(row, list) for row in value):
        return None
    names, rows = (heads, value) if heads else (value[0], value[1:])
    if not _are_names(names) or not rows or any(len(row) != len(names) for row in rows):
        return None
    return [dict(zip(names, row, strict=True)) for row in rows]


def _are_names(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and len(set(map(str, value))) == len(value)
        and all(isinstance(one, str) and one.strip() and amount_of(one, "") is None for one in value)
    )


def _with_ages(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put debts by their age (`current`, `1_30_days`, …) under one name, so that they are parts of one sum."""
    ages = [key for key in node if _BUCKET.fullmatch(key) and amount_of(node[key], "debt")]
    if len(ages) < 3 or any(isinstance(value, str) and name_of({key: value})[0] for key, value in node.items()):
        return node
    rest = {key: value for key, value in node.items() if key not in ages}
    return {**rest, "debt_by_age": {"not due" if key == "current" else key: node[key] for key in ages}}


def _is_by_age(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(row, dict) and _AGE_KEYS & set(row) for row in value)


def _shelves(key: str, rows: Any) -> dict[str, int]:
    """Count what is out of stock and what is at or below its reorder level in rows that hold both figures."""
    if not isinstance(rows, list):
        return {}
    pairs = [pair for row in rows if isinstance(row, dict) and (pair := _stock_and_level(row))]
    if len(pairs) < 2:
        return {}
    low = sum(stock <= level for stock, level in pairs)
    out = sum(stock <= 0 for stock, _ in pairs)
    return {f"{key} out of stock": out, f"{key} at or below reorder level": low}


def _stock_and_level(row: Mapping[str, Any]) -> tuple[Decimal, Decimal] | None:
    stock = next((amount_of(row[key], key) for key in _STOCK_KEYS if key in row), None)
    level = next((amount_of(row[key], key) for key in _LEVEL_KEYS if key in row), None)
    return (stock.value, level.value) if stock and level else None


def _key(key: str, value: Any, report: _Report) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        if report.entries > len(value) and period_key([row for row in value if isinstance(row, dict)]) is None:
            return LISTED if set(words_of(key)) <= word_set("results items rows records data") else f"listed_{key}"
        return "rows" if set(words_of(key)) <= _PLAIN_LISTS else key
    return _MOVES.get(key, key)


def _list(rows: Sequence[Any], report: _Report, depth: int) -> Any:
    if not rows or not all(isinstance(row, dict) for row in rows):
        return list(rows)
    figures = _as_figures(rows)
    if figures is not None:
        return figures
    shaped_rows = [_row(_shaped(row, report, depth + 1)) for row in rows]
    if len(shaped_rows) > 1 and period_key(shaped_rows) is None and not any(name_of(row)[0] for row in shaped_rows):
        return [{"name": f"entry {at + 1}", **row} for at, row in enumerate(shaped_rows)]
    return shaped_rows


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its hour as a name, its old debts as debts, and without lists inside the row of a product."""
    row = {key: _uncoded(key, value) for key, value in row.items() if key != "locations"}
    if _stock_and_level(row):
        row = {"stock" if key in _STOCK_KEYS else key: row[key] for key in row if key not in _LEVEL_KEYS}
    hour = row.get("hour")
    if isinstance(hour, int) and not isinstance(hour, bool) and 0 <= hour < 24 and not name_of(row)[0]:
        row = {"name": f"the hour from {hour}:00", **{key: value for key, value in row.items() if key != "hour"}}
    buckets = [key for key in row if _BUCKET.fullmatch(key)]
    if len(buckets) < 3:
        return row
    kept = {key: value for key, value in row.items() if key not in buckets}
    for key in buckets:
        amount = amount_of(row[key], "debt")
        if _OLD.search(key) and amount and amount.value:
            kept[f"debt_{key}_overdue"] = row[key]
    return kept


def _uncoded(key: str, value: Any) -> Any:
    """Return `90_PLUS` under `bucket` as `90 plus`: a code of the POS is no word for people."""
    if key not in _CODE_KEYS or not isinstance(value, str) or not _CODE.fullmatch(value):
        return value
    words = value.replace("_", " ").lower()
    return f"{words} old" if key in _AGE_KEYS and amount_of(words, "") else words  # `30 days` alone is a figure


def _as_figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return rows of name and value as an object, where the names are measures: `[{name: Revenue, value: 5}]`."""
    figures: dict[str, Any] = {}
    for row in rows:
        name = next((row[key] for key in _NAME_KEYS if isinstance(row.get(key), str)), "")
        value = next((row[key] for key in _VALUE_KEYS if key in row), None)
        if not measures(name) or amount_of(value, name) is None or name in figures:
            return None
        unit = _UNITS.get(str(row.get("unit", "")).strip().lower(), "{}")
        before = next((row[key] for key in _PAST_KEYS if key in row), None)
        now = _with_unit(unit, value)
        figures[name] = now if before is None else {"current": now, "previous": _with_unit(unit, before)}
    return figures


def _with_unit(unit: str, value: Any) -> Any:
    return value if unit == "{}" or isinstance(value, str) else unit.format(value)


def _with_comparison(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put the figures of `comparison.previous_period` beside those of `summary` that they are the past of."""
    place = next((key for key in _COMPARISONS if isinstance(node.get(key), dict)), None)
    now = next((key for key in _NOW if isinstance(node.get(key), dict)), None)
    if place is None or now is None:
        return node
    past = next((node[place][key] for key in _PAST if isinstance(node[place].get(key), dict)), None)
    if past is None:
        return node
    before = {f"previous_{key}": value for key, value in past.items() if key in node[now] and amount_of(value, key)}
    if not before:
        return node
    rest = {key: value for key, value in node.items() if key != place}
    return {**rest, now: {**node[now], **before}}


def _pages(report: Any, depth: int = 0) -> int:
    """Return how many entries the report says there are in all, 0 where it does not say."""
    if not isinstance(report, dict) or depth > 3:
        return 0
    pages = report.get("pagination")
    if isinstance(pages, dict):
        stated = [pages[key] for key in _TOTALS if isinstance(pages.get(key), int)]
        return max(stated, default=0)
    return max((_pages(value, depth + 1) for value in report.values()), default=0)
