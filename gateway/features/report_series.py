"""Facts about figures over time: trend, last step and odd values."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from gateway.features.arithmetic import mean, robust_z, theil_sen
from gateway.features.report_book import Book, Fact, headline, reading_of
from gateway.features.report_changes import word_change
from gateway.features.report_figures import Amount, is_weekday, period_of
from gateway.features.report_spots import Change, Series, Spot
from gateway.features.wording import percent

TREND_STEP = 0.02
"""A median step of more than 2 % a period is called growing or declining."""
OUTLIER_Z = 3.5
MOST_DAYS = 4
"""Days apart up to which dates are a daily series with closed days in it."""
MOST_PERIODS = 366
"""A trend is that of the last periods; every pair of them is compared."""


def series_facts(book: Book) -> Iterator[Fact]:
    """Trend, last step, best period and odd values of every figure over time."""
    for series in book.found.series:
        yield from _trend(book, series)
        now, before = series.amounts[-1], series.amounts[-2]
        if _is_by_weekday(series):
            yield from _best_and_worst(book, series)
        elif not _is_told(book, series.spot, now, before) and not _is_daily(series):
            step = word_change(book, Change(series.spot, now, before), 60 + 8 * headline(series.spot.about))
            yield Fact("last_step", step.spot, {**step.values, "period": series.periods[-1]}, step.weight,
                       step.direction, step.reading)  # fmt: skip
        yield from _odd(book, series)


def _is_by_weekday(series: Series) -> bool:
    return all(is_weekday(label) for label in series.periods)


def _best_and_worst(book: Book, series: Series) -> Iterator[Fact]:
    """The ends of a week: a weekday against the day before it says little."""
    ranked = sorted(zip(series.periods, series.amounts, strict=True), key=lambda one: one[1].value)
    for kind, (day, amount) in (("highest", ranked[-1]), ("lowest", ranked[0])):
        of = f"{series.spot.of}, {day}" if series.spot.of else day
        spot = replace(series.spot, of=of)
        yield Fact(kind, spot, {"value": amount.text(book.currency)}, 52)


def _is_daily(series: Series) -> bool:
    """Whether a period is a day: one day's sales against the day before say little."""
    last, before = (period_of(label) or () for label in (series.periods[-1], series.periods[-2]))
    if len(last) != 3 or len(before) != 3 or 0 in (*last, *before):
        return False
    return abs((last[0] - before[0]) * 372 + (last[1] - before[1]) * 31 + last[2] - before[2]) <= MOST_DAYS


def _is_told(book: Book, spot: Spot, now: Amount, before: Amount) -> bool:
    """Whether a change says the same already, by its place or by its two figures."""
    pairs = {(c.now.value, c.before.value) for c in book.found.changes}
    return (spot.about, spot.of) in book.changed or (now.value, before.value) in pairs


def _trend(book: Book, series: Series) -> Iterator[Fact]:
    values = [float(amount.value) for amount in series.amounts]
    recent = values[-MOST_PERIODS:]
    slope, level = theil_sen(recent), mean([abs(value) for value in recent])
    if slope is None or not level:
        return
    step = slope / level
    name = "growing" if step > TREND_STEP else "declining" if step < -TREND_STEP else "stable"
    best = max(range(len(values)), key=lambda i: values[i])
    words = {
        "change": percent(step),
        "trend": name,
        "periods": str(len(recent)),
        "best_period": series.periods[best],
        "best": series.amounts[best].text(book.currency),
    }
    direction = {"growing": "up", "declining": "down", "stable": "unchanged"}[name]
    reading = reading_of(series.spot.about, Decimal(str(slope))) if name != "stable" else ""
    yield Fact("trend", series.spot, words, 72 + 5 * headline(series.spot.about), direction, reading)


def _odd(book: Book, series: Series) -> Iterator[Fact]:
    values = [float(amount.value) for amount in series.amounts]
    if len(values) < 6:
        return
    scores = robust_z(values)
    worst = max(range(len(values)), key=lambda i: abs(scores[i]))
    if abs(scores[worst]) > OUTLIER_Z:
        words = {"value": series.amounts[worst].text(book.currency), "period": series.periods[worst]}
        side = "up" if scores[worst] > 0 else "down"
        yield Fact("unusual", series.spot, words, 66, side, "")
