"""The filters of nunjucks 3.2 and promptfoo's `load`; each behaves as there, also on odd values."""

import math
import random
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.links import urlize
from evals.nunjucks.operators import add, compare, lookup
from evals.scripting.values import (
    UNDEFINED,
    dump,
    is_number,
    lower,
    number,
    parse_json,
    strictly_equal,
    text,
    trim,
    truthy,
    unit_list,
    units,
    upper,
    whole,
)  # fmt: skip

_TAGS = re.compile(r"</?([a-z][a-z0-9]*)\b[^>]*>|<!--[\s\S]*?-->", re.IGNORECASE | re.ASCII)
_LINES = re.compile(r"\r\n|\n")
_FLOAT = re.compile(r"\s*([+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))", re.ASCII)
_ENTITIES = {"&": "&amp;", '"': "&quot;", "'": "&#39;", "<": "&lt;", ">": "&gt;", "\\": "&#92;", "`": "&#96;"}
_ESCAPED = re.compile(r"[&\"'<>\\`]")


def _plain(value: Any) -> Any:
    """Return "" for null, undefined and false, which many filters take for nothing."""
    return "" if value is None or value is UNDEFINED or value is False else value


def _string(value: Any, filter_name: str) -> str:
    found = _plain(value)
    if not isinstance(found, str):
        raise TemplateError(f"{filter_name}: a text is needed, not {text(value)}")
    return found


def _items(value: Any, filter_name: str) -> list[Any]:
    """Return the items of a list or text; nothing for a number or an object, which have no length."""
    if isinstance(value, str):
        return list(unit_list(value))
    if value is None or value is UNDEFINED:
        raise TemplateError(f"{filter_name}: a list is needed, not {text(value)}")
    return value if isinstance(value, list) else []


def _copied(value: Any) -> list[Any]:
    """Return a copy of the items, none for what is not there."""
    return [] if value is None or value is UNDEFINED else list(_items(value, ""))


