"""Walks a report and finds what can be said about its figures; nothing is judged here."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.features.report_figures import (
    Amount,
    amount_of,
    figure_of,
    label_of,
    period_of,
    spoken,
    word_set,
    words_of,
)
from gateway.features.report_pairs import compare, lone_previous, pair_keys, sides, stated_changes
from gateway.features.report_spots import (
    MAX_DEPTH,
    MAX_FIGURES,
    PEOPLE,
    Change,
    Findings,
    Level,
    Path,
    Series,
    Spot,
    leaf,
    lists_parts,
    name_of,
)

_PERIOD = word_set("date day week month quarter year period label")
_PERIOD_PARTS = word_set(
    "start end begin ending starting name of the sale sales business report reporting trading fiscal"
)
"""`sale_date` dates a row; `last_purchase_date` tells something about it."""


def scan(data: Any) -> Findings:
    """Return everything found in a report, bounded in depth and number of figures."""
    findings = Findings()
    _walk(data, Path(), findings)
    return findings


def _walk(node: Any, path: Path, out: Findings) -> None:
    if path.depth > MAX_DEPTH or out.figures > MAX_FIGURES:
        out.cut = True
    elif isinstance(node, dict):
        _walk_dict(node, path, out)
    elif isinstance(node, list):
        _walk_list(node, path, out)


def _walk_dict(node: Mapping[str, Any], path: Path, out: Findings) -> None:
    if _is_timeline(node):
        _add_series(path.spot(""), [(key, amount_of(value, "", path.context)) for key, value in node.items()], out)
        return
    used = _compared(node, path, out)
    used |= set(pair_keys(node, path, out))
    used |= set(stated_changes(node, path, out, used))
    rows = {key: value for key, value in node.items() if isinstance(value, dict)}
    if all(sides(row) for row in rows.values()) and not lists_parts(path):
        rows = {}  # figures of different things, each now and before: nobody adds revenue and orders
    if len(rows) > 1 and not used and _alike(list(rows.values())) and not any(_tells(v) for v in node.values()):
        for key, value in rows.items():
            _walk(value, path.entry(spoken(key), person=False), out)
        return
    for key, value in node.items():
        if key in used:
            continue
        if (found := leaf(node, path, key)) is not None:
            out.figures += 1
            out.levels.append(found)
        else:
            _walk(value, _into(path, key, value), out)


def _into(path: Path, key: str, value: Any) -> Path:
    """Return the path to what is under a key; one named thing, `top_category: {name: Rice, …}`, keeps its name."""
    name = value.get("name") if isinstance(value, dict) and not path.row else None
    if not isinstance(name, str) or not name.strip() or set(words_of(key)) & PEOPLE:
        return path.into(key)
    return path.into(f"{key} {label_of(name)}")


def _tells(value: Any) -> bool:
    """Whether a value beside rows makes the object more than a table: a list or a figure."""
    return isinstance(value, list) or amount_of(value, "") is not None


def _compared(node: Mapping[str, Any], path: Path, out: Findings) -> set[str]:
    """Note the changes between two sides and what the present one says by itself; returns the keys used up."""
    pair = sides(node) or lone_previous(node)
    if pair is None:
        return set()
    now, before = pair
    if isinstance(node[now], dict | list):
        compare(node[now], node[before], path, out)
        _walk(node[now], path.into(now), out)
        return {now, before}
    a, b = figure_of(node, now, path.context), amount_of(node[before], now, path.context)
    if not (a and b):
        return set()
    out.figures += 2
    out.changes.append(Change(path.spot(now), a, Amount(b.value, a.kind)))
    return {now, before}


def _is_timeline(node: Mapping[str, Any]) -> bool:
    return len(node) > 2 and all(period_of(key) and amount_of(value, "") for key, value in node.items())


def _alike(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether objects are rows of one table: they share a figure's key and are not two sides of a comparison."""
    shared = set(rows[0]).intersection(*rows[1:])
    return any(amount_of(rows[0][key], key) for key in shared)


def _walk_list(node: list[Any], path: Path, out: Findings) -> None:
    rows = [row for row in node if isinstance(row, dict)]
    if rows and (key := period_key(rows)):
        _rows_over_time(rows, key, path, out)
    elif rows:
        for row in rows:
            name, person = name_of(row)
            _walk({k: v for k, v in row.items() if v != name or not name}, path.entry(name, person), out)
    elif len(node) > 3 and all(amount_of(value, path.context) for value in node):
        _add_series(path.spot(""), [(f"period {i + 1}", amount_of(v, path.context)) for i, v in enumerate(node)], out)


def _rows_over_time(rows: Sequence[Mapping[str, Any]], period: str, path: Path, out: Findings) -> None:
    for key in dict.fromkeys(key for row in rows for key in row if key != period):
        points = [(str(row[period]), figure_of(row, key, path.context)) for row in rows]
        if any(amount for _, amount in points):
            _add_series(path.spot(key), points, out)


def _add_series(spot: Spot, points: list[tuple[str, Amount | None]], out: Findings) -> None:
    known = [(label, amount) for label, amount in points if amount is not None]
    order = [period_of(label) for label, _ in known]
    if all(order) and len({len(key) for key in order if key}) == 1 and not _cyclic(order):
        known = [point for _, point in sorted(zip(order, known, strict=True), key=lambda pair: pair[0] or ())]
    out.figures += len(known)
    if len(known) > 1:
        out.series.append(Series(spot, tuple(label_of(p) for p, _ in known), tuple(a for _, a in known)))
    elif known:
        out.levels.append(Level(spot, known[0][1]))


def _cyclic(order: list[tuple[int, ...] | None]) -> bool:
    """Whether labels carry no year: such months or weekdays stay in the report's own order."""
    return any(key and len(key) == 2 and key[0] == 0 for key in order)


def period_key(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the key that dates rows, each with another period; None when they are no series over time."""
    for key in rows[0]:
        words = set(words_of(key))
        if words & _PERIOD and words <= _PERIOD | _PERIOD_PARTS:
            labels = [period_of(row.get(key)) for row in rows]
            if all(labels) and len(set(labels)) == len(labels) > 1:
                return key
    return None
