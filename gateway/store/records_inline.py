"""Reads the tables that a request brought along, with the same meaning as the stored ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.domain.records import Record, Sale
from gateway.store.records_schema import SCHEMA, Table
from gateway.store.records_source import Filter, as_known


@dataclass(frozen=True)
class InlineRows:
    """Tables that a request brought along."""

    tables: Mapping[str, Sequence[Record]]
    as_of: date
    _sorted: dict[str, Sequence[Any]] = field(default_factory=dict)

    async def rows(self, table: str, where: Filter) -> Sequence[Any]:
        """See `Source.rows`."""
        return [row for row in self._known(table) if _fits(SCHEMA[table], row, where)]

    async def later(self, table: str) -> Sequence[Any]:
        """See `Source.later`."""
        return [row for row in self.tables[table] if SCHEMA[table].day_of(row) > self.as_of]

    async def foreign(self, table: str, currency: str) -> frozenset[str]:
        """See `Source.foreign`."""
        return frozenset(row.id for row in self._known(table) if row.currency not in (None, currency))

    def _known(self, name: str) -> Sequence[Any]:
        if name not in self._sorted:
            table = SCHEMA[name]
            known: list[Any] = [row for row in self.tables[name] if table.day_of(row) <= self.as_of]
            known.sort(key=table.order)
            self._sorted[name] = [as_known(row, self.as_of) for row in known] if name == "sales" else known
        return self._sorted[name]


def _fits(table: Table, row: Any, where: Filter) -> bool:
    if where.since is not None and table.day_of(row) < where.since:
        return False
    if where.product is not None:
        products = [item.product for item in row.items] if isinstance(row, Sale) else [row.product]
        if where.product not in products:
            return False
    return where.id in (None, getattr(row, "id", None)) and where.customer in (None, getattr(row, "customer", None))
