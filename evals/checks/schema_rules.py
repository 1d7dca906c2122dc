"""JSON Schema draft-07 as Ajv 8 applies it in strict mode: what is unknown is an error, formats are checked.

Numbers are divided as binary fractions (`multipleOf: 0.01` refuses 19.99), lengths count code points, `1.0` is an
integer. Patterns are JavaScript's with the `u` flag; they are looked up in `found`, and `PatternNeeded` asks for one.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.checks.schema_formats import FORMATS
from evals.scripting.values import deeply_equal, dump, is_number

DRAFT = ("http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-07/schema#")
TYPES = ("string", "number", "integer", "boolean", "null", "object", "array")
_ONE = ("not", "if", "then", "else", "propertyNames", "additionalProperties", "additionalItems", "contains")
_MANY = ("anyOf", "oneOf", "allOf")
_NAMED = ("properties", "patternProperties", "definitions", "$defs")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_WORDS = (
    "$schema", "$id", "$comment", "$vocabulary", "title", "description", "default", "deprecated", "readOnly",
    "writeOnly", "examples", "contentMediaType", "contentEncoding", "contentSchema", "formatMinimum", "formatMaximum",
    "formatExclusiveMinimum", "formatExclusiveMaximum",
)  # fmt: skip
KNOWN = frozenset(
    (*_ONE, *_MANY, *_NAMED, *_COUNTS, *_LIMITS, *_WORDS, "items", "dependencies", "multipleOf", "pattern",
     "uniqueItems", "required", "const", "enum", "type", "nullable", "format", "$ref")
)  # fmt: skip


class SchemaProblem(Exception):
    """The schema itself is not one Ajv would take."""


class PatternNeeded(Exception):
    """The outcome of a pattern on a text is needed to go on."""

    def __init__(self, pattern: str, text: str) -> None:
        super().__init__(pattern)
        self.key = (pattern, text)


@dataclass(slots=True)
class Validator:
    """Checks values against one schema; `found` holds (pattern, text) → matched, or why the pattern is invalid."""

    schema: Any
    found: dict[tuple[str, str], bool | str] = field(default_factory=dict)

    def refuse_bad_schema(self) -> None:
        """Raise SchemaProblem for what strict mode refuses, PatternNeeded for a pattern not yet compiled."""
        if not isinstance(self.schema, bool | dict):
            raise SchemaProblem("schema must be object or boolean")
        self._inspect(self.schema, "#")

    def error(self, value: Any) -> str | None:
        """Return the first thing that does not fit, None if the value conforms."""
        return self._check(self.schema, value, "")

    def _inspect(self, schema: Any, place: str) -> None:
        if isinstance(schema, bool):
            return
        if not isinstance(schema, dict):
            raise SchemaProblem(f"{place}: a schema must be an object or a boolean")
        for key, value in schema.items():
            self._inspect_keyword(schema, key, value, f"{place}/{key}")
        if "if" in schema and "then" not in schema and "else" not in schema:
            raise SchemaProblem(f'{place}: "if" without "then" and "else" is ignored')
        if "additionalItems" in schema and not isinstance(schema.get("items"), list):
            raise SchemaProblem(f'{place}: "additionalItems" is ignored when "items" is not an array of schemas')
        if schema.get("nullable") and "type" not in schema:
            raise SchemaProblem(f'{place}: "nullable" cannot be used without "type"')
        if "$ref" in schema:
            self._referred(schema["$ref"])

    def _inspect_keyword(self, schema: Mapping[str, Any], key: str, value: Any, place: str) -> None:
        if key not in KNOWN:
            raise SchemaProblem(f'unknown keyword: "{key}"')
        if key == "$schema" and value not in DRAFT:
            raise SchemaProblem(f'no schema with key or ref "{value}"')
        if key in _ONE:
            self._inspect(value, place)
        elif key in _MANY:
            _need(isinstance(value, list) and value, place, "must be a non-empty list")
            _need(_all_different(value), place, "must not hold the same value twice")
            for index, item in enumerate(value):
                self._inspect(item, f"{place}/{index}")
        elif key in _NAMED:
            _need(isinstance(value, dict), place, "must be an object")
            for name, item in value.items():
                self._inspect(item, f"{place}/{name}")
                if key == "patternProperties":
                    self._matches(name, "")
        elif key == "items":
            for item in value if isinstance(value, list) else [value]:
                self._inspect(item, place)
        elif key == "dependencies":
            for item in value.values():
                if not isinstance(item, list):
                    self._inspect(item, place)
        else:
            self._inspect_value(key, value, place)

    def _inspect_value(self, key: str, value: Any, place: str) -> None:
        if key == "type":
            kinds = value if isinstance(value, list) else [value]
            _need(bool(kinds) and all(kind in TYPES for kind in kinds), place, "must name JSON types")
        elif key in _LIMITS:
            _need(is_number(value), place, "must be a number")
        elif key in _COUNTS:
            _need(is_number(value) and value >= 0 and float(value).is_integer(), place, "must be a count")
        elif key == "multipleOf":
            _need(is_number(value) and value > 0, place, "must be a number above 0")
        elif key == "enum":
            _need(isinstance(value, list) and value, place, "must be a non-empty list")
            _need(_all_different(value), place, "must not hold the same value twice")
        elif key == "required":
            names = isinstance(value, list) and all(isinstance(item, str) for item in value)
            _need(names and len(set(value)) == len(value), place, "must be a list of different names")
        elif key in ("uniqueItems", "nullable"):
            _need(isinstance(value, bool), place, "must be true or false")
        elif key == "pattern":
            _need(isinstance(value, str), place, "must be a text")
            self._matches(value, "")
        elif key == "format" and value not in FORMATS:
            raise SchemaProblem(f'unknown format "{value}" ignored in schema at path "{place}"')

    def _matches(self, pattern: str, text: str) -> bool:
        found = self.found.get((pattern, text))
        if found is None:
            raise PatternNeeded(pattern, text)
        if isinstance(found, str):
            raise SchemaProblem(f"the pattern {pattern} is invalid: {found}")
        return found

    def _referred(self, reference: Any) -> Any:
        if reference == "#":
            return self.schema
        target: Any = self.schema
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise SchemaProblem(f"can't resolve reference {reference}")
        for step in reference[2:].split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            try:
                target = target[int(step)] if isinstance(target, list) else target[step]
            except (KeyError, IndexError, TypeError, ValueError):
                raise SchemaProblem(f"can't resolve reference {reference}") from None
        return target

    def _check(self, schema: Any, value: Any, place: str) -> str | None:
        if isinstance(schema, bool):
            return None if schema else f"{place or 'data'}: boolean schema is false"
        if "$ref" in schema and (said := self._check(self._referred(schema["$ref"]), value, place)):
            return said
        if said := _general(schema, value):
            return f"{place or 'data'} {said}"
        for said in (self._special(schema, value, place), self._combined(schema, value, place)):
            if said:
                return said
        return None

    def _special(self, schema: Mapping[str, Any], value: Any, place: str) -> str | None:
        shown = place or "data"
        if isinstance(value, str):
            if said := _text_limits(schema, value):
                return f"{shown} {said}"
            if "pattern" in schema and not self._matches(schema["pattern"], value):
                return f'{shown} must match pattern "{schema["pattern"]}"'
        elif is_number(value):
            if said := _number_limits(schema, value):
                return f"{shown} {said}"
        elif isinstance(value, list):
            return self._list(schema, value, place)
        elif isinstance(value, dict):
            return self._object(schema, value, place)
        if "format" in schema and not FORMATS[schema["format"]](value):
            return f'{shown} must match format "{schema["format"]}"'
        return None

    def _list(self, schema: Mapping[str, Any], value: list[Any], place: str) -> str | None:
        if len(value) < schema.get("minItems", 0) or len(value) > schema.get("maxItems", math.inf):
            return f"{place or 'data'} has {len(value)} items"
        if schema.get("uniqueItems") and not _all_different(value):
            return f"{place or 'data'} must not have duplicate items"
        items, rest = schema.get("items", True), schema.get("additionalItems", True)
        for index, item in enumerate(value):
            rule = items
            if isinstance(items, list):
                rule = items[index] if index < len(items) else rest
            if said := self._check(rule, item, f"{place}/{index}"):
                return said
        if "contains" in schema and not any(self._check(schema["contains"], item, place) is None for item in value):
            return f"{place or 'data'} must contain at least 1 valid item(s)"
        return None

    def _object(self, schema: Mapping[str, Any], value: Mapping[str, Any], place: str) -> str | None:
        shown = place or "data"
        if missing := [name for name in schema.get("required", []) if name not in value]:
            return f"{shown} must have required property '{missing[0]}'"
        if len(value) < schema.get("minProperties", 0) or len(value) > schema.get("maxProperties", math.inf):
            return f"{shown} has {len(value)} properties"
        own, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        for name, item in value.items():
            rules = [own[name]] if name in own else []
            rules += [rule for pattern, rule in patterns.items() if self._matches(pattern, name)]
            if not rules and schema.get("additionalProperties") is False:
                return f"{shown} must NOT have additional properties ({name})"
            for rule in rules or [schema.get("additionalProperties", True)]:
                if said := self._check(rule, item, f"{place}/{name}"):
                    return said
            if "propertyNames" in schema and (said := self._check(schema["propertyNames"], name, place)):
                return f"{shown} property name must be valid: {said}"
        return self._dependencies(schema, value, place)

    def _dependencies(self, schema: Mapping[str, Any], value: Mapping[str, Any], place: str) -> str | None:
        for name, rule in schema.get("dependencies", {}).items():
            if name in value:
                if isinstance(rule, list):
                    if missing := [other for other in rule if other not in value]:
                        return f"{place or 'data'} must have property {missing[0]} when property {name} is present"
                elif said := self._check(rule, value, place):
                    return said
        return None

    def _combined(self, schema: Mapping[str, Any], value: Any, place: str) -> str | None:
        shown = place or "data"
        for rule in schema.get("allOf", []):
            if said := self._check(rule, value, place):
                return said

        def fits(rule: Any) -> bool:
            return self._check(rule, value, place) is None

        if "anyOf" in schema and not any(map(fits, schema["anyOf"])):
            return f"{shown} must match a schema in anyOf"
        if "oneOf" in schema and sum(map(fits, schema["oneOf"])) != 1:
            return f"{shown} must match exactly one schema in oneOf"
        if "not" in schema and fits(schema["not"]):
            return f"{shown} must NOT be valid"
        if "if" in schema:
            return self._check(schema.get("then" if fits(schema["if"]) else "else", True), value, place)
        return None


def _all_different(values: list[Any]) -> bool:
    return not any(deeply_equal(one, two) for index, one in enumerate(values) for two in values[index + 1 :])


def _need(holds: Any, place: str, said: str) -> None:
    if not holds:
        raise SchemaProblem(f"schema is invalid: {place} {said}")


def _is(value: Any, kind: str) -> bool:
    if kind == "integer":
        return is_number(value) and math.isfinite(value) and float(value).is_integer()
    if kind == "number":
        return is_number(value) and math.isfinite(value)
    types: dict[str, Any] = {"string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    return isinstance(value, types[kind])


def _general(schema: Mapping[str, Any], value: Any) -> str | None:
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if schema.get("nullable") and "null" not in kinds:
            kinds = [*kinds, "null"]
        if not any(_is(value, kind) for kind in kinds):
            return f"must be {','.join(kinds)}"
    if "const" in schema and not deeply_equal(schema["const"], value):
        return "must be equal to constant"
    if "enum" in schema and not any(deeply_equal(item, value) for item in schema["enum"]):
        return f"must be equal to one of the allowed values ({dump(schema['enum'])[:80]})"
    return None


def _text_limits(schema: Mapping[str, Any], value: str) -> str | None:
    if len(value) < schema.get("minLength", 0):
        return f"must NOT have fewer than {schema['minLength']} characters"
    if len(value) > schema.get("maxLength", math.inf):
        return f"must NOT have more than {schema['maxLength']} characters"
    return None


def _number_limits(schema: Mapping[str, Any], value: float) -> str | None:
    broken: dict[str, Callable[[float], bool]] = {
        "minimum": lambda limit: value < limit, "maximum": lambda limit: value > limit,
        "exclusiveMinimum": lambda limit: value <= limit, "exclusiveMaximum": lambda limit: value >= limit,
        "multipleOf": lambda limit: not _whole(value / limit),
    }  # fmt: skip
    return next(
        (f"must fit {key} {schema[key]}" for key, wrong in broken.items() if key in schema and wrong(schema[key])), None
    )


def _whole(value: float) -> bool:
    return math.isfinite(value) and float(value).is_integer()
