"""The methods of JavaScript texts, lists and numbers that templates call, such as `name.toUpperCase()`."""

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from evals.nunjucks.lexer import TemplateError
from evals.scripting.values import (
    TRIM,
    UNDEFINED,
    JsDate,
    is_number,
    join_units,
    lower,
    number,
    number_text,
    strictly_equal,
    text,
    trim,
    unit_list,
    upper,
)  # fmt: skip

Method = Callable[..., Any]


def method_of(target: Any, name: str) -> Any:
    """Return a method bound to its target, undefined where JavaScript has none by this name."""
    if isinstance(target, str):
        found: Method | None = TEXT_METHODS.get(name)
    elif isinstance(target, list):
        found = LIST_METHODS.get(name)
    elif is_number(target):
        found = NUMBER_METHODS.get(name)
    elif isinstance(target, JsDate):
        found = {"toISOString": lambda date: date.iso, "toJSON": lambda date: date.iso}.get(name)
    else:
        found = OBJECT_METHODS.get(name)
    if found is None and name == "toString":
        found = text
    return UNDEFINED if found is None else partial(found, target)


def _integer(value: Any, default: int = 0) -> int:
    if value is UNDEFINED:
        return default
    found = number(value)
    if found != found:
        return 0
    return int(found) if math.isfinite(found) else (1 << 53) * (1 if found > 0 else -1)


def _relative(value: Any, size: int, default: int) -> int:
    """Return an index counted from the end when negative, kept inside."""
    index = _integer(value, default)
    return max(size + index, 0) if index < 0 else min(index, size)


def _slice(target: Any, start: Any = UNDEFINED, end: Any = UNDEFINED) -> Any:
    items = unit_list(target) if isinstance(target, str) else target
    cut = items[_relative(start, len(items), 0) : _relative(end, len(items), len(items))]
    return join_units(cut) if isinstance(target, str) else cut


def _substring(target: str, start: Any = UNDEFINED, end: Any = UNDEFINED) -> str:
    found = unit_list(target)
    one = min(max(_integer(start), 0), len(found))
    two = min(max(_integer(end, len(found)), 0), len(found))
    return join_units(found[min(one, two) : max(one, two)])


def _substr(target: str, start: Any = UNDEFINED, size: Any = UNDEFINED) -> str:
    found = unit_list(target)
    first = _relative(start, len(found), 0)
    return join_units(found[first : first + max(_integer(size, len(found)), 0)])


def _split(target: str, separator: Any = UNDEFINED, limit: Any = UNDEFINED) -> list[str]:
    if separator is UNDEFINED:
        pieces = [target]
    elif text(separator) == "":
        pieces = unit_list(target)
    else:
        pieces = target.split(text(separator))
    return pieces[: _integer(limit, len(pieces))]


def _replaced(count: int, target: str, old: Any = UNDEFINED, new: Any = UNDEFINED) -> str:
    return target.replace(text(old), text(new).replace("$&", text(old)).replace("$$", "$"), count)


