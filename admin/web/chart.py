"""Charts as figures for a template: drawn on the server, in percent of any width, without a script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from gateway.domain.money import ExchangeRate

HEIGHT = 132
"""Height of the highest bar in pixels."""

LOW = 96
"""The same of one among several charts."""

LEAST = 2
"""Height of the lowest bar that is not nothing."""

LABEL_EVERY = 7


@dataclass(frozen=True, slots=True)
class Axis:
    """What a chart's values are drawn as: a unit, and the height of a day's value in it."""

    unit: str
    height: Callable[[date, int], float]


COUNT = Axis("", lambda _, value: value)
MILLISECONDS = Axis("ms", lambda _, value: value)


def cedis(rate: Callable[[date], ExchangeRate]) -> Axis:
    """Return the axis of nano-USD as cedis, each day at its own rate."""
    return Axis("GHS", lambda day, nano: float(rate(day).ghs_from_nano(nano)))


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a plot: `values` are heights in the plot's unit, for drawing only."""

    name: str
    kind: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Plot:
    """The same chart for a script that draws it anew: `texts` says each day in words, with every unit."""

    days: Sequence[date]
    unit: str
    texts: Sequence[str]
    series: Sequence[Line]
    notes: Mapping[date, str]

    @property
    def data(self) -> str:
        """JSON for an attribute of the page."""
        return msgspec.json.encode(self).decode()


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
    plot: Plot
    empty: bool
    height: int = HEIGHT


def chart(days: Sequence[tuple[date, int]], text: Callable[[date, int], str], axis: Axis = COUNT) -> Chart:
    """Return a bar for each (day, value); `text` says a value in words."""
    highest_day, highest = max(days, key=lambda entry: entry[1])
    step = 100 / len(days)
    bars = []
    for n, (day, value) in enumerate(days):
        height = max(LEAST, round(HEIGHT * value / highest)) if value else 0
        label = _label(n, days[n][0], days[max(0, n - LABEL_EVERY)][0])
        x, width = round(n * step + step * 0.15, 3), round(step * 0.7, 3)
        bars.append(Bar(day, text(day, value), x, width, round(x + width / 2, 3), HEIGHT - height, height, label))
    line = Line("", "s1", [axis.height(day, value) for day, value in days])
    plot = Plot([day for day, _ in days], axis.unit, [text(day, value) for day, value in days], [line], {})
    return Chart(bars, text(highest_day, highest), plot, empty=highest == 0)


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
    plot: Plot
    empty: bool
    height: int = LOW


def stacked(
    days: Sequence[date],
    series: Sequence[tuple[str, str, Sequence[int]]],
    text: Callable[[int], str],
    flags: Mapping[date, str],
    axis: Axis = COUNT,
    height: int = LOW,
) -> Stacked:
    """Return a column for each day of (name, kind, values) series; `text` says the height of the n-th in words.

    What stands behind a dash in it is detail, which the line above the chart leaves out.
    """
    totals = [sum(values[n] for _, _, values in series) for n in range(len(days))]
    highest, step = max(totals), 100 / len(days)
    columns = []
    for n, day in enumerate(days):
        x, width = round(n * step + step * 0.15, 3), round(step * 0.7, 3)
        parts = _parts([(kind, values[n]) for _, kind, values in series], highest, height)
        label = _label(n, day, days[max(0, n - LABEL_EVERY)])
        columns.append(Column(text(n), x, width, round(x + width / 2, 3), parts, label))
    top = text(totals.index(highest)).partition(" – ")[0] if highest else ""
    marks = [Flag(round(n * step, 3), flags[day], n > 0.8 * len(days)) for n, day in enumerate(days) if day in flags]
    legend = [(name, kind) for name, kind, values in series if any(values)]
    lines = [
        Line(name, kind, [axis.height(day, value) for day, value in zip(days, values, strict=True)])
        for name, kind, values in series
        if any(values)
    ]
    noted = {day: flags[day] for day in days if day in flags}
    plot = Plot(days, axis.unit, [text(n) for n in range(len(days))], lines, noted)
    return Stacked(columns, legend, marks, top, plot, empty=highest == 0, height=height)


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
