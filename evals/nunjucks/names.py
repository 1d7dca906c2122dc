"""The variables a template needs from outside: not set, looped over or defined in it, and not guarded by a default."""

from dataclasses import fields, is_dataclass
from typing import Any

from evals.nunjucks.nodes import Caller, Filter, For, Macro, Name, Set, Test
from evals.nunjucks.parser import parse

_GUARDS = ("default", "d")


def free_names(template: str) -> set[str]:
    """Return the names a template looks up and nobody in it defines. Raises TemplateError."""
    found: set[str] = set()
    bound: set[str] = set()
    _walk(parse(template), found, bound)
    return found - bound


def _walk(node: Any, found: set[str], bound: set[str]) -> None:
    if isinstance(node, Name):
        found.add(node.name)
        return
    if isinstance(node, Filter) and node.name in _GUARDS and isinstance(node.value, Name):
        _walk(node.arguments, found, bound)
        return
    if isinstance(node, Test) and node.name in ("defined", "undefined") and isinstance(node.value, Name):
        bound.add(node.value.name)
        return
    if isinstance(node, For):
        bound.update((*node.names, "loop"))
    elif isinstance(node, Set):
        bound.update(node.names)
    elif isinstance(node, Macro | Caller):
        bound.update((*node.parameters, *(name for name, _ in node.defaults), "caller"))
        if isinstance(node, Macro):
            bound.add(node.name)
    if isinstance(node, tuple | list):
        for item in node:
            _walk(item, found, bound)
    elif is_dataclass(node):
        for part in fields(node):
            _walk(getattr(node, part.name), found, bound)
