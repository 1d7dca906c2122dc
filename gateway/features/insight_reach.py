"""How far back a business's sales are on record: what lies before them is not nothing, but unknown."""

from dataclasses import dataclass
from datetime import date, timedelta

from gateway.features.periods import Period
from gateway.features.wording import day_text
from gateway.ports import PosData

_ONE_DAY = timedelta(days=1)
CLOSED_DAYS = 3
"""So many days without a sale at the start of a span are an ordinary pause, not a beginning of the records."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which part of a span the sales on record cover; `begins` is their first day, None where they reach further back.

    `covers_nothing` says that the first sale on record comes after the span.
    """

    period: Period
    begins: date | None = None
    covers_nothing: bool = False

    @property
    def days(self) -> int:
        """How many days of the span are on record."""
        return (self.period.last - (self.begins or self.period.first)).days + 1

    @property
    def note(self) -> str:
        """One sentence where the span is not wholly on record, else nothing."""
        return f"Sales are on record from {day_text(self.begins.isoformat())} only." if self.begins else ""


async def reach(pos: PosData, period: Period) -> Reach:
    """Return how much of a span is on record."""
    days = await pos.sale_sums("day", since=period.first, until=period.last)
    if days and (days[0].first - period.first).days <= CLOSED_DAYS:
        return Reach(period)
    if await pos.sale_sums("day", until=period.first - _ONE_DAY):
        return Reach(period)
    if days:
        return Reach(period, days[0].first)
    return Reach(period, covers_nothing=True)
