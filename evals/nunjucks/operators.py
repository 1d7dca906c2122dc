"""Arithmetic, comparison and look-up with JavaScript's rules, as templates use them."""

import math
from collections.abc import Mapping
from typing import Any

from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.methods import method_of
from evals.scripting.values import (
    SAFE_INTEGER,
    UNDEFINED,
    is_number,
    loosely_equal,
    number,
    strictly_equal,
    text,
    unit_list,
    units,
    whole,
)  # fmt: skip

NAN = math.nan


def add(left: Any, right: Any) -> Any:
    """Return `left + right`: joined as texts when either is a text or an object."""
    if _is_texty(left) or _is_texty(right):
        return text(left) + text(right)
    return _exact(number(left) + number(right))


def _is_texty(value: Any) -> bool:
    return isinstance(value, str | list | Mapping) or callable(value)


def arithmetic(operator: str, left: Any, right: Any) -> Any:
    """Return the result of `- * / % // **`; NaN and Infinity where JavaScript says so."""
    one, two = number(left), number(right)
    try:
        return _exact(_ARITHMETIC[operator](one, two))
    except ZeroDivisionError:
        return _by_zero(operator, one)
    except (OverflowError, ValueError):
        return math.inf if operator in ("*", "**") else NAN


def _by_zero(operator: str, one: float) -> float:
    if operator == "%" or one == 0 or math.isnan(one):
        return math.inf if operator == "**" else NAN
    return math.inf if one > 0 else -math.inf


def _divide(one: float, two: float) -> float:
    return one / two


def _floor_divide(one: float, two: float) -> float:
    found = one / two
    return math.floor(found) if math.isfinite(found) else found


def _power(one: float, two: float) -> float:
    if math.isnan(two):
        return NAN
    found = float(one) ** two
    return NAN if isinstance(found, complex) else found


_ARITHMETIC = {
    "-": lambda one, two: one - two,
    "*": lambda one, two: one * two,
    "/": _divide,
    "//": _floor_divide,
    "%": math.fmod,
    "**": _power,
}


def _exact(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > SAFE_INTEGER:
        return float(value)
    return whole(value)


def compare(operator: str, left: Any, right: Any) -> bool:
    """Return the outcome of a comparison."""
    if operator in ("==", "!="):
        return loosely_equal(left, right) is (operator == "==")
    if operator in ("===", "!=="):
        return strictly_equal(left, right) is (operator == "===")
    if isinstance(left, list | Mapping):
        left = text(left)
    if isinstance(right, list | Mapping):
        right = text(right)
    if isinstance(left, str) and isinstance(right, str):
        one: Any = [ord(unit) for unit in unit_list(left)]
        two: Any = [ord(unit) for unit in unit_list(right)]
    else:
        one, two = number(left), number(right)
        if one != one or two != two:
            return False
    return bool({"<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}[operator])


def contains(needle: Any, where: Any) -> bool:
    """Return `needle in where`. Raises TemplateError for what cannot hold anything."""
    if isinstance(where, list):
        return any(strictly_equal(item, needle) for item in where)
    if isinstance(where, str):
        return text(needle) in where
    if isinstance(where, Mapping):
        return text(needle) in where
    raise TemplateError(f'Cannot use "in" operator to search for "{text(needle)}" in unexpected types.')


def lookup(target: Any, key: Any) -> Any:
    """Return `target[key]`: an item, the length, or a JavaScript method; undefined where there is none."""
    if target is None or target is UNDEFINED:
        return UNDEFINED
    name = text(key)
    if isinstance(target, Mapping):
        return target[name] if name in target else method_of(target, name)
    if isinstance(target, str | list):
        if name == "length":
            return units(target) if isinstance(target, str) else len(target)
        if name.isdigit() and (is_number(key) or str(int(name)) == name):
            items = unit_list(target) if isinstance(target, str) else target
            return items[int(name)] if int(name) < len(items) else UNDEFINED
    return method_of(target, name)
