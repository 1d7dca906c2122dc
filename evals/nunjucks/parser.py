"""Reads a nunjucks template into its tree of statements. Expressions are read in `expressions.py`."""

import re
from functools import lru_cache
from typing import Any

from evals.nunjucks.expressions import ExpressionParser
from evals.nunjucks.lexer import TemplateError, Token
from evals.nunjucks.nodes import (
    Body,
    Call,
    Caller,
    Filter,
    For,
    If,
    Literal,
    Macro,
    Missing,
    Name,
    Output,
    Set,
    Switch,
    Text,
)  # fmt: skip

_LEADING = re.compile(r"\A\s*")
_TRAILING = re.compile(r"\s*\Z")
_NEEDS_FILES = frozenset({"include", "import", "from", "extends"})


@lru_cache(maxsize=4096)
def parse(source: str) -> Body:
    """Return the tree of a template. Raises TemplateError."""
    try:
        return Parser(source).parse()
    except RecursionError:
        raise TemplateError("the template is nested too deeply") from None


class Parser(ExpressionParser):
    """Reads statements; `parse` gives the whole template."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._stops: tuple[str, ...] = ()
        self._drop_leading = False

    def parse(self) -> Body:
        """Return the statements up to the end, or up to a tag that the caller waits for."""
        parts: list[Any] = []
        while (token := self.take()) is not None:
            if token.kind == "data":
                parts.append(Text(self._trimmed(token.value)))
            elif token.kind == "comment":
                self._drop_leading = token.value.endswith("-#}")
            elif token.kind == "variable-start":
                value = self.expression()
                end = self.take()
                if end is None or end.kind != "variable-end":
                    raise self.fail("expected variable end", end)
                self._drop_leading = end.value.startswith("-")
                parts.append(Output(value))
            elif token.kind == "block-start":
                self._drop_leading = False
                statement = self._statement()
                if statement is None:
                    return Body(tuple(parts))
                parts.append(statement)
            else:
                raise self.fail("unexpected token", token)
        if self._stops:
            raise TemplateError(f"expected one of {', '.join(self._stops)}, got end of file")
        return Body(tuple(parts))

    def _trimmed(self, data: str) -> str:
        if self._drop_leading:
            data = _LEADING.sub("", data)
            self._drop_leading = False
        following = self.peek()
        if following is None or following.kind not in ("block-start", "variable-start", "comment"):
            return data
        dash = following.value[2:3] == "-"
        return _TRAILING.sub("", data) if dash else data

    def _until(self, *stops: str) -> Body:
        before, self._stops = self._stops, stops
        body = self.parse()
        self._stops = before
        return body

    def _end_of_tag(self) -> None:
        """Take the end of a tag, with a name before it if one stands there."""
        token = self.take()
        if token is not None and token.kind == "symbol":
            token = self.take()
        self._block_end(token)

    def _block_end(self, token: Token | None) -> None:
        if token is None or token.kind != "block-end":
            raise self.fail("expected block end", token)
        self._drop_leading = token.value.startswith("-")

    def _statement(self) -> Any:
        token = self.peek()
        if token is None or token.kind != "symbol":
            raise self.fail("tag name expected", token)
        if token.value in self._stops:
            return None
        reader = getattr(self, f"_read_{token.value}", None)
        if token.value in _NEEDS_FILES:
            return self._other_file(token.value)
        if reader is None:
            raise TemplateError(f"unknown block tag: {token.value}")
        self.take()
        return reader()

    def _read_raw(self, tag: str = "raw") -> Text:
        self._block_end(self.take())
        pattern, level, found = re.compile(r"\{%\s*(" + tag + "|end" + tag + r")\s*%\}"), 1, ""
        source, start = self.lexer.source, self.lexer.index
        position = start
        while level and (match := pattern.search(source, position)):
            level += 1 if match[1] == tag else -1
            found = source[start : match.start()]
            position = match.end()
        if level:
            raise TemplateError(f"expected end{tag}, got end of file")
        self.lexer.index = position
        self._drop_leading = False
        return Text(found)

    def _read_verbatim(self) -> Text:
        return self._read_raw("verbatim")

    def _read_if(self) -> If:
        condition = self.expression()
        self._block_end(self.take())
        body = self._until("elif", "elseif", "else", "endif")
        tag = self._taken_name()
        if tag in ("elif", "elseif"):
            return If(condition, body, self._read_if())
        self._block_end(self.take())
        if tag == "endif":
            return If(condition, body, None)
        other = self._until("endif")
        self._end_of_tag()
        return If(condition, body, other)

    _read_ifAsync = _read_if

    def _read_for(self, end: str = "endfor") -> For:
        names = [self._name("variable name expected for loop")]
        while self.skip(","):
            names.append(self._name("variable name expected for loop"))
        if not self.skip_word("in"):
            raise self.fail('expected "in" keyword for loop', self.peek())
        values = self.expression()
        self._block_end(self.take())
        body, other = self._until(end, "else"), None
        if self._taken_name() == "else":
            self._block_end(self.take())
            other = self._until(end)
            self._taken_name()
        self._block_end(self.take())
        return For(tuple(names), values, body, other)

    def _read_asyncEach(self) -> For:
        return self._read_for("endeach")

    def _read_asyncAll(self) -> For:
        return self._read_for("endall")

    def _read_set(self) -> Set:
        names = [self._name("variable name expected in set")]
        while self.skip(","):
            names.append(self._name("variable name expected in set"))
        if self.skip("operator", "="):
            value = self.expression()
            self._block_end(self.take())
            return Set(tuple(names), value, None)
        self._block_end(self.take())
        body = self._until("endset")
        self._end_of_tag()
        return Set(tuple(names), None, body)

    def _read_block(self) -> Body:
        name = self._name("variable name expected")
        self._block_end(self.take())
        body = self._until("endblock")
        self.skip_word("endblock")
        self.skip_word(name)
        self._block_end(self.take())
        return body

    def _read_macro(self) -> Macro:
        name = self._name("macro name expected")
        parameters, defaults = self._parameters()
        self._block_end(self.take())
        body = self._until("endmacro")
        self._end_of_tag()
        return Macro(name, parameters, defaults, body)

    def _read_call(self) -> Output:
        following = self.peek()
        parameters, defaults = self._parameters() if following and following.kind == "(" else ((), ())
        called = self.primary()
        if not isinstance(called, Call):
            raise TemplateError("a call block needs a macro call")
        self._block_end(self.take())
        body = self._until("endcall")
        self._end_of_tag()
        named = (*called.named, ("caller", Caller(parameters, defaults, body)))
        return Output(Call(called.of, called.arguments, named))

    def _parameters(self) -> tuple[tuple[str, ...], tuple[tuple[str, Any], ...]]:
        arguments, named = self.signature()
        if not all(isinstance(argument, Name) for argument in arguments):
            raise TemplateError("the parameters of a macro must be names")
        return tuple(argument.name for argument in arguments), tuple(named)

    def _read_filter(self) -> Output:
        name = self.filter_name()
        following = self.peek()
        arguments, named = self.signature() if following and following.kind == "(" else ([], [])
        self._block_end(self.take())
        body = self._until("endfilter")
        self._end_of_tag()
        captured = Caller((), (), body)
        return Output(Filter(name, Call(captured, ()), tuple(arguments), tuple(named)))

    def _read_switch(self) -> Switch:
        value = self.expression()
        self._block_end(self.take())
        self._until("case", "default", "endswitch")
        cases: list[tuple[Any, Any]] = []
        tag = self._taken_name()
        while tag == "case":
            condition = self.expression()
            self._block_end(self.take())
            cases.append((condition, self._until("case", "default", "endswitch")))
            tag = self._taken_name()
        self._block_end(self.take())
        if tag != "default":
            return Switch(value, tuple(cases), None)
        default = self._until("endswitch")
        self._end_of_tag()
        return Switch(value, tuple(cases), default)

    def _other_file(self, tag: str) -> Missing:
        while (token := self.take()) is not None and token.kind != "block-end":
            pass
        self._block_end(token)
        return Missing(tag)

    def _name(self, complaint: str) -> str:
        token = self.take()
        if token is None or token.kind != "symbol":
            raise self.fail(complaint, token)
        return str(token.value)

    def _taken_name(self) -> str:
        token = self.take()
        return str(token.value) if token is not None else ""


NOTHING = Literal("")
