"""Reads nunjucks expressions.

nunjucks writes its operators out as JavaScript without brackets, so JavaScript's precedence decides in the end:
`a ~ b + c` joins from the left, `not a == b` is `(!a) == b`. The tree built here is the one JavaScript would build.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from evals.nunjucks.lexer import Lexer, TemplateError, Token
from evals.nunjucks.nodes import (
    Binary,
    Call,
    Choice,
    Collection,
    Compare,
    Dict,
    Filter,
    Literal,
    Lookup,
    Name,
    Test,
    Unary,
)  # fmt: skip

_RELATIONS = ("<", ">", "<=", ">=")
_EQUALITIES = ("==", "===", "!=", "!==")
_CLOSING = (")", "]", "}")
_CHAINED = frozenset("+-~*/%")


class ExpressionParser:
    """Takes tokens with any number of them pushed back, and reads expressions from them."""

    def __init__(self, source: str) -> None:
        self.lexer = Lexer(source)
        self._waiting: Token | None = None

    def take(self) -> Token | None:
        """Return the next token."""
        if self._waiting is not None:
            token, self._waiting = self._waiting, None
            return token
        return self.lexer.next()

    def peek(self) -> Token | None:
        """Return the next token without taking it."""
        if self._waiting is None:
            self._waiting = self.lexer.next()
        return self._waiting

    def skip(self, kind: str, value: Any = None) -> bool:
        """Take the next token if it is of this kind (and value); tell whether it was."""
        token = self.peek()
        if token is None or token.kind != kind or (value is not None and token.value != value):
            return False
        self._waiting = None
        return True

    def skip_word(self, word: str) -> bool:
        """Take the next token if it is this word."""
        return self.skip("symbol", word)

    def fail(self, message: str, token: Token | None) -> TemplateError:
        """Return an error that names the line and what stood there."""
        line = self.lexer.source.count("\n", 0, token.end if token else None) + 1
        found = f"got {token.value!r}" if token else "got end of file"
        return TemplateError(f"line {line}: {message}, {found}")

    def expression(self) -> Any:
        """Read an expression."""
        node = self._or()
        if self.skip_word("if"):
            condition = self._or()
            return Choice(node, condition, self._or() if self.skip_word("else") else Literal(""))
        return node

    def _or(self) -> Any:
        node = self._and()
        while self.skip_word("or"):
            node = Binary("or", node, self._and())
        return node

    def _and(self) -> Any:
        node = self._not()
        while self.skip_word("and"):
            node = Binary("and", node, self._not())
        return node

    def _not(self) -> Any:
        return _negated(self._not()) if self.skip_word("not") else self._in()

    def _in(self) -> Any:
        node = self._is()
        while True:
            inverted = self.skip_word("not")
            if not self.skip_word("in"):
                if inverted:
                    raise self.fail("expected in after not", self.peek())
                return node
            node = Binary("in", node, self._is())
            node = Unary("not", node) if inverted else node

    def _is(self) -> Any:
        node = self._compare()
        if not self.skip_word("is"):
            return node
        inverted = self.skip_word("not")
        right = self._compare()
        if isinstance(right, Call) and isinstance(right.of, Name):
            node = Test(node, right.of.name, right.arguments)
        elif isinstance(right, Name | Literal):
            name = right.name if isinstance(right, Name) else right.value
            node = Test(node, "null" if name is None else str(name))
        else:
            raise TemplateError("the word after `is` must name a test")
        return Unary("not", node) if inverted else node

    def _compare(self) -> Any:
        first = self._sum()
        rest: list[tuple[str, Any]] = []
        while (token := self.peek()) and token.kind == "operator" and token.value in _RELATIONS + _EQUALITIES:
            self.take()
            rest.append((token.value, self._sum()))
        return _compared(first, rest) if rest else first

    def _sum(self) -> Any:
        node = self._product()
        while (token := self.peek()) and (
            token.kind == "~" or (token.kind == "operator" and token.value in ("+", "-"))
        ):
            self.take()
            node = _joined(node, token.value, self._product())
        return node

    def _product(self) -> Any:
        """Read `* / % //`; a part that holds `//` is worked out first, everything else from the left."""
        pieces: list[tuple[str, Any]] = [("", self._power())]
        while (token := self.peek()) and token.kind == "operator" and token.value in ("*", "/", "%", "//"):
            self.take()
            pieces.append((token.value, self._power()))
        if len(pieces) == 1:
            return pieces[0][1]
        segments: list[list[tuple[str, Any]]] = [[]]
        for operator, operand in pieces:
            if operator in ("*", "/"):
                segments.append([])
            segments[-1].append((operator, operand))
        node: Any = None
        for segment in segments:
            if any(operator == "//" for operator, _ in segment):
                segment = [(segment[0][0], _floored(segment))]
            for operator, operand in segment:
                node = operand if node is None else Binary(operator, node, operand)
        return node

    def _power(self) -> Any:
        node = self._unary()
        while self.skip("operator", "**"):
            node = Binary("**", node, self._unary())
        return node

    def _unary(self, filters: bool = True) -> Any:
        node: Any
        if self.skip("operator", "-"):
            node = Unary("-", self._unary(False))
        elif self.skip("operator", "+"):
            node = Unary("+", self._unary(False))
        else:
            node = self.primary()
        while filters and self.skip("|"):
            name = self.filter_name()
            following = self.peek()
            arguments, named = self.signature() if following and following.kind == "(" else ([], [])
            node = Filter(name, node, tuple(arguments), tuple(named))
        return node

    def filter_name(self) -> str:
        """Read a filter's name, which may hold dots."""
        token = self.take()
        if token is None or token.kind != "symbol":
            raise self.fail("expected the name of a filter", token)
        name = str(token.value)
        while self.skip("operator", "."):
            following = self.take()
            name += f".{following.value if following else ''}"
        return name

    def primary(self) -> Any:
        """Read a value with the look-ups and calls behind it."""
        token = self.peek()
        if token is None:
            raise TemplateError("expected expression, got end of file")
        if token.kind in ("string", "int", "float", "boolean", "none"):
            self.take()
            return self._postfix(Literal(token.value))
        if token.kind == "symbol":
            self.take()
            return self._postfix(Name(token.value))
        if token.kind in ("(", "[", "{"):
            return self._postfix(self._aggregate())
        raise self.fail("unexpected token", token)

    def _postfix(self, node: Any) -> Any:
        while token := self.peek():
            if token.kind == "(":
                arguments, named = self.signature()
                node = Call(node, tuple(arguments), tuple(named))
            elif token.kind == "[":
                found = self._aggregate()
                if len(found.items) != 1:
                    raise self.fail("invalid index", token)
                node = Lookup(node, found.items[0])
            elif token.kind == "operator" and token.value == ".":
                self.take()
                name = self.take()
                if name is None or name.kind != "symbol":
                    raise self.fail("expected name as lookup value", name)
                node = Lookup(node, Literal(name.value))
            else:
                break
        return node

    def _aggregate(self) -> Any:
        opening = self.take()
        kind = opening.kind if opening else ""
        items: list[Any] = []
        while True:
            token = self.peek()
            if token is None:
                raise TemplateError("expected a closing bracket, got end of file")
            if token.kind in _CLOSING:
                self.take()
                break
            if items and not self.skip(","):
                raise self.fail("expected comma after expression", token)
            items.append(self._pair() if kind == "{" else self.expression())
        if kind == "{":
            return Dict(tuple(items))
        return Collection(tuple(items), group=kind == "(")

    def _pair(self) -> tuple[str, Any]:
        key = self.primary()
        if not self.skip(":"):
            raise self.fail("expected colon after dict key", self.peek())
        if isinstance(key, Name):
            return key.name, self.expression()
        if isinstance(key, Literal) and isinstance(key.value, str):
            return key.value, self.expression()
        raise TemplateError("the keys of a dict must be strings or names")

    def signature(self) -> tuple[list[Any], list[tuple[str, Any]]]:
        """Read `(…)`: positional and named arguments."""
        if not self.skip("("):
            raise self.fail("expected arguments", self.peek())
        arguments: list[Any] = []
        named: list[tuple[str, Any]] = []
        while not self.skip(")"):
            if (arguments or named) and not self.skip(","):
                raise self.fail("expected comma after expression", self.peek())
            value = self.expression()
            if self.skip("operator", "="):
                if not isinstance(value, Name):
                    raise self.fail("a named argument needs a name", self.peek())
                named.append((value.name, self.expression()))
            else:
                arguments.append(value)
        return arguments, named


