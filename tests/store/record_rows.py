"""Pushed rows for tests: plain examples, and Hypothesis strategies derived from the stored schema."""

import json
import string
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st

from gateway.store import records_kinds as kinds
from gateway.store.records_schema import LINES, SCHEMA, Column, Table

AS_OF = date(2026, 11, 20)

Row = dict[str, Any]


def ndjson(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as a push holds them."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def customer(row_id: str = "c1", **more: Any) -> Row:
    return {"id": row_id, "name": "Kiosk", "credit_limit": "500.00", **more}


def invoice(row_id: str = "i1", **more: Any) -> Row:
    dates = {"issue_date": "2026-10-01", "due_date": "2026-10-31"}
    return {"id": row_id, "customer": "c1", **dates, "original_amount": "100.00", **more}


def payment(row_id: str = "p1", **more: Any) -> Row:
    return {"id": row_id, "invoice": "i1", "customer": "c1", "amount": "40.00", "payment_date": "2026-10-15", **more}


def line(product: str = "rice", **more: Any) -> Row:
    return {"product": product, "quantity": 2, "unit_price": "5.00", **more}


def sale(row_id: str = "s1", created_at: str = "2026-10-01T09:00:00Z", **more: Any) -> Row:
    return {"id": row_id, "created_at": created_at, "total_amount": "10.00", "items": [line()], **more}


def movement(quantity: float = 5, **more: Any) -> Row:
    return {"product": "rice", "date": "2026-10-01", "type": "RECEIPT", "quantity": quantity, **more}


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", categories=("L", "N", "P", "S", "Zs")), max_size=12
)
_IDS = st.text(string.ascii_lowercase + "-|#%é", min_size=1, max_size=4)
_AMOUNTS = st.decimals(0, 10**6, places=2).map(str)
_BY_KIND = {
    kinds.TEXT: _TEXT,
    kinds.KEY_TEXT: _TEXT,
    kinds.ID: _IDS,
    kinds.MONEY: _AMOUNTS,
    kinds.SOLD_MONEY: _AMOUNTS,
    kinds.BALANCE: st.decimals(-(10**6), 10**6, places=2).map(str),
    kinds.DAY: st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(str),
    kinds.INSTANT: st.datetimes(
        min_value=kinds.EPOCH.replace(year=2026, tzinfo=None), max_value=kinds.EPOCH.replace(year=2027, tzinfo=None)
    ).map(lambda moment: moment.isoformat() + "Z"),
    kinds.QUANTITY: st.integers(0, 50) | st.floats(0, 50),
    kinds.SOLD_QUANTITY: st.integers(0, 50) | st.floats(0, 50),
    kinds.SIGNED: st.integers(-50, 50),
    kinds.COUNT: st.integers(0, 60),
    kinds.FLAG: st.booleans(),
}
_CHOICES = {
    "customer_type": ("RETAIL", "WHOLESALE"),
    "status": ("PARTIAL", "PENDING"),
    "type": ("RETAIL", "WHOLESALE"),
}


def _values(table: Table, column: Column) -> st.SearchStrategy[Any]:
    if (table.name, column.name) == ("stock_movements", "type"):
        return st.sampled_from(("OPENING", "RECEIPT", "TRANSFER", "ADJUSTMENT"))
    if column.kind not in _BY_KIND:
        return st.sampled_from(_CHOICES[column.name])
    if column.name == "currency":
        return st.sampled_from(("GHS", "GHS", "USD"))
    return _BY_KIND[column.kind]


def _row(table: Table) -> st.SearchStrategy[Row]:
    required = {c.name: _values(table, c) for c in table.columns if c.required}
    optional = {c.name: _values(table, c) for c in table.columns if not c.required}
    if table.name == "invoices":  # amounts that must agree, and dates in their order, are completed below
        optional = {name: optional[name] for name in ("sale", "currency", "invoice_number", "reminder_count")}
    if table.name == "sales":
        optional["items"] = st.lists(_row(LINES), max_size=3)
    return st.fixed_dictionaries(required, optional=optional).map(_consistent)


def _consistent(row: Row) -> Row:
    if "due_date" in row:
        row["issue_date"], row["due_date"] = sorted((row["issue_date"], row["due_date"]))
    return row


def rows_of(name: str) -> st.SearchStrategy[list[Row]]:
    """Return good rows of a table with distinct ids."""
    key = (lambda row: row["id"]) if "id" in SCHEMA[name].known else None
    return st.lists(_row(SCHEMA[name]), max_size=6, unique_by=key)


def tables() -> st.SearchStrategy[dict[str, list[Row]]]:
    """Return some tables with good rows."""
    return st.fixed_dictionaries({}, optional={name: rows_of(name) for name in SCHEMA})
