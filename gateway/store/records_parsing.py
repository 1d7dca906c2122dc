"""Pushed and inline records become stored values, or every wrong field is named."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.domain.records import Record
from gateway.errors import FieldError, NotFound, ValidationFailed
from gateway.store.records_kinds import Unfit, day_of_instant
from gateway.store.records_lines import MAX_ERRORS, read_lines
from gateway.store.records_schema import LINES, SCHEMA, Column, Encoded, Table, decode_encoded, natural_id

MAX_INLINE_ROWS = 20_000
MAX_SALE_LINES = 500

_UNSHOWN = re.compile(r"[^\w .:-]")


def table_named(name: str) -> Table:
    """Return the table. Raises `NotFound` that lists the tables there are."""
    try:
        return SCHEMA[name]
    except KeyError:
        raise NotFound(f"There is no such table of records; the tables are {', '.join(SCHEMA)}.") from None


def parse_push(business_id: str, table: Table, ndjson: bytes) -> list[Encoded]:
    """Return the stored form of a pushed file.

    Raises `Malformed` and `PayloadTooLarge` as `read_lines` does, `ValidationFailed` naming `line 3: /due_date`.
    """
    reader = RowReader(table, business_id)
    rows = reader.read(read_lines(ndjson), "line {}: ")
    refuse_faults(reader.errors)
    return rows


def parse_inline(business_id: str, inline: object) -> dict[str, tuple[Record, ...]]:
    """Return the rows that a request brought along, table by table, each in the table's fixed order.

    Raises `ValidationFailed` naming each wrong field as `/records/invoices/3/due_date`.
    """
    tables = _inline_tables(inline)
    readers = {name: RowReader(SCHEMA[name], business_id) for name in tables}
    encoded = {name: readers[name].read(enumerate(rows), f"/records/{name}/{{}}") for name, rows in tables.items()}
    refuse_faults([error for reader in readers.values() for error in reader.errors])
    return {name: tuple(decode_encoded(SCHEMA[name], rows)) for name, rows in encoded.items()}


def _inline_tables(inline: object) -> dict[str, list[Any]]:
    if not isinstance(inline, dict):
        raise _refusal([FieldError("/records", "must be an object that holds tables")])
    errors = []
    for name, rows in inline.items():
        if name not in SCHEMA:
            errors.append(FieldError(f"/records/{_shown(name)}", _unknown("table", name, SCHEMA)))
        elif not isinstance(rows, list):
            errors.append(FieldError(f"/records/{name}", "must be a list of rows"))
    refuse_faults(errors)
    if sum(map(len, inline.values())) > MAX_INLINE_ROWS:
        raise _refusal([FieldError("/records", f"must not hold more than {MAX_INLINE_ROWS:,} rows; push them instead")])
    return inline


def refuse_faults(errors: Sequence[FieldError]) -> None:
    """Raise `ValidationFailed` when there is any fault; at most 50 are named."""
    if errors:
        raise _refusal(errors)


def _refusal(errors: Sequence[FieldError]) -> ValidationFailed:
    shown = errors[:MAX_ERRORS]
    count = f"The first {len(shown)} wrong fields are named" if len(shown) == MAX_ERRORS else "Some fields are wrong"
    return ValidationFailed(f"{count}; mend them and send all rows again. Nothing was stored.", shown)


class RowReader:
    """Checks the rows of one table for one business and gathers what is wrong with them.

    Kept over the chunks of one file, it also numbers rows of the same natural key through all of them.
    """

    def __init__(self, table: Table, business_id: str) -> None:
        self._table, self._business_id = table, business_id
        self._occurrences: Counter[str] = Counter()
        self.errors: list[FieldError] = []

    def read(self, rows: Iterable[tuple[int, Any]], place: str) -> list[Encoded]:
        """Return the stored form of every good row; `place` is the format of a row's pointer, such as `line {}: `.

        Faults go to `errors`; reading ends when there are 50 of them.
        """
        encoded: list[Encoded] = []
        first_seen: dict[str, int] = {}
        for number, raw in rows:
            where = place.format(number)
            values = self._row(raw, where)
            if values is not None:
                earlier = first_seen.setdefault(values["id"], number)
                if earlier != number:
                    self._fault(f"{where}/id", f"was sent before, in row {earlier}; send each id once")
                encoded.append(values)
            if len(self.errors) >= MAX_ERRORS:
                break
        return encoded

    def _fault(self, pointer: str, message: str) -> None:
        self.errors.append(FieldError(pointer, message))

    def _row(self, raw: Any, where: str) -> Encoded | None:
        before = len(self.errors)
        values = self._columns(self._table, raw, where)
        if values is None:
            return None
        if raw.get("business") not in (None, self._business_id):
            self._fault(f"{where}/business", "must be your own business, or left out")
        if "items" in self._table.known:
            values["items"] = self._lines(raw.get("items"), where)
        if len(self.errors) == before:
            for field, message in FINISH.get(self._table.name, _nothing_to_finish)(values, raw):
                self._fault(f"{where}/{field}", message)
        return self._derived(values) if len(self.errors) == before else None

    def _columns(self, table: Table, raw: Any, where: str) -> Encoded | None:
        if not isinstance(raw, dict):
            self._fault(where.rstrip(": "), "must be a JSON object")
            return None
        values: Encoded = {}
        for column in table.columns:
            try:
                values[column.name] = _value(column, raw.get(column.name))
            except Unfit as error:
                self._fault(f"{where}/{column.name}", str(error))
        for key in sorted(raw.keys() - table.known):
            self._fault(f"{where}/{_shown(key)}", _unknown("column", key, table.known))
        return values

    def _lines(self, raw: Any, where: str) -> list[Encoded]:
        if raw is None:
            return []
        if not isinstance(raw, list) or len(raw) > MAX_SALE_LINES:
            self._fault(f"{where}/items", f"must be a list of at most {MAX_SALE_LINES} lines")
            return []
        lines = (self._columns(LINES, line, f"{where}/items/{at}") for at, line in enumerate(raw))
        return [line for line in lines if line is not None]

    def _derived(self, values: Encoded) -> Encoded:
        if self._table.natural:
            parts = [values[name] for name in self._table.natural]
            key = natural_id(parts)
            self._occurrences[key] += 1
            values["occurrence"] = self._occurrences[key]
            values["id"] = natural_id(parts, values["occurrence"])
        if self._table.day == "day":
            created = values["created_at"]
            values["day"] = None if created is None else day_of_instant(created)
        return values


def _value(column: Column, raw: Any) -> Any:
    if raw is None or (raw == "" and column.default_when_empty):
        if column.required:
            raise Unfit("is missing")
        return column.default
    return column.kind.encode(raw)


def _shown(key: str) -> str:
    """Return an unknown key as it may stand in an answer: short, of harmless characters."""
    return _UNSHOWN.sub("?", key[:40])


def _unknown(thing: str, name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name[:40], names, n=1)
    return f"is not a {thing}; did you mean {near[0]}?" if near else f"is not a {thing}; use {', '.join(names)}"


def _finish_invoice(values: Encoded, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fill what follows from the other amounts and check that they agree to a hundredth."""
    original = values["original_amount"]
    if raw.get("amount_outstanding") is None:
        values["amount_outstanding"] = original - values["amount_paid"]
    elif raw.get("amount_paid") is None:
        values["amount_paid"] = original - values["amount_outstanding"]
    paid, left = values["amount_paid"], values["amount_outstanding"]
    if raw.get("status") is None:
        values["status"] = "PAID" if left == 0 else "PARTIAL" if paid else "PENDING"
    if left < 0 or paid < 0:
        yield ("amount_paid" if left < 0 else "amount_outstanding"), "must not be above original_amount"
    elif values["status"] != "WRITTEN_OFF" and abs(original - paid - left) > 100:
        yield "amount_outstanding", "must be original_amount minus amount_paid"
    if values["due_date"] < values["issue_date"]:
        yield "due_date", "must not lie before issue_date"


def _nothing_to_finish(_: Encoded, __: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ()


FINISH: dict[str, Callable[[Encoded, Mapping[str, Any]], Iterator[tuple[str, str]]]] = {"invoices": _finish_invoice}
"""What a table checks and fills in across its columns: yields field and message of each fault."""
