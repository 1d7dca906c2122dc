"""What a view asks of the place where its rows come from: the stored tables, or what the request brought along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import msgspec

from gateway.domain.records import Sale
from gateway.store.records_kinds import is_id


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a query; None does not."""

    id: str | None = None
    customer: str | None = None
    product: str | None = None
    since: date | None = None

    @property
    def can_match(self) -> bool:
        """Whether the ids may exist at all: text that no column takes would be an error of the database."""
        return all(is_id(text) for text in (self.id, self.customer, self.product) if text is not None)


EVERYTHING = Filter()


class Source(Protocol):
    """Rows of one business; `as_of` splits them into known and later ones."""

    async def rows(self, table: str, where: Filter) -> Sequence[Any]:
        """Return the rows up to `as_of` in the table's fixed order."""

    async def later(self, table: str) -> Sequence[Any]:
        """Return the rows after `as_of`."""

    async def foreign(self, table: str, currency: str) -> frozenset[str]:
        """Return the ids of rows up to `as_of` that are in another currency."""


def as_known(sale: Sale, as_of: date) -> Sale:
    """Return the sale as it stood at the end of `as_of`: one that was cancelled later had not been."""
    if sale.cancelled_at is None or sale.cancelled_at.date() <= as_of:
        return sale
    return msgspec.structs.replace(sale, status="COMPLETED", cancelled_at=None)
