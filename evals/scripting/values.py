"""Values as JavaScript sees them: how they print, when they are true, what equals what, and JSON with its rules.

promptfoo compares and prints everything by these rules; Python's own differ for `True`, `None`, `4.0`, lists and dicts.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeGuard

SAFE_INTEGER: Final = 2**53 - 1
SPACES: Final = " \t\n\x0b\x0c\r\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What `\\s` and `trim` mean in JavaScript, as the inside of a character class."""
TRIM: Final = re.compile(f"^[{SPACES}]+|[{SPACES}]+$")
SPLIT: Final = re.compile(f"[{SPACES}]+")
_NUMBER = re.compile(r"[+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_RADIX = {"0x": 16, "0o": 8, "0b": 2}


class Undefined:
    """The value of what does not exist; there is one: `UNDEFINED`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"

    def __deepcopy__(self, memo: Any) -> "Undefined":
        return self

    def __copy__(self) -> "Undefined":
        return self


UNDEFINED: Final = Undefined()


@dataclass(frozen=True, slots=True)
class JsDate:
    """A YAML timestamp: an object that prints as one and turns into its ISO text in JSON only."""

    iso: str

    @classmethod
    def of(cls, moment: date | datetime) -> "JsDate":
        """Return the date object of a Python date (midnight UTC) or datetime (UTC where it names no zone)."""
        if not isinstance(moment, datetime):
            return cls(f"{moment.isoformat()}T00:00:00.000Z")
        naive = moment if moment.tzinfo is None else (moment - (moment.utcoffset() or _zero())).replace(tzinfo=None)
        return cls(f"{naive.strftime('%Y-%m-%dT%H:%M:%S')}.{naive.microsecond // 1000:03d}Z")


def _zero() -> Any:
    return datetime.min - datetime.min


def is_number(value: Any) -> TypeGuard[float]:
    """Tell whether JavaScript calls this a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number_text(value: float) -> str:
    """Return a number the way JavaScript prints it: shortest round-trip digits, `1e+21`, `1e-7`, no `.0`, no `-0`."""
    if isinstance(value, int) and abs(value) <= SAFE_INTEGER:
        return str(value)
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    sign, digits, point = _digits(number)
    size = len(digits)
    if size <= point <= 21:
        text = digits + "0" * (point - size)
    elif 0 < point <= 21:
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{digits}"
    else:
        exponent = point - 1
        mantissa = digits if size == 1 else f"{digits[0]}.{digits[1:]}"
        text = f"{mantissa}e{'+' if exponent > 0 else '-'}{abs(exponent)}"
    return sign + text


def _digits(number: float) -> tuple[str, str, int]:
    """Return sign, significant digits and the place of the decimal point behind them."""
    mantissa, _, exponent = f"{abs(number)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits, point = whole + fraction, len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    return ("-" if number < 0 else "", stripped.rstrip("0") or "0", point)


def text(value: Any) -> str:
    """Return what `String(value)` gives."""
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, list | tuple):
        return ",".join("" if item is None or item is UNDEFINED else text(item) for item in value)
    return "[object Object]"


def number(value: Any) -> float:
    """Return what `Number(value)` gives; NaN where it is none."""
    if value is None or value is False:
        return 0
    if value is True:
        return 1
    if isinstance(value, int | float):
        return value
    if isinstance(value, list):
        value = text(value)
    if not isinstance(value, str):
        return math.nan
    trimmed = TRIM.sub("", value)
    if not trimmed:
        return 0
    if trimmed[:2].lower() in _RADIX:
        try:
            return int(trimmed[2:].replace("_", "!"), _RADIX[trimmed[:2].lower()])
        except ValueError:
            return math.nan
    if not _NUMBER.fullmatch(trimmed):
        return math.nan
    return whole(float(trimmed.replace("Infinity", "inf")))


