"""The tree of a nunjucks template. Expressions and statements are small frozen records."""

from dataclasses import dataclass
from typing import Any, Union

Expression = Union[
    "Literal", "Name", "Collection", "Dict", "Lookup", "Call", "Filter", "Unary", "Binary", "Compare", "Choice", "Test",
    "Caller",
]  # fmt: skip
Statement = Union["Text", "Output", "If", "For", "Set", "Macro", "Switch", "Body", "Missing"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Collection:
    """`[…]`, or `(…)`, which gives its last item."""

    items: tuple[Any, ...]
    group: bool = False


@dataclass(frozen=True, slots=True)
class Dict:
    """`{key: value}`."""

    pairs: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """`of.key` or `of[key]`."""

    of: Any
    key: Any


@dataclass(frozen=True, slots=True)
class Call:
    """`of(arguments, name=value)`."""

    of: Any
    arguments: tuple[Any, ...]
    named: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """`value | name(arguments)`."""

    name: str
    value: Any
    arguments: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x`, `-x`, `+x`."""

    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Binary:
    """Two values and what joins them: `and`, `or`, `in`, `~` or arithmetic."""

    operator: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class Compare:
    """`first op second op third`, evaluated from the left."""

    first: Any
    rest: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`body if condition else other`."""

    body: Any
    condition: Any
    other: Any


@dataclass(frozen=True, slots=True)
class Test:
    """`value is name(arguments)`."""

    __test__ = False

    value: Any
    name: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """The body of a `call` block, handed to the macro as `caller()`."""

    parameters: tuple[str, ...]
    defaults: tuple[tuple[str, Any], ...]
    body: Any


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """`{{ value }}`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Body:
    """Statements one after the other."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`{% if %}` with its branches."""

    condition: Any
    body: Any
    other: Any


@dataclass(frozen=True, slots=True)
class For:
    """`{% for names in values %}` … `{% else %}`."""

    names: tuple[str, ...]
    values: Any
    body: Any
    other: Any


@dataclass(frozen=True, slots=True)
class Set:
    """`{% set names = value %}`, or a captured `body`."""

    names: tuple[str, ...]
    value: Any
    body: Any


@dataclass(frozen=True, slots=True)
class Macro:
    """`{% macro name(parameters) %}`."""

    name: str
    parameters: tuple[str, ...]
    defaults: tuple[tuple[str, Any], ...]
    body: Any


@dataclass(frozen=True, slots=True)
class Switch:
    """`{% switch value %}`; a case without a body falls through to the next."""

    value: Any
    cases: tuple[tuple[Any, Any], ...]
    default: Any


@dataclass(frozen=True, slots=True)
class Missing:
    """A tag that needs another template file, of which there are none: rendering it fails."""

    tag: str
