"""Parses the rule language: an allow-list of Python's expression nodes, each turned into a closure."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from gateway.library.problems import suggestion
from gateway.library.rule_values import FUNCTIONS, RuleFailed, compute, contains, described, equal, ordered

ROOTS = ("answer", "facts", "request")
SPECIAL: Mapping[str, str] = {
    "all": "whether every `… for x in list` is true",
    "any": "whether some `… for x in list` is true",
    "implies": "`implies(a, b)`: b must hold where a does",
    "exists": "whether a field is there at all (also when it is null)",
}
MAX_LOOPS = 2
MAX_STEPS = 10_000

_WORDS = {"true": True, "false": False, "null": None}
_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


class Scope:
    """The data of one evaluation: roots and loop variables by name, and the steps left."""

    __slots__ = ("_left", "names")

    def __init__(self, answer: Any, facts: Any, request: Any) -> None:
        self.names: dict[str, Any] = {"answer": answer, "facts": facts, "request": request}
        self._left = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Count work. Raises `RuleFailed` when it is too much."""
        self._left -= steps
        if self._left < 0:
            raise RuleFailed(f"the rule takes more than {MAX_STEPS} steps")


Step = Callable[[Scope], Any]
Path = tuple[str, ...]


class Refused(Exception):
    """A check says something outside the language; `fix` is what to write instead."""

    def __init__(self, message: str, fix: str = "See the rules in docs/prompt-files.md.") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class Parser:
    """Turns an expression tree into closures, one allowed kind of node after the other."""

    def __init__(self) -> None:
        self.paths: set[Path] = set()
        self.tested: set[Path] = set()
        self._loops: dict[str, Path] = {}

    def expression(self, node: ast.expr) -> Step:
        """Return the closure that evaluates `node`. Raises `Refused` for anything outside the language."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            name = type(node).__name__.lower()
            raise Refused(f"`{name}` is not part of the rule language.")
        return handler(self, node)

    def constant(self, node: ast.Constant) -> Step:
        value = node.value
        if not (value is None or isinstance(value, (bool, int, float, str))):
            raise Refused("Only texts, numbers, true, false and null can be written in a rule.")
        return lambda _: value

    def name(self, node: ast.Name) -> Step:
        if node.id in _WORDS:
            word = _WORDS[node.id]
            return lambda _: word
        return self.path(node)

    def list_(self, node: ast.List) -> Step:
        items = [self.expression(item) for item in node.elts]
        return lambda scope: [item(scope) for item in items]

    def path(self, node: ast.expr) -> Step:
        root, steps = self._path_of(node)
        if steps and all(isinstance(step, str) for step in steps):
            return _by_names(root, tuple(map(str, steps)))
        return _by_steps(root, tuple(steps))

    def _path_of(self, node: ast.expr) -> tuple[str, list[str | int]]:
        steps: list[str | int] = []
        while not isinstance(node, ast.Name):
            if isinstance(node, ast.Attribute):
                steps.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Subscript):
                steps.append(_index(node.slice))
                node = node.value
            else:
                raise Refused("A field is named by a path such as `answer.items[0].price`.")
        steps.reverse()
        if node.id not in ROOTS and node.id not in self._loops:
            raise Refused(f"`{node.id}` is not known here.", suggestion(node.id, [*ROOTS, *self._loops]))
        self.paths.add(self._full_path(node.id, steps))
        return node.id, steps

    def _full_path(self, root: str, steps: list[str | int]) -> Path:
        """Return a path from one of the roots; `*` stands for any entry of a list."""
        return (*self._loops.get(root, (root,)), *("*" if isinstance(step, int) else step for step in steps))

    def arithmetic(self, node: ast.BinOp) -> Step:
        sign = self._sign(node.op)
        left, right = self.expression(node.left), self.expression(node.right)
        return lambda scope: compute(sign, left(scope), right(scope))

    def unary(self, node: ast.UnaryOp) -> Step:
        operand = self.expression(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda scope: not _truth(operand(scope))
        if isinstance(node.op, ast.USub):
            return lambda scope: compute("-", 0, operand(scope))
        raise Refused("Only `-` and `not` stand before a value.")

    def logic(self, node: ast.BoolOp) -> Step:
        parts = [self.expression(part) for part in node.values]
        if isinstance(node.op, ast.And):
            return lambda scope: all(_truth(part(scope)) for part in parts)
        return lambda scope: any(_truth(part(scope)) for part in parts)

    def choice(self, node: ast.IfExp) -> Step:
        test, yes, no = self.expression(node.test), self.expression(node.body), self.expression(node.orelse)
        return lambda scope: yes(scope) if _truth(test(scope)) else no(scope)

    def comparison(self, node: ast.Compare) -> Step:
        sides = [self.expression(side) for side in (node.left, *node.comparators)]
        tests = [_COMPARISONS[self._sign(op)] for op in node.ops]
        if len(tests) == 1:
            left, right, test = sides[0], sides[1], tests[0]
            return lambda scope: test(scope, left(scope), right(scope))

        def chained(scope: Scope) -> bool:
            values = [side(scope) for side in sides]
            return all(test(scope, a, b) for test, a, b in zip(tests, values, values[1:], strict=False))

        return chained

    def _sign(self, sign: ast.AST) -> str:
        if type(sign) not in _SIGNS:
            raise Refused(f"The operator `{type(sign).__name__}` is not known.", f"Known: {' '.join(_SIGNS.values())}")
        return _SIGNS[type(sign)]

    def call(self, node: ast.Call) -> Step:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise Refused("Only the named functions can be called.", f"They are: {', '.join([*FUNCTIONS, *SPECIAL])}.")
        name = node.func.id
        if name in SPECIAL:
            return self._special(name, node.args)
        if name not in FUNCTIONS:
            raise Refused(f"There is no function `{name}`.", suggestion(name, [*FUNCTIONS, *SPECIAL]))
        run, least, most, _ = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            raise Refused(
                f"`{name}` takes {least} to {most} arguments." if most > least else f"`{name}` takes {least}."
            )
        arguments = [self.expression(argument) for argument in node.args]
        return lambda scope: run(*(argument(scope) for argument in arguments))

    def _special(self, name: str, arguments: list[ast.expr]) -> Step:
        if name == "implies" and len(arguments) == 2:
            first, second = (self.expression(argument) for argument in arguments)
            return lambda scope: not _truth(first(scope)) or _truth(second(scope))
        if name == "exists" and len(arguments) == 1:
            self.tested.add(self._full_path(*self._path_of(arguments[0])))
            return _existing(self.path(arguments[0]))
        if name in ("all", "any") and len(arguments) == 1:
            values = self.expression(arguments[0])
            combine = all if name == "all" else any
            return lambda scope: combine(_truth(value) for value in values(scope))
        raise Refused(f"`{name}` is called wrongly.", f"{SPECIAL[name]}.")

    def each(self, node: ast.GeneratorExp | ast.ListComp) -> Step:
        loop = node.generators[0]
        if len(node.generators) > 1 or not isinstance(loop.target, ast.Name) or len(self._loops) >= MAX_LOOPS:
            raise Refused(f"Loops have one plain variable and are at most {MAX_LOOPS} deep.")
        variable = loop.target.id
        if variable in ROOTS or variable in self._loops or variable in _WORDS:
            raise Refused(f"`{variable}` already has a meaning.", "Choose another name.")
        root, steps = self._path_of(loop.iter)
        source = _by_steps(root, tuple(steps))
        self._loops[variable] = (*self._full_path(root, steps), "*")
        element = self.expression(node.elt)
        conditions = [self.expression(condition) for condition in loop.ifs]
        del self._loops[variable]
        return _loop(variable, source, element, conditions)


def _index(node: ast.expr) -> str | int:
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    if isinstance(inner, ast.Constant) and isinstance(inner.value, (int, str)) and not isinstance(inner.value, bool):
        return -inner.value if negative and isinstance(inner.value, int) else inner.value
    raise Refused("An index is a number or a text.", 'Write `[0]`, `[-1]` or `["name"]`.')


def _by_names(root: str, steps: tuple[str, ...]) -> Step:
    def read(scope: Scope) -> Any:
        value = scope.names[root]
        try:
            for step in steps:
                value = value[step]
        except (KeyError, TypeError):  # no such key, or no object to have one
            raise RuleFailed(f"`{root}.{'.'.join(steps)}` does not exist") from None
        return value

    return read


def _by_steps(root: str, steps: tuple[str | int, ...]) -> Step:
    shown = root + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)

    def read(scope: Scope) -> Any:
        value = scope.names[root]
        for step in steps:
            inside = isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value)
            if not inside and not (isinstance(value, Mapping) and isinstance(step, str) and step in value):
                raise RuleFailed(f"`{shown}` does not exist")
            value = value[step]
        return value

    return read


def _existing(read: Step) -> Step:
    def exists(scope: Scope) -> bool:
        try:
            read(scope)
        except RuleFailed:
            return False
        return True

    return exists


def _loop(variable: str, source: Step, element: Step, conditions: list[Step]) -> Step:
    def run(scope: Scope) -> list[Any]:
        rows = source(scope)
        if not isinstance(rows, list):
            raise RuleFailed(f"a loop needs a list, not {described(rows)}")
        found: list[Any] = []
        for row in rows:
            scope.spend(1)
            scope.names[variable] = row
            if all(_truth(condition(scope)) for condition in conditions):
                found.append(element(scope))
        return found

    return run


def _truth(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise RuleFailed(f"{described(value)} is neither true nor false")


def _ordering(test: Callable[[Any, Any], bool]) -> Callable[[Scope, Any, Any], bool]:
    return lambda _, left, right: bool(test(*ordered(left, right)))


def _within(scope: Scope, member: Any, group: Any) -> bool:
    scope.spend(len(group) if isinstance(group, list) else 1)
    return contains(member, group)


_COMPARISONS: Mapping[str, Callable[[Scope, Any, Any], bool]] = {
    "==": lambda _, left, right: equal(left, right),
    "!=": lambda _, left, right: not equal(left, right),
    "<": _ordering(operator.lt),
    "<=": _ordering(operator.le),
    ">": _ordering(operator.gt),
    ">=": _ordering(operator.ge),
    "in": _within,
    "not in": lambda scope, member, group: not _within(scope, member, group),
}
_HANDLERS: Mapping[type[ast.expr], Callable[[Parser, Any], Step]] = {
    ast.Constant: Parser.constant, ast.Name: Parser.name, ast.Attribute: Parser.path, ast.Subscript: Parser.path,
    ast.List: Parser.list_, ast.BinOp: Parser.arithmetic, ast.UnaryOp: Parser.unary, ast.BoolOp: Parser.logic,
    ast.IfExp: Parser.choice, ast.Compare: Parser.comparison, ast.Call: Parser.call,
    ast.GeneratorExp: Parser.each, ast.ListComp: Parser.each,
}  # fmt: skip
