"""Recognises statements of SQL: queries, changes, and the definitions that answers hold.

A recogniser of the common ground of MySQL, MariaDB, PostgreSQL, SQLite, T-SQL and BigQuery with the differences that
matter; it refuses what is not a statement rather than knowing every dialect.
"""

import re
from dataclasses import dataclass

from evals.checks.sql_expressions import MYSQL, POSTGRES, NotSql, tokens_of
from evals.checks.sql_grammar import SqlQueries

DIALECTS = frozenset(("bigquery", "sqlite", "transactsql", "db2", "hive", "flinksql", *MYSQL, *POSTGRES))
_OTHER = {
    "begin": (*MYSQL, *POSTGRES), "start": (*MYSQL, *POSTGRES), "commit": (*MYSQL, *POSTGRES),
    "rollback": (*MYSQL, *POSTGRES), "show": (*MYSQL, *POSTGRES, "transactsql"),
    "describe": (*MYSQL, "sqlite", "transactsql", "bigquery"), "desc": (*MYSQL, "sqlite", "transactsql", "bigquery"),
    "explain": (*MYSQL, "transactsql"), "set": (*MYSQL, *POSTGRES, "sqlite", "bigquery"), "use": DIALECTS,
    "call": DIALECTS, "grant": (*MYSQL, *POSTGRES, "transactsql"), "lock": DIALECTS - {*POSTGRES},
    "rename": DIALECTS - {*POSTGRES}, "exec": ("transactsql",),
}  # fmt: skip
_TYPES = frozenset(
    re.findall(
        r"\w+",
        "int integer bigint smallint tinyint mediumint decimal numeric float double real bool boolean char varchar "
        "text tinytext mediumtext longtext date datetime time timestamp year json jsonb blob bit binary varbinary "
        "enum uuid serial bigserial timestamptz bytea money nvarchar int64 string float64 character ",
    )
)
_CONSTRAINTS = ("primary", "foreign", "unique", "constraint", "check", "index", "key", "fulltext")


@dataclass(slots=True)
class SqlReader(SqlQueries):
    """Reads statements; afterwards `tables` and `columns` hold what they touch."""

    def read(self) -> None:
        """Read everything. Raises NotSql."""
        if self.dialect not in DIALECTS:
            raise NotSql(f"the dialect {self.dialect} is not known")
        if "#" in self.source and self.dialect in (*POSTGRES, "transactsql"):
            self._never("#", self.dialect)
        self._tokens = tokens_of(self.source, brackets=self.dialect == "transactsql")
        if not self._tokens:
            raise NotSql("there is no statement")
        while self._index < len(self._tokens):
            if self._mark(";"):
                self._never("an empty statement", "transactsql")
                continue
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
            self._update()
        elif self._word("delete"):
            self._delete()
        elif self._word("create"):
            self._create()
        elif self._word("drop"):
            self._drop()
        elif self._word("truncate"):
            self._word("table")
            self._note("truncate")
        elif self._word("alter"):
            self._alter()
        elif self._here() in _OTHER:
            self._only(self._here(), *_OTHER[self._here()])
            self._rest()
        else:
            raise NotSql(f"{self._here()!r} starts no statement")

    def _note(self, operation: str) -> None:
        schema, name = "null", self._name()
        if self._mark("."):
            schema, name = name, self._name()
        self.tables.append(f"{operation}::{schema}::{name}")

    def _create(self) -> None:
        while self._word("or", "replace", "temporary", "temp", "unique"):
            pass
        if self._word("database", "schema"):
            self._never("create database", "bigquery")
            self._rest()
        elif self._word("index"):
            self._never("create index", "bigquery")
            self._name()
            self._need("on")
            self._name()
            self._in_list()
        elif self._word("view"):
            self._name()
            self._need("as")
            self._query()
        else:
            self._need("table")
            self._new_table()

    def _new_table(self) -> None:
        while self._word("if", "not", "exists"):
            pass
        self._note("create")
        if self._word("as"):
            self._never("create table as", "mariadb", "transactsql")
            self._query()
            return
        if self._mark("("):
            self._never("types of this kind", "bigquery")
            self._list(self._part_of_table)
            self._need(")")
        else:
            self._never("a table without columns", "mariadb", "sqlite", "transactsql")
        self._rest()

    def _part_of_table(self) -> None:
        if self._here() not in _CONSTRAINTS:
            self._column()
        depth = 0
        while self._index < len(self._tokens) and (depth or self._here() not in (",", ")")):
            if self._here() == "auto_increment":
                self._never("auto_increment", "transactsql")
            depth += {"(": 1, ")": -1}.get(self._here(), 0) if self._kind() == "mark" else 0
            self._index += 1

    def _column(self) -> None:
        """Read the name and the type of a column, and note it as read and as created."""
        name = self._name()
        kind = self._here()
        if kind in ("serial", "bigserial", "timestamptz", "bytea", "jsonb", "uuid"):
            self._only(kind, *POSTGRES)
        if kind not in _TYPES:
            raise NotSql(f"{kind!r} is no type")
        self._type()
        self.columns += [f"select::null::{name}", f"create::null::{name}"]

    def _drop(self) -> None:
        if self._word("table"):
            self._never("if exists", "bigquery") if self._here() == "if" else None
            while self._word("if", "exists"):
                pass
            self._list(lambda: self._note("drop"))
        elif self._word("index"):
            name = self._name()
            if self._word("on"):
                self._never("drop index … on", *POSTGRES)
                self._name()
                self.columns.append(f"select::null::{name}")
            else:
                self._only("drop index without a table", *POSTGRES)
        elif self._word("database", "schema"):
            self._only("drop database", *MYSQL)
            self._rest()
        else:
            self._need("view")
            self._never("drop view", "bigquery")
            self._rest()
        self._word("cascade", "restrict")

    def _alter(self) -> None:
        self._need("table")
        self._never("alter table", "bigquery")
        self._note("alter")
        change = self._word("add", "drop", "modify", "change", "rename", "alter")
        if change in ("modify", "change"):
            self._only(change, *MYSQL)
        self._word("column")
        if change in ("add", "modify") and self._here() not in _CONSTRAINTS:
            self._column()
        elif change == "drop" and self._here() not in _CONSTRAINTS:
            self.columns.append(f"select::null::{self._name()}")
        self._rest()
