"""Prompt messages: templates in a closed language, compiled once, rendered with counted work and output.

`_environment` is the only place that makes a Jinja environment; a test looks for others.
"""

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes, pass_context
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gateway.domain.reply import Role
from gateway.library.problems import Findings
from gateway.library.template_filters import FILTERS
from gateway.library.template_language import LOOP_FIELDS, TESTS, Checker, Use
from gateway.library.template_metering import Counted
from gateway.library.template_values import (
    MAX_TEXT,
    Meter,
    RenderError,
    check_size,
    compared,
    decimal_of,
    number_of,
    shown,
)

__all__ = ["MessageTemplate", "RenderError", "read_template"]

MAX_SOURCE = 32 * 1024
MAX_VALUES = 50_000
MAX_NESTING = 32
VARIABLES: Mapping[str, frozenset[str]] = {
    "system": frozenset(("partials",)),
    "user": frozenset(("evidence", "request", "facts", "partials")),
}
"""Role → the variables its messages may use. A system message never sees a caller's text."""

_NAME = "prompt"


class _Context(Context):
    """A rendering's variables together with the meter of its work."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meter = Meter()


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, narrowed further: `a.b` and `a[b]` look into dicts and lists and never at Python attributes."""

    context_class = _Context

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of a dict, or one of the four public facts about a loop."""
        if isinstance(obj, LoopContext) and attribute in LOOP_FIELDS:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return a field of a dict or an entry of a list; anything else is undefined."""
        if isinstance(obj, dict) and argument in obj:
            return obj[argument]
        if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(name=str(argument))


@cache
def _environment() -> _Environment:
    environment = _Environment(
        undefined=StrictUndefined,
        autoescape=False,
        optimized=False,  # the optimiser would run constant expressions while compiling
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
        cache_size=0,
    )
    environment.globals = {}
    environment.tests = {name: test for name, test in environment.tests.items() if name in TESTS}
    named: dict[str, Callable[..., Any]] = {name: known.run for name, known in FILTERS.items()}
    environment.filters = {name: _counted(run) for name, run in ({**named, **_OPERATIONS}).items()}
    return environment


def _counted(run: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def with_meter(context: Context, *args: Any, **kwargs: Any) -> Any:
        assert isinstance(context, _Context)
        return run(context.meter, *args, **kwargs)

    return with_meter


def _rows(meter: Meter, value: Any, weight: int) -> list[Any]:
    if not isinstance(value, list):
        raise RenderError("a loop needs a list")
    meter.spend(1 + len(value) * weight)
    return value


def _concat(meter: Meter, *parts: Any) -> str:
    texts = [shown(part) for part in parts]
    size = sum(map(len, texts))
    meter.spend(len(texts), size)
    check_size(size)
    return "".join(texts)


def _compute(meter: Meter, left: Any, sign: str, right: Any) -> int | float:
    meter.spend(1)
    a, b = decimal_of(left, sign), decimal_of(right, sign)
    if isinstance(left, str) or isinstance(right, str):
        raise RenderError(f"`{sign}` needs numbers, not texts")
    if sign == "/" and not b:
        raise RenderError("a division by zero")
    return number_of({"+": a + b, "-": a - b, "*": a * b, "/": a / (b or Decimal(1))}[sign])


_OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "rows!": _rows,
    "concat!": _concat,
    "compare!": compared,
    "compute!": _compute,
}


@dataclass(frozen=True, slots=True, eq=False)
class MessageTemplate:
    """One message of a prompt. `fixed` is its text without the data; `uses` are the fields it reads."""

    role: Role
    source: str
    fixed: str
    uses: tuple[Use, ...] = ()
    _template: Template | None = field(default=None, repr=False)
    _partials: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def constant(cls, role: Role, text: str) -> "MessageTemplate":
        """Return a message that is always `text`, whatever braces it holds."""
        return cls(role, text, text)

    @property
    def variables(self) -> frozenset[str]:
        """The names of the data this message needs: of `evidence`, `request`, `facts`."""
        return frozenset(use.path[0] for use in self.uses) - {"partials"}

    def render(self, variables: Mapping[str, Any]) -> str:
        """Return the message for this data. Raises `RenderError`; values are never read as template text again."""
        if self._template is None:
            return self.source
        budget = [MAX_VALUES, MAX_TEXT]
        data = {name: _plain(variables[name], budget, 0) for name in self.variables if name in variables}
        pieces: list[str] = []
        size = 0
        try:
            for piece in self._template.generate(data, partials=self._partials):
                size += len(piece)
                check_size(size)
                pieces.append(piece)
        except (TemplateError, RenderError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise RenderError(_located(error)) from None
        text = "".join(pieces)
        check_size(len(text.encode("utf-8", "replace")) if 4 * size > MAX_TEXT else 0)
        return text


def read_template(
    role: Role, source: str, findings: Findings, partials: Mapping[str, str] | None = None, *, offset: int = 1
) -> MessageTemplate | None:
    """Return the compiled message, or None after noting why not. `offset`: lines from its place to its first line."""
    partials = partials or {}
    if len(source) > MAX_SOURCE:
        findings.add((), f"The message is longer than {MAX_SOURCE // 1024} KB.", "Shorten it.")
        return None
    checker = Checker(VARIABLES[role], frozenset(partials), findings, offset)
    before = len(findings.problems)
    try:
        tree = _environment().parse(source)
        fixed = "".join(part.data for part in tree.find_all(nodes.TemplateData))
        checker.check(tree)
        if len(findings.problems) > before:
            return None
        template = _environment().from_string(Counted().visit(tree))
    except TemplateSyntaxError as error:
        fix = "Check braces and tags; the language is in docs/prompt-files.md."
        findings.add((), f"The template cannot be read: {error.message}", fix, lines_below=error.lineno - 1 + offset)
        return None
    except (RecursionError, ValueError, OverflowError, SyntaxError, MemoryError):
        findings.add((), "The template is too large or nested too deep.", "Make it simpler.", lines_below=offset)
        return None
    shown_partials = sorted({use.path[1] for use in checker.uses if use.path[0] == "partials" and len(use.path) > 1})
    fixed += "".join(partials[name] for name in shown_partials)
    return MessageTemplate(role, source, fixed, tuple(checker.uses), template, dict(partials))


def _plain(value: Any, budget: list[int], depth: int) -> Any:
    """Copy data into plain dicts, lists and scalars, so that nothing with behaviour reaches a template."""
    budget[0] -= 1
    if isinstance(value, str):
        budget[1] -= len(value)
    if budget[0] < 0 or budget[1] < 0 or depth > MAX_NESTING:
        raise RenderError("the data is too large for a template")
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item, budget, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, budget, depth + 1) for item in value]
    raise RenderError(f"a {type(value).__name__} is not data a template can use")


def _located(error: Exception) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    said = error.message if isinstance(error, TemplateError) else str(error) if isinstance(error, RenderError) else ""
    return (
        f"line {lines[-1]} of the message: {said or 'the data does not fit the template'}"
        if lines
        else said or "failed"
    )


def fixed_text(messages: Iterable[MessageTemplate]) -> str:
    """Return the text of messages that no data can change, for counting its tokens."""
    return "\n".join(message.fixed for message in messages)
