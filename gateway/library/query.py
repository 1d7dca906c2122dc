"""Reads query parameters, which are all text, as the types a GET feature's input schema asks for."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.library.schema_keywords import resolved, types_of
from gateway.library.schemas import Schema

_INTEGER = re.compile(r"[-+]?[0-9]{1,15}\Z")
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?\Z")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def coerce_query(schema: Schema, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters as typed values; what does not read as its type stays text, for `check` to refuse."""
    return {name: _coerced(_types(schema.raw, name), text) for name, text in parameters.items()}


def _types(raw: Mapping[str, Any], name: str) -> frozenset[str]:
    field = raw.get("properties", {}).get(name)
    if field is None:
        return frozenset()
    node = resolved(field, raw)
    return types_of(node).union(*(types_of(resolved(branch, raw)) for branch in node.get("anyOf", ())))


def _coerced(types: frozenset[str], text: str) -> Any:
    if "boolean" in types and text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    if types & {"integer", "number"} and _INTEGER.match(text):
        return int(text)
    if "number" in types and _NUMBER.match(text):
        return float(text)
    return text
