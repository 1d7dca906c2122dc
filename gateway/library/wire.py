"""The strict schema a model is given, and the way back from its answer to ours.

A model's strict mode knows only types, `enum`, `anyOf`, `properties`, `items` and local `$ref`; every property must be
required. So limits and patterns stay with us, and an optional field travels as one that may be null.
"""

import json
from collections.abc import Mapping
from typing import Any

from gateway.library.problems import Findings, Place
from gateway.library.schema_keywords import children, resolved, types_of, with_children

MAX_NESTING = 10
_SENT = ("type", "description", "enum", "const", "anyOf", "items", "properties", "required", "$defs")
_NULL = {"type": "null"}


def check_wire(schema: Mapping[str, Any], findings: Findings) -> None:
    """Note what a model's strict mode cannot express: open objects, a top that is no object, deep nesting."""
    if types_of(schema) != {"object"} or "properties" not in schema:
        findings.add((), "The output must be one object with `properties`.", "Write `type: object` at its top.")
    open_nodes: list[tuple[Place, Mapping[str, Any]]] = [((), schema)]
    while open_nodes:
        place, node = open_nodes.pop()
        if node.get("additionalProperties", False) is not False:
            fix = "Name every field under `properties`, or use a list of {name, value}."
            findings.add((*place, "additionalProperties"), "A model cannot write an object with open keys.", fix)
        open_nodes.extend((place + step, child) for step, child in children(node))
    if _nesting(schema, schema) > MAX_NESTING:
        findings.add((), f"The output is nested more than {MAX_NESTING} deep.", "Use a flatter shape.")


def _nesting(schema: Mapping[str, Any], root: Mapping[str, Any]) -> int:
    node = resolved(schema, root)
    below = [_nesting(child, root) for step, child in children(node) if step[0] != "$defs"]
    return max(below, default=0) + (1 if types_of(node) & {"object", "array"} else 0)


def strict_wire(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the strict subset of a checked output schema: all required, optional as nullable, closed, no limits.

    A model writes fields in the order of `properties`, so that order must be part of the content hash, which does not
    see the order of keys: it is the order of `required`, then the optional fields by name.
    """
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    kept = with_children({key: schema[key] for key in _SENT if key in schema}, strict_wire)
    if "$defs" in kept:
        kept["$defs"] = dict(sorted(kept["$defs"].items()))
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
    if "properties" in kept:
        required = kept.get("required", [])
        order = [*required, *sorted(kept["properties"].keys() - set(required))]
        kept["properties"] = {
            name: kept["properties"][name] if name in required else _nullable(kept["properties"][name])
            for name in order
        }
        kept["required"] = list(kept["properties"])
        kept["additionalProperties"] = False
    if "enum" in kept and "type" not in kept:
        kept["type"] = _type_of_values(schema)
    return kept


def _type_of_values(schema: Mapping[str, Any]) -> str | list[str]:
    names = sorted(types_of(schema))
    return names[0] if len(names) == 1 else names


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return schema if _NULL in schema["anyOf"] else {**schema, "anyOf": [*schema["anyOf"], _NULL]}
    if "type" not in schema:
        return {"anyOf": [schema, _NULL]}
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    widened = {**schema, "type": names if "null" in names else [*names, "null"]}
    if "enum" in widened and None not in widened["enum"]:
        widened["enum"] = [*widened["enum"], None]
    return widened


def wire_bytes(schema: Mapping[str, Any]) -> bytes:
    """Return the strict schema encoded once as JSON."""
    return json.dumps(strict_wire(schema), ensure_ascii=False, separators=(",", ":")).encode()


def nulls_dropped(schema: Mapping[str, Any], value: Any, root: Mapping[str, Any] | None = None) -> Any:
    """Return a model's answer without the nulls that stand for "left out"; nulls the full schema allows stay."""
    root = root or schema
    node = resolved(schema, root)
    if isinstance(value, list) and "items" in node:
        return [nulls_dropped(node["items"], item, root) for item in value]
    if isinstance(value, dict) and "properties" in node:
        return {key: nulls_dropped(node["properties"].get(key, {}), item, root)
                for key, item in value.items() if item is not None or _keeps_null(node, key, root)}  # fmt: skip
    for branch in node.get("anyOf", ()):
        if isinstance(value, dict) and "properties" in resolved(branch, root):
            return nulls_dropped(branch, value, root)
    return value


def _keeps_null(node: Mapping[str, Any], key: str, root: Mapping[str, Any]) -> bool:
    if key in node.get("required", ()) or key not in node["properties"]:
        return True
    return _allows_null(node["properties"][key], root)


def _allows_null(schema: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    node = resolved(schema, root)
    return "null" in types_of(node) or any(_allows_null(branch, root) for branch in node.get("anyOf", ()))
