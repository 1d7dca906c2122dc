"""Finds figures of a report that belong together: now and before, and changes that the report itself states."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.features.report_figures import COUNT, MONEY, PERCENT, Amount, amount_of, word_set, words_of
from gateway.features.report_spots import MAX_DEPTH, MAX_FIGURES, Change, Findings, Path, Stated, leaf, name_of

_CURRENT = ("current", "this", "now", "latest", "actual", "today")
_PREVIOUS = ("previous", "prev", "prior", "last", "before", "earlier", "comparison", "baseline", "yesterday")
_SPAN = word_set("period month week year quarter day value total amount")
_CHANGE = word_set("growth change delta variance increase decrease trend")
_UNITS = word_set("percent percentage pct rate")


def sides(node: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the keys of two values of one type to compare: `current` and `previous`, `this_month` and `last_month`."""
    now = next((key for key in node if _is_side(key, _CURRENT)), None)
    before = next((key for key in node if _is_side(key, _PREVIOUS)), None)
    if now is None or before is None or isinstance(node[now], dict | list) != isinstance(node[before], dict | list):
        return None
    return now, before


def lone_previous(node: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the keys of `{outstanding: 5, last_month: 4}`: one figure, and one that can only be its past."""
    figures = [key for key, value in node.items() if amount_of(value, "") and amount_of(value, key)]
    before = [key for key in figures if _is_side(key, _PREVIOUS)]
    return (next(k for k in figures if k != before[0]), before[0]) if len(before) == 1 and len(figures) == 2 else None


def _is_side(key: str, names: tuple[str, ...]) -> bool:
    words = words_of(key)
    return bool(words) and words[0] in names and all(word in _SPAN for word in words[1:])


def compare(now: Any, before: Any, path: Path, out: Findings) -> None:
    """Note the change of every figure that both sides have; entries of lists are matched by name."""
    if path.depth > MAX_DEPTH or out.figures > MAX_FIGURES:
        out.cut = True
    elif isinstance(now, dict) and isinstance(before, dict):
        for key in now:
            if key not in before:
                continue
            a, b = leaf(now, path, key), leaf(before, path, key)
            if a and b:
                out.figures += 2
                out.changes.append(Change(a.spot, a.amount, Amount(b.amount.value, a.amount.kind)))
            else:
                compare(now[key], before[key], path.into(key), out)
    elif isinstance(now, list) and isinstance(before, list):
        earlier = {name: row for row in before if isinstance(row, dict) and (name := name_of(row)[0])}
        for row in now:
            if isinstance(row, dict) and (named := name_of(row))[0] in earlier and named[0]:
                compare(row, earlier[named[0]], path.entry(*named), out)


def pair_keys(node: Mapping[str, Any], path: Path, out: Findings) -> Iterator[str]:
    """Pair `revenue` (or `current_revenue`, `revenue_this_month`) with `previous_revenue` beside it."""
    bases: dict[tuple[str, ...], str] = {}
    for key in node:
        bases.setdefault(_base(key, _CURRENT), key)
    for key, value in node.items():
        base = _base(key, _PREVIOUS)
        now = bases.get(base)
        if base == tuple(words_of(key)) or not base or now is None or now == key:
            continue
        a, b = amount_of(node[now], now, path.context), amount_of(value, now, path.context)
        if a and b:
            out.figures += 2
            out.changes.append(Change(path.spot("_".join(base)), a, Amount(b.value, a.kind)))
            yield now
            yield key


def _base(key: str, marks: tuple[str, ...]) -> tuple[str, ...]:
    """Return a key's words without its mark of time (`last_month`, `previous`); unchanged without one."""
    words = words_of(key)
    for i, word in enumerate(words):
        if word in marks:
            end = i + 2 if words[i + 1 : i + 2] and words[i + 1] in _SPAN - {"value", "total", "amount"} else i + 1
            return tuple(words[:i] + words[end:])
    return tuple(words)


def _is_level(amount: Amount | None) -> bool:
    """Whether a figure may be what a bare `growth` beside it is the growth of."""
    return amount is not None and amount.kind in (MONEY, COUNT)


def stated_changes(node: Mapping[str, Any], path: Path, out: Findings, used: set[str]) -> Iterator[str]:
    """Take `revenue_growth: 15` or `growth: "15%"`; the figure meant is the one so named, or the first amount."""
    for key, value in node.items():
        words = words_of(key)
        if key in used or not _CHANGE & set(words) or (amount := amount_of(value, key)) is None:
            continue
        base = [word for word in words if word not in _CHANGE | _UNITS]
        if amount.kind != PERCENT and (not _UNITS & set(words) or 0 < abs(amount.value) < 1):
            continue  # 0.15 may be fifteen per cent or a seventh of one: it is told as it stands
        of = next((k for k in node if k != key and _base(k, _CURRENT) == tuple(base)), None) if base else None
        if not base:
            of = next((k for k, v in node.items() if k != key and _is_level(amount_of(v, k, path.context))), None)
        level = amount_of(node[of], of, path.context) if of else None
        named = "_".join(_base(of, _CURRENT)) if of and level else "_".join(base)
        out.figures += 1
        out.stated.append(Stated(path.spot(named), amount.value, level))
        yield key
