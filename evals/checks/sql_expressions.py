"""Tokens and expressions of SQL: values, columns, calls, comparisons, CASE and subqueries."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"\s*(?:--[^\n]*|#[^\n]*|/\*[\s\S]*?\*/)|\s*(?P<text>'(?:[^'\\]|''|\\.)*')|\s*(?P<quoted>\"(?:[^\"]|\"\")*\"|`[^`]+`)"
    r"|\s*(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|\s*(?P<name>[A-Za-z_@$][\w$@]*)"
    r"|\s*(?P<mark><=>|==|<>|<=|>=|!=|\|\||&&|::|:=|->>|->|[-+*/%(),.;=<>?&|^~!:\[\]])"
)
_BRACKETED = re.compile(r"\s*(\[[^\]]+\])")
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
MYSQL = ("mysql", "mariadb")
POSTGRES = ("postgresql", "redshift", "snowflake", "noql", "trino", "athena")
KEPT = {"mysql": ("key", "rank"), "mariadb": ("key", "status"), "transactsql": ("key",)}
"""Words that a dialect's parser does not take for names."""
JOINS = ("join", "inner", "left", "right", "full", "cross", "natural", "straight_join")


class NotSql(Exception):
    """The text is not a statement that is recognised; says where it went wrong."""


def tokens_of(source: str, brackets: bool = False) -> list[tuple[str, str]]:
    """Return (kind, text) of every token; comments are left out. `[name]` is a name with `brackets`. Raises NotSql."""
    found: list[tuple[str, str]] = []
    index = 0
    while index < len(source.rstrip()):
        if brackets and (name := _BRACKETED.match(source, index)):
            index = name.end()
            found.append(("quoted", name[1]))
            continue
        token = _TOKEN.match(source, index)
        if not token:
            raise NotSql(f"unexpected {source[index : index + 12]!r}")
        index = token.end()
        if token.lastgroup:
            found.append((token.lastgroup, token[token.lastgroup]))
    return found


