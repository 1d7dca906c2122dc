"""Reads one YAML file as plain data: a safe subset with YAML 1.2 core scalars, where every node keeps its line.

Refused because they surprise or attack: tags, anchors and aliases, merge keys, duplicate keys, keys that are not text,
a second document, numbers that JSON cannot hold. `yes`, `on`, `2026-11-22` and `190:20:30` are text; `010` is ten.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml import events

from gateway.library.problems import Findings, LibraryError, Place, Problem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000
SAFE_INTEGER = 2**53 - 1

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content as plain dicts, lists, texts, numbers, booleans and None, with the line of every node."""

    file: str
    data: dict[str, Any]
    lines: Mapping[Place, int]

    def line(self, at: Place = ()) -> int:
        """Return the line (from 1) of a node, or of its nearest ancestor that exists."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def findings(self) -> Findings:
        """Return an empty collection of problems that knows this file's lines."""
        return Findings(self.file, self.line)


def read_yaml_file(path: Path, shown: str | None = None) -> Document:
    """Read a file; `shown` is the name used in problems. Raises `LibraryError`."""
    name = shown or str(path)
    try:
        with path.open("rb") as stream:
            return read_yaml(stream.read(MAX_BYTES + 1), name)
    except OSError as error:
        raise LibraryError([Problem(name, 0, f"The file cannot be read ({error.strerror}).", "")]) from None


