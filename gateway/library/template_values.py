"""What templates compute with: plain values, exact numbers, and a meter that counts every character of work."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from jinja2 import Undefined

MAX_TEXT = 256 * 1024
MAX_NUMBER = 10**15
WORK = 25_000
"""Steps one rendering may take; a step is one operation or 64 characters. Measured: below 50 ms on a slow machine."""


class RenderError(Exception):
    """A template could not be rendered with this data; the text names fields and lines, never a value."""


class Meter:
    """Counts the work of one rendering."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = WORK

    def spend(self, steps: int, characters: int = 0) -> None:
        """Take steps off the budget. Raises `RenderError` when it is used up."""
        self.left -= steps + characters // 64
        if self.left < 0:
            raise RenderError("the template does too much work for this data; shorten its loops or lists")


def is_missing(value: object) -> bool:
    """Tell whether a value stands for a field that does not exist."""
    return isinstance(value, Undefined)


def is_number(value: object) -> bool:
    """Tell whether a value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def decimal_of(value: object, name: str) -> Decimal:
    """Return a number or an amount such as `"5,200.00"` exactly. Raises `RenderError`."""
    text = (
        value.replace(",", "")
        if isinstance(value, str) and len(value) < 40
        else repr(value)
        if is_number(value)
        else ""
    )
    try:
        exact = Decimal(text)
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or abs(exact) > MAX_NUMBER:
        raise RenderError(f"`{name}` needs a number of reasonable size")
    return exact


def number_of(value: Decimal) -> int | float:
    """Return a Decimal as the plain number a template works with. Raises `RenderError` when it is too large."""
    if abs(value) > MAX_NUMBER:
        raise RenderError("a number has grown too large")
    return int(value) if value == value.to_integral_value() else float(value)


def shown(value: object) -> str:
    """Return a value as a template prints it: texts as they are, numbers, `true`, `false` and `null` as in JSON."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if isinstance(value, Undefined):
        raise RenderError(
            f"the data holds no `{value._undefined_name or 'such entry'}`; use `|default(…)` or `is defined`"
        )
    raise RenderError("a list or an object cannot be printed; add `|tojson` or `|join`")


def compared(meter: Meter, left: Any, operator: str, right: Any) -> bool:
    """Compare two plain values; texts with texts and numbers with numbers. Raises `RenderError`."""
    if is_missing(left) or is_missing(right):
        raise RenderError("a comparison uses a field that does not exist; test it with `is defined` first")
    if operator in ("in", "notin"):
        return _within(meter, left, right) is (operator == "in")
    meter.spend(1, max(_size(left), _size(right)))
    if operator in ("eq", "ne"):
        return (left == right) is (operator == "eq")
    if not (is_number(left) and is_number(right)) and not (isinstance(left, str) and isinstance(right, str)):
        raise RenderError("only two numbers or two texts have an order")
    return bool(_ORDER[operator](left, right))


OPERATORS: Mapping[str, str] = {
    "==": "eq", "!=": "ne", "<": "lt", "<=": "lteq", ">": "gt", ">=": "gteq", "in": "in", "not in": "notin",
}  # fmt: skip
"""Comparison signs → the names Jinja gives them."""

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "lt": lambda a, b: a < b, "lteq": lambda a, b: a <= b, "gt": lambda a, b: a > b, "gteq": lambda a, b: a >= b,
}  # fmt: skip


def _within(meter: Meter, left: Any, right: Any) -> bool:
    if isinstance(right, str) and isinstance(left, str):
        meter.spend(1, 8 * len(right))
        return left in right
    if isinstance(right, dict):
        meter.spend(1, _size(left))
        return isinstance(left, str) and left in right
    if isinstance(right, (list, tuple)) and not isinstance(left, (list, dict)):
        meter.spend(1 + len(right), _size(left))
        return any(type(item) is type(left) and item == left for item in right)
    raise RenderError("`in` needs a list, an object or a text on its right")


def _size(value: object) -> int:
    if isinstance(value, (list, dict)):
        raise RenderError("lists and objects cannot be compared; compare their fields")
    return len(value) if isinstance(value, str) else 0


def check_size(size: int) -> None:
    """Raise `RenderError` when a text of so many characters is too long."""
    if size > MAX_TEXT:
        raise RenderError(f"a text has grown beyond {MAX_TEXT // 1024} KB")
