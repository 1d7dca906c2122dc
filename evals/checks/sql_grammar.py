"""Recognises the SQL that answers hold (SELECT, INSERT, UPDATE, DELETE and simple DDL) and notes tables and columns.

A recogniser of the common ground of MySQL, PostgreSQL and SQLite; it refuses what is not a statement rather than
knowing every dialect. Names are noted as `operation::schema::name`, the form that allow-lists are written in.
"""

from dataclasses import dataclass

from evals.checks.sql_expressions import JOINS, RESERVED, NotSql, SqlExpressions, tokens_of


@dataclass(slots=True)
class SqlReader(SqlExpressions):
    """Reads statements; afterwards `tables` and `columns` hold what they touch."""

    def read(self) -> None:
        """Read everything. Raises NotSql."""
        self._tokens = tokens_of(self.source)
        if not self._tokens:
            raise NotSql("there is no statement")
        while self._index < len(self._tokens):
            self._statement()
            if self._index < len(self._tokens) and not self._mark(";"):
                raise NotSql(f"unexpected {self._here()!r}")

    def _statement(self) -> None:
        self._aliases = {}
        if self._here() in ("select", "with", "("):
            self._query()
        elif self._word("insert", "replace"):
            self._insert()
        elif self._word("update"):
            self._table("update")
            self._joins("update")
            self._need("set")
            self._assignments()
            self._tail()
        elif self._word("delete"):
            self._need("from")
            self._table("delete")
            self._tail()
        elif self._word("create", "drop", "alter", "truncate"):
            self._definition()
        else:
            raise NotSql(f"{self._here()!r} starts no statement")

    def _query(self) -> None:
        if self._word("with"):
            self._word("recursive")
            while True:
                self._aliases[self._name().lower()] = ""
                if self._mark("("):
                    self._list(self._name)
                    self._need(")")
                self._need("as")
                self._need("(")
                self._query()
                self._need(")")
                if not self._mark(","):
                    break
        self._simple_query()
        while self._word("union", "intersect", "except"):
            self._word("all", "distinct")
            self._simple_query()
        self._order_and_limit()

    def _simple_query(self) -> None:
        if self._mark("("):
            self._query()
            self._need(")")
            return
        self._need("select")
        while self._word("distinct", "all", "sql_calc_found_rows", "high_priority", "straight_join"):
            pass
        start = self._index
        self._list(self._skip_item)
        if self._word("from"):
            after = self._index
            self._list(self._source)
            end = self._index
            self._index = start
            self._list(self._item)
            self._index = max(end, after)
        else:
            self._index = start
            self._list(self._item)
        self._tail(order=False)

    def _skip_item(self) -> None:
        """Pass over a select item, since aliases of tables are only known behind it."""
        depth, start = 0, self._index
        while self._index < len(self._tokens):
            here = self._here()
            if not depth and (
                here in (",", ";", ")")
                or (self._kind() == "name" and here in ("from", "union", "where", "limit", "order", "group", "having"))
            ):
                break
            depth += {"(": 1, ")": -1}.get(here, 0) if self._kind() == "mark" else 0
            self._index += 1
        if self._index == start:
            raise NotSql(f"a column is missing before {self._here()!r}")

    def _item(self) -> None:
        if self._mark("*"):
            self.columns.append("select::null::(.*)")
            return
        self._expression()
        if self._word("as"):
            if self._kind() == "text":
                self._index += 1
            else:
                self._name()
        elif self._kind() in ("name", "quoted") and self._here() not in RESERVED:
            self._name()

    def _source(self) -> None:
        self._table("select")
        self._joins("select")

    def _table(self, operation: str) -> None:
        if self._mark("("):
            if self._here() in ("select", "with", "("):
                self._query()
            else:
                self._source()
            self._need(")")
            self._alias("")
            return
        schema, name = "null", self._name()
        if self._mark("."):
            schema, name = name, self._name()
        if name.lower() not in self._aliases or self._aliases[name.lower()]:
            self.tables.append(f"{operation}::{schema}::{name}")
            self._aliases[name.lower()] = name
            self._alias(name)
        else:
            self._alias("")

    def _alias(self, table: str) -> None:
        if self._word("as") or (self._kind() in ("name", "quoted") and self._here() not in (*RESERVED, *JOINS)):
            self._aliases[self._name().lower()] = table

    def _joins(self, operation: str) -> None:
        while self._here() in JOINS and self._kind() == "name":
            while self._word("natural", "inner", "left", "right", "full", "cross", "outer"):
                pass
            if not self._word("join", "straight_join"):
                raise NotSql(f"join is missing before {self._here()!r}")
            self._table("select" if operation == "select" else operation)
            if self._word("on"):
                self._expression()
            elif self._word("using"):
                self._need("(")
                self._list(self._name)
                self._need(")")

    def _tail(self, order: bool = True) -> None:
        if self._word("where"):
            self._expression()
        if self._word("group"):
            self._need("by")
            self._list(self._expression)
        if self._word("having"):
            self._expression()
        if order:
            self._order_and_limit()
        if self._word("returning"):
            self._list(self._item)

    def _order_and_limit(self) -> None:
        if self._word("order"):
            self._need("by")
            self._list(self._ordering)
        if self._word("limit"):
            self._list(self._expression)
        if self._word("offset"):
            self._expression()

    def _insert(self) -> None:
        self._word("ignore")
        self._need("into")
        self._table("insert")
        if self._mark("("):
            self._list(self._column_of_insert)
            self._need(")")
        if self._word("values", "value"):
            self._list(self._row)
        elif self._word("set"):
            self._assignments()
        else:
            self._query()
        if self._word("on"):
            self._rest()

    def _column_of_insert(self) -> None:
        self.columns.append(f"insert::{self.tables[-1].rpartition('::')[2]}::{self._name()}")

    def _row(self) -> None:
        self._need("(")
        self._list(self._expression)
        self._need(")")

    def _assignments(self) -> None:
        def one() -> None:
            self._operand()
            self._need("=")
            self._expression()

        self._list(one)

    def _definition(self) -> None:
        while self._word("or", "replace", "temporary", "temp", "unique"):
            pass
        if not self._word("table", "index", "view", "database", "schema"):
            raise NotSql(f"{self._here()!r} cannot be defined")
        operation = "create"
        while self._word("if", "not", "exists"):
            pass
        name = self._name()
        if self._mark("."):
            name = self._name()
        self.tables.append(f"{operation}::null::{name}")
        self._rest()

    def _rest(self) -> None:
        """Pass over the rest of a statement with balanced brackets."""
        depth = 0
        while self._index < len(self._tokens) and (depth or self._here() != ";"):
            depth += {"(": 1, ")": -1}.get(self._here(), 0) if self._kind() == "mark" else 0
            if depth < 0:
                raise NotSql("a bracket is closed that is not open")
            self._index += 1
        if depth:
            raise NotSql("a bracket is not closed")
