"""Bar charts as figures for a template: drawn on the server, in percent of any width, without a script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 132
"""Height of the highest bar in pixels."""

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
        label = str(day.day) if n % LABEL_EVERY == 0 else ""
        x, width = round(n * step + step * 0.15, 3), round(step * 0.7, 3)
        bars.append(Bar(day, text(day, value), x, width, round(x + width / 2, 3), HEIGHT - height, height, label))
    return Chart(bars, text(highest_day, highest), empty=highest == 0)