def _pad(at_start: bool, target: str, size: Any = 0, filler: Any = " ") -> str:
    missing = _integer(size) - len(unit_list(target))
    fill = text(filler)
    if missing <= 0 or not fill:
        return target
    padding = (fill * (missing // len(fill) + 1))[:missing]
    return padding + target if at_start else target + padding


def _char_code(target: str, index: Any = 0) -> Any:
    found, place = unit_list(target), _integer(index)
    return ord(found[place]) if 0 <= place < len(found) else math.nan


def _char(target: str, index: Any = 0) -> str:
    found, place = unit_list(target), _integer(index)
    return found[place] if 0 <= place < len(found) else ""


def _at(target: Any, index: Any = 0) -> Any:
    items = unit_list(target) if isinstance(target, str) else target
    place = _integer(index)
    place = place + len(items) if place < 0 else place
    return items[place] if 0 <= place < len(items) else UNDEFINED


def _repeat(target: str, count: Any = 0) -> str:
    times = _integer(count)
    if times < 0 or times * len(target) > 1_000_000:
        raise TemplateError("repeat: the count is out of range")
    return target * times


def _index(target: list[Any], wanted: Any = UNDEFINED) -> int:
    return next((i for i, item in enumerate(target) if strictly_equal(item, wanted)), -1)


def _last_index(target: list[Any], wanted: Any = UNDEFINED) -> int:
    return next((i for i in reversed(range(len(target))) if strictly_equal(target[i], wanted)), -1)


def _concat(target: list[Any], *others: Any) -> list[Any]:
    found = list(target)
    for other in others:
        found.extend(other if isinstance(other, list) else [other])
    return found


def _push(target: list[Any], *items: Any) -> int:
    target.extend(items)
    return len(target)


def _unshift(target: list[Any], *items: Any) -> int:
    target[:0] = items
    return len(target)


def _reverse(target: list[Any]) -> list[Any]:
    target.reverse()
    return target


def _sort(target: list[Any]) -> list[Any]:
    target.sort(key=lambda item: (item is UNDEFINED, [ord(unit) for unit in unit_list(text(item))]))
    return target


def _flat(target: list[Any], depth: Any = 1) -> list[Any]:
    found: list[Any] = []
    for item in target:
        found.extend(_flat(item, _integer(depth) - 1) if isinstance(item, list) and _integer(depth) > 0 else [item])
    return found


def to_fixed(value: Any, places: Any = 0) -> str:
    """Return a number with this many decimals, rounded half up on its exact binary value."""
    digits = _integer(places)
    if not 0 <= digits <= 100:
        raise TemplateError("toFixed() digits argument must be between 0 and 100")
    if not math.isfinite(value) or abs(value) >= 1e21:
        return number_text(value)
    rounded = Decimal(value).copy_abs().quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{'-' if value < 0 and (rounded or value <= -0.5) else ''}{rounded:f}"


def _grouped(value: Any, *_: Any) -> str:
    if not math.isfinite(value):
        return "∞" if value > 0 else "-∞" if value < 0 else "NaN"
    shown = to_fixed(value, 3).rstrip("0").rstrip(".") if not float(value).is_integer() else to_fixed(value)
    whole_part, dot, fraction = shown.lstrip("-").partition(".")
    return ("-" if shown.startswith("-") else "") + f"{int(whole_part):,}{dot}{fraction}"


def _joined(target: list[Any], separator: Any = ",") -> str:
    return text(separator).join("" if item is None or item is UNDEFINED else text(item) for item in target)


def _left(target: str) -> str:
    found = TRIM.match(target)
    return target[found.end() :] if found else target


TEXT_METHODS: Mapping[str, Method] = {
    "toUpperCase": upper, "toLowerCase": lower, "trim": trim, "trimStart": _left,
    "trimEnd": lambda t: trim("x" + t)[1:], "split": _split, "slice": _slice, "substring": _substring,
    "substr": _substr, "includes": lambda t, w=UNDEFINED: text(w) in t, "charAt": _char, "charCodeAt": _char_code,
    "startsWith": lambda t, w=UNDEFINED: t.startswith(text(w)), "endsWith": lambda t, w=UNDEFINED: t.endswith(text(w)),
    "indexOf": lambda t, w=UNDEFINED: t.find(text(w)), "lastIndexOf": lambda t, w=UNDEFINED: t.rfind(text(w)),
    "replace": partial(_replaced, 1), "replaceAll": partial(_replaced, -1),
    "concat": lambda t, *o: t + "".join(map(text, o)),
    "repeat": _repeat, "padStart": partial(_pad, True), "padEnd": partial(_pad, False), "at": _at,
    "toString": text, "toLocaleUpperCase": upper, "toLocaleLowerCase": lower,
}  # fmt: skip
LIST_METHODS: Mapping[str, Method] = {
    "join": _joined, "slice": _slice, "includes": lambda t, w=UNDEFINED: _index(t, w) >= 0, "indexOf": _index,
    "lastIndexOf": _last_index, "concat": _concat, "push": _push, "unshift": _unshift, "at": _at, "flat": _flat,
    "pop": lambda t: t.pop() if t else UNDEFINED, "shift": lambda t: t.pop(0) if t else UNDEFINED,
    "reverse": _reverse, "sort": _sort, "toString": text, "keys": lambda t: list(range(len(t))),
}  # fmt: skip
NUMBER_METHODS: Mapping[str, Method] = {
    "toFixed": to_fixed, "toString": text, "toLocaleString": _grouped, "valueOf": lambda value: value,
}  # fmt: skip
OBJECT_METHODS: Mapping[str, Method] = {
    "toString": text,
    "hasOwnProperty": lambda target, name: isinstance(target, Mapping) and text(name) in target,
}