def _listed(value: Any, filter_name: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise TemplateError(f"{filter_name}: a list is needed, not {text(value)}")


def escape(value: Any = UNDEFINED) -> str:
    """Replace what HTML reads as code."""
    return _ESCAPED.sub(lambda found: _ENTITIES[found[0]], _shown(value))


def _shown(value: Any) -> str:
    return "" if value is None or value is UNDEFINED else text(value)


def capitalize(value: Any) -> str:
    """First letter large, all others small."""
    found = lower(_string(value, "capitalize"))
    return upper(found[:1]) + found[1:]


def title(value: Any) -> str:
    """Capitalise every word."""
    return " ".join(capitalize(word) for word in _string(value, "title").split(" "))


def default(value: Any = UNDEFINED, other: Any = UNDEFINED, falsy: Any = False) -> Any:
    """Give another value for undefined, and for everything falsy where asked."""
    if truthy(falsy):
        return value if truthy(value) else other
    return other if value is UNDEFINED else value


def rounded(value: Any, precision: Any = 0, method: Any = UNDEFINED) -> Any:
    """Round half up, or `ceil` or `floor`, to a number of decimals."""
    factor = 10.0 ** (number(precision) if truthy(precision) else 0)
    scaled = number(value) * factor
    if not math.isfinite(scaled):
        return scaled
    found = {"ceil": math.ceil, "floor": math.floor}.get(method, lambda x: math.floor(x + 0.5))(scaled)
    return whole(found / factor)


def integer(value: Any = UNDEFINED, fallback: Any = UNDEFINED, base: Any = 10) -> Any:
    """Return the whole number a text begins with."""
    match = re.match(r"\s*([+-]?)([0-9a-z]+)", text(value), re.IGNORECASE | re.ASCII)
    radix = int(number(base)) if truthy(base) else 10
    size, sign, digits = 0, match[1] if match else "", match[2].lower() if match else ""
    while size < len(digits) and int(digits[size], 36) < radix:
        size += 1
    return int(sign + digits[:size], radix) if size else fallback


def floating(value: Any = UNDEFINED, fallback: Any = UNDEFINED) -> Any:
    """Return the number a text begins with."""
    match = _FLOAT.match(text(value))
    return whole(float(match[1].replace("Infinity", "inf"))) if match else fallback


def length(value: Any = UNDEFINED) -> Any:
    """Count letters, items or keys; 0 for nothing."""
    found = _plain(value)
    if isinstance(found, str):
        return units(found)
    return len(found) if isinstance(found, list | Mapping) else UNDEFINED


def join(value: Any, separator: Any = "", attribute: Any = UNDEFINED) -> str:
    """Join a list, or one attribute of its items."""
    named = truthy(attribute)
    found = [lookup(item, attribute) for item in _copied(value)] if named else _listed(value, "join")
    glue = text(separator) if truthy(separator) else ""
    return glue.join("" if item is None or item is UNDEFINED else text(item) for item in found)


def replace(value: Any, old: Any = UNDEFINED, new: Any = UNDEFINED, most: Any = -1) -> Any:
    """Replace a text, at most so many times."""
    if not (isinstance(old, str) or is_number(old)):
        return value
    subject = text(value) if is_number(value) else value
    if not isinstance(subject, str):
        return subject
    count = -1 if most is UNDEFINED else int(number(most))
    if text(old) == "":
        return text(new) + text(new).join(unit_list(subject)) + text(new)
    return subject if count == 0 else subject.replace(text(old), text(new), count)


def truncate(value: Any, size: Any = 255, kill_words: Any = False, end: Any = UNDEFINED) -> str:
    """Cut at a word's end and add three dots."""
    most = int(number(size)) if truthy(size) else 255
    if isinstance(value, list) and len(value) <= most:
        return text(value)
    found = _string(value, "truncate")
    if units(found) <= most:
        return found
    if not truthy(kill_words):
        place = found.rfind(" ", 0, most + 1)
        most = most if place < 0 else place
    return found[:most] + ("..." if end is None or end is UNDEFINED else text(end))


def indent(value: Any, width: Any = 4, first: Any = False) -> str:
    """Indent every line but the first."""
    found = _string(value, "indent")
    if not found:
        return ""
    space = " " * (int(number(width)) if truthy(width) else 4)
    return (space if truthy(first) else "") + found.replace("\n", "\n" + space)


def center(value: Any, width: Any = 80) -> str:
    """Put white space at both sides."""
    found = text(_plain(value))
    if not isinstance(_plain(value), str | list):
        return found
    spaces = (int(number(width)) if truthy(width) else 80) - (len(value) if isinstance(value, list) else units(found))
    if spaces <= 0:
        return found
    before = math.ceil(max(spaces / 2 - spaces % 2, 0))
    return " " * before + found + " " * math.ceil(spaces / 2)


def batch(value: Any, size: Any, filler: Any = UNDEFINED) -> list[Any]:
    """Cut a list into lists of this size."""
    found, count = _items(value, "batch"), max(int(number(size)), 1)
    rows = [found[i : i + count] for i in range(0, len(found), count)]
    if rows and truthy(filler):
        rows[-1] = rows[-1] + [filler] * (count - len(rows[-1]))
    return rows


def sliced(value: Any, count: Any, filler: Any = UNDEFINED) -> list[Any]:
    """Cut a list into this many lists."""
    if not isinstance(value, str | list):
        raise TemplateError(f"slice: a list is needed, not {text(value)}")
    found: Any = value
    parts = max(int(number(count)), 1)
    size, extra = divmod(len(found), parts)
    rows, start = [], 0
    for index in range(parts):
        end = start + size + (index < extra)
        more = [filler] if truthy(filler) and index >= extra and isinstance(found, list) else found[:0]
        rows.append(found[start:end] + more)
        start = end
    return rows


def total(value: Any, attribute: Any = UNDEFINED, start: Any = 0) -> Any:
    """Add up a list, or one attribute of its items."""
    result: Any = 0
    for item in _copied(value) if truthy(attribute) else _listed(value, "sum"):
        result = add(result, lookup(item, attribute) if truthy(attribute) else item)
    return add(start if start is not UNDEFINED else 0, result)


def _attribute(item: Any, path: Any) -> Any:
    for step in text(path).split(".") if isinstance(path, str) else [path]:
        item = lookup(item, int(step) if isinstance(step, str) and step.isdigit() else step)
    return item


def sort(value: Any, reverse: Any = False, case_sensitive: Any = False, attribute: Any = UNDEFINED) -> list[Any]:
    """Sort a list; `reverse`, `case_sensitive` and `attribute` may be named."""
    from functools import cmp_to_key

    def compared(one: Any, two: Any) -> int:
        left = _attribute(one, attribute) if truthy(attribute) else one
        right = _attribute(two, attribute) if truthy(attribute) else two
        if not truthy(case_sensitive) and isinstance(left, str) and isinstance(right, str):
            left, right = lower(left), lower(right)
        order = -1 if compare("<", left, right) else 1 if compare(">", left, right) else 0
        return -order if truthy(reverse) else order

    return sorted(_copied(value), key=cmp_to_key(compared))


def dictsort(value: Any, case_sensitive: Any = False, by: Any = "key") -> list[Any]:
    """Return [key, value] pairs in order."""
    if not isinstance(value, Mapping):
        raise TemplateError("dictsort filter: val must be an object")
    if by is not UNDEFINED and by not in ("key", "value"):
        raise TemplateError("dictsort filter: You can only sort by either key or value")
    return sort([[key, item] for key, item in value.items()], False, case_sensitive, 1 if by == "value" else "0")


def groupby(value: Any, attribute: Any) -> dict[str, list[Any]]:
    """Group the items of a list by an attribute."""
    groups: dict[str, list[Any]] = {}
    for item in _items(value, "groupby"):
        groups.setdefault(text(_attribute(item, attribute)), []).append(item)
    return groups


def listed(value: Any) -> list[Any]:
    """Return the letters of a text, or the {key, value} pairs of an object."""
    if isinstance(value, Mapping):
        return [{"key": key, "value": item} for key, item in value.items()]
    if isinstance(value, str | list):
        return _items(value, "list")
    raise TemplateError("list filter: type not iterable")


def reverse(value: Any) -> Any:
    """Turn a text or a list round."""
    found = _copied(value)[::-1]
    return "".join(found) if isinstance(value, str) else found


def striptags(value: Any, keep_lines: Any = False) -> str:
    """Take out HTML tags and squeeze white space."""
    found = trim(_TAGS.sub("", _string(value, "striptags")))
    if not truthy(keep_lines):
        return re.sub(r"\s+", " ", found)
    lines = re.sub(r" +", " ", re.sub(r"^ +| +$", "", found, flags=re.MULTILINE)).replace("\r\n", "\n")
    return re.sub(r"\n\n\n+", "\n\n", lines)


def urlencode(value: Any) -> str:
    """Encode for a URL: a text, or the pairs of an object."""
    if isinstance(value, str):
        return _encoded(value)
    if not isinstance(value, list):
        value = [[key, item] for key, item in value.items()] if isinstance(value, Mapping) else []
    pairs = [(lookup(pair, 0), lookup(pair, 1)) for pair in value]
    return "&".join(f"{_encoded(key)}={_encoded(item)}" for key, item in pairs)


def _encoded(value: Any) -> str:
    return quote(text(value), safe="!'()*-._~")


def wordcount(value: Any) -> Any:
    """Count words."""
    found = _string(value, "wordcount")
    return len(re.findall(r"\w+", found, re.ASCII)) or None if found else None


def unique_first(value: Any) -> Any:
    """Return the first item."""
    return lookup(value, 0) if value is not None and value is not UNDEFINED else _nothing("first")


def last(value: Any) -> Any:
    """Return the last item."""
    if value is None or value is UNDEFINED:
        return _nothing("last")
    size = lookup(value, "length")
    return lookup(value, size - 1) if is_number(size) else UNDEFINED


def _nothing(name: str) -> Any:
    raise TemplateError(f"{name}: there is nothing to take from")


def chosen(value: Any, attribute: Any, wanted: bool) -> list[Any]:
    """Return the items whose attribute is true (or false)."""
    return [item for item in _listed(value, "selectattr") if truthy(lookup(item, attribute)) is wanted]


def dumped(value: Any = UNDEFINED, spaces: Any = 0) -> Any:
    """Return JSON."""
    return UNDEFINED if value is UNDEFINED else dump(value, int(number(spaces)) if is_number(spaces) else 0)


def load(value: Any) -> Any:
    """Read JSON."""
    try:
        return parse_json(text(value))
    except ValueError as error:
        raise TemplateError(f"load: this is not JSON ({error})") from None


def absolute(value: Any = UNDEFINED) -> Any:
    """Return the size of a number."""
    return whole(abs(number(value)))


def _text_needed(function: Callable[[str], str], name: str, value: Any = UNDEFINED) -> str:
    return function(_string(value, name))


def _strictly(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise TemplateError(f"{name}: a text is needed, not {text(value)}")
    return value


def trimmed(value: Any = UNDEFINED) -> str:
    """Take white space off both ends; only a text has any."""
    return trim(_strictly(value, "trim"))


def as_string(value: Any = UNDEFINED) -> str:
    """Return the text of a value."""
    if value is None or value is UNDEFINED:
        raise TemplateError("string: there is nothing to print")
    return text(value)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "abs": absolute, "batch": batch, "capitalize": capitalize, "center": center, "default": default, "d": default,
    "dictsort": dictsort, "dump": dumped, "escape": escape, "e": escape, "forceescape": escape, "first": unique_first,
    "float": floating, "groupby": groupby, "indent": indent, "int": integer, "join": join, "last": last,
    "length": length, "list": listed, "load": load, "lower": lambda v=UNDEFINED: _text_needed(lower, "lower", v),
    "nl2br": lambda v=UNDEFINED: "" if v is None or v is UNDEFINED else _LINES.sub("<br />\n", _strictly(v, "nl2br")),
    "random": lambda v: random.choice(_items(v, "random")),  # noqa: S311 - picks an example, no secret
    "rejectattr": lambda v, a: chosen(v, a, False), "replace": replace, "reverse": reverse, "round": rounded,
    "safe": _shown, "selectattr": lambda v, a: chosen(v, a, True), "slice": sliced, "sort": sort, "string": as_string,
    "striptags": striptags, "sum": total, "title": title, "trim": trimmed, "truncate": truncate,
    "upper": lambda v=UNDEFINED: _text_needed(upper, "upper", v), "urlencode": urlencode, "urlize": urlize,
    "wordcount": wordcount,
}  # fmt: skip
NAMED = {
    "sort": ("reverse", "case_sensitive", "attribute"), "int": ("default", "base"),
}  # fmt: skip
"""Filters that take named arguments; everywhere else they arrive as one more object, as in nunjucks."""


def _even(value: Any, rest: int) -> bool:
    return math.fmod(number(value), 2) == rest if math.isfinite(number(value)) else False


TESTS: Mapping[str, Callable[..., bool]] = {
    "callable": lambda v: callable(v), "defined": lambda v: v is not UNDEFINED,
    "divisibleby": lambda v, by: math.fmod(number(v), number(by)) == 0, "escaped": lambda v: False,
    "equalto": strictly_equal, "eq": strictly_equal, "sameas": strictly_equal, "even": lambda v: _even(v, 0),
    "odd": lambda v: _even(v, 1), "falsy": lambda v: not truthy(v), "truthy": truthy,
    "ge": lambda a, b: compare(">=", a, b), "gt": lambda a, b: compare(">", a, b),
    "greaterthan": lambda a, b: compare(">", a, b), "le": lambda a, b: compare("<=", a, b),
    "lt": lambda a, b: compare("<", a, b), "lessthan": lambda a, b: compare("<", a, b),
    "lower": lambda v: lower(_strictly(v, "lower")) == v, "upper": lambda v: upper(_strictly(v, "upper")) == v,
    "ne": lambda a, b: not strictly_equal(a, b), "null": lambda v: v is None, "number": is_number,
    "string": lambda v: isinstance(v, str), "undefined": lambda v: v is UNDEFINED,
    "iterable": lambda v: isinstance(v, str | list), "mapping": lambda v: isinstance(v, Mapping),
}  # fmt: skip
