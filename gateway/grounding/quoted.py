"""Figures looked up as they are written: dates, times, ids, specifications, and numbers that are part of a name."""

import re

from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Figure, Form
from gateway.grounding.lexicon import Kind, word_set

_SCALE_END = re.compile(r"(?:out of|/|on a scale of)\s*$")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[\s-]$")
_WORD_AFTER = re.compile(r"[\s-]([^\W\d_]{3,})")
_QUARTER = re.compile(r"([qh])([1-4])$")
_OF_A_KIND = re.compile(r"\s(?:[a-z]+est|most|top|worst|first|last|next)\b")
_WHOLE = ("all", "the", "these", "of the")
"""`all five`, `the five`: a list of that length is meant as a whole."""
_EVERY = re.compile(r"\b(?:every|each)\s$")
_COMMON = word_set("""
    the a an of in on at to by for from with and or is was are were be been has have had over under about around
    only just all top last next first than more less per days day week weeks month months year years
""")


def quoted(figure: Figure, index: FactIndex, low: str) -> bool:
    """Return whether the evidence writes what a date, time, id or specification says."""
    return _BY_FORM[figure.form](figure, index, low)


def is_name(figure: Figure, index: FactIndex, low: str) -> bool:
    """`Till 2` and `iPhone 15` are names when the evidence writes the same word before the same number."""
    before = _WORD_BEFORE.search(low, max(0, figure.start - 30), figure.start)
    return bool(before and before[1] not in _COMMON and index.mentions(f"{before[1]} {low[figure.start : figure.end]}"))


def part_of_list(figure: Figure, index: FactIndex, low: str) -> bool:
    """`top 3` and `the two oldest` are a cut of any list of the evidence that is at least that long."""
    before = low[max(0, figure.start - 12) : figure.start].rstrip()
    if figure.word and before.endswith(_WHOLE) and any("#" in v[3] for v in index.near(figure.value, figure.value)):
        return True
    if figure.word and any(len(one) == figure.value for one in index.rows.said_amounts()):
        return True
    cut = before.endswith(("top", "bottom", "best")) or (
        before.endswith(("the", "your", "our")) and _OF_A_KIND.match(low, figure.end)
    )
    if not cut:
        return False
    return any("#" in v[3] for v in index.near(figure.value, 1000))


def stands_beside(figure: Figure, index: FactIndex, low: str) -> bool:
    """A number that is part of a name: the word beside it stands beside it in the evidence too (`iPhone 15`)."""
    after = _WORD_AFTER.match(low, figure.end)
    if after and after[1] not in _COMMON and index.mentions(f"{low[figure.start : figure.end]} {after[1]}"):
        return True
    return is_name(figure, index, low)


def is_scale(figure: Figure, low: str) -> bool:
    """`out of 100` names the scale of a score, not a count."""
    return figure.value in (5.0, 10.0, 100.0) and bool(_SCALE_END.search(low[max(0, figure.start - 14) : figure.start]))


def _vague(figure: Figure, index: FactIndex, low: str) -> bool:
    top = {12.0: 100.0, 1000.0: 1e6}.get(figure.value, figure.value * 10)
    return any(v[2] & figure.kinds for v in index.near(figure.value, top - 1e-9))


def _date(figure: Figure, index: FactIndex, low: str) -> bool:
    return any(
        month == figure.month
        and (not figure.day or day == figure.day)
        and (not figure.year or not year or year == figure.year)
        for year, month, day in index.partial_dates
    ) or index.mentions(low[figure.start : figure.end])


def _month_day(figure: Figure, index: FactIndex, low: str) -> bool:
    day = int(figure.value)
    if any(d == day for _, _, d in index.partial_dates) or index.mentions(low[figure.start : figure.end]):
        return True
    return any("day" in v[4] for v in index.near(day, day))


def _year(figure: Figure, index: FactIndex, low: str) -> bool:
    year = int(figure.value)
    return (
        any(y == year for y, _, _ in index.partial_dates)
        or any(v[2] & (Kind.MONEY | Kind.COUNT) for v in index.near(year, year))
        or index.mentions(str(year))
    )


def _weekday(figure: Figure, index: FactIndex, low: str) -> bool:
    """`on Friday` may be the weekday of a date; `on Fridays` and `every Friday` tell a habit, which must be stated."""
    habit = low[figure.end - 1] == "s" or _EVERY.search(low, max(0, figure.start - 8), figure.start)
    return int(figure.value) in (index.named_weekdays if habit else index.weekdays)


def _time(figure: Figure, index: FactIndex, low: str) -> bool:
    if any(f.form is Form.TIME and f.value == figure.value for f in index.cited) or index.mentions(
        low[figure.start : figure.end]
    ):
        return True
    hour = figure.value / 60
    return any("hour" in v[4] for v in index.near(hour, hour))


def _id(figure: Figure, index: FactIndex, low: str) -> bool:
    shown = low[figure.start : figure.end]
    if index.mentions(shown):
        return True
    digits = re.sub(r"\D", "", shown)
    return figure.unit == "phone" and bool(re.search(rf"(?<!\d){digits}(?!\d)", re.sub(r"[\s+-]", "", index.corpus)))


def _spec(figure: Figure, index: FactIndex, low: str) -> bool:
    """A model name or measure must be written in the evidence; a quarter must hold one of its dates."""
    shown = low[figure.start : figure.end]
    if any(
        index.mentions(form)
        for form in (shown, shown.replace("-", " "), shown.replace("-", ""), shown.replace(" ", ""))
    ):
        return True
    if figure.unit != "code":
        same = any(f.form is Form.SPEC and (f.unit, f.value) == (figure.unit, figure.value) for f in index.cited)
        exact = index.near(figure.value, figure.value)
        return same or any(v[2] == Kind.ANY or figure.unit in v[4] for v in exact)
    if m := _QUARTER.match(shown):
        size = 3 if m[1] == "q" else 6
        return any((month - 1) // size + 1 == int(m[2]) for _, month, _ in index.partial_dates if month)
    return bool(figure.value) and any(v[2] & Kind.COUNT for v in index.near(figure.value, figure.value))


_BY_FORM = {
    Form.VAGUE: _vague,
    Form.DATE: _date,
    Form.MONTH_DAY: _month_day,
    Form.YEAR: _year,
    Form.WEEKDAY: _weekday,
    Form.TIME: _time,
    Form.ID: _id,
    Form.SPEC: _spec,
}
