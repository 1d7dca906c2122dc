"""Working days: Monday to Saturday without the public holidays of the business's country.

Whose holidays count is said by `of_country` around everything that is worked out for a business; without a word it is
Ghana. For a country without a table no day is called a holiday, since none is known, and none is made up.

The Eids follow the moon: for years that are not announced yet their days are estimates. An estimated day is no working
day, and `may_be_holiday` also names the day before and after it, to which the announcement may still move it.
Source of the calendar: a table written from the `holidays` package, which includes the substitute days and knows the
years 1957-2100. A test compares the two, so a new release of the package shows what it changes.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from gateway.features.wording import month_name

GHANA = "GH"
TABLE = Path(__file__).with_name("data") / "ghana_holidays.tsv"
TABLES = {GHANA: TABLE}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SUNDAY = 6
_ONE_DAY = timedelta(days=1)
UNKNOWN_HOLIDAYS = (
    "The public holidays of this business's country are not known: every day but Sunday is a working day."
)
_ESTIMATED = " (estimated)"
_country: ContextVar[str] = ContextVar("holidays_of", default=GHANA)


@contextmanager
def of_country(code: str) -> Iterator[None]:
    """Let the public holidays of a country (two letters, empty: unknown) count inside the block, in this task only."""
    token = _country.set(code)
    try:
        yield
    finally:
        _country.reset(token)


def calendar_warnings() -> tuple[str, ...]:
    """Return what to tell beside days that were worked out without knowing the public holidays."""
    return () if _country.get() in TABLES else (UNKNOWN_HOLIDAYS,)


def weekday_name(day: date) -> str:
    """Return the English name of the day of the week."""
    return WEEKDAYS[day.weekday()]


def long_date(day: date, *, weekday: bool = False) -> str:
    """Return `8 November 2026`, with `weekday` `Sunday, 8 November 2026`."""
    text = f"{day.day} {month_name(day.month)} {day.year}"
    return f"{weekday_name(day)}, {text}" if weekday else text


def holiday(day: date) -> str | None:
    """Return the name of the public holiday on that day, None when there is none."""
    name = _holidays().get(day)
    return None if name is None else name.replace(_ESTIMATED, "")


def is_estimated(day: date) -> bool:
    """Return whether a public holiday stands on that day by calculation only, not yet by announcement."""
    return _ESTIMATED in _holidays().get(day, "")


def may_be_holiday(day: date) -> bool:
    """Return whether the day is a public holiday, or next to an estimated one that may still move there."""
    return holiday(day) is not None or is_estimated(day - _ONE_DAY) or is_estimated(day + _ONE_DAY)


def is_working_day(day: date) -> bool:
    """Return whether shops and offices work that day: no Sunday and no public holiday."""
    return day.weekday() != SUNDAY and day not in _holidays()


def next_working_day(day: date) -> date:
    """Return the day itself when it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += _ONE_DAY
    return day


def previous_working_day(day: date) -> date:
    """Return the day itself when it is a working day, else the last one before it."""
    while not is_working_day(day):
        day -= _ONE_DAY
    return day


def add_working_days(day: date, n: int) -> date:
    """Return the `n`-th working day after `day`, before it for a negative `n`; 0 gives `next_working_day(day)`."""
    if n == 0:
        return next_working_day(day)
    step = _ONE_DAY if n > 0 else -_ONE_DAY
    for _ in range(abs(n)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days(first: date, last: date) -> int:
    """Return how many working days lie from `first` to `last`, both included; 0 when `last` comes before `first`."""
    return sum(is_working_day(first + timedelta(days=i)) for i in range((last - first).days + 1))


def _holidays() -> Mapping[date, str]:
    return _table(_country.get())


@cache
def _table(country: str) -> Mapping[date, str]:
    if country not in TABLES:
        return {}
    lines = TABLES[country].read_text(encoding="utf-8").splitlines()
    return {date.fromisoformat(day): name for day, _, name in (line.partition("\t") for line in lines)}