def _on_first(node: Any, change: Callable[[Any], Any]) -> Any:
    """Apply a change to the leftmost operand, which is where JavaScript applies a `!` written in front."""
    if isinstance(node, Compare):
        return replace(node, first=_on_first(node.first, change))
    if isinstance(node, Binary) and node.operator in _CHAINED:
        return replace(node, left=_on_first(node.left, change))
    return change(node)


def _negated(node: Any) -> Any:
    return _on_first(node, lambda operand: Unary("not", operand))


def _compared(first: Any, rest: list[tuple[str, Any]]) -> Any:
    """Bind `<` before `==`, as JavaScript does."""
    flat: list[tuple[str, Any]] = [("", first)]
    for operator, operand in rest:
        if operator in _RELATIONS:
            before, left = flat[-1]
            flat[-1] = (before, Compare(left, ((operator, operand),)))
        else:
            flat.append((operator, operand))
    return Compare(flat[0][1], tuple(flat[1:])) if len(flat) > 1 else flat[0][1]


def _joined(left: Any, operator: str, right: Any) -> Any:
    return Binary(operator, left, right)


def _floored(segment: list[tuple[str, Any]]) -> Any:
    """Return the tree of a chain of `%` and `//`, in which `%` binds first."""
    parts: list[Any] = []
    for operator, operand in segment:
        if operator == "%" and parts:
            parts[-1] = Binary("%", parts[-1], operand)
        else:
            parts.append(operand)
    node = parts[0]
    for part in parts[1:]:
        node = Binary("//", node, part)
    return node
