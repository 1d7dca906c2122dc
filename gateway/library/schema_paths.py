"""Asks a schema whether a field exists, so that a misspelt path is found when a file is loaded."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.library.problems import Findings, Place
from gateway.library.schema_keywords import resolved, types_of


def nodes_at(schema: Mapping[str, Any], path: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the schema nodes a path can lead to; [] when there is no such field. `*` or an index enters a list."""
    found = list(_branches(schema, schema))
    for step in path:
        found = [inner for node in found for child in _step(node, step) for inner in _branches(child, schema)]
    return found


def known_at(schema: Mapping[str, Any], path: Sequence[str]) -> list[str]:
    """Return the names of the fields below a path."""
    return sorted({name for node in nodes_at(schema, path) for name in node.get("properties", {})})


def first_optional(schema: Mapping[str, Any], path: Sequence[str]) -> tuple[str, ...]:
    """Return the shortest beginning of a path that an accepted value may lack; () when all of it must be there.

    `*` stands for an entry that a loop has at hand.
    """
    for length in range(1, len(path) + 1):
        parents = nodes_at(schema, path[: length - 1])
        if path[length - 1] == "*":
            continue
        if not any(path[length - 1] in node.get("required", ()) for node in parents):
            return tuple(path[:length])
    return ()


def is_text(schema: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Tell whether a path leads to a text."""
    return any("string" in types_of(node) for node in nodes_at(schema, path))


def steps(pointer: str) -> tuple[str, ...]:
    """Return the steps of a JSON Pointer such as `/rows/*/name`."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def check_sub_shape(part: Mapping[str, Any], whole: Mapping[str, Any], findings: Findings) -> None:
    """Note every field of `part` (what a model writes) that `whole` (our answer) does not have."""
    open_places: list[tuple[Place, tuple[str, ...], Mapping[str, Any]]] = [((), (), part)]
    while open_places:
        place, path, node = open_places.pop()
        node = resolved(node, part)
        for name, child in node.get("properties", {}).items():
            inner = (*path, name)
            if not nodes_at(whole, inner):
                known = ", ".join(known_at(whole, path)) or "nothing"
                message = f"The answer has no field `/{'/'.join(inner)}`."
                findings.add((*place, "properties", name), message, f"`response` of feature.yaml has there: {known}.")
            else:
                open_places.append(((*place, "properties", name), inner, child))
        if "items" in node:
            open_places.append(((*place, "items"), (*path, "*"), node["items"]))
        for index, branch in enumerate(node.get("anyOf", ())):
            open_places.append(((*place, "anyOf", index), path, branch))


def _branches(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    node = resolved(schema, root)
    yield node
    for branch in node.get("anyOf", ()):
        yield from _branches(branch, root)


def _step(node: Mapping[str, Any], step: str) -> Iterator[Mapping[str, Any]]:
    if step in node.get("properties", {}):
        yield node["properties"][step]
    elif isinstance(node.get("additionalProperties"), Mapping):
        yield node["additionalProperties"]
    elif node.get("additionalProperties") is True:
        yield {"type": "object", "additionalProperties": True}
    if "items" in node and (step == "*" or step.lstrip("-").isdigit()):
        yield node["items"]
