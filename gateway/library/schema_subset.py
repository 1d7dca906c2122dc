"""Checks that a schema stays inside the subset of `schema_keywords`, and says what to write where it does not."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.library.problems import Findings, Place, suggestion
from gateway.library.schema_keywords import KEYWORDS, TYPES, VALUE_CHECKS, children, is_number, json_type, types_of

MAX_DEPTH = 20
MAX_NODES = 2_000
MAX_UNFOLDED = 10_000
"""How many nodes a schema may have once every reference is followed: thirty lines can make more than a billion."""

_DEFINITION = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z")
_ANY = frozenset(TYPES)
_PAIRS = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties"))


def check_subset(schema: Any, findings: Findings) -> None:
    """Note in `findings` everything in `schema` that is outside the subset."""
    nodes = 0
    open_nodes: list[tuple[Place, Any]] = [((), schema)]
    while open_nodes:
        place, node = open_nodes.pop()
        nodes += 1
        if nodes > MAX_NODES or len(place) > 3 * MAX_DEPTH:
            return findings.add(place, "The schema is too large or nested too deep.", "Make it smaller.")
        if not isinstance(node, dict):
            findings.add(place, "A schema must be a mapping.", "Write for example `{type: string}`.")
            continue
        _check_node(node, place, findings)
        open_nodes.extend((place + step, child) for step, child in children(node))
    _check_references(schema, findings)
    return None


def _check_node(node: dict[str, Any], place: Place, findings: Findings) -> None:
    for keyword in node:
        if keyword not in KEYWORDS:
            findings.add((*place, keyword), f"`{keyword}` is not a schema keyword here.", suggestion(keyword, KEYWORDS))
    if "$defs" in node and place:
        findings.add((*place, "$defs"), "`$defs` stands only at the top of a schema.", "Move it there.")
    if "$ref" in node:
        for extra in node.keys() - {"$ref", "description", "title", "$defs"}:
            findings.add((*place, extra), f"`{extra}` has no effect beside `$ref`.", "Put it into the definition.")
        return
    allowed = _check_type(node, place, findings)
    for keyword, value in node.items():
        applies = KEYWORDS.get(keyword, _ANY)
        if allowed and not applies & allowed:
            wanted = " or ".join(sorted(applies))
            findings.add((*place, keyword), f"`{keyword}` has no effect on {_named(allowed)}.", f"It is for {wanted}.")
        check = VALUE_CHECKS.get(keyword)
        wrong = check(value) if check else None
        if wrong:
            findings.add((*place, keyword), f"`{keyword}` {wrong[0]}", wrong[1])
    _check_bounds(node, place, findings)
    _check_values(node, allowed, place, findings)
    if "object" in allowed:
        _check_object(node, place, findings)
    if "array" in allowed and "items" not in node:
        findings.add(place, "A list needs `items`.", "Say what it holds: `items: {type: string}`.")


def _named(allowed: frozenset[str]) -> str:
    return " or ".join(sorted(allowed))


def _check_type(node: dict[str, Any], place: Place, findings: Findings) -> frozenset[str]:
    named = node.get("type")
    if named is None and "type" not in node:
        if not node.keys() & {"enum", "const", "anyOf"}:
            findings.add(place, "A schema needs a `type`.", f"One of {', '.join(TYPES)}; or `enum`, `anyOf`, `$ref`.")
        return types_of(node)
    names = named if isinstance(named, list) else [named]
    for name in names:
        if name is None:
            findings.add((*place, "type"), "`null` is read as nothing here.", 'Write "null" in quotes.')
        elif name not in TYPES:
            findings.add((*place, "type"), f"`{name}` is not a type.", suggestion(name, TYPES))
    if isinstance(named, list) and not (len(names) == 2 and "null" in names and names[0] != names[1]):
        findings.add(
            (*place, "type"), "A list of types is only for a nullable value.", 'Write `[string, "null"]` or `anyOf`.'
        )
    return types_of(node) & _ANY


def _check_bounds(node: dict[str, Any], place: Place, findings: Findings) -> None:
    low = node.get("minimum", node.get("exclusiveMinimum"))
    high = node.get("maximum", node.get("exclusiveMaximum"))
    pairs = [(node.get(a), node.get(b), b) for a, b in _PAIRS] + [(low, high, "maximum")]
    for least, most, keyword in pairs:
        if least is not None and most is not None and is_number(least) and is_number(most) and least > most:
            findings.add((*place, keyword), f"No value can be at least {least} and at most {most}.", "Swap the two.")


def _check_values(node: dict[str, Any], allowed: frozenset[str], place: Place, findings: Findings) -> None:
    values = list(node["enum"]) if isinstance(node.get("enum"), list) else []
    values += [node["const"]] if "const" in node else []
    for value in values:
        kind = json_type(value)
        if kind not in allowed and not (kind == "integer" and "number" in allowed):
            findings.add(
                place, f"The {kind} value in `enum` or `const` is not of the type.", "Fix the value or the type."
            )


def _check_object(node: dict[str, Any], place: Place, findings: Findings) -> None:
    properties = node.get("properties", {})
    extra = node.get("additionalProperties", False)
    if isinstance(properties, dict):
        if "properties" not in node and extra is False:
            findings.add(
                place, "An object without properties accepts only `{}`.", "Add `properties` or `additionalProperties`."
            )
        required = node.get("required", [])
        for name in required if isinstance(required, list) else []:
            if isinstance(name, str) and name not in properties:
                findings.add(
                    (*place, "required"), f"`{name}` is required but no property.", suggestion(name, properties)
                )


def _check_references(schema: Any, findings: Findings) -> None:
    if not isinstance(schema, dict):
        return
    before = len(findings.problems)
    defs = schema.get("$defs")
    uses = {name: _references(body) for name, body in defs.items()} if isinstance(defs, dict) else {}
    for place, target in _references(schema):
        if not target.startswith("#/$defs/"):
            fix = "Only definitions of the same schema can be used: `#/$defs/<name>`."
            findings.add(place, f"`$ref: {target[:80]}` points outside.", fix)
        elif _name(target) not in uses:
            findings.add(place, f"There is no definition `{_name(target)[:80]}`.", suggestion(_name(target), uses))
    for name in uses:
        if not _DEFINITION.match(name):
            fix = "Letters, digits, `_` and `-`, beginning with a letter."
            findings.add(("$defs", name), f"`{name[:80]}` is no name for a definition.", fix)
        if _reaches_itself(name, uses):
            findings.add(("$defs", name), f"`{name}` contains itself.", "Definitions may not form a circle.")
    if len(findings.problems) > before:
        return
    size, depth = _unfolded(schema, uses)
    if size > MAX_UNFOLDED or depth > 3 * MAX_DEPTH:
        said = "With every reference followed, the schema is too large or nested too deep."
        findings.add((), said, "Use fewer definitions that use one another.")


def _unfolded(schema: dict[str, Any], uses: Mapping[str, list[tuple[Place, str]]]) -> tuple[int, int]:
    """Return how many nodes and how many steps deep a schema without circles is once every reference is followed."""
    whole = ""  # no definition has an empty name
    bodies = {name: schema["$defs"][name] for name in uses}
    bodies[whole] = {key: schema[key] for key in schema.keys() - {"$defs"}}
    uses = {**uses, whole: [use for use in _references(schema) if use[0][0] != "$defs"]}
    known: dict[str, tuple[int, int]] = {}
    open_names = [whole]
    while open_names:
        name = open_names[-1]
        targets = [(len(place), _name(target)) for place, target in uses[name] if _name(target) in uses]
        missing = [target for _, target in targets if target not in known]
        if missing:
            open_names.extend(missing)
            continue
        open_names.pop()
        if name not in known:
            size, depth = _measured(bodies[name])
            size += sum(known[target][0] for _, target in targets)
            known[name] = size, max([depth, *(steps + known[target][1] for steps, target in targets)])
    return known[whole]


def _measured(schema: Any) -> tuple[int, int]:
    """Return how many nodes a schema has as it stands, and how many steps deep it is."""
    size = depth = 0
    open_nodes: list[tuple[int, Any]] = [(0, schema)]
    while open_nodes:
        steps, node = open_nodes.pop()
        size, depth = size + 1, max(depth, steps)
        if isinstance(node, dict):
            open_nodes.extend((steps + len(step), child) for step, child in children(node))
    return size, depth


def _name(target: str) -> str:
    return target.removeprefix("#/$defs/")


def _references(schema: Any) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    open_nodes: list[tuple[Place, Any]] = [((), schema)]
    while open_nodes:
        place, node = open_nodes.pop()
        if isinstance(node, dict):
            if "$ref" in node:
                found.append(((*place, "$ref"), str(node["$ref"])))
            open_nodes.extend((place + step, child) for step, child in children(node))
    return found


def _reaches_itself(start: str, uses: Mapping[str, list[tuple[Place, str]]]) -> bool:
    seen: set[str] = set()
    open_names = [start]
    while open_names:
        for _, target in uses.get(open_names.pop(), ()):
            if _name(target) == start:
                return True
            if _name(target) not in seen:
                seen.add(_name(target))
                open_names.append(_name(target))
    return False
