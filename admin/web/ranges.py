"""Ranges of UTC days as pages take them from their address: presets, or two days of one's own."""

from dataclasses import dataclass
from datetime import date, timedelta

from admin.web.faces import Visit

PRESETS = {"today": "today", "7": "last 7 days", "30": "last 30 days", "month": "this month", "90": "last 90 days"}
MOST_DAYS = 400
EARLIEST = 2000


@dataclass(frozen=True, slots=True)
class Range:
    """Days from `since` to `until`, both included; `preset` is empty for days of one's own."""

    since: date
    until: date
    preset: str

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    @property
    def before(self) -> "Range":
        """The same number of days right before it."""
        return Range(self.since - timedelta(days=self.days), self.since - timedelta(days=1), "")

    @property
    def query(self) -> str:
        """How an address says it."""
        if self.preset:
            return f"range={self.preset}"
        return f"since={self.since.isoformat()}&until={self.until.isoformat()}"


def range_of(visit: Visit, default: str = "7") -> Range:
    """Return the range that the address asks for; what makes no sense is the default."""
    today = visit.office.today()
    since, until = _day(visit.query("since")), _day(visit.query("until"))
    if since or until:
        end = min(until or today, today)
        begin = min(since or end - timedelta(days=6), end)
        return Range(max(begin, end - timedelta(days=MOST_DAYS - 1)), end, "")
    preset = visit.query("range", default)
    preset = preset if preset in PRESETS else default
    if preset == "month":
        return Range(today.replace(day=1), today, preset)
    days = 1 if preset == "today" else int(preset)
    return Range(today - timedelta(days=days - 1), today, preset)


def _day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given) if len(given) == 10 else None
    except ValueError:
        return None
    return found if found and found.year > EARLIEST else None
