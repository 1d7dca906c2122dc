"""The values rules compute with: exact numbers, amounts written as text, dates as ISO text, and named functions."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from math import isfinite
from typing import Any

from gateway.domain.sms import segments

_AMOUNT = re.compile(r"[-+]?[0-9][0-9,]*\.[0-9]{2}\Z")
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?\Z")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


_NUMBERS = frozenset({int, float})
_EXACT = 2**53
"""Below it a whole number and its float are the same, and no two floats are written alike."""


class RuleFailed(Exception):
    """A rule could not be evaluated with this data; the text says why and repeats no text value."""


def is_number(value: object) -> bool:
    """Tell whether a value is a number; true and false are none."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def exact(value: Any) -> int | Decimal:
    """Return a number, or an amount written as text such as `"5,200.00"`, exactly. Raises `RuleFailed`."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and isfinite(value):
        return Decimal(repr(value))
    if isinstance(value, str) and len(value) <= 40 and _NUMBER.match(value):
        return Decimal(value.replace(",", ""))
    raise RuleFailed(f"{described(value)} is not a number")


def described(value: object) -> str:
    """Return what a value is; numbers and true/false in full, texts only by their length."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if is_number(value):
        return str(value)
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    return f"a list of {len(value)}" if isinstance(value, list) else "an object"


def equal(left: Any, right: Any) -> bool:
    """Compare; a number equals an amount written as text, and two amounts with two decimals compare as amounts."""
    if type(left) is type(right) and not isinstance(left, (str, float)):
        return bool(left == right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    texts = isinstance(left, str) and isinstance(right, str)
    if texts and not (_AMOUNT.match(left) and _AMOUNT.match(right)):
        return bool(left == right)
    if (is_number(left) or isinstance(left, str)) and (is_number(right) or isinstance(right, str)):
        try:
            return exact(left) == exact(right)
        except RuleFailed:
            return False
    return bool(left == right)


def ordered(left: Any, right: Any) -> tuple[Any, Any]:
    """Return the two sides in a form that has an order: numbers, or two ISO dates. Raises `RuleFailed`."""
    if type(left) in _NUMBERS and type(right) in _NUMBERS and abs(left) < _EXACT and abs(right) < _EXACT:
        return left, right  # in the same order as the decimals they are written as, since each is its shortest
    if isinstance(left, str) and isinstance(right, str) and is_date(left[:10]) and is_date(right[:10]):
        return left, right
    return exact(left), exact(right)


def contains(member: Any, group: Any) -> bool:
    """Tell whether a list holds a value, an object a key, or a text a text. Raises `RuleFailed`."""
    if isinstance(group, list):
        return any(equal(member, item) for item in group)
    if isinstance(group, (str, dict)) and isinstance(member, str):
        return member in group
    raise RuleFailed(f"`in` looks into a list, an object or a text, not {described(group)}")


def compute(sign: str, left: Any, right: Any) -> int | Decimal:
    """Return `left sign right` exactly. Raises `RuleFailed`."""
    a, b = Decimal(exact(left)), Decimal(exact(right))
    try:
        return {"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "/": a.__truediv__}[sign](b)
    except DecimalException:
        raise RuleFailed("a division by zero, or a number far too large") from None


def is_date(value: Any) -> bool:
    """Tell whether a value is an ISO date that exists."""
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _weekday(value: Any) -> str:
    if not is_date(value):
        raise RuleFailed("`weekday` needs a date such as 2026-11-22")
    return _DAYS[date.fromisoformat(value).weekday()]


def _length(value: Any) -> int:
    if not isinstance(value, (str, list, dict)):
        raise RuleFailed(f"`len` needs a text, a list or an object, not {described(value)}")
    return len(value)


def _text(name: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise RuleFailed(f"`{name}` needs a text, not {described(value)}")
        return value

    return check


def _values(*values: Any) -> list[Any]:
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
    if not items:
        raise RuleFailed("there is no smallest or largest in an empty list")
    return [exact(item) for item in items]


def _sum(value: Any) -> int | Decimal:
    if not isinstance(value, list):
        raise RuleFailed(f"`sum` needs a list, not {described(value)}")
    return sum((exact(item) for item in value), 0)


def _round(value: Any, digits: Any = 0) -> Decimal:
    if not isinstance(digits, int) or not 0 <= digits <= 9:
        raise RuleFailed("`round` takes 0 to 9 decimal places")
    try:
        return Decimal(exact(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    except DecimalException:
        raise RuleFailed("a number is far too large") from None


FUNCTIONS: Mapping[str, tuple[Callable[..., Any], int, int, str]] = {
    "len": (_length, 1, 1, "characters of a text, entries of a list"),
    "sum": (_sum, 1, 1, "sum of a list; 0 when it is empty"),
    "min": (lambda *v: min(_values(*v)), 1, 20, "smallest of a list or of the arguments"),
    "max": (lambda *v: max(_values(*v)), 1, 20, "largest of a list or of the arguments"),
    "abs": (lambda v: abs(exact(v)), 1, 1, "a number without its sign"),
    "round": (_round, 1, 2, "rounded half up to n decimal places"),
    "number": (exact, 1, 1, 'an amount written as text, such as "5,200.00", as a number'),
    "is_date": (is_date, 1, 1, "whether a text is an ISO date that exists"),
    "weekday": (_weekday, 1, 1, "English day name of an ISO date"),
    "segments": (lambda v: segments(_text("segments")(v)), 1, 1, "number of SMS parts a text needs"),
    "lower": (lambda v: _text("lower")(v).lower(), 1, 1, "a text in small letters"),
}
"""Function → implementation, least and most arguments, what it gives."""
