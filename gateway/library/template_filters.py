"""The filters of prompt templates: plain data in, plain data out.

They are ours rather than Jinja's because Jinja's reach attributes, format strings and gigabytes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import StrictUndefined

from gateway.library.template_values import (
    OPERATORS,
    Meter,
    RenderError,
    check_size,
    compared,
    decimal_of,
    is_missing,
    is_number,
    number_of,
    shown,
)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with its constant arguments: what each may be, how many are required, and those given by name.

    Kinds: `count` (0..1000), `text` (at most 64 characters), `field` (a public name), `operator`, `constant`, `flag`.
    """

    run: Callable[..., Any]
    summary: str
    arguments: tuple[str, ...] = ()
    required: int = 0
    named: Mapping[str, str] | None = None


def _upper(meter: Meter, value: Any) -> str:
    return _text(meter, value).upper()


def _lower(meter: Meter, value: Any) -> str:
    return _text(meter, value).lower()


def _title(meter: Meter, value: Any) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in _text(meter, value).split(" "))


def _trim(meter: Meter, value: Any) -> str:
    return _text(meter, value).strip()


def _default(meter: Meter, value: Any, other: Any, also_empty: bool = False) -> Any:
    meter.spend(1)
    return other if is_missing(value) or (also_empty and not value) else value


def _truncate(meter: Meter, value: Any, length: int) -> str:
    text = _text(meter, value)
    if len(text) <= length:
        return text
    cut = text[: max(length - 1, 0)]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip() + "…"


def _length(meter: Meter, value: Any) -> int:
    meter.spend(1)
    if not isinstance(value, (str, list, dict)):
        raise RenderError("`length` needs a text, a list or an object")
    return len(value)


def _round(meter: Meter, value: Any, digits: int = 0) -> int | float:
    meter.spend(1)
    exact = decimal_of(value, "round").quantize(Decimal(1).scaleb(-min(digits, 9)), ROUND_HALF_UP)
    return float(exact) if digits else int(exact)


def _number(meter: Meter, value: Any, digits: int | None = None) -> str:
    meter.spend(1)
    exact = decimal_of(value, "number")
    return f"{exact:,f}" if digits is None else f"{_rounded(exact, digits):,f}"


def _money(meter: Meter, value: Any, currency: str = "") -> str:
    meter.spend(1)
    return f"{currency} {_rounded(decimal_of(value, 'money'), 2):,f}".lstrip()


def _percent(meter: Meter, value: Any, digits: int = 1) -> str:
    meter.spend(1)
    return f"{_rounded(decimal_of(value, 'percent'), digits):f}%"


def _join(meter: Meter, value: Any, between: str = ", ", attribute: str | None = None) -> str:
    parts = [shown(item) for item in _fields(meter, value, attribute)]
    meter.spend(len(parts), size := sum(map(len, parts)) + len(between) * len(parts))
    check_size(size)
    return between.join(parts)


def _replace(meter: Meter, value: Any, old: str, new: str) -> str:
    text = _text(meter, value)
    if not old:
        raise RenderError("`replace` needs a text to look for")
    check_size(len(text) + text.count(old) * len(new))
    result = text.replace(old, new)
    meter.spend(1, len(result))
    return result


def _tojson(meter: Meter, value: Any) -> str:
    if is_missing(value):
        raise RenderError("`tojson` was given a field that does not exist")
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    meter.spend(1, 4 * len(text))
    return text


def _first(meter: Meter, value: Any) -> Any:
    return (_rows(meter, value, 1) or [StrictUndefined(name="first or last entry")])[0]


def _last(meter: Meter, value: Any) -> Any:
    return (_rows(meter, value, 1) or [StrictUndefined(name="first or last entry")])[-1]


