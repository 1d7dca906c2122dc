"""Renders nunjucks templates over plain values; nothing is written to, read from or called outside of them.

Source of the behaviour: nunjucks 3.2.4, compared case by case. Differences: regular expressions in templates are
refused, and there are no other template files to include.
"""

from collections.abc import Callable, Mapping
from typing import Any

from evals.nunjucks.filters import FILTERS, NAMED, TESTS
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.nodes import (
    Binary,
    Body,
    Call,
    Caller,
    Choice,
    Collection,
    Compare,
    Dict,
    Filter,
    For,
    If,
    Literal,
    Lookup,
    Macro,
    Missing,
    Name,
    Output,
    Set,
    Switch,
    Test,
    Text,
    Unary,
)  # fmt: skip
from evals.nunjucks.operators import add, arithmetic, compare, contains, lookup
from evals.nunjucks.parser import parse
from evals.scripting.values import UNDEFINED, number, strictly_equal, text, truthy, unit_list

MOST_STEPS = 500_000


def render(template: str, variables: Mapping[str, Any], env: Mapping[str, str] | None = None) -> str:
    """Return the text of a template; `env` is what `{{env.X}}` sees. Raises TemplateError."""
    if "{" not in template:
        return template if "#}" not in template else str(parse(template))
    run = _Run({**_globals(), "env": dict(env or {})}, dict(variables))
    try:
        return run.block(parse(template), _Frame())
    except RecursionError:
        raise TemplateError("the template calls itself too deeply") from None
    except (TypeError, ValueError, OverflowError, AttributeError, IndexError) as error:
        raise TemplateError(f"a filter or method was used on the wrong kind of value ({error})") from None


class _Frame(dict[str, Any]):
    """The variables of one block; writes go to the frame that has the name, unless a macro stands between."""

    def __init__(self, parent: "_Frame | None" = None, isolated: bool = False) -> None:
        super().__init__()
        self.parent, self.isolated = parent, isolated

    def find(self, name: str) -> Any:
        """Return the value of a variable, undefined if no frame has it."""
        frame: _Frame | None = self
        while frame is not None:
            if frame.get(name, UNDEFINED) is not UNDEFINED:
                return frame[name]
            frame = frame.parent
        return UNDEFINED

    def assign(self, name: str, value: Any) -> None:
        """Set a variable where it lives, here if it is new."""
        frame: _Frame | None = self
        while frame is not None:
            if frame.get(name, UNDEFINED) is not UNDEFINED:
                frame[name] = value
                return
            frame = None if frame.isolated else frame.parent
        self[name] = value


