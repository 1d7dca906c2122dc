"""What the document says of the rows that a POS pushes or sends along: one schema for each table."""

from typing import Any

from gateway.store import records_kinds as kinds
from gateway.store.records_schema import LINES, SCHEMA, Column, Table

PREFIX = "records."
_AMOUNT = {"type": "string", "pattern": r"^[0-9,]{1,16}(\.[0-9]{1,4})?$"}
_KINDS: dict[int, dict[str, Any]] = {
    id(kinds.TEXT): {"type": "string", "maxLength": kinds.LONGEST_TEXT},
    id(kinds.KEY_TEXT): {"type": "string"},
    id(kinds.ID): {"type": "string", "maxLength": kinds.LONGEST_ID},
    id(kinds.MONEY): {"anyOf": [{"type": "number", "minimum": 0}, _AMOUNT]},
    id(kinds.SOLD_MONEY): {"anyOf": [{"type": "number", "minimum": 0}, _AMOUNT]},
    id(kinds.BALANCE): {"anyOf": [{"type": "number"}, {**_AMOUNT, "pattern": r"^-?[0-9,]{1,16}(\.[0-9]{1,4})?$"}]},
    id(kinds.DAY): {"type": "string", "format": "date"},
    id(kinds.INSTANT): {"type": "string", "format": "date-time"},
    id(kinds.QUANTITY): {"type": "number", "minimum": 0, "maximum": kinds.HIGHEST_QUANTITY},
    id(kinds.SOLD_QUANTITY): {"type": "number", "minimum": 0, "maximum": kinds.HIGHEST_QUANTITY},
    id(kinds.SIGNED): {"type": "number", "maximum": kinds.HIGHEST_QUANTITY},
    id(kinds.COUNT): {"type": "integer", "minimum": 0, "maximum": kinds.HIGHEST_COUNT},
    id(kinds.FLAG): {"type": "boolean"},
}


def record_schemas() -> dict[str, Any]:
    """Return the schema of a row by its name among the document's components."""
    lines = {"type": "array", "items": {"$ref": f"#/components/schemas/{PREFIX}sale_items"}}
    found = {f"{PREFIX}{name}": _row(table) for name, table in SCHEMA.items()}
    found[f"{PREFIX}sales"]["properties"]["items"] = lines
    return {**found, f"{PREFIX}sale_items": _row(LINES)}


def inline_schema() -> dict[str, Any]:
    """Return the schema of `records` in a request: tables that stand in for the stored ones, for this request alone."""
    return {
        "type": "object",
        "description": "Tables that stand in for the stored ones, for this request alone.",
        "properties": {
            name: {"type": "array", "items": {"$ref": f"#/components/schemas/{PREFIX}{name}"}} for name in SCHEMA
        },
        "additionalProperties": False,
    }


def _row(table: Table) -> dict[str, Any]:
    columns = {column.name: _column(column) for column in table.columns}
    owner = {"business": {"type": "string", "description": "The caller's own id."}} if table is not LINES else {}
    return {
        "type": "object",
        "properties": {**columns, **owner},
        "required": [column.name for column in table.columns if column.required],
        "additionalProperties": False,
    }


def _column(column: Column) -> dict[str, Any]:
    kind = {"type": "string", "enum": list(column.kind.allowed)} if column.kind.allowed else _KINDS[id(column.kind)]
    if column.required:
        return kind
    return {"anyOf": [kind, {"type": "null"}]}
