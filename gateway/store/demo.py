"""Loads tenants from a directory of JSON Lines: `businesses.jsonl` and one file per table, plain or gzipped."""

import gzip
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from gateway.domain.caller import Business
from gateway.errors import FieldError, ValidationFailed
from gateway.store.records import RecordStore
from gateway.store.records_lines import MAX_PUSH_ROWS, Unreadable, read_json
from gateway.store.records_parsing import RowReader, refuse_faults
from gateway.store.records_schema import SCHEMA, Table

SUFFIXES = (".jsonl", ".jsonl.gz")

Register = Callable[[Business], Awaitable[object]]
"""Creates or updates a business."""

Progress = Callable[[str, int], object]
"""Told the table and how many of its rows are stored so far."""


class BusinessRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A line of `businesses.jsonl`; tax number, status and age are read and not kept."""

    id: str
    name: str
    tin: str = ""
    currency: str = "GHS"
    timezone: str = "Africa/Accra"
    subscription_tier: str = "STARTER"
    subscription_status: str = "ACTIVE"
    ai_opt_out: bool = False
    created_at: str = ""

    def business(self) -> Business:
        """Return the tenant in the words of the gateway."""
        return Business(
            id=self.id,
            name=self.name,
            plan=self.subscription_tier,
            timezone=self.timezone,
            currency=self.currency,
            ai_opt_out=self.ai_opt_out,
        )


@dataclass(frozen=True, slots=True)
class LoadedTenant:
    """A business and how many of its rows were read."""

    business: Business
    rows: int


async def load_tenant(
    directory: Path, store: RecordStore, register: Register, progress: Progress | None = None
) -> list[LoadedTenant]:
    """Load every business of `directory`; loading it again changes nothing.

    Rows are stored in chunks, so what came before a fault stays. Raises `ValidationFailed` naming file, line and field.
    """
    files = tenant_files(directory)
    businesses = read_businesses(files["businesses"])
    for business in businesses:
        await register(business)
    loaded = dict.fromkeys((business.id for business in businesses), 0)
    for name, table in SCHEMA.items():
        if name in files:
            await _load_table(files[name], table, store, loaded, progress or _silent)
    return [LoadedTenant(business, loaded[business.id]) for business in businesses]


def tenant_files(directory: Path) -> dict[str, Path]:
    """Return table name → file. Raises `ValidationFailed` when there is no `businesses` or a name is not a table."""
    files = {path.name.split(".")[0]: path for path in sorted(directory.glob("*")) if path.name.endswith(SUFFIXES)}
    if "businesses" not in files:
        raise ValidationFailed(f"There is no businesses.jsonl in {directory}; name a directory that holds a tenant.")
    strange = [path.name for name, path in files.items() if name not in (*SCHEMA, "businesses")]
    refuse_faults([FieldError(name, f"is not a table; use {', '.join(SCHEMA)}") for name in strange])
    return files


def read_businesses(path: Path) -> list[Business]:
    """Return the tenants of a file. Raises `ValidationFailed` naming line and field."""
    businesses, errors = [], []
    for number, value in _rows(path):
        try:
            businesses.append(msgspec.convert(value, BusinessRow).business())
        except msgspec.ValidationError as error:
            errors.append(FieldError(f"{path.name} line {number}", str(error)))
    refuse_faults(errors)
    return businesses


async def _load_table(path: Path, table: Table, store: RecordStore, loaded: dict[str, int], progress: Progress) -> None:
    readers = {business_id: RowReader(table, business_id) for business_id in loaded}
    done = 0
    for business_id, chunk in _chunks(path, frozenset(loaded)):
        reader = readers[business_id]
        rows = reader.read(chunk, f"{path.name} line {{}}: ")
        refuse_faults(reader.errors)
        await store.write(business_id, table, rows)
        loaded[business_id] += len(rows)
        done += len(rows)
        progress(table.name, done)


def _chunks(path: Path, business_ids: frozenset[str]) -> Iterator[tuple[str, list[tuple[int, Any]]]]:
    """Yield a business's next rows, at most as many as one push may hold."""
    waiting: dict[str, list[tuple[int, Any]]] = {business_id: [] for business_id in business_ids}
    for number, value in _rows(path):
        owner = value.get("business") if isinstance(value, dict) else None
        if owner not in waiting:
            raise _fault(path, number, "/business", "must be the id of a business in businesses.jsonl")
        waiting[owner].append((number, value))
        if len(waiting[owner]) == MAX_PUSH_ROWS:
            yield owner, waiting[owner]
            waiting[owner] = []
    yield from ((owner, rows) for owner, rows in waiting.items() if rows)


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield number, read_json(line)
                except Unreadable as error:
                    raise _fault(path, number, "", str(error)) from None


def _fault(path: Path, number: int, pointer: str, message: str) -> ValidationFailed:
    place = f"{path.name} line {number}" + (f": {pointer}" if pointer else "")
    return ValidationFailed(f"{place} {message}", [FieldError(place, message)])


def _silent(_: str, __: int) -> None:
    """Take no note of progress."""