class _Run:
    """One rendering."""

    def __init__(self, names: Mapping[str, Any], context: dict[str, Any]) -> None:
        self._globals, self._context = names, context
        self._steps = 0

    def block(self, body: Any, frame: _Frame) -> str:
        """Return the text of statements."""
        if body is None:
            return ""
        found: list[str] = []
        for part in body.parts if isinstance(body, Body) else (body,):
            self._step()
            found.append(_STATEMENTS[type(part)](self, part, frame))
        return "".join(found)

    def value(self, node: Any, frame: _Frame) -> Any:
        """Return the value of an expression."""
        self._step()
        return _EXPRESSIONS[type(node)](self, node, frame)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TemplateError("the template runs too long")

    def name(self, node: Name, frame: _Frame) -> Any:
        """Look a variable up: frames, then the given variables, then globals."""
        found = frame.find(node.name)
        if found is not UNDEFINED:
            return found
        return self._context.get(node.name, self._globals.get(node.name, UNDEFINED))

    def call(self, node: Call, frame: _Frame) -> Any:
        """Call a macro, a method or a global function."""
        if isinstance(node.of, Caller):
            return self.caller(node.of, frame)()
        function = self.value(node.of, frame)
        if not truthy(function):
            raise TemplateError(f"Unable to call `{_shown(node.of)}`, which is undefined or falsey")
        if not callable(function):
            raise TemplateError(f"Unable to call `{_shown(node.of)}`, which is not a function")
        arguments = [self.value(argument, frame) for argument in node.arguments]
        named = {name: self.value(argument, frame) for name, argument in node.named}
        return function(*arguments, **named)

    def caller(self, node: Caller, frame: _Frame) -> Callable[..., str]:
        """Return the function that renders a call block's body."""
        return self._macro(node.parameters, node.defaults, node.body, frame)

    def filter(self, node: Filter, frame: _Frame) -> Any:
        """Apply a filter."""
        if node.name in ("select", "reject"):
            return self._select(node, frame)
        if node.name not in FILTERS:
            raise TemplateError(f"filter not found: {node.name}")
        arguments = [self.value(argument, frame) for argument in (node.value, *node.arguments)]
        named = {name: self.value(argument, frame) for name, argument in node.named}
        if named and node.name in NAMED:
            order = NAMED[node.name]
            for index, name in enumerate(order, start=1):
                if name in named:
                    arguments += [UNDEFINED] * (index + 1 - len(arguments))
                    arguments[index] = named[name]
        elif named:
            arguments.append(named)
        while len(arguments) > 1 and arguments[-1] is UNDEFINED:
            arguments.pop()
        return FILTERS[node.name](*arguments[: _room(FILTERS[node.name])])

    def _select(self, node: Filter, frame: _Frame) -> list[Any]:
        value = self.value(node.value, frame)
        arguments = [self.value(argument, frame) for argument in node.arguments]
        test = _test(text(arguments[0]) if arguments else "truthy")
        wanted = node.name == "select"
        if value is None or value is UNDEFINED:
            raise TemplateError(f"{node.name}: there is nothing to choose from")
        items = unit_list(value) if isinstance(value, str) else value if isinstance(value, list) else []
        return [item for item in items if test(item, *arguments[1:2]) is wanted]

    def test(self, node: Test, frame: _Frame) -> bool:
        """Ask `is …`."""
        arguments = [self.value(argument, frame) for argument in node.arguments]
        return _test(node.name)(self.value(node.value, frame), *arguments) is True

    def binary(self, node: Binary, frame: _Frame) -> Any:
        """Join two values."""
        left = self.value(node.left, frame)
        if node.operator == "and":
            return self.value(node.right, frame) if truthy(left) else left
        if node.operator == "or":
            return left if truthy(left) else self.value(node.right, frame)
        right = self.value(node.right, frame)
        if node.operator == "+":
            return add(left, right)
        if node.operator == "~":
            return text(left) + text(right)
        if node.operator == "in":
            return contains(left, right)
        return arithmetic(node.operator, left, right)

    def unary(self, node: Unary, frame: _Frame) -> Any:
        """Apply `not`, `-` or `+`."""
        value = self.value(node.value, frame)
        if node.operator == "not":
            return not truthy(value)
        return -number(value) if node.operator == "-" else number(value)

    def compare(self, node: Compare, frame: _Frame) -> bool:
        """Compare from the left."""
        value = self.value(node.first, frame)
        for operator, operand in node.rest:
            value = compare(operator, value, self.value(operand, frame))
        return bool(value)

    def loop(self, node: For, frame: _Frame) -> str:
        """Repeat a body for every item."""
        inner, found, size = _Frame(frame), [], 0
        values = self.value(node.values, inner)
        if truthy(values):
            rows = _rows(values, len(node.names))
            size = len(rows)
            for index, row in enumerate(rows):
                self._step()
                inner.update(zip(node.names, row, strict=False))
                inner["loop"] = {
                    "index": index + 1, "index0": index, "revindex": size - index, "revindex0": size - index - 1,
                    "first": index == 0, "last": index == size - 1, "length": size,
                }  # fmt: skip
                found.append(self.block(node.body, inner))
        return "".join(found) if size else self.block(node.other, inner)

    def assign(self, node: Set, frame: _Frame) -> str:
        """Set variables."""
        value = self.block(node.body, frame) if node.body is not None else self.value(node.value, frame)
        for name in node.names:
            frame.assign(name, value)
            if frame.parent is None:
                self._context[name] = value
        return ""

    def define(self, node: Macro, frame: _Frame) -> str:
        """Define a macro."""
        frame[node.name] = self._macro(node.parameters, node.defaults, node.body, frame)
        if frame.parent is None:
            self._context[node.name] = frame[node.name]
        return ""

    def _macro(self, parameters: Any, defaults: Any, body: Any, frame: _Frame) -> Callable[..., str]:
        def called(*given: Any, **named: Any) -> str:
            inner = _Frame(frame, isolated=True)
            if "caller" in named:
                inner["caller"] = named["caller"]
            for index, parameter in enumerate(parameters):
                inner[parameter] = given[index] if index < len(given) else named.get(parameter, UNDEFINED)
            extra = given[len(parameters) :]
            for index, (parameter, default) in enumerate(defaults):
                if index < len(extra):
                    inner[parameter] = extra[index]
                else:
                    inner[parameter] = named[parameter] if parameter in named else self.value(default, inner)
            return self.block(body, inner)

        return called

    def switch(self, node: Switch, frame: _Frame) -> str:
        """Render the case that equals; an empty case falls through."""
        value, matched = self.value(node.value, frame), False
        for condition, body in node.cases:
            matched = matched or strictly_equal(value, self.value(condition, frame))
            if matched and body.parts:
                return self.block(body, frame)
        return self.block(node.default, frame)


