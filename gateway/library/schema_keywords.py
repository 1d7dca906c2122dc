"""The keywords of our subset of JSON Schema (draft 2020-12), and what the value of each may be.

Small on purpose: every keyword here can be validated in linear time, explained to a person and sent to a model.
"""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

import re2
from jsonschema_rs import Draft202012Validator, RegexOptions

from gateway.library.problems import Place, suggestion

TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
FORMATS = ("date", "date-time", "uuid", "email")
PII_TYPES = (
    "person", "business", "person-or-business", "phone", "email", "national-id", "tax-id", "address", "bank-account",
    "ip", "vehicle", "secret", "free-text", "none",
)  # fmt: skip
MAX_PATTERN = 512

_ANY = frozenset(TYPES)
_TEXT = frozenset(("string",))
_NUMBER = frozenset(("number", "integer"))
_LIST = frozenset(("array",))
_OBJECT = frozenset(("object",))

KEYWORDS: Mapping[str, frozenset[str]] = {
    "type": _ANY, "enum": _ANY, "const": _ANY, "anyOf": _ANY, "$ref": _ANY, "$defs": _ANY,
    "title": _ANY, "description": _ANY, "examples": _ANY, "default": _ANY, "x-pii": _TEXT | _OBJECT,
    "minLength": _TEXT, "maxLength": _TEXT, "pattern": _TEXT, "format": _TEXT,
    "minimum": _NUMBER, "maximum": _NUMBER, "exclusiveMinimum": _NUMBER, "exclusiveMaximum": _NUMBER,
    "multipleOf": _NUMBER,
    "items": _LIST, "minItems": _LIST, "maxItems": _LIST,
    "properties": _OBJECT, "required": _OBJECT, "additionalProperties": _OBJECT, "minProperties": _OBJECT,
    "maxProperties": _OBJECT,
}  # fmt: skip
"""Every keyword, and the types it has an effect on."""

_QUIET = re2.Options()
_QUIET.log_errors = False


def types_of(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the types a schema node allows, as far as `type`, `enum` and `const` tell; empty when they do not."""
    named = schema.get("type")
    if isinstance(named, str):
        return frozenset((named,))
    if isinstance(named, list):
        return frozenset(item for item in named if isinstance(item, str))
    values = schema["enum"] if isinstance(schema.get("enum"), list) else [schema["const"]] if "const" in schema else []
    return frozenset(json_type(value) for value in values)


def json_type(value: object) -> str:
    """Return the JSON Schema type name of a value; whole numbers are `integer`."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def children(schema: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """Yield the sub-schemas of a node with their places, `$defs` included."""
    for group in ("properties", "$defs"):
        if isinstance(schema.get(group), dict):
            for name, child in schema[group].items():
                yield (group, name), child
    if "items" in schema:
        yield ("items",), schema["items"]
    if isinstance(schema.get("additionalProperties"), dict):
        yield ("additionalProperties",), schema["additionalProperties"]
    if isinstance(schema.get("anyOf"), list):
        for index, child in enumerate(schema["anyOf"]):
            yield ("anyOf", index), child


def with_children(
    schema: Mapping[str, Any], change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a copy of a checked schema whose direct sub-schemas went through `change`."""
    copy = dict(schema)
    for group in ("properties", "$defs"):
        if group in copy:
            copy[group] = {name: change(child) for name, child in copy[group].items()}
    if "items" in copy:
        copy["items"] = change(copy["items"])
    if isinstance(copy.get("additionalProperties"), dict):
        copy["additionalProperties"] = change(copy["additionalProperties"])
    if "anyOf" in copy:
        copy["anyOf"] = [change(child) for child in copy["anyOf"]]
    return copy


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow `$ref` until a schema with content; the subset check has made sure that this ends."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


_Wrong = tuple[str, str] | None


def _count(value: object) -> _Wrong:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000
    return None if good else ("must be a whole number from 0.", "Write for example 3.")


def _number(value: object) -> _Wrong:
    return None if is_number(value) else ("must be a number.", "Write it without quotes.")


def _positive(value: object) -> _Wrong:
    return None if is_number(value) and value > 0 else ("must be a number above 0.", "Write for example 0.01.")  # type: ignore[operator]


def _text(value: object) -> _Wrong:
    return None if isinstance(value, str) else ("must be a text.", "Put it in quotes.")


def _mapping(value: object) -> _Wrong:
    return None if isinstance(value, dict) else ("must be a mapping.", "Write names and schemas under it.")


def _names(value: object) -> _Wrong:
    good = isinstance(value, list) and all(isinstance(item, str) for item in value) and len(set(value)) == len(value)
    return None if good else ("must be a list of different names.", "Write for example `[customer_id]`.")


def _open(value: object) -> _Wrong:
    return None if isinstance(value, (bool, dict)) else ("must be true, false or a schema.", "false is the default.")


def _choices(value: object) -> _Wrong:
    good = isinstance(value, list) and 0 < len(value) <= 1_000
    good = good and all(value is None or isinstance(value, (str, int, float)) for value in value)  # type: ignore[attr-defined]
    return None if good else ("must be a list of texts or numbers.", "Write for example `[LOW, HIGH]`.")


def _single(value: object) -> _Wrong:
    good = value is None or isinstance(value, (str, int, float))
    return None if good else ("must be one text, number, true, false or null.", "Use `properties` for an object.")


def _branches(value: object) -> _Wrong:
    good = isinstance(value, list) and 2 <= len(value) <= 20
    return None if good else ("must be a list of two or more schemas.", 'Nullable: `[{…}, {type: "null"}]`.')


def _format(value: object) -> _Wrong:
    return None if value in FORMATS else (f"`{value}` is not known.", suggestion(value, FORMATS))


def _pii(value: object) -> _Wrong:
    return None if value in PII_TYPES else (f"`{value}` is not a type of personal data.", suggestion(value, PII_TYPES))


def _pattern(value: object) -> _Wrong:
    if not isinstance(value, str) or len(value) > MAX_PATTERN:
        return f"must be a text of at most {MAX_PATTERN} characters.", "Shorten it."
    try:
        re2.compile(value, options=_QUIET)  # type: ignore[no-untyped-call]
        # The validator's own engine knows a slightly different dialect: only what both read is accepted.
        Draft202012Validator({"pattern": value}, pattern_options=RegexOptions())
    except (re2.error, ValueError):
        return "is not a regular expression that runs in linear time.", "RE2 has no look-around and no back-references."
    return None


VALUE_CHECKS: Mapping[str, Callable[[object], _Wrong]] = {
    "minLength": _count, "maxLength": _count, "minItems": _count, "maxItems": _count, "minProperties": _count,
    "maxProperties": _count, "minimum": _number, "maximum": _number, "exclusiveMinimum": _number,
    "exclusiveMaximum": _number, "multipleOf": _positive, "title": _text, "description": _text,
    "properties": _mapping, "$defs": _mapping, "required": _names, "additionalProperties": _open, "enum": _choices,
    "const": _single, "anyOf": _branches, "format": _format, "x-pii": _pii, "pattern": _pattern,
}  # fmt: skip
"""Keyword → a check of its value that gives what is wrong and what to write instead, or None."""