def read_yaml(source: bytes | str, file: str) -> Document:
    """Return the one mapping a YAML text holds. Raises `LibraryError` with file and line, and nothing else."""
    text = _decoded(source, file)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.feed(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = (error.problem or error.context or "syntax error").rstrip(".")
        builder.stop(
            mark.line + 1 if mark else 0, f"This is not YAML: {said}.", "Check indentation, colons and quotes."
        )
    except yaml.YAMLError:
        builder.stop(0, "The file holds a character that YAML does not allow.", "Take out control characters.")
    builder.findings.raise_if_any()
    if not isinstance(builder.root, dict):
        builder.stop(1, "The file must be one mapping (`key: value` lines).", "Start with a line such as `name: …`.")
    return Document(file, builder.root, builder.lines)


def _decoded(source: bytes | str, file: str) -> str:
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise LibraryError([Problem(file, 0, f"The file is larger than {MAX_BYTES // 1024} KB.", "Make it shorter.")])
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source.encode().decode("utf-8-sig")
    except UnicodeError:
        raise LibraryError([Problem(file, 0, "The file is not UTF-8 text.", "Save it as UTF-8.")]) from None
    odd = _OTHER_BREAKS.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise LibraryError(
            [
                Problem(
                    file, line, f"U+{ord(odd[0]):04X} looks like a line break but is none.", "Type a plain line break."
                )
            ]
        )
    return text


@dataclass(slots=True)
class _Frame:
    """An open mapping (then `key` is the key whose value comes next) or list."""

    content: dict[str, Any] | list[Any]
    place: Place
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Turns events into data without recursion, so that no nesting can exhaust the stack."""

    file: str
    root: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    findings: Findings = field(init=False)
    _stack: list[_Frame] = field(default_factory=list)
    _nodes: int = 0
    _documents: int = 0
    _line: int = 1

    def __post_init__(self) -> None:
        self.findings = Findings(self.file, lambda _: self._line)

    def stop(self, line: int, message: str, fix: str) -> None:
        """Note a problem after which reading on makes no sense. Always raises."""
        raise LibraryError([*self.findings.problems, Problem(self.file, line, message, fix)])

    def feed(self, event: events.Event) -> None:
        """Take the next event of the parser."""
        self._line = event.start_mark.line + 1 if event.start_mark else self._line
        if isinstance(event, events.DocumentStartEvent):
            self._document(event)
        elif isinstance(event, events.AliasEvent):
            self.stop(self._line, f"`*{event.anchor}` is an alias, which is not allowed.", "Write the value out.")
        elif isinstance(event, (events.ScalarEvent, events.CollectionStartEvent)):
            self._node(event)
        elif isinstance(event, events.CollectionEndEvent):
            self._stack.pop()

    def _document(self, event: events.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self.stop(self._line, "A second document starts here.", "Keep one document per file; take out `---`.")
        if event.version or event.tags:
            self.stop(self._line, "`%` directives are not allowed.", "Take the line out; YAML 1.2 is read anyway.")

    def _node(self, event: events.ScalarEvent | events.CollectionStartEvent) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self.stop(self._line, f"The file holds more than {MAX_NODES} values.", "Split it.")
        if event.anchor:
            self.findings.add((), f"`&{event.anchor}` is an anchor, which is not allowed.", "Take it out.")
        if event.tag:
            self.findings.add((), f"The tag `{event.tag}` is not allowed.", "Take it out; write plain values.")
        frame = self._stack[-1] if self._stack else None
        if frame and isinstance(frame.content, dict) and frame.key is None:
            self._take_key(frame, event)
        else:
            self._take_value(frame, event)

    def _take_key(self, frame: _Frame, event: events.ScalarEvent | events.CollectionStartEvent) -> None:
        if not isinstance(event, events.ScalarEvent):
            return self.stop(self._line, "A key must be a text.", "If this is a template, put it in quotes.")
        key = event.value
        if event.implicit[0] and key == "<<":
            self.findings.add((), "`<<` merge keys are not allowed.", "Write the keys out.")
        elif event.implicit[0] and not isinstance(self._scalar(event), str):
            self.findings.add((), f"The key `{key}` is not a text.", f'Write "{key}" in quotes.')
        elif isinstance(frame.content, dict) and key in frame.content:
            first = self.lines[(*frame.place, key)]
            self.findings.add(
                (), f"The key `{key}` stands here for the second time (first in line {first}).", "Keep one."
            )
        frame.key = key
        self.lines[(*frame.place, key)] = self._line
        return None

    def _take_value(self, frame: _Frame | None, event: events.ScalarEvent | events.CollectionStartEvent) -> None:
        place = self._place_of_next(frame)
        self.lines.setdefault(place, self._line)
        value: Any
        if isinstance(event, events.ScalarEvent):
            value = self._scalar(event)
        else:
            value = {} if isinstance(event, events.MappingStartEvent) else []
        if frame is None:
            self.root = value
        elif isinstance(frame.content, list):
            frame.content.append(value)
        else:
            frame.content[frame.key or ""] = value
            frame.key = None
        if isinstance(event, events.CollectionStartEvent):
            self._stack.append(_Frame(value, place))
            if len(self._stack) > MAX_DEPTH:
                self.stop(self._line, f"Values are nested more than {MAX_DEPTH} deep.", "Use a flatter shape.")

    @staticmethod
    def _place_of_next(frame: _Frame | None) -> Place:
        if frame is None:
            return ()
        return (*frame.place, len(frame.content) if isinstance(frame.content, list) else frame.key or "")

    def _scalar(self, event: events.ScalarEvent) -> str | int | float | bool | None:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        if _INT.match(text):
            return self._integer(text)
        if _FLOAT.match(text) or _NOT_FINITE.match(text):
            return self._float(text)
        return text

    def _integer(self, text: str) -> int:
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        number = int(text, base) if len(text) <= 24 else SAFE_INTEGER + 1
        if abs(number) > SAFE_INTEGER:
            self.findings.add(
                (), f"The number `{text[:24]}` is too large for JSON.", "Put it in quotes to make it a text."
            )
        return number

    def _float(self, text: str) -> float:
        number = float("inf") if _NOT_FINITE.match(text) else float(text)
        if number in (float("inf"), float("-inf")):
            self.findings.add((), f"JSON has no number `{text[:24]}`.", "Put it in quotes or write a finite number.")
        return number
