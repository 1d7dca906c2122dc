"""Charts as figures for a template: drawn on the server, in percent of any width, without a script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 132
"""Height of the highest bar in pixels."""

LOW = 96
"""The same of one among several charts."""

LEAST = 2
"""Height of the lowest bar that is not nothing."""

LABEL_EVERY = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. `x`, `width` and `middle` are percent of the chart's width, `y` and `height` pixels."""

    day: date
    text: str
    x: float
    width: float
    middle: float
    y: int
    height: int
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with the text of the highest one; `empty` when all are nothing."""

    bars: Sequence[Bar]
    top: str
    empty: bool
    height: int = HEIGHT


def chart(days: Sequence[tuple[date, int]], text: Callable[[date, int], str]) -> Chart:
    """Return a bar for each (day, value); `text` says a value in words."""
    highest_day, highest = max(days, key=lambda entry: entry[1])
    step = 100 / len(days)
    bars = []
    for n, (day, value) in enumerate(days):
        height = max(LEAST, round(HEIGHT * value / highest)) if value else 0
        label = _label(n, days[n][0], days[max(0, n - LABEL_EVERY)][0])
        x, width = round(n * step + step * 0.15, 3), round(step * 0.7, 3)
        bars.append(Bar(day, text(day, value), x, width, round(x + width / 2, 3), HEIGHT - height, height, label))
    return Chart(bars, text(highest_day, highest), empty=highest == 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a column: `kind` is its class in the style sheet, `y` and `height` are pixels."""

    kind: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Column:
    """One day of a stacked chart, from the ground up; places as in `Bar`."""

    text: str
    x: float
    width: float
    middle: float
    parts: Sequence[Part]
    label: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that happened on a day: a line at `x` percent with a label, which stands left of it near the end."""

    x: float
    label: str
    at_end: bool


@dataclass(frozen=True, slots=True)
class Stacked:
    """Columns of one or more series; `legend` has (name, kind) of each that has anything, `empty` when none has."""

    columns: Sequence[Column]
    legend: Sequence[tuple[str, str]]
    flags: Sequence[Flag]
    top: str
    empty: bool
    height: int = LOW


def stacked(
    days: Sequence[date],
    series: Sequence[tuple[str, str, Sequence[int]]],
    text: Callable[[int], str],
    flags: Mapping[date, str],
) -> Stacked:
    """Return a column for each day of (name, kind, values) series; `text` says the height of the n-th in words."""
    totals = [sum(values[n] for _, _, values in series) for n in range(len(days))]
    highest, step = max(totals), 100 / len(days)
    columns = []
    for n, day in enumerate(days):
        x, width = round(n * step + step * 0.15, 3), round(step * 0.7, 3)
        parts = _parts([(kind, values[n]) for _, kind, values in series], highest, LOW)
        label = _label(n, day, days[max(0, n - LABEL_EVERY)])
        columns.append(Column(text(n), x, width, round(x + width / 2, 3), parts, label))
    top = text(totals.index(highest)) if highest else ""
    marks = [Flag(round(n * step, 3), flags[day], n > 0.8 * len(days)) for n, day in enumerate(days) if day in flags]
    legend = [(name, kind) for name, kind, values in series if any(values)]
    return Stacked(columns, legend, marks, top, empty=highest == 0)


def _label(number: int, day: date, before: date) -> str:
    """Return the day under every seventh column, with its month where that is the first or another one."""
    if number % LABEL_EVERY:
        return ""
    return f"{day.day} {day:%b}" if number == 0 or day.month != before.month else str(day.day)


def _parts(values: Sequence[tuple[str, int]], highest: int, height: int) -> list[Part]:
    parts, ground = [], height
    for kind, value in values:
        if value:
            tall = max(LEAST, round(height * value / highest))
            ground -= tall
            parts.append(Part(kind, ground, tall))
    return parts
