"""What pay-days, holidays, Christmas and school terms did to sales, so that it may be expected again.

The factor of an event is what was sold on its days against what the days around them led to expect, drawn to what was
known before (1 at first) as if more ordinary weeks came on top: by more where days differ much from each other.

Pay-days and holidays come often and do the same to most goods: the shop's factor is what was known before its
category's, four weeks come on top, and what ordinary days would do by chance (`CHANCE` standard errors) is no effect.
A season comes once or a few times a year and changes what is bought more than how much: the category's factor is what
was known before the product's, and eight weeks come on top. Nothing is held back as chance there: of many categories
those would pass that chance had made large, and those that truly sell more would not. A season needs its days of the
last year in the records; else a product follows its category, and without those either the factor is 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from math import sqrt

from gateway.features.arithmetic import clip, mean
from gateway.features.demand import PROFILE_DAYS, Series, weekday_profile
from gateway.features.working_days import holiday

ORDINARY_DAYS, SEASON_DAYS = 28, 56
LEAST_DAYS = 120
CHANCE = 3.0
LOWEST, HIGHEST = 0.3, 3.0
AROUND, LEAST_AROUND = 28, 10

CHRISTMAS, ADVENT, SCHOOL = "Christmas shopping", "start of December", "start of the school term"
PAY_DAY, HOLIDAY, EVE = "pay-day", "public holiday", "day before a public holiday"
SEASONS = (CHRISTMAS, ADVENT, SCHOOL)
RECURRING = (PAY_DAY, HOLIDAY, EVE)
TERM_MONTHS = (1, 5, 9)


def events_of(day: date) -> tuple[str, ...]:
    """Return the events of a day; on a public holiday only that one counts besides the season."""
    return _events(day, bool(holiday(day)), bool(holiday(day + timedelta(days=1))))


@lru_cache(maxsize=4096)
def _events(day: date, is_holiday: bool, is_eve: bool) -> tuple[str, ...]:
    found = []
    if day.month == 12 and day.day <= 24:
        found.append(CHRISTMAS if day.day >= 8 else ADVENT)
    if day.month in TERM_MONTHS and day.day <= 20:
        found.append(SCHOOL)
    if day.day >= 25 or day.day <= 2:
        found.append(PAY_DAY)
    if is_holiday:
        found.append(HOLIDAY)
    elif is_eve:
        found.append(EVE)
    return tuple(found)


@dataclass(frozen=True)
class EventFactors:
    """The factor of each event that the records say something about."""

    factors: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, day: date) -> float:
        """Return what the events of a day multiply its demand by."""
        result = 1.0
        for event in events_of(day):
            result *= self.factors.get(event, 1.0)
        return result


def learn_events(
    series: Series, prior: EventFactors | None = None, events: Sequence[str] = (*RECURRING, *SEASONS)
) -> EventFactors:
    """Return the factors that a year of sales shows of `events`; `prior` is what is known from more such sales."""
    known_before = prior or EventFactors()
    if len(series.units) < LEAST_DAYS:
        return known_before
    known = dict(series.recent(len(series.units)))
    profile = weekday_profile(Series(series.last, series.units[-PROFILE_DAYS:]), EventFactors())
    plain = {day: value / profile[day.weekday()] for day, value in known.items()}
    factors = {event: factor for event, factor in known_before.factors.items() if event not in events}
    ordinary = {day: value for day, value in plain.items() if not events_of(day)}
    unrest = _unrest(list(ordinary.values()))
    for event in events:
        shown = _shown(event, plain, ordinary, EventFactors(dict(factors)))
        prior_factor = known_before.factors.get(event, 1.0)
        draw = _drawn if event in RECURRING else _drawn_season
        factors[event] = draw(shown, prior_factor, unrest)
    return EventFactors(factors)


def _unrest(values: Sequence[float]) -> float:
    """Return the variance of ordinary days against their squared mean: above 1 for a few large orders."""
    usual = mean(values)
    return mean([(value - usual) ** 2 for value in values]) / usual**2 if usual > 0 else 1.0


def _shown(
    event: str, plain: Mapping[date, float], ordinary: Mapping[date, float], before: EventFactors
) -> tuple[int, float]:
    """Return on how many days of the event something is known, and what was sold on them against what was expected."""
    seen, expected, sold = 0, 0.0, 0.0
    for first, last in _spells(event, plain):
        usual = _usual(event, ordinary, first, last)
        if usual is None:
            continue
        for day in _days(first, last):
            if day in plain and event in events_of(day):
                seen, sold, expected = seen + 1, sold + plain[day], expected + usual * before(day)
    return (seen, sold / expected) if expected > 0 else (0, 1.0)


def _drawn(shown: tuple[int, float], prior: float, unrest: float) -> float:
    """Return the shown factor drawn to `prior`, or `prior` where ordinary days might show the same by chance."""
    seen, factor = shown
    if not seen or abs(factor - prior) < CHANCE * sqrt(unrest / seen):
        return prior
    weight = seen / (seen + ORDINARY_DAYS * max(1.0, unrest))
    return clip(prior + weight * (factor - prior), LOWEST, HIGHEST)


def _drawn_season(shown: tuple[int, float], prior: float, unrest: float) -> float:
    """Return the shown factor drawn to `prior`: by more, the fewer its days and the ordinary ones beside them are."""
    seen, factor = shown
    if not seen:
        return prior
    weight = 1 / (1 + SEASON_DAYS * unrest * (1 / seen + 1 / AROUND))
    return clip(prior + weight * (factor - prior), LOWEST, HIGHEST)


def _usual(event: str, ordinary: Mapping[date, float], first: date, last: date) -> float | None:
    """Return the mean of ordinary days around a spell; before a season only, since what follows it is a lull."""
    if event in (CHRISTMAS, ADVENT):
        first = last = first.replace(day=1)
    nearby = [first - timedelta(days=back) for back in range(1, AROUND + 1)]
    if event not in (CHRISTMAS, ADVENT):
        nearby += [last + timedelta(days=on) for on in range(1, AROUND + 1)]
    known = [ordinary[day] for day in nearby if day in ordinary]
    return mean(known) if len(known) >= LEAST_AROUND else None


def _spells(event: str, plain: Mapping[date, float]) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each unbroken run of days of the event."""
    first: date | None = None
    before: date | None = None
    for day in sorted(plain):
        if event in events_of(day):
            if first is None or before is None or (day - before).days > 3:
                if first is not None and before is not None:
                    yield first, before
                first = day
            before = day
    if first is not None and before is not None:
        yield first, before


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=at) for at in range((last - first).days + 1))