@dataclass(slots=True)
class SqlExpressions:
    """Reads expressions from tokens; `tables` and `columns` note what they touch. `dialect` is in small letters."""

    source: str
    dialect: str = "mysql"
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

    def _only(self, what: str, *dialects: str) -> None:
        """Refuse what other dialects than these do not know."""
        if self.dialect not in dialects:
            raise NotSql(f"{what} is not known to {self.dialect}")

    def _never(self, what: str, *dialects: str) -> None:
        """Refuse what these dialects do not know."""
        if self.dialect in dialects:
            raise NotSql(f"{what} is not known to {self.dialect}")

    def _name(self) -> str:
        if self._kind() not in ("name", "quoted") or (self._kind() == "name" and self._here() in RESERVED):
            raise NotSql(f"a name is missing before {self._here()!r}")
        if self._kind() == "name" and self._here() in KEPT.get(self.dialect, ()):
            raise NotSql(f"{self._here()!r} is a word of the language")
        self._index += 1
        return self._tokens[self._index - 1][1].strip('"`[]')

    def _list(self, read: Callable[[], object]) -> None:
        read()
        while self._mark(","):
            read()

    def _ordering(self) -> None:
        self._expression()
        self._word("asc", "desc")
        if self._word("nulls"):
            self._only("nulls first", *POSTGRES)
            if not self._word("first", "last"):
                raise NotSql("first or last is missing")

    def _query(self) -> None:
        raise NotSql("a query cannot stand here")

    def _expression(self) -> None:
        while self._word("not") or self._mark("!"):
            pass
        self._comparison()
        while joined := self._word("and", "or", "xor") or self._mark("&&"):
            if joined == "xor":
                self._only("xor", *MYSQL)
            while self._word("not"):
                pass
            self._comparison()

    def _comparison(self) -> None:
        self._sum()
        while True:
            if self._mark(*_COMPARE) or (self.dialect == "sqlite" and self._mark("==")):
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
                elif matched := self._word("like", "ilike", "regexp", "rlike", "similar"):
                    self._like(matched)
                elif self._word("between"):
                    self._sum()
                    self._need("and")
                    self._sum()
                else:
                    return

    def _like(self, word: str) -> None:
        if word in ("ilike", "similar"):
            self._only(word, *POSTGRES)
        elif word in ("regexp", "rlike"):
            self._only(word, *MYSQL, "sqlite")
        self._sum()
        if self._word("escape"):
            self._never("escape", "transactsql", "bigquery")
            self._operand()

    def _in_list(self) -> None:
        self._need("(")
        if self._here() in ("select", "with"):
            self._query()
        else:
            self._list(self._expression)
        self._need(")")

    def _sum(self) -> None:
        self._operand()
        while True:
            if self._word("collate"):
                self._name()
                continue
            if self._mark("->", "->>"):
                self._never("->", "mariadb", "transactsql", "bigquery")
            elif self._mark("~"):
                self._only("~", *POSTGRES)
            elif self._word("div", "mod"):
                self._only("div", *MYSQL)
            elif not self._mark("+", "-", "*", "/", "%", "||", "|", "&", "^"):
                return
            self._operand()

    def _operand(self) -> None:
        while self._mark("-", "+", "~"):
            pass
        if self._kind() in ("text", "number") or (self._kind() == "quoted" and self._is_text()):
            self._literal()
        elif self._mark("?"):
            self._never("?", *POSTGRES, "transactsql", "bigquery")
        elif self._mark(":"):
            self._name()
        elif self._mark("("):
            if self._here() in ("select", "with"):
                self._query()
            else:
                self._list(self._expression)
            self._need(")")
        elif not self._special():
            self._reference()
        while self._mark("::"):
            self._type()

    def _is_text(self) -> bool:
        return self.dialect in (*MYSQL, "bigquery") and self._here().startswith('"')

    def _literal(self) -> None:
        shown = self._here()
        if shown.startswith("."):
            self._only("a number without a digit before the point", *POSTGRES)
        self._index += 1
        while self._kind() == "text" and self._tokens[self._index - 1][0] == "text":
            self._never("texts behind each other", *POSTGRES)
            self._index += 1

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
            else:
                self._only("an interval without a unit", *POSTGRES)
            return True
        following = self._tokens[self._index + 1][0] if self._index + 1 < len(self._tokens) else ""
        if self._here() in ("date", "time", "timestamp") and following == "text":
            self._index += 2
            return True
        if self._kind() == "name" and self._here()[0] in "@$":
            self._index += 1
            if self._mark(":="):
                self._only(":=", *MYSQL)
                self._expression()
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
        path = [self._name()]
        while self._mark("."):
            if self._mark("*"):
                self.columns.append(f"select::{self._aliases.get(path[-1].lower(), path[-1])}::(.*)")
                return
            path.append(self._name())
        *tables, name = path
        if tables:
            tables[-1] = self._aliases.get(tables[-1].lower(), tables[-1]) or tables[-1]
        self.columns.append("::".join(["select", *(tables or ["null"]), name]))

    def _rest_of_call(self) -> None:
        called = self._tokens[self._index - 2][1].lower()
        self._word("distinct")
        if not self._mark(")"):
            if called == "extract":
                self._never("extract", "sqlite", "transactsql")
                self._index += 1
                self._need("from")
            if not self._mark("*"):
                self._list(self._argument)
            if self._word("order"):
                self._need("by")
                self._list(self._ordering)
            if self._word("separator"):
                self._only("separator", *MYSQL)
                self._operand()
            self._need(")")
        if called == "match" and self._word("against"):
            self._only("against", *MYSQL)
            self._in_list()
        if self._word("over"):
            self._window()

    def _window(self) -> None:
        if not self._mark("("):
            self._name()
            return
        if self._word("partition"):
            self._need("by")
            self._list(self._expression)
        if self._word("order"):
            self._need("by")
            self._list(self._ordering)
        while self._index < len(self._tokens) and self._here() != ")":
            self._index += 1
        self._need(")")

    def _argument(self) -> None:
        start = self._index
        self._expression()
        if self._word("as"):
            self._type()
        elif self._word("from"):
            self._expression()
        elif self._tokens[start - 2][1].lower() == "convert" and self._mark(","):
            self._type()

    def _type(self) -> None:
        """Pass over the name of a type, with its length or precision."""
        self._index += 1
        if self._mark("("):
            self._list(self._operand)
            self._need(")")
        self._word("unsigned", "signed")
