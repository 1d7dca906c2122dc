"""What each table holds of people and for how long: one entry per table, declared by the module that writes it.

Retention, erasure and the rotation of the encryption key all walk through these entries, and a test fails for a table
without one. A module of this package declares `HOLDINGS = (Holding(...), ...)`; it is found by itself.
"""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gateway.store
from gateway.store.database import Row, Script

DAY = 86_400_000_000
PRIVATE_DAYS = 90
"""How long anything that was said, answered or asked is kept, in days."""

_WITHOUT = ("piccolo_", "postgres", "redis_tier", "tables")
"""How modules begin that write no table of their own and load a library that the service may not need."""

BOOKS_DAYS = 400
"""How long figures without contents are kept: a year and a month, so that months can be compared."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows stay; `why` says what they are needed for and that they hold nothing of a person's contents."""

    why: str


@dataclass(frozen=True, slots=True)
class Until:
    """Rows go `days` after the instant in `column`; a row whose column is null stays until it has one."""

    column: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """Rows go `days` after the day or month that the text in `column` names."""

    column: str
    days: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted column: its purpose, and the row's name that is bound to it, made of the key's values."""

    column: str
    purpose: str
    row: Callable[[Row], str] = lambda key: str(key[0])


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is to be forgotten: `marks` are lower-case texts that tell a content is about them."""

    business_id: str
    type: str
    id: str
    user_hash: str
    marks: tuple[str, ...]


Erase = Callable[[Subject], Script[int]]


@dataclass(frozen=True, slots=True)
class Holding:
    """One table. `key` is its primary key beside the business.

    `user` names the column with a person's keyed hash: erasure deletes their rows, or with `blank_user` empties the
    column, and retention empties it after 90 days. `customer` names the column with a customer's id: erasure deletes
    the row. A row whose sealed content is about the person is deleted, or changed as `on_mark` says, an assignment list
    of SQL. `erase` does what the rest cannot express.
    """

    table: str
    keep: Kept | Until | Period
    key: tuple[str, ...] = ("id",)
    sealed: Sequence[Sealed] = ()
    user: str = ""
    blank_user: bool = False
    customer: str = ""
    on_mark: str = ""
    erase: Erase | None = None
    where: str = ""
    scoped: bool = field(default=True)
    """Whether rows belong to a business, by a column `business_id`."""


def holdings() -> tuple[Holding, ...]:
    """Return every declared entry, by table. Raises ValueError when a table is declared twice."""
    found: dict[str, Holding] = {}
    for _, name, _ in pkgutil.iter_modules(gateway.store.__path__, "gateway.store."):
        if name.removeprefix("gateway.store.").startswith(_WITHOUT):
            continue
        declared: Any = getattr(importlib.import_module(name), "HOLDINGS", ())
        for holding in declared:
            if holding.table in found:
                raise ValueError(f"{holding.table} is declared twice; the second time in {name}.")
            found[holding.table] = holding
    return tuple(found[table] for table in sorted(found))
