"""The demand of one product: a daily series and its forecast, regular or intermittent; plain arithmetic, no clock.

Regular demand is exponential smoothing of the series without its weekday and event effects, blended half and half with
the mean of the last four weeks. Intermittent demand (a sale on fewer than two days in five) is smoothed by
Teunter-Syntetos-Babai: the chance of a sale and its size apart. A day without stock is missing, not zero.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from gateway.features.arithmetic import clip, mean

RECENT, PROFILE_DAYS, MONTH = 90, 84, 28
PSEUDO_WEEKS = 3
REGULAR_ADI = 2.5
SMOOTHING = (0.02, 0.05, 0.08, 0.12, 0.2, 0.3)
FEW_SALES = 2
"""Up to this many days with a sale nothing but their plain rate is known."""
UNSURE = 0.3
LEAST_SURE, MOST_SURE = 0.2, 0.95
LONGEST = 181

EventFactor = Callable[[date], float]


@dataclass(frozen=True, slots=True)
class Series:
    """Units of consecutive days up to `last`; None is a day on which nothing could be sold."""

    last: date
    units: tuple[float | None, ...]

    @property
    def first(self) -> date:
        """The first day."""
        return self.last - timedelta(days=len(self.units) - 1)

    def recent(self, days: int) -> list[tuple[date, float]]:
        """Return the known days among the last `days`, oldest first."""
        kept = self.units[-days:]
        first = self.last - timedelta(days=len(kept) - 1)
        return [(first + timedelta(days=at), value) for at, value in enumerate(kept) if value is not None]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected units of the coming days (the first is tomorrow), how sure they are, and what they stand on."""

    daily: tuple[float, ...]
    method: str
    past: Series
    deviation: float
    weekdays: tuple[float, ...]

    def units(self, days: int) -> float:
        """Return the expected units of the next `days`."""
        return sum(self.daily[:days])


def read_series(sold: Mapping[date, float], first: date, as_of: date, out_of_stock: frozenset[date]) -> Series:
    """Return the daily series; days above the 98th percentile of the days with a sale are cut to it."""
    most = _cap([units for units in sold.values() if units > 0])
    days = [first + timedelta(days=at) for at in range((as_of - first).days + 1)]
    values = (None if day in out_of_stock else min(sold.get(day, 0.0), most) for day in days)
    return Series(as_of, tuple(values))


def forecast(series: Series, factor: EventFactor, seasonal: bool) -> Forecast:
    """Return the forecast of the next `LONGEST` days; `factor` says what events make of a day."""
    effects: EventFactor = factor if seasonal else _no_event
    known = series.recent(len(series.units))
    recent = series.recent(RECENT)
    selling = [value for _, value in recent if value > 0]
    flat = (1.0,) * 7
    if sum(value > 0 for _, value in known) <= FEW_SALES or not selling:
        rate = sum(v for _, v in known) / max(len(known), MONTH) if selling else 0.0
        return _ahead(series, "few sales" if selling else "no sales", rate, flat, _no_event, recent)
    if len(recent) / len(selling) > REGULAR_ADI:
        return _ahead(series, "intermittent", _tsb(known[-365:], effects), flat, effects, recent)
    profile = weekday_profile(series, effects) if seasonal else flat
    plain = [value / (profile[day.weekday()] * effects(day)) for day, value in known[-365:]]
    level = 0.5 * _smoothed(plain) + 0.5 * mean(plain[-MONTH:])
    return _ahead(series, "regular", level, profile, effects, recent)


def weekday_profile(series: Series, factor: EventFactor) -> tuple[float, ...]:
    """Return the weekdays' factors, Monday first, drawn to 1 as if three ordinary weeks came on top."""
    days = [(day, value / factor(day)) for day, value in series.recent(PROFILE_DAYS)]
    usual = mean([value for _, value in days])
    if usual <= 0:
        return (1.0,) * 7
    found = []
    for weekday in range(7):
        values = [value for day, value in days if day.weekday() == weekday]
        found.append((sum(values) + PSEUDO_WEEKS * usual) / ((len(values) + PSEUDO_WEEKS) * usual))
    average = mean(found)
    return tuple(one / average for one in found)


def interval(past: Series, units: float, days: int) -> tuple[float, float]:
    """Return the range that eight in ten past spans of `days` days would give around `units`."""
    sums = _past_sums(past, days)
    if len(sums) < 2:
        return 0.0, 2 * units
    usual = mean(sums)
    low, high = _quantile(sums, 0.1), _quantile(sums, 0.9)
    return max(0.0, units + low - usual), max(units, units + high - usual)


def confidence(past: Series, units: float, days: int) -> float:
    """Return 0.2 to 0.95: one less half the width of that range against the forecast; at most 0.3 with little data."""
    sums = _past_sums(past, days)
    if units <= 0 or len(sums) < days:
        return LEAST_SURE if units > 0 else UNSURE
    width = _quantile(sums, 0.9) - _quantile(sums, 0.1)
    sure = clip(1 - width / (2 * units), LEAST_SURE, MOST_SURE)
    return round(min(sure, UNSURE) if sum(v > 0 for _, v in past.recent(RECENT)) <= FEW_SALES else sure, 2)


def _ahead(
    series: Series,
    method: str,
    level: float,
    profile: tuple[float, ...],
    factor: EventFactor,
    recent: Sequence[tuple[date, float]],
) -> Forecast:
    coming = (series.last + timedelta(days=ahead) for ahead in range(1, LONGEST))
    daily = tuple(max(0.0, level * profile[day.weekday()] * factor(day)) for day in coming)
    errors = [value - level * profile[day.weekday()] * factor(day) for day, value in recent]
    return Forecast(daily, method, series, sqrt(mean([error * error for error in errors])), profile)


def _smoothed(values: Sequence[float]) -> float:
    """Return the level by simple exponential smoothing, with the constant that would have erred least."""
    best, result = float("inf"), 0.0
    for alpha in SMOOTHING:
        level, error = mean(values[:MONTH]), 0.0
        for value in values:
            error += (value - level) ** 2
            level += alpha * (value - level)
        if error < best:
            best, result = error, level
    return result


def _tsb(known: Sequence[tuple[date, float]], factor: EventFactor) -> float:
    """Return the units per day by Teunter-Syntetos-Babai, with the constant that would have erred least."""
    values = [value / factor(day) for day, value in known]
    selling = [value for value in values if value > 0]
    best, result = float("inf"), 0.0
    for alpha in SMOOTHING:
        chance, size, error = len(selling) / len(values), mean(selling), 0.0
        for value in values:
            error += (value - chance * size) ** 2
            chance += alpha * ((value > 0) - chance)
            if value > 0:
                size += alpha * (value - size)
        if error < best:
            best, result = error, chance * size
    return result


def _past_sums(past: Series, days: int) -> list[float]:
    """Return the sums of every span of `days` known days in the last half year, in rising order."""
    values = [value for _, value in past.recent(LONGEST)]
    if len(values) < days:
        return []
    running = sum(values[:days])
    sums = [running]
    for at in range(days, len(values)):
        running += values[at] - values[at - days]
        sums.append(running)
    return sorted(sums)


def _cap(selling: Sequence[float]) -> float:
    return _quantile(sorted(selling), 0.98) if selling else 0.0


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def _no_event(_: date) -> float:
    return 1.0
