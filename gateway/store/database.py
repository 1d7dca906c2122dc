"""Two databases behind one small interface: transactions are written once, as generators of statements.

    def transfer(source: str, target: str, amount: int) -> Script[int]:
        rows = yield Statement("UPDATE account SET n = n - $1 WHERE id = $2 AND n >= $1 RETURNING n", (amount, source))
        if not rows:
            raise TooPoor            # rolls the whole script back
        yield Statement("UPDATE account SET n = n + $1 WHERE id = $2", (amount, target))
        return rows[0][0]

    left = await db.run(transfer, "a", "b", 5)

A script holds no other side effect than its statements: it may be started again after a deadlock.
SQL is plain and valid on both databases; placeholders are `$1`, `$2` and may repeat. A BOOLEAN comes back as 0 or 1
from SQLite: read it with `bool()`.
"""

from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal, ParamSpec, Protocol, TypeVar

import msgspec

Row = tuple[Any, ...]
Dialect = Literal["sqlite", "postgresql"]
Durability = Literal["process", "power"]

T = TypeVar("T")
P = ParamSpec("P")


class Statement(msgspec.Struct, frozen=True):
    """One SQL statement of a script; with `many`, `args` is a list of argument tuples and no rows come back.

    An `operator` statement sees every business's rows, whatever the task's scope is (`gateway/store/scope.py`).
    """

    sql: str
    args: Sequence[Any] = ()
    many: bool = False
    operator: bool = False


Script = Generator[Statement, list[Row], T]
"""A transaction: yields statements, is sent their rows, returns its result; an exception rolls it back."""


class ConstraintViolation(Exception):
    """A unique, foreign-key, not-null or CHECK constraint refused a row; the text names no value."""


class Database(Protocol):
    """A pool of connections to one database.

    Every method raises `NotReady` when the database is locked, full or gone, and `ConstraintViolation`.
    """

    dialect: Dialect
    url: str
    write_refused: bool
    """Whether a write was refused since `prove_writable` last took one."""

    async def open(self) -> None:
        """Connect; belongs to the running event loop from then on."""

    async def close(self) -> None:
        """Finish what was begun and let go of every connection and thread."""

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        """Return the rows of one reading statement; sees every transaction that was committed before."""

    async def lookup(self, sql: str, *args: Any) -> list[Row]:
        """Return what `fetch` returns, for a statement that finds a row by its primary key: never a longer one.

        On SQLite the event loop itself runs it, since waking a reading thread costs several times the read.
        """

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a script of reading statements on one snapshot."""

    async def execute(self, sql: str, *args: Any) -> list[Row]:
        """Run one writing statement as its own transaction; returns its RETURNING rows once it is durable."""

    async def run(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a transaction and return its result once it is durable.

        It runs to its end even when the caller is cancelled meanwhile. A script may be run again before it counts,
        so it has no effect but its statements.
        """

    async def execute_ddl(self, statements: Sequence[str]) -> None:
        """Run statements without arguments in one transaction."""


_PROBE = "INSERT INTO revision (name, n) VALUES ('write_probe', 1) ON CONFLICT (name) DO UPDATE SET n = revision.n + 1"


async def prove_writable(database: Database) -> None:
    """Write one small row, so that a database that refused a write is known to take them again. Raises NotReady."""
    await database.run(lambda: one(_PROBE))
    database.write_refused = False


def one(sql: str, *args: Any) -> Script[list[Row]]:
    """Return a script of a single statement; its result is the statement's rows."""
    return (yield Statement(sql, args))


def as_operator(script: Script[T]) -> Script[T]:
    """Return the script with every statement as an operator's: for what a business's work does beside its own rows."""
    rows: list[Row] | None = None
    try:
        while True:
            statement = next(script) if rows is None else script.send(rows)
            rows = yield msgspec.structs.replace(statement, operator=True)
    except StopIteration as stop:
        result: T = stop.value
        return result


def open_database(
    url: str, *, durability: Durability = "process", pool_size: int = 10, as_owner: bool = False
) -> Database:
    """Return the driver, not yet open, for `sqlite:///relative`, `sqlite:////absolute` or `postgresql://…`.

    `durability` matters on SQLite only: `process` survives the death of the process, `power` also a power cut.
    `pool_size` is the number of PostgreSQL connections; `as_owner` keeps the rights of the role that connects, for
    migrations.
    """
    if url.startswith("sqlite:"):
        from gateway.store.sqlite import SqliteDatabase

        return SqliteDatabase(url, durability=durability)
    if url.startswith(("postgresql://", "postgres://")):
        from gateway.store.postgres import PostgresDatabase

        return PostgresDatabase(url, pool_size=pool_size, as_owner=as_owner)
    scheme = url.split(":", 1)[0]
    raise ValueError(f"DATABASE_URL begins with {scheme!r}; use sqlite:///path.sqlite or postgresql://user@host/name")
