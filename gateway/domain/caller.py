"""Who is asking, and for which business."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Mode = Literal["ai", "rules", "none"]
"""How a plan serves a feature: by a model, by the rules alone (`degraded: plan`), or not at all."""


@dataclass(frozen=True, slots=True)
class Business:
    """A tenant. `plan` names an entry of `plans.yaml`; `trial_ends_at` is in microseconds since the epoch (UTC)."""

    id: str
    name: str
    plan: str
    timezone: str = "Africa/Accra"
    currency: str = "GHS"
    ai_opt_out: bool = False
    trial_ends_at: int | None = None

    @property
    def country(self) -> str:
        """Where it is, in two letters, as far as time zone and currency agree on it; empty where that is not known."""
        return "GH" if (self.timezone, self.currency) == ("Africa/Accra", "GHS") else ""

    def utc_offset(self, day: date) -> timedelta:
        """Return how far its clocks are ahead of UTC at noon of a day."""
        noon = datetime.combine(day, time(12), ZoneInfo(self.timezone))
        return noon.utcoffset() or timedelta(0)


class Caller(msgspec.Struct, frozen=True):
    """The authenticated service key, the business it acts for and, if told, the person behind it."""

    business: Business
    key_id: str
    service: str
    scopes: frozenset[str]
    user_id: str | None = None
