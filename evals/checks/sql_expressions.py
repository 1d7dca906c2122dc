"""Tokens and expressions of SQL: values, columns, calls, comparisons, CASE and subqueries."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"\s*(?:--[^\n]*|#[^\n]*|/\*[\s\S]*?\*/)|\s*(?P<text>'(?:[^'\\]|''|\\.)*')|\s*(?P<quoted>\"(?:[^\"]|\"\")*\"|`[^`]+`)"
    r"|\s*(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|\s*(?P<name>[A-Za-z_@$][\w$@]*)"
    r"|\s*(?P<mark><=>|<>|<=|>=|!=|\|\||&&|::|:=|->>|->|[-+*/%(),.;=<>?&|^~!:\[\]])"
)
RESERVED = frozenset(
    re.findall(
        r"\w+",
        "select from where group having order limit union insert update delete into values set join inner left right "
        "full cross outer on using and or not in is null like between exists case when then else end as distinct all "
        "create table drop alter index view by asc desc with offset returning default interval if ",
    )
)
_AS_NAME = frozenset(["if", "index", "view", "all", "default", "left", "right", "interval", "values"])
_COMPARE = ("=", "<", ">", "<=", ">=", "<>", "!=", "<=>")
JOINS = ("join", "inner", "left", "right", "full", "cross", "natural", "straight_join")


class NotSql(Exception):
    """The text is not a statement that is recognised; says where it went wrong."""


def tokens_of(source: str) -> list[tuple[str, str]]:
    """Return (kind, text) of every token; comments are left out. Raises NotSql."""
    found: list[tuple[str, str]] = []
    index = 0
    while index < len(source.rstrip()):
        token = _TOKEN.match(source, index)
        if not token:
            raise NotSql(f"unexpected {source[index : index + 12]!r}")
        index = token.end()
        if token.lastgroup:
            found.append((token.lastgroup, token[token.lastgroup]))
    return found


@dataclass(slots=True)
class SqlExpressions:
    """Reads expressions from tokens; `tables` and `columns` note what they touch."""

    source: str
    tables: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    _tokens: list[tuple[str, str]] = field(default_factory=list)
    _index: int = 0
    _aliases: dict[str, str] = field(default_factory=dict)

    def _here(self) -> str:
        return self._tokens[self._index][1].lower() if self._index < len(self._tokens) else ""

    def _kind(self) -> str:
        return self._tokens[self._index][0] if self._index < len(self._tokens) else ""

    def _mark(self, *marks: str) -> str:
        if self._kind() == "mark" and self._here() in marks:
            self._index += 1
            return self._tokens[self._index - 1][1]
        return ""

    def _word(self, *words: str) -> str:
        if self._kind() == "name" and self._here() in words:
            self._index += 1
            return self._tokens[self._index - 1][1].lower()
        return ""

    def _need(self, word: str) -> None:
        if not (self._word(word) or self._mark(word)):
            raise NotSql(f"{word} is missing before {self._here()!r}")

    def _name(self) -> str:
        if self._kind() not in ("name", "quoted") or (self._kind() == "name" and self._here() in RESERVED):
            raise NotSql(f"a name is missing before {self._here()!r}")
        self._index += 1
        return self._tokens[self._index - 1][1].strip('"`')

    def _list(self, read: Callable[[], object]) -> None:
        read()
        while self._mark(","):
            read()

    def _ordering(self) -> None:
        self._expression()
        self._word("asc", "desc")
        if self._word("nulls") and not self._word("first", "last"):
            raise NotSql("first or last is missing")

    def _query(self) -> None:
        raise NotSql("a query cannot stand here")

    def _expression(self) -> None:
        while self._word("not") or self._mark("!"):
            pass
        self._comparison()
        while self._word("and", "or", "xor") or self._mark("&&"):
            while self._word("not"):
                pass
            self._comparison()

    def _comparison(self) -> None:
        self._sum()
        while True:
            if self._mark(*_COMPARE):
                self._word("any", "all", "some")
                self._sum()
            elif self._word("is"):
                self._word("not")
                if not self._word("null", "true", "false", "unknown"):
                    raise NotSql("null is missing after is")
            else:
                self._word("not")
                if self._word("in"):
                    self._in_list()
                elif self._word("like", "ilike", "regexp", "rlike", "similar"):
                    self._sum()
                elif self._word("between"):
                    self._sum()
                    self._need("and")
                    self._sum()
                else:
                    return

    def _in_list(self) -> None:
        self._need("(")
        if self._here() in ("select", "with"):
            self._query()
        else:
            self._list(self._expression)
        self._need(")")

    def _sum(self) -> None:
        self._operand()
        while self._mark("+", "-", "*", "/", "%", "||", "|", "&", "^", "->", "->>") or self._word(
            "div", "mod", "collate"
        ):
            self._operand()

    def _operand(self) -> None:
        while self._mark("-", "+", "~"):
            pass
        if self._kind() in ("text", "number") or self._mark("?"):
            self._index += self._kind() in ("text", "number")
        elif self._mark("("):
            if self._here() in ("select", "with"):
                self._query()
            else:
                self._list(self._expression)
            self._need(")")
        elif not self._special():
            self._reference()
        while self._mark("::"):
            self._name()
            if self._mark("("):
                self._rest_of_call()

    def _special(self) -> bool:
        if self._word("null", "true", "false", "default", "current_date", "current_timestamp"):
            return True
        if self._word("exists"):
            self._in_list()
            return True
        if self._word("interval"):
            self._operand()
            if self._kind() == "name" and self._here() not in RESERVED:
                self._index += 1
            return True
        if self._word("case"):
            if self._here() != "when":
                self._expression()
            while self._word("when"):
                self._expression()
                self._need("then")
                self._expression()
            if self._word("else"):
                self._expression()
            self._need("end")
            return True
        return False

    def _reference(self) -> None:
        following = self._tokens[self._index + 1][1] if self._index + 1 < len(self._tokens) else ""
        if self._kind() == "name" and following == "(" and (self._here() in _AS_NAME or self._here() not in RESERVED):
            self._index += 2
            self._rest_of_call()
            return
        table, name = "null", self._name()
        while self._mark("."):
            if self._mark("*"):
                self.columns.append(f"select::{self._aliases.get(name.lower(), name)}::(.*)")
                return
            table, name = name, self._name()
        shown = self._aliases.get(table.lower(), table) or table
        self.columns.append(f"select::{shown}::{name}")

    def _rest_of_call(self) -> None:
        self._word("distinct")
        if not self._mark(")"):
            if not self._mark("*"):
                self._list(self._argument)
            if self._word("order"):
                self._need("by")
                self._list(self._ordering)
            if self._word("separator"):
                self._operand()
            self._need(")")
        if self._word("over"):
            self._need("(")
            depth = 1
            while depth and self._index < len(self._tokens):
                depth += {"(": 1, ")": -1}.get(self._here(), 0) if self._kind() == "mark" else 0
                self._index += 1

    def _argument(self) -> None:
        self._expression()
        if self._word("as"):
            self._name()
            if self._mark("("):
                self._rest_of_call()
        elif self._word("from"):
            self._expression()
