"""The pos_* tables, derived from the row types of `gateway.domain.records`: a new column is added there and migrated.

A table without an `id` column gets one made of its natural key and the row's occurrence under that key.
"""

import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec

from gateway.domain import records
from gateway.domain.records import SaleItem
from gateway.store import records_kinds as kinds
from gateway.store.records_kinds import Kind, Stored

KIND_OF_TYPE: dict[Any, Kind] = {
    str: kinds.TEXT,
    Decimal: kinds.MONEY,
    date: kinds.DAY,
    datetime: kinds.INSTANT,
    bool: kinds.FLAG,
    int: kinds.COUNT,
    float: kinds.QUANTITY,
}
REFERENCES = frozenset(
    {"id", "customer", "invoice", "override_by", "product", "sale", "storefront", "supplier", "user"}
)
KIND_OF_COLUMN = {
    ("customers", "customer_type"): kinds.choice("RETAIL", "WHOLESALE"),
    ("customers", "outstanding_balance"): kinds.BALANCE,
    ("invoices", "status"): kinds.choice("PENDING", "PARTIAL", "PAID", "WRITTEN_OFF", "IN_COLLECTION"),
    ("reminders", "channel"): kinds.KEY_TEXT,
    ("sales", "total_amount"): kinds.SOLD_MONEY,
    ("sale_items", "quantity"): kinds.SOLD_QUANTITY,
    ("sales", "type"): kinds.choice("RETAIL", "WHOLESALE"),
    ("sales", "status"): kinds.choice("DRAFT", "PENDING", "COMPLETED", "PARTIAL", "REFUNDED", "CANCELLED"),
    ("stock_movements", "type"): kinds.choice("OPENING", "RECEIPT", "TRANSFER", "ADJUSTMENT"),
    ("stock_movements", "reference"): kinds.KEY_TEXT,
    ("stock_movements", "quantity"): kinds.SIGNED,
    # Tills sell on when a delivery is booked late: what a POS then shows is below nothing.
    ("products", "current_stock"): kinds.SIGNED,
}
REPEATED_WORDS = frozenset(
    {"category", "channel", "outcome", "payment_method", "payment_type", "status", "type", "unit"}
)
NATURAL_KEYS = {
    "price_changes": ("product", "date"),
    "reminders": ("invoice", "customer", "date", "channel"),
    "stock_movements": ("product", "date", "type", "reference"),
}
ORDERS = {
    "invoices": ("issue_date", "id"),
    "payments": ("payment_date", "id"),
    "sales": ("created_at", "id"),
    "refunds": ("created_at", "id"),
    "price_changes": ("date", "product"),
    "reminders": ("date", "customer", "invoice", "channel"),
    "stock_movements": ("date", "product", "type", "reference"),
}


Encoded = dict[str, Any]
"""Stored values by column; a sale also holds `items`, a list of such."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the wire format; `default` is the stored form of an absent value."""

    name: str
    kind: Kind
    required: bool
    default: Stored

    @property
    def default_when_empty(self) -> bool:
        """Whether the empty string means absent: for an optional reference to another row."""
        return self.kind is kinds.ID and not self.required

    @property
    def repeats(self) -> bool:
        """Whether many rows hold the same text here."""
        return self.name in REPEATED_WORDS or (self.kind is kinds.ID and self.name != "id")


