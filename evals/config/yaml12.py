"""Reads YAML the way promptfoo does: YAML 1.2 core scalars with merge keys, `no` and `08:15` as text, `010` as ten.

Every node keeps its line, so that strictness can point at it. Duplicate keys, a second document and unknown tags are
refused.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from evals.scripting.values import JsDate, text, whole

Place = tuple[str | int, ...]
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_PLAIN = "plain"
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INTEGER = re.compile(r"[-+]?[0-9]+\Z|[-+]?0o[0-7]+\Z|[-+]?0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF|nan|NaN|NAN)\Z")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z")
_MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?\Z"
)


class YamlError(Exception):
    """A text that is not the YAML promptfoo reads; `line` counts from 1, 0 where it is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Document:
    """A text's data and the line of every node by its place."""

    data: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """Return the line of a node, or of the nearest one above that exists."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


class _Loader(_BASE):  # type: ignore[misc]
    """PyYAML's parser without its idea of plain scalars: they get a tag of their own."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """Return the tag of a node that names none."""
        if kind is ScalarNode:
            return _PLAIN if implicit[0] else f"{_TAG}str"
        return f"{_TAG}seq" if kind is SequenceNode else f"{_TAG}map"


def read(source: str, *, unique: bool = True) -> Document:
    """Return the one document of a text; None as its data for an empty one. Raises YamlError."""
    try:
        loader = _Loader(source.removeprefix("\ufeff"))
        nodes: list[Node] = []
        while loader.check_node():
            nodes.append(loader.get_node())
            if len(nodes) > 1:
                raise YamlError("a second document starts here", nodes[1].start_mark.line + 1)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(str(error.problem or error.context), mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as error:
        raise YamlError(str(error)) from None
    document = Document(None)
    if nodes:
        document.data = _Reader(document.lines, unique).read(nodes[0], ())
    return document


def load(source: str, *, unique: bool = True) -> Any:
    """Return the data of a text. Raises YamlError."""
    return read(source, unique=unique).data


@dataclass(slots=True)
class _Reader:
    lines: dict[Place, int]
    unique: bool
    _seen: dict[int, Any] = field(default_factory=dict)

    def read(self, node: Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self._seen:
            return self._seen[id(node)]
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, SequenceNode):
            items: list[Any] = []
            self._seen[id(node)] = items
            items.extend(self.read(item, (*place, index)) for index, item in enumerate(node.value))
            return items
        assert isinstance(node, MappingNode)
        found: dict[str, Any] = {}
        self._seen[id(node)] = found
        self._fill(found, node, place)
        return found

    def _fill(self, found: dict[str, Any], node: MappingNode, place: Place) -> None:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if isinstance(key_node, ScalarNode) and key_node.value == "<<" and key_node.tag == _PLAIN:
                self._merge(merged, value_node, place)
                continue
            if not isinstance(key_node, ScalarNode):
                raise YamlError("a key may not be a list or a mapping", key_node.start_mark.line + 1)
            key = text(self.read(key_node, (*place, "?")))
            if self.unique and key in own:
                raise YamlError(f"duplicated mapping key `{key}`", key_node.start_mark.line + 1)
            own[key] = self.read(value_node, (*place, key))
            self.lines[(*place, key)] = key_node.start_mark.line + 1
        both = {**merged, **own}
        numbered = sorted((key for key in both if _is_index(key)), key=int)
        found.update({key: both[key] for key in numbered} | both)

    def _merge(self, merged: dict[str, Any], node: Node, place: Place) -> None:
        value = self.read(node, (*place, "<<"))
        for source in value if isinstance(value, list) else [value]:
            if not isinstance(source, dict):
                raise YamlError("cannot merge what is no mapping", node.start_mark.line + 1)
            for key, item in source.items():
                merged.setdefault(key, item)

    def _scalar(self, node: ScalarNode) -> Any:
        tag = node.tag.removeprefix(_TAG)
        value: str = node.value
        if tag in ("str", "!", "binary"):
            return value
        if tag in (_PLAIN, "int", "float", "bool", "null", "timestamp"):
            return plain(value)
        raise YamlError(f"unknown tag {node.tag}", node.start_mark.line + 1)


def plain(value: str) -> Any:
    """Return what a plain scalar means."""
    if value in _NULL:
        return None
    if value in _TRUE or value in _FALSE:
        return value in _TRUE
    first = value[0]
    if first not in "-+.0123456789":
        return value
    if _INTEGER.match(value):
        return _number(value)
    if _FLOAT.match(value):
        return whole(float(value))
    special = _SPECIAL.match(value)
    if special:
        return math.nan if special[2].lower() == "nan" else math.inf * (-1 if special[1] == "-" else 1)
    return _moment(value)


def _number(value: str) -> float:
    sign = -1 if value.startswith("-") else 1
    digits = value.lstrip("+-")
    base = {"0x": 16, "0o": 8}.get(digits[:2], 10)
    found = sign * int(digits[2:] if base != 10 else digits, base)
    return found if abs(found) < 2**53 else float(found)


def _moment(value: str) -> Any:
    day = _DATE.match(value)
    try:
        if day:
            return JsDate.of(date(int(day[1]), int(day[2]), int(day[3])))
        found = _MOMENT.match(value)
        if not found:
            return value
        offset = timedelta(0)
        if found[9]:
            offset = timedelta(hours=int(found[10]), minutes=int(found[11] or 0)) * (-1 if found[9] == "-" else 1)
        parts = [int(found[i]) for i in range(1, 7)]
        micro = int((found[7] or "0")[:6].ljust(6, "0"))
        return JsDate.of(datetime(*parts, micro, tzinfo=timezone(offset)))  # type: ignore[arg-type, misc]
    except ValueError:
        return value


def _is_index(key: str) -> bool:
    return key.isdigit() and (key == "0" or key[0] != "0") and len(key) < 10
