"""The formulas of derived metrics: arithmetic, comparison, choice and a few functions over names.

mathjs's syntax as metrics use it: `+ - * / % ^`, `? :`, `< > == !=`, `and or not`, sqrt, abs, min, max, round, exp,
log, floor, ceil, pow, mean, sum.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evals.scripting.values import whole

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<mark><=|>=|==|!=|[-+*/%^?:(),<>]))"
)


class FormulaError(Exception):
    """The formula cannot be worked out."""


def evaluate(formula: str, names: Mapping[str, Any]) -> float:
    """Return the value of a formula. Raises FormulaError."""
    try:
        parser = _Parser(_tokens(formula), names)
        value = parser.choice()
        if parser.index != len(parser.tokens):
            raise FormulaError(f"unexpected {parser.tokens[parser.index]} in {formula}")
        return whole(value)
    except (ZeroDivisionError, OverflowError, ValueError, TypeError, RecursionError) as error:
        raise FormulaError(str(error)) from None


def _tokens(formula: str) -> list[str]:
    found, index, formula = [], 0, formula.strip()
    while index < len(formula):
        match = _TOKEN.match(formula, index)
        if not match:
            raise FormulaError(f"unexpected {formula[index : index + 8]!r}")
        found.append(match[0].strip())
        index = match.end()
    return found


def _mean(*values: float) -> float:
    return sum(values) / len(values)


def _sum(*values: float) -> float:
    return sum(values)


def _divided(one: float, two: float) -> float:
    if two:
        return one / two
    return math.nan if not one or math.isnan(one) else math.copysign(math.inf, one)


def _round(value: float, digits: float = 0) -> float:
    factor = 10 ** int(digits)
    return float(math.copysign(math.floor(abs(value) * factor + 0.5), value) / factor)


_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "sqrt": math.sqrt, "abs": abs, "min": min, "max": max, "round": _round, "exp": math.exp, "log": math.log,
    "log10": math.log10, "log2": math.log2, "floor": math.floor, "ceil": math.ceil, "pow": math.pow, "mean": _mean,
    "sum": _sum,
}  # fmt: skip
_CONSTANTS = {"pi": math.pi, "e": math.e, "true": 1.0, "false": 0.0, "Infinity": math.inf, "NaN": math.nan}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


@dataclass(slots=True)
class _Parser:
    """Works a formula out while reading it, one method for each level of precedence."""

    tokens: list[str]
    names: Mapping[str, Any]
    index: int = 0

    def peek(self) -> str:
        return self.tokens[self.index] if self.index < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        if self.peek() in wanted:
            self.index += 1
            return self.tokens[self.index - 1]
        return ""

    def need(self, wanted: str) -> None:
        if not self.take(wanted):
            raise FormulaError(f"{wanted} is missing")

    def choice(self) -> float:
        value = self.either()
        if not self.take("?"):
            return value
        one = self.choice()
        self.need(":")
        two = self.choice()
        return one if value else two

    def either(self) -> float:
        value = self.both()
        while self.take("or"):
            other = self.both()
            value = float(bool(value) or bool(other))
        return value

    def both(self) -> float:
        value = self.relation()
        while self.take("and"):
            other = self.relation()
            value = float(bool(value) and bool(other))
        return value

    def relation(self) -> float:
        value = self.sum()
        while mark := self.take(*_COMPARE):
            value = float(_COMPARE[mark](value, self.sum()))
        return value

    def sum(self) -> float:
        value = self.product()
        while mark := self.take("+", "-"):
            value = value + self.product() if mark == "+" else value - self.product()
        return value

    def product(self) -> float:
        value = self.unary()
        while mark := self.take("*", "/", "%", "mod"):
            other = self.unary()
            value = value * other if mark == "*" else _divided(value, other) if mark == "/" else value % other
        return value

    def unary(self) -> float:
        if self.take("-"):
            return -self.unary()
        if self.take("not"):
            return float(not self.unary())
        return self.unary() if self.take("+") else self.power()

    def power(self) -> float:
        value = self.atom()
        return float(value ** self.unary()) if self.take("^") else value

    def atom(self) -> float:
        token = self.peek()
        self.index += 1
        if token == "(":  # noqa: S105 - a bracket, no password
            value = self.choice()
            self.need(")")
            return value
        if token[:1].isdigit() or token[:1] == ".":
            return float(token)
        if self.peek() == "(" and token in _FUNCTIONS:
            return self.call(token)
        if token in self.names:
            return float(self.names[token])
        if token in _CONSTANTS:
            return _CONSTANTS[token]
        raise FormulaError(f"Undefined symbol {token}")

    def call(self, name: str) -> float:
        self.need("(")
        arguments = [] if self.peek() == ")" else [self.choice()]
        while self.take(","):
            arguments.append(self.choice())
        self.need(")")
        return float(_FUNCTIONS[name](*arguments))
