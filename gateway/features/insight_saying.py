"""Pieces of sentences that the insights' texts share: spans, movements, lists of rows with a figure each."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from gateway.domain.evidence import Json
from gateway.features.wording import count, joined, money

Facts = Mapping[str, Json]
Row = Mapping[str, Json]
Rows = Sequence[Row]
Parts = Callable[[Facts, Row, Rows], Sequence[str]]
NAMED = 3


def when(facts: Facts) -> str:
    """Return the span asked about, for the middle of a sentence: `in October 2026`, `this month (…)`."""
    return _placed(facts["period"])


def opening(facts: Facts) -> str:
    """Return the span asked about, for the start of a sentence."""
    text = when(facts)
    return text[0].upper() + text[1:]


def then(facts: Facts) -> str:
    """Return the span compared with, for the middle of a sentence."""
    return _placed(facts["compared_with"])


def other_span(facts: Facts) -> str:
    """Return the span compared with, as it stands after `against`: without `in`, `on` or `from`."""
    lead, _, rest = then(facts).partition(" ")
    return rest if lead in ("in", "on", "from") else f"{lead} {rest}".rstrip()


def _placed(period: Row) -> str:
    name, days = str(period["name"]), str(period["days_named"])
    if name in (days, "that time", "that day", "today") or not days:
        lead = "in" if not days[0].isdigit() else "from" if " to " in days else "on"
        return days if days == "today" else f"{lead} {days}"
    if name.split()[0] in ("this", "last", "yesterday"):
        return f"{name} ({days})"
    is_day = name == "the day before" or (name.endswith("day") and " " not in name)
    return f"{'on' if is_day else 'in'} {name} ({days})"


def cash(value: Json, facts: Facts) -> str:
    """Return an amount of the facts as a sentence shows it."""
    return money(Decimal(str(value)), facts["currency"])


def moved(text: Json) -> str:
    """Return `-2.6%` as `fell by 2.6%`."""
    if text in ("0%", "-0%"):
        return "did not change"
    return f"{'fell' if str(text).startswith('-') else 'rose'} by {str(text).removeprefix('-')}"


def listed(rows: Rows, key: str, show: Callable[[Row], str]) -> str:
    """Return the first rows by their name, each with a figure in brackets."""
    return joined([f"{row[key]} ({show(row)})" for row in rows[:NAMED]])


def first_names(rows: Rows, key: str) -> str:
    """Return the names of the first rows."""
    return joined([str(row[key]) for row in rows[:NAMED]])


def days_of(row: Row, key: str) -> str:
    """Return a number of days of a row: `1 day`, `12 days`."""
    return count(row[key], "day")


MOST_DAYS = 999
"""Where rows stop counting days that a stock lasts."""


def lasting(row: Row, about: str = "") -> str:
    """Return how long a stock lasts: `12 days`, with `about` before it; `years` from where rows stop counting."""
    return "years" if row["stock_lasts_days"] >= MOST_DAYS else f"{about}{days_of(row, 'stock_lasts_days')}"


def are(n: int, one: str, more: str) -> str:
    """Return the form of a word that fits a number."""
    return one if n == 1 else more


def weakest_first(rows: Rows) -> bool:
    """Return whether rows stand in rising order of revenue."""
    return len(rows) > 1 and Decimal(str(rows[0]["revenue"])) < Decimal(str(rows[-1]["revenue"]))