@dataclass(frozen=True)
class Table:
    """Columns of one record type, `day` the stored column that dates a row (None: undated)."""

    name: str
    row: type[msgspec.Struct]
    columns: tuple[Column, ...]
    natural: tuple[str, ...]
    day: str | None
    order: Callable[[Any], Any]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The wire columns in the order in which `decode` wants their stored values."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every key that a pushed row may have."""
        return frozenset(field.name for field in msgspec.structs.fields(self.row))

    @cached_property
    def derived(self) -> tuple[str, ...]:
        """Stored columns that no caller sends: the made id with its occurrence, the day of an instant."""
        made = ("id", "occurrence") if self.natural else ()
        return made + (("day",) if self.day == "day" else ())

    @cached_property
    def day_orders(self) -> bool:
        """Whether the fixed order begins with the row's day."""
        return self.name in ORDERS

    @cached_property
    def undated(self) -> bool:
        """Whether a row may lack its day; it then counts as old."""
        return any(column.name == "created_at" and not column.required for column in self.columns)

    def day_of(self, row: Any) -> date:
        """Return the day of a row struct, and the earliest there is for a row without one."""
        if self.day is None:
            return date.min
        if self.day != "day":
            day: date = getattr(row, self.day)
            return day
        created: datetime | None = row.created_at
        return created.date() if created else date.min

    @cached_property
    def _decoders(self) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
        return tuple((at, c.kind.decode) for at, c in enumerate(self.columns) if c.kind.decode is not None)

    @cached_property
    def _shared(self) -> tuple[int, ...]:
        return tuple(at for at, column in enumerate(self.columns) if column.repeats)

    def decode(self, rows: Iterable[Sequence[Any]], names: Sequence[str] = ()) -> list[Any]:
        """Return the row structs of stored values given in the order of `self.names`, or of `names` beginning so."""
        row_type, names = self.row, names or self.names
        # Column by column: the loops over the cells run in C.
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for at, decode in self._decoders if columns else ():
            column = columns[at]
            columns[at] = [None if v is None else decode(v) for v in column] if None in column else map(decode, column)
        # Drivers make a new string for every cell; one copy of each repeated id halves what a result weighs.
        known: dict[Any, Any] = {}
        for at in self._shared if columns else ():
            columns[at] = [known.setdefault(value, value) for value in columns[at]]
        return [row_type(**dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]


def _column(table: str, field: msgspec.structs.FieldInfo) -> Column:
    plain = _without_none(field.type)
    kind = KIND_OF_COLUMN.get((table, field.name)) or KIND_OF_TYPE[plain]
    if field.name in REFERENCES:
        kind = kinds.ID
    default = None if field.required else field.default
    if isinstance(default, Decimal):
        default = kinds.encode_money(default)
    return Column(field.name, kind, field.required, default)


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(part for part in typing.get_args(hint) if part is not type(None))
    return hint


def _table(name: str, row: type[msgspec.Struct]) -> Table:
    fields = msgspec.structs.fields(row)
    columns = tuple(_column(name, field) for field in fields if field.name not in ("business", "items"))
    present = {column.name for column in columns}
    day = next((day for day in ("issue_date", "payment_date", "date") if day in present), None)
    return Table(
        name=name,
        row=row,
        columns=columns,
        natural=NATURAL_KEYS.get(name, ()),
        day=day or ("day" if "created_at" in present else None),
        order=attrgetter(*ORDERS.get(name, ("id",))),
    )


SCHEMA: dict[str, Table] = {name: _table(name, row) for name, row in records.TABLES.items()}
"""Table name in the API → its stored form."""

LINES = _table("sale_items", SaleItem)
"""The lines of sales: stored apart, with the sale's id, the line number and the sale's day."""


def natural_id(parts: Sequence[str], occurrence: int = 1) -> str:
    """Return the id of a row that has none: its key joined by `|`, and `#2`, `#3` … from the second such row on."""
    key = "|".join(part.replace("%", "%25").replace("|", "%7C").replace("#", "%23") for part in parts)
    return key if occurrence == 1 else f"{key}#{occurrence}"


def decode_sales(heads: Iterable[Sequence[Any]], lines: Iterable[Sequence[SaleItem]]) -> list[Any]:
    """Return sales of their stored values and, side by side, their lines."""
    sales = SCHEMA["sales"]
    whole = ((*head, tuple(items)) for head, items in zip(heads, lines, strict=True))
    return sales.decode(whole, (*sales.names, "items"))


def decode_encoded(table: Table, rows: Sequence[Encoded]) -> list[Any]:
    """Return structs of checked rows that were not stored, just as they would be read back, in the fixed order."""
    values = [[row[name] for name in table.names] for row in rows]
    if table.name != "sales":
        return sorted(table.decode(values), key=table.order)
    lines = [LINES.decode([[line[name] for name in LINES.names] for line in row["items"]]) for row in rows]
    return sorted(decode_sales(values, lines), key=table.order)
