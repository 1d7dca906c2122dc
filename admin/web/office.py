"""What the admin's pages work with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from admin.access import Access
from admin.bench import Bench
from admin.life import Life
from admin.web.errors import API_HANDLERS, HANDLERS
from gateway.api.site import Site
from gateway.app import Store
from gateway.domain.money import ExchangeRate
from gateway.settings import Settings
from gateway.store.overview import Overview


@dataclass(frozen=True, slots=True)
class Office:
    """The joined service as the admin sees it."""

    settings: Settings
    site: Site
    store: Store
    access: Access
    overview: Overview
    bench: Bench
    life: Life

    @property
    def fence(self) -> Mapping[str, Any]:
        """What every page is declared with: the guard, and pages instead of problem objects."""
        return {"guards": [self.access.guard], "exception_handlers": HANDLERS}

    @property
    def api_fence(self) -> Mapping[str, Any]:
        """What every address of the JSON API is declared with: the same guard, problem objects."""
        return {"guards": [self.access.guard], "exception_handlers": API_HANDLERS}

    def now(self) -> int:
        """Return the instant in microseconds since the epoch (UTC)."""
        return self.site.kit.clock.now()

    def today(self) -> date:
        """Return the day, UTC: the service as a whole has no other."""
        return datetime.fromtimestamp(self.now() // 1_000_000, UTC).date()

    def rate(self, day: date) -> ExchangeRate:
        """Return the exchange rate in force on a day."""
        return self.site.kit.policy.rate(day)
