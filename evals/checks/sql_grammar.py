"""Recognises SELECT, INSERT, UPDATE and DELETE and notes tables and columns.

Names are noted as `operation::schema::name`, the form that allow-lists are written in.
"""

from dataclasses import dataclass

from evals.checks.sql_expressions import JOINS, MYSQL, POSTGRES, RESERVED, NotSql, SqlExpressions

_BEHIND = ("for", "intersect", "except", "window")
"""Words behind a table that do not name it anew."""


@dataclass(slots=True)
class SqlQueries(SqlExpressions):
    """Reads what asks for and changes rows."""

    def _update(self) -> None:
        self._table("update")
        self._joins("select")
        self._need("set")
        self._assignments()
        self._tail(order=False)
        if self._here() in ("order", "limit"):
            self._never("update … limit", *POSTGRES, "mariadb", "transactsql")
            self._order_and_limit()

    def _delete(self) -> None:
        while self._here() != "from" and self._kind() in ("name", "quoted"):
            self._name()
            self._mark(",")
        self._need("from")
        table = self._changed_table("delete")
        self._joins("select")
        if self._word("using"):
            self._source()
        self._tail()
        self.columns.append(f"delete::{table}::(.*)")

    def _query(self) -> None:
        if self._word("with"):
            if self._word("recursive"):
                self._never("recursive", "bigquery")
            while True:
                self._name()
                if self._mark("("):
                    self._list(self._name)
                    self._need(")")
                self._need("as")
                self._need("(")
                self._query()
                self._need(")")
                if not self._mark(","):
                    break
            if changed := self._word("update", "delete"):
                self._never("a change behind with", "sqlite", "bigquery")
                return self._update() if changed == "update" else self._delete()
        self._simple_query()
        while joined := self._word("union", "intersect", "except"):
            if joined != "union":
                self._never(joined, "sqlite", "transactsql", "bigquery")
            self._word("all", "distinct")
            self._simple_query()
        self._order_and_limit()
        if self._word("for"):
            self._never("for update", *POSTGRES, "transactsql", "bigquery")
            self._need("update")
        return None

    def _simple_query(self) -> None:
        if self._mark("("):
            self._query()
            self._need(")")
            return
        self._need("select")
        while self._word("distinct", "sql_calc_found_rows", "high_priority", "straight_join"):
            if self._word("on"):
                self._in_list()
        if self._word("top"):
            self._only("top", "transactsql")
            self._operand()
        start = self._index
        self._list(self._skip_item)
        if self._word("from"):
            after = self._index
            self._list(self._source)
            end = self._index
            self._index = start
            self._list(self._item)
            if self._index != after - 1:
                raise NotSql(f"unexpected {self._here()!r} among the columns")
            self._index = end
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
        if self._kind() == "quoted" and self._is_text() and self.dialect != "bigquery":
            self.columns.append(f"select::null::{self._name()}")
        else:
            self._expression()
        if self._word("as") or self._kind() == "text":
            self._item_name()
        elif self._kind() in ("name", "quoted") and self._here() not in RESERVED:
            self._name()

    def _item_name(self) -> None:
        if self._kind() == "text" or self._here().startswith("`"):
            self._never("a name between these quotes", *POSTGRES)
            self._index += 1
        else:
            self._name()

    def _source(self) -> None:
        self._table("select")
        self._joins("select")

    def _table(self, operation: str) -> None:
        if self._mark("("):
            if self._here() in ("select", "with", "("):
                self._query()
            elif self._word("values"):
                self._only("values as a table", *POSTGRES, "transactsql")
                self._list(self._row)
            else:
                self._source()
            self._need(")")
            self._alias("")
            return
        if self._kind() == "text":
            self._tokens[self._index] = ("quoted", '"' + self._tokens[self._index][1].strip("'") + '"')
        schema, name = "null", self._name()
        if self._mark("."):
            schema, name = name, self._name()
        if operation == "select" and self._mark("("):
            self._never("a function as a table", *MYSQL)
            self._rest_of_call()
            self._alias("")
            return
        self.tables.append(f"{operation}::{schema}::{name}")
        self._aliases[name.lower()] = name
        self._alias(name)

    def _changed_table(self, operation: str) -> str:
        if self._here() == "(":
            raise NotSql(f"a table is missing after {operation}")
        self._table(operation)
        return self.tables[-1].rpartition("::")[2]

    def _alias(self, table: str) -> None:
        if self._word("as") or (
            self._kind() in ("name", "quoted") and self._here() not in (*RESERVED, *JOINS, *_BEHIND)
        ):
            self._aliases[self._name().lower()] = table
            if self._mark("("):
                self._never("names for the columns of an alias", *MYSQL, "sqlite", "bigquery")
                self._list(self._name)
                self._need(")")

    def _joins(self, operation: str) -> None:
        while self._here() in JOINS and self._kind() == "name":
            while kind := self._word("natural", "inner", "left", "right", "full", "cross", "outer"):
                if kind == "natural":
                    self._never(kind, *MYSQL)
                elif kind in ("full", "right"):
                    self._never(kind, "sqlite")
            if not self._word("join", "straight_join"):
                raise NotSql(f"join is missing before {self._here()!r}")
            self._table(operation)
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
            if self._word("with"):
                self._only("rollup", *MYSQL)
                self._need("rollup")
        if self._word("having"):
            self._expression()
        if order:
            self._order_and_limit()
        if self._word("returning"):
            self._returning()
        if self._word("window"):
            self._never("window", "mariadb", "sqlite", "transactsql")
            self._name()
            self._need("as")
            self._window()

    def _returning(self) -> None:
        self._never("returning", "mysql", "transactsql", "bigquery")
        self._list(self._item)

    def _order_and_limit(self) -> None:
        if self._word("order"):
            self._need("by")
            self._list(self._ordering)
        if self._word("limit"):
            self._expression()
            if self._mark(","):
                self._never("two limits", *POSTGRES)
                self._expression()
        if self._word("offset"):
            self._expression()

    def _insert(self) -> None:
        self._word("ignore")
        self._word("into")
        table = self._changed_table("insert")
        width, start = 0, len(self.columns)
        if self._mark("("):
            self._list(lambda: self.columns.append(f"insert::{table}::{self._name()}"))
            self._need(")")
            width = len(self.columns) - start
        else:
            self.columns.append(f"insert::{table}::(.*)")
        if self._word("values", "value"):
            self._list(lambda: self._row(width))
        elif self._word("set"):
            self._never("insert … set", *POSTGRES)
            before = len(self.columns)
            self._assignments()
            del self.columns[before:]
        else:
            self._query()
        if self._word("on"):
            if self._word("duplicate"):
                self._never("on duplicate key", *POSTGRES, "transactsql")
            else:
                self._only("on conflict", *POSTGRES)
            self._rest()
        if self._word("returning"):
            self._returning()

    def _row(self, width: int = 0) -> None:
        self._need("(")
        given = 0

        def one() -> None:
            nonlocal given
            given += 1
            self._expression()

        self._list(one)
        self._need(")")
        if width and given != width:
            raise NotSql(f"{width} columns and {given} values")

    def _assignments(self) -> None:
        def one() -> None:
            before = len(self.columns)
            self._operand()
            self.columns[before:] = [f"update::{name.partition('::')[2]}" for name in self.columns[before:]]
            self._need("=")
            self._expression()

        self._list(one)

    def _rest(self) -> None:
        """Pass over the rest of a statement with balanced brackets."""
        depth = 0
        while self._index < len(self._tokens) and (depth or self._here() not in (";", "returning")):
            depth += {"(": 1, ")": -1}.get(self._here(), 0) if self._kind() == "mark" else 0
            if depth < 0:
                raise NotSql("a bracket is closed that is not open")
            self._index += 1
        if depth:
            raise NotSql("a bracket is not closed")