def _sort(meter: Meter, value: Any, attribute: str | None = None, reverse: bool = False) -> list[Any]:
    rows = _rows(meter, value)
    keys = _fields(meter, value, attribute)
    meter.spend(4 * len(keys), sum(len(key) for key in keys if isinstance(key, str)))
    if not (all(isinstance(key, str) for key in keys) or all(is_number(key) for key in keys)):
        raise RenderError("`sort` needs entries that are all texts or all numbers")
    order = sorted(range(len(rows)), key=keys.__getitem__, reverse=reverse)
    return [rows[index] for index in order]


def _sum(meter: Meter, value: Any, attribute: str | None = None) -> int | float:
    items = _fields(meter, value, attribute)
    meter.spend(2 * len(items))
    total = sum((decimal_of(item, "sum") for item in items), Decimal(0))
    return number_of(total)


def _map(meter: Meter, value: Any, attribute: str) -> list[Any]:
    return _fields(meter, value, attribute)


def _selectattr(meter: Meter, value: Any, field: str, operator: str | None = None, other: Any = None) -> list[Any]:
    rows = _rows(meter, value)
    keys = _fields(meter, value, field)
    wanted = [bool(key) if operator is None else compared(meter, key, OPERATORS[operator], other) for key in keys]
    return [row for row, yes in zip(rows, wanted, strict=True) if yes]


def _list(meter: Meter, value: Any) -> list[Any]:
    return _rows(meter, value)


def _text(meter: Meter, value: Any) -> str:
    text = shown(value)
    meter.spend(1, 2 * len(text))
    return text


def _rows(meter: Meter, value: Any, cost: int | None = None) -> list[Any]:
    if not isinstance(value, list):
        raise RenderError("a list is needed here")
    meter.spend(len(value) + 1 if cost is None else cost)
    return value


def _fields(meter: Meter, value: Any, name: str | None) -> list[Any]:
    rows = _rows(meter, value)
    if name is None:
        return rows
    if not all(isinstance(row, dict) and name in row for row in rows):
        raise RenderError(f"not every entry has the field `{name}`")
    return [row[name] for row in rows]


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-min(digits, 9)), ROUND_HALF_UP)


FILTERS: Mapping[str, Filter] = {
    "upper": Filter(_upper, "text in capitals"),
    "lower": Filter(_lower, "text in small letters"),
    "title": Filter(_title, "Each Word With A Capital"),
    "trim": Filter(_trim, "text without white space around it"),
    "default": Filter(
        _default,
        "what stands for a missing field; with `true` also for empty and null",
        ("constant", "flag"),
        required=1,
    ),
    "truncate": Filter(_truncate, "at most n characters, cut at a word", ("count",), required=1),
    "length": Filter(_length, "number of characters, entries or fields"),
    "round": Filter(_round, "number rounded half up", ("count",)),
    "number": Filter(_number, "1,234.5: thousands separated, with n decimal places if given", ("count",)),
    "money": Filter(_money, "5,200.00, or GHS 5,200.00 with a currency", ("text",)),
    "percent": Filter(_percent, "8.4%: the value is in percent already", ("count",)),
    "join": Filter(_join, "entries as one text with something between", ("text",), named={"attribute": "field"}),
    "replace": Filter(
        _replace,
        "text with every a replaced by b",
        ("text", "text"),
        required=2,
    ),
    "tojson": Filter(_tojson, "value as compact JSON"),
    "first": Filter(_first, "first entry; missing for an empty list"),
    "last": Filter(_last, "last entry; missing for an empty list"),
    "sort": Filter(
        _sort,
        "entries in rising order, or falling with `reverse=true`",
        named={"attribute": "field", "reverse": "flag"},
    ),
    "sum": Filter(_sum, "sum of the entries", named={"attribute": "field"}),
    "map": Filter(_map, "one field of every entry", required=1, named={"attribute": "field"}),
    "selectattr": Filter(
        _selectattr,
        "entries whose field is true, or compares so with a constant",
        ("field", "operator", "constant"),
        required=1,
    ),
    "list": Filter(_list, "the list itself"),
}
"""Every filter a template may use, by name."""