def whole(value: float) -> float:
    """Return an int for a float without a fraction that is exact, so that it prints and divides like one."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= SAFE_INTEGER:
        return int(value)
    return value


def truthy(value: Any) -> bool:
    """Tell whether JavaScript takes the value for true: empty lists and objects are."""
    if value is None or value is UNDEFINED or value is False:
        return False
    if isinstance(value, str):
        return value != ""
    if is_number(value):
        return bool(value) and not math.isnan(value)
    return True


def strictly_equal(one: Any, two: Any) -> bool:
    """Return `one === two`; lists and objects are equal only when they are the same one."""
    if is_number(one) and is_number(two):
        return bool(one == two)
    if isinstance(one, str) and isinstance(two, str):
        return one == two
    if isinstance(one, bool) and isinstance(two, bool):
        return one is two
    return one is two


def loosely_equal(one: Any, two: Any) -> bool:
    """Return `one == two`."""
    nothing = (None, UNDEFINED)
    if any(one is n for n in nothing) or any(two is n for n in nothing):
        return any(one is n for n in nothing) and any(two is n for n in nothing)
    if _kind(one) == _kind(two):
        return strictly_equal(one, two)
    if isinstance(one, str | int | float) and isinstance(two, str | int | float):
        return bool(number(one) == number(two))
    if _kind(one) == "object" and isinstance(two, str | int | float):
        return loosely_equal(text(one), two)
    if _kind(two) == "object" and isinstance(one, str | int | float):
        return loosely_equal(one, text(two))
    return False


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "object"


def deeply_equal(one: Any, two: Any) -> bool:
    """Compare two JSON values by content: 1 equals 1.0, and `true` is not 1."""
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return one.keys() == two.keys() and all(deeply_equal(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(deeply_equal, one, two))
    if is_number(one) and is_number(two):
        return bool(one == two) or (one != one and two != two)
    return type(one) is type(two) and bool(one == two)


def parse_json(source: str) -> Any:
    """Return what `JSON.parse` gives. Raises ValueError where that refuses: NaN, trailing commas."""
    try:
        return json.loads(source, parse_constant=_refuse, parse_int=_integer, parse_float=_float)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _integer(digits: str) -> float:
    value = int(digits) if len(digits) < 400 else math.inf
    return value if abs(value) <= SAFE_INTEGER else float(digits)


def _float(digits: str) -> float:
    return whole(float(digits))


def dump(value: Any, indent: int = 0) -> str:
    """Return what `JSON.stringify` gives: compact or indented, other letters kept, NaN as null, undefined left out."""
    return _dump(value, indent, "") or "undefined"


def _dump(value: Any, indent: int, margin: str) -> str | None:
    if value is UNDEFINED or callable(value):
        return None
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if is_number(value):
        return number_text(value) if math.isfinite(value) else "null"
    if isinstance(value, JsDate):
        return f'"{value.iso}"'
    inner = margin + " " * indent
    if isinstance(value, Mapping):
        colon = ": " if indent else ":"
        pairs = ((key, _dump(item, indent, inner)) for key, item in value.items())
        items = [
            f"{json.dumps(text(key), ensure_ascii=False)}{colon}{shown}" for key, shown in pairs if shown is not None
        ]
        return _bracket("{}", items, indent, margin)
    if isinstance(value, list | tuple):
        return _bracket("[]", [_dump(item, indent, inner) or "null" for item in value], indent, margin)
    return "null" if value is None else text(value)


def _bracket(ends: str, items: list[str], indent: int, margin: str) -> str:
    if not items:
        return ends
    if not indent:
        return ends[0] + ",".join(items) + ends[1]
    inner = "\n" + margin + " " * indent
    return ends[0] + inner + ("," + inner).join(items) + "\n" + margin + ends[1]


def coerce(output: Any) -> str:
    """Return an output as the text that assertions compare: itself, or its compact JSON."""
    return output if isinstance(output, str) else dump(output)


def units(string: str) -> int:
    """Return the length in UTF-16 units, which is what JavaScript counts."""
    return len(string) + sum(character > "\uffff" for character in string)


def unit_list(string: str) -> list[str]:
    """Return the UTF-16 units of a text, each as a string of its own."""
    if all(character <= "\uffff" for character in string):
        return list(string)
    encoded = string.encode("utf-16-le", "surrogatepass")
    return [chr(encoded[i] | encoded[i + 1] << 8) for i in range(0, len(encoded), 2)]


def join_units(found: list[str]) -> str:
    """Return the text of UTF-16 units; halves that stand alone stay halves."""
    return "".join(found).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def trim(string: str) -> str:
    """Return the text without JavaScript's white space at both ends."""
    return TRIM.sub("", string)


def words(string: str) -> list[str]:
    """Return the pieces between runs of JavaScript's white space."""
    return [piece for piece in SPLIT.split(string) if piece]


def lower(string: str) -> str:
    """Return `toLowerCase`: full mapping; Python's differs for the dotted capital I only."""
    return string.lower()


def upper(string: str) -> str:
    """Return `toUpperCase`."""
    return string.upper()
