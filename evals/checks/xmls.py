"""Assertions on XML: `is-xml` reads strictly, `contains-xml` takes any balanced piece of markup leniently."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.scripting.values import text

_START = r"A-Z_a-z:\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
_START += r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_NAME = rf"[{_START}][{_START}\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*"
_BODY = r"(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*"
_TAG = re.compile(
    rf"<!--[\s\S]*?(?:-->|\Z)|<!\[CDATA\[(?P<data>[\s\S]*?)(?:\]\]>|\Z)|<\?(?P<about>[\s\S]*?)(?:\?>|\Z)"
    rf"|<!(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|\[[^\]]*(?:\]|\Z)|[^>\"'\[])*(?:>|\Z)"
    rf"|<(?P<end>/?)(?P<name>{_NAME})(?P<body>{_BODY})>"
)
_ATTRIBUTE = re.compile(r"([^\s=]+)\s*(=\s*(?:\"([^\"]*)\"|'([^']*)'))?")
_UNSAFE = ("__proto__", "constructor", "prototype", "#text")
MOST_LEVELS = 100


@assertion("is-xml", "contains-xml")
def is_xml(subject: Subject) -> Outcome:
    """The output is well-formed XML (or holds a piece that looks like it) with the elements at these dotted paths."""
    paths = _paths(subject.value)
    if subject.base == "is-xml":
        reason = xml_misfit(subject.text, paths)
    else:
        fits = any(_holds(piece, paths) for piece in xml_pieces(subject.text))
        reason = None if fits else "No valid XML content found matching the requirements"
    return subject.holds(reason is None, reason or "", "the output holds XML with these elements")


def _paths(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if isinstance(value, list):
        return [text(item) for item in value]
    if isinstance(value, dict) and value:
        if not isinstance(value.get("requiredElements"), list):
            raise CheckError("xml assertion must contain a string, array value, or no value")
        return [text(item) for item in value["requiredElements"]]
    return []


def xml_misfit(source: str, paths: list[str]) -> str | None:
    """Return why a text is not XML with these paths, None if it is. DTDs with declarations of their own are refused."""
    parser = expat.ParserCreate(namespace_separator=None)

    def subset(*_: Any) -> None:
        raise ValueError("DTD internal subsets are not supported by is-xml validation")

    parser.EntityDeclHandler = subset
    parser.ElementDeclHandler = subset
    parser.AttlistDeclHandler = subset
    parser.StartDoctypeDeclHandler = lambda name, system, public, internal: subset() if internal else None
    try:
        parser.Parse(source.encode("utf-8", "replace") if not source.startswith("<?xml") else source, True)
    except (expat.ExpatError, ValueError) as error:
        return f"XML parsing failed: {error}"
    if ":" in source and (wrong := _misused_prefix(source)):
        return f"XML parsing failed: {wrong}"
    try:
        tree = tree_of(source)
    except ValueError as error:
        return f"XML parsing failed: {error}"
    missing = [path for path in paths if not _reaches(tree, path.split("."))]
    return f"XML is missing required elements: {', '.join(missing)}" if missing else None


def _misused_prefix(source: str) -> str | None:
    """Return what is wrong with the namespace prefixes, None if nothing is."""
    bound = dict(re.findall(r"\sxmlns:([\w.-]+)\s*=\s*[\"']([^\"']*)", source))
    if empty := next((prefix for prefix, uri in bound.items() if not uri), None):
        return f"the namespace prefix {empty} is undefined"
    for prefix, more in re.findall(r"</?([A-Za-z_][\w.-]*):[\w.-]*(:?)", source):
        if more:
            return "a name holds two colons"
        if prefix not in ("xml", "xmlns", *bound):
            return f"unbound namespace prefix: {prefix}"
    return None


def _holds(piece: str, paths: list[str]) -> bool:
    try:
        tree = tree_of(piece)
    except ValueError:
        return False
    return all(_reaches(tree, path.split(".")) for path in paths)


@dataclass(slots=True)
class _Element:
    """An element that is being read: attributes under `@_name`, children under their names, text under `#text`."""

    name: str
    content: dict[str, Any] = field(default_factory=dict)
    words: str = ""

    def add(self, name: str, value: Any) -> None:
        """Add a child; the second one with the same name makes a list of them."""
        if name not in self.content:
            self.content[name] = value
        elif isinstance(self.content[name], list):
            self.content[name].append(value)
        else:
            self.content[name] = [self.content[name], value]

    def value(self) -> Any:
        """Return what stands for the element: an object, or its text where it has nothing else."""
        if not self.content:
            return self.words
        return {**self.content, "#text": self.words} if self.words else self.content


def tree_of(source: str) -> dict[str, Any]:
    """Return the elements of markup as nested objects; repeated ones are lists, so a path needs their index.

    Reads leniently: unquoted attributes, stray `&` and unknown entities do no harm, and an end tag closes whatever
    is open. Raises ValueError where even that is not possible.
    """
    stack = [_Element("")]
    position = 0
    for tag in _TAG.finditer(source):
        stack[-1].words += source[position : tag.start()].strip()
        position = tag.end()
        if tag["data"] is not None:
            stack[-1].words += tag["data"]
        elif tag["about"] is not None:
            name, _, rest = tag["about"].partition(" ")
            stack[-1].add(f"?{name}", _attributes(rest) or "")
        elif tag["name"] is None:
            continue
        elif tag["end"]:
            if len(stack) > 1:
                done = stack.pop()
                stack[-1].add(done.name, done.value())
        else:
            _open(stack, tag["name"], tag["body"])
    while len(stack) > 1:
        done = stack.pop()
        stack[-1].add(done.name, done.value())
    return stack[0].content


def _open(stack: list[_Element], name: str, body: str) -> None:
    if name in _UNSAFE:
        raise ValueError(f"{name} cannot be the name of an element")
    if len(stack) > MOST_LEVELS + 1:
        raise ValueError("the elements are nested too deeply")
    closed = body.endswith("/")
    element = _Element(name, _attributes(body.removesuffix("/")))
    if closed:
        stack[-1].add(name, element.value())
    else:
        stack.append(element)


def _attributes(body: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, assigned, double, single in _ATTRIBUTE.findall(body):
        found[f"@_{name}"] = (double or single).strip() if assigned else True
    return found


def _reaches(tree: Any, path: list[str]) -> bool:
    """Tell whether a path of names, and of indexes where elements are repeated, leads to something."""
    for key in path:
        if isinstance(tree, Mapping) and key in tree:
            tree = tree[key]
        elif isinstance(tree, list) and key.isascii() and key.isdecimal() and str(int(key)) == key:
            if int(key) >= len(tree):
                return False
            tree = tree[int(key)]
        else:
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    parent: int | None


def xml_pieces(output: str) -> Iterator[str]:
    """Yield the balanced pieces of a text: neighbours together first, then each one that stands in no other."""
    spans = _spans(output)
    starts = {span.start for span in spans}
    outer = [span for span in spans if span.parent is None or span.parent not in starts]
    families: dict[int | None, list[_Span]] = {}
    for span in outer:
        families.setdefault(span.parent, []).append(span)
    for family in families.values():
        if len(family) > 1:
            yield output[min(span.start for span in family) : max(span.end for span in family)]
    for span in sorted(outer, key=lambda span: (span.start, -span.end)):
        yield output[span.start : span.end]


def _spans(output: str) -> list[_Span]:
    stack: list[tuple[str, int]] = []
    found: list[_Span] = []
    for tag in _TAG.finditer(output):
        if tag["name"] is None:
            continue
        if not tag["end"]:
            if tag["body"].rstrip().endswith("/"):
                found.append(_Span(tag.start(), tag.end(), stack[-1][1] if stack else None))
            else:
                stack.append((tag["name"], tag.start()))
        elif stack and stack[-1][0] == tag["name"]:
            start = stack.pop()[1]
            found.append(_Span(start, tag.end(), stack[-1][1] if stack else None))
        else:
            stack.clear()
    return found
