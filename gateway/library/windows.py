"""Calendar windows of quota and budget, exact in the business's own time zone."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.domain.ledger import Window

Kind = Literal["day", "month"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = 30_000_000
"""No clock has changed and no local day has begun but on a whole half minute of UTC since 1970, in microseconds."""


def kind_of_meter(meter: str) -> Kind:
    """Return the window a meter counts in, from its name: `…_per_day` or `…_per_month`."""
    return "day" if meter.endswith("_per_day") else "month"


def window(kind: Kind, now_us: int, tz: str) -> Window:
    """Return the calendar day or month that holds an instant (microseconds UTC), and the instant it ends.

    A window ends at the first instant of the next local day, also where clocks change at midnight.
    Raises `LookupError` for a time zone that does not exist.
    """
    return _window(kind, now_us // _STEP * _STEP, tz)


@lru_cache(maxsize=1024)
def _window(kind: Kind, now_us: int, tz: str) -> Window:
    zone = _zone(tz)
    today = local_day(now_us, tz)
    if kind == "day":
        return Window(today.isoformat(), _start(today + timedelta(days=1), zone))
    following = today.replace(year=today.year + today.month // 12, month=today.month % 12 + 1, day=1)
    return Window(today.isoformat()[:7], _start(following, zone))


def local_day(now_us: int, tz: str) -> date:
    """Return the business-local date of an instant. Raises `LookupError` for an unknown time zone."""
    return _local_day(now_us // _STEP * _STEP, tz)


@lru_cache(maxsize=1024)
def _local_day(now_us: int, tz: str) -> date:
    return (_EPOCH + timedelta(microseconds=now_us)).astimezone(_zone(tz)).date()


def _start(day: date, zone: ZoneInfo) -> int:
    # With fold=0 a midnight skipped by a clock change maps to the very instant of that change, and a midnight that
    # happens twice to its first occurrence: both are where the day begins.
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=1024)
def _zone(tz: str) -> ZoneInfo:
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LookupError(f"there is no time zone {tz[:64]!r}") from None