def _rows(values: Any, names: int) -> list[tuple[Any, ...]]:
    if isinstance(values, list):
        if names == 1:
            return [(item,) for item in values]
        return [tuple(lookup(item, index) for index in range(names)) for item in values]
    if isinstance(values, Mapping):
        if names > 1:
            return list(values.items())
        return [(UNDEFINED,)] * int(number(values["length"])) if "length" in values else []
    if isinstance(values, str):
        items = [lookup(values, index) for index in range(lookup(values, "length"))]
        return [(item,) for item in items] if names == 1 else [(str(i), item) for i, item in enumerate(items)]
    return []


def _test(name: str) -> Callable[..., bool]:
    if name not in TESTS:
        raise TemplateError(f"test not found: {name}")
    return TESTS[name]


def _room(function: Callable[..., Any]) -> int:
    code = getattr(function, "__code__", None)
    return code.co_argcount if code is not None else 9


def _shown(node: Any) -> str:
    if isinstance(node, Name):
        return node.name
    return f"{_shown(node.of)}[{_shown(node.key)}]" if isinstance(node, Lookup) else "--expression--"


def _output(run: _Run, node: Output, frame: _Frame) -> str:
    value = run.value(node.value, frame)
    return "" if value is None or value is UNDEFINED else text(value)


def _missing(run: _Run, node: Missing, frame: _Frame) -> str:
    raise TemplateError(f"`{node.tag}` needs another template file, and there are none")


def _range(start: Any = 0, stop: Any = UNDEFINED, step: Any = 1) -> list[Any]:
    first, end = (0, number(start)) if stop is UNDEFINED else (number(start), number(stop))
    by = number(step) if truthy(step) else 1
    found: list[Any] = []
    while (first < end if by > 0 else first > end) and len(found) < 100_000:
        found.append(first)
        first += by
    return found


def _joiner(separator: Any = ",") -> Callable[[], str]:
    used: list[bool] = []

    def joined() -> str:
        used.append(True)
        return "" if len(used) == 1 else text(separator)

    return joined


def _cycler(*items: Any) -> dict[str, Any]:
    state: dict[str, Any] = {"current": None}
    index = [-1]

    def following() -> Any:
        index[0] = (index[0] + 1) % len(items)
        state["current"] = items[index[0]]
        return state["current"]

    def reset() -> Any:
        index[0], state["current"] = -1, None
        return UNDEFINED

    return state | {"next": following, "reset": reset}


def _globals() -> dict[str, Any]:
    return {"range": _range, "joiner": _joiner, "cycler": _cycler}


_STATEMENTS: Mapping[type, Callable[[_Run, Any, _Frame], str]] = {
    Text: lambda run, node, frame: node.text,
    Output: _output,
    Body: lambda run, node, frame: run.block(node, frame),
    If: lambda run, node, frame: run.block(
        node.body if truthy(run.value(node.condition, frame)) else node.other, frame
    ),
    For: _Run.loop,
    Set: _Run.assign,
    Macro: _Run.define,
    Switch: _Run.switch,
    Missing: _missing,
}
_EXPRESSIONS: Mapping[type, Callable[[_Run, Any, _Frame], Any]] = {
    Literal: lambda run, node, frame: node.value,
    Name: _Run.name,
    Collection: lambda run, node, frame: _collected([run.value(item, frame) for item in node.items], node.group),
    Dict: lambda run, node, frame: {key: run.value(item, frame) for key, item in node.pairs},
    Lookup: lambda run, node, frame: lookup(run.value(node.of, frame), run.value(node.key, frame)),
    Call: _Run.call,
    Caller: _Run.caller,
    Filter: _Run.filter,
    Unary: _Run.unary,
    Binary: _Run.binary,
    Compare: _Run.compare,
    Choice: lambda run, node, frame: run.value(
        node.body if truthy(run.value(node.condition, frame)) else node.other, frame
    ),
    Test: _Run.test,
}


def _collected(items: list[Any], group: bool) -> Any:
    return (items[-1] if items else UNDEFINED) if group else items
