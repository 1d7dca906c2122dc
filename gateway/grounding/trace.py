"""Find the evidence that carries a figure: the same value, its rounding, or a fixed conversion of its unit."""

import re
from dataclasses import replace
from math import floor, log10

from gateway.grounding.facts import UNNAMED, FactIndex, Value, names_score
from gateway.grounding.figures import Approx, Figure, Form
from gateway.grounding.keys import key_info, stem
from gateway.grounding.lexicon import Kind
from gateway.grounding.scan import WORD

AMOUNT_TOLERANCE = 0.005
POINTS_TOLERANCE = 0.6
MULTIPLE_TOLERANCE = 0.05
ROUNDING_BAND = 0.10
"""A rounded figure (`about`, `over`, `under`) may lie this share of the evidence value away from it, never more."""

_UNSAID_ROUNDING = 0.05
"""Without `about` a value may be rounded to the digits shown if that moves it by less: 13.1 to 13, not 2.7 to 3."""
_SMALL_COUNT = 20
"""Up to here equal numbers meet by chance, so a count must be of the very thing, if the evidence counts that."""

_EPS = 1e-9
_MORE = re.compile(r"\s*(?:more|higher|above|over|greater|larger|increase|rise|up|growth|bigger|extra)\b")
_MORE_BEFORE = re.compile(r"(?:exceed\w*|increase\w*|rose|grew|higher|up|above|risen|jumped|growth)\b[^.%]{0,40}$")
_MOVED = (
    r"grew|grown|growth|rose|risen|rise|fell|fallen|fall|drop(?:s|ped)?|declin\w+|increas\w+|decreas\w+|slip(?:s|ped)?|jump(?:s|ed)?|"
    r"climb(?:s|ed)?|surge[sd]?|(?<!make )(?<!makes )(?<!made )(?<!making )up|down|gain(?:s|ed)?|lost|shrank|improv\w+|"
    r"reduc\w+|lower|higher"
)
_CHANGE_AFTER = re.compile(
    rf"[\s-]+(?:(?:more|less|fewer|above|below)\b(?!\s+than\s+\w+\s+(?:days|percent))|(?:{_MOVED})\b(?!\s+(?:to|from|rate)\b))"
)
_CHANGE_BEFORE = re.compile(
    rf"\b(?:exceed\w*\b[^.%]{{0,30}}\bby|{_MOVED})(?:\s+(?:by|of|at|about|around|nearly|almost|just|over|under|roughly|some|a|an|slightly|sharply|another))*\s+$"
)
_OF = re.compile(r"\s*(?:of|as much)\b")
_SCALE_END = re.compile(r"(?:out of|/|on a scale of)\s*$")
_WORD_NUMBER = re.compile(r"([a-z]{2,})[-/](\d+)$")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[\s-]$")
_WORD_AFTER = re.compile(r"[\s-]([^\W\d_]{3,})")
_SCORE = re.compile(r"\b(?:scor(?:e|es|ed|ing)|rated|rating)\b[^.;\d]{0,12}$")
_QUARTER = re.compile(r"([qh])([1-4])$")


def carried(figure: Figure, index: FactIndex, text: str, low: str) -> list[Value] | bool:
    """Return the evidence values that carry `figure`, or True or False where it is looked up by text or date."""
    form = figure.form
    if form is Form.NUMBER and _is_name(figure, index, low):
        return True
    if form in (Form.MONEY, Form.PERCENT, Form.COUNT, Form.NUMBER, Form.DURATION, Form.MULTIPLE, Form.FRACTION):
        found = _numeric(figure, index, low)
        if not found and form in (Form.COUNT, Form.NUMBER):
            return _part_of_list(figure, index, low) or _stands_beside(figure, index, low) or _is_scale(figure, low)
        return found
    return _BY_TEXT[form](figure, index, text, low)


def _numeric(figure: Figure, index: FactIndex, low: str) -> list[Value]:
    value = figure.value
    spread = value * (0.12 if figure.approx else AMOUNT_TOLERANCE * 1.01) + figure.step + 0.7
    if figure.form is Form.FRACTION and figure.approx:
        spread += 10
    if figure.form is Form.MONEY and not index.allows_currency(figure.unit):
        return []
    # Texts are read for their numbers only when no value of its own carries the figure: reading costs the most.
    for near in (index.near_leaves, index.near):
        if found := _fitting(figure, near(value - spread, value + spread), index, low):
            return found
    return _converted(figure, index, low)


def _fitting(figure: Figure, values: list[Value], index: FactIndex, low: str) -> list[Value]:
    found = [v for v in values if _matches(figure, v)]
    if found and figure.form is Form.NUMBER and _scores(figure, index, low):
        found = [v for v in found if names_score(v)]
    if found and figure.form is Form.COUNT and figure.unit:
        found = _about_noun(figure, found, index, low)
    if found and figure.form is Form.PERCENT and claims_change(figure, low):
        found = [v for v in found if _may_be_change(v)]
    return found


def _about_noun(figure: Figure, found: list[Value], index: FactIndex, low: str) -> list[Value]:
    """Where the evidence counts the same things, only those counts may carry the figure, or one the sentence names."""
    noun = figure.unit
    if noun.startswith("?"):
        strong = [v for v in found if noun[1:] in key_info(v[4]).words]
    else:
        strong = [v for v in found if noun in v[3]]
    if strong or figure.value > _SMALL_COUNT or noun == "unit" or not index.speaks_of(noun):
        return strong or found
    words = {stem(word) for word in WORD.findall(low)}
    return [v for v in found if not v[4] or not words.isdisjoint(key_info(v[4]).label)]


def _is_name(figure: Figure, index: FactIndex, low: str) -> bool:
    """`Till 2` and `iPhone 15` are names when the evidence writes the same word before the same number."""
    before = _WORD_BEFORE.search(low, max(0, figure.start - 30), figure.start)
    return bool(before and before[1] not in _COMMON and index.mentions(f"{before[1]} {low[figure.start : figure.end]}"))


def claims_change(figure: Figure, low: str) -> bool:
    """`grew 8 %`, `up by 8 %`, `an 8 % rise` speak of a change; `rose to 8 %` speaks of a level."""
    return bool(
        _CHANGE_AFTER.match(low, figure.end) or _CHANGE_BEFORE.search(low[max(0, figure.start - 40) : figure.start])
    )


def _may_be_change(value: Value) -> bool:
    """A rate, share or margin is a level and cannot carry a change; a value whose name says nothing may be either."""
    return value[2] != Kind.PERCENT or not value[4] or bool(key_info(value[4]).change or key_info(value[5]).change)


def _scores(figure: Figure, index: FactIndex, low: str) -> bool:
    """Return whether the words call the number a score, and the evidence has one."""
    return index.has_scores and bool(_SCORE.search(low, max(0, figure.start - 24), figure.start))


def _matches(figure: Figure, value: Value) -> bool:
    size, signed, kinds, nouns, *_ = value
    if not figure.kinds & kinds or (figure.sign and signed and (signed > 0) != (figure.sign > 0)):
        return False
    if figure.form is Form.COUNT:
        noun = figure.unit
        if noun.startswith("?"):
            if not UNNAMED.isdisjoint(nouns) and noun[1:] not in key_info(value[4]).label:
                return False
        elif noun and nouns and noun not in nouns:
            return False
    return close(figure, size, kinds)


def close(figure: Figure, size: float, kinds: int = 0) -> bool:
    """Return whether the figure says `size`: equal within its form's tolerance, or rounded as its wording allows."""
    value, gap = figure.value, abs(figure.value - size)
    form, approx = figure.form, figure.approx
    if form is Form.MONEY or (form is Form.NUMBER and value >= 1000 and kinds & Kind.MONEY):
        if gap <= AMOUNT_TOLERANCE * size + _EPS or (figure.scaled and gap <= figure.step / 2 + _EPS):
            return True
        return bool(approx) and _about_amount(figure, size, gap)
    if form is Form.PERCENT or form is Form.FRACTION:
        if gap <= POINTS_TOLERANCE + _EPS or not approx:
            return gap <= POINTS_TOLERANCE + _EPS
        slack = (5.0 if approx is Approx.ABOUT else 10.0) if form is Form.FRACTION else max(1.0, ROUNDING_BAND * size)
        return (
            gap <= 1.0 + _EPS
            if approx is Approx.ABOUT and form is Form.PERCENT
            else _in_direction(figure, size) and gap <= slack
        )
    if form is Form.MULTIPLE:
        if gap <= max(MULTIPLE_TOLERANCE, 0.01 * size) + _EPS or not approx:
            return gap <= max(MULTIPLE_TOLERANCE, 0.01 * size) + _EPS
        return (
            gap <= ROUNDING_BAND * size
            and (gap <= figure.step / 2 or approx is not Approx.ABOUT)
            and _in_direction(figure, size)
        )
    if gap <= _EPS * max(1.0, size) or _rounded(figure, size, gap):
        return True
    return bool(approx) and gap <= ROUNDING_BAND * size + _EPS and _in_direction(figure, size)


def _rounded(figure: Figure, size: float, gap: float) -> bool:
    """A value with more digits than shown may be cut to the shown ones: 13.1 days as 13 days, 5,234 as 5.2k."""
    step = min(figure.step, 1.0) if figure.form is Form.DURATION else figure.step
    if gap > _UNSAID_ROUNDING * size:
        return False
    return gap <= step / 2 + _EPS and abs(size / step - round(size / step)) > 1e-6 and (size >= step or figure.scaled)


def _in_direction(figure: Figure, size: float) -> bool:
    """A figure moved by a rounding word is a round one, of two digits at most, and lies on the side the word says."""
    if figure.form is not Form.FRACTION and not _is_round(figure.value):
        return False
    if figure.approx is Approx.OVER:
        return size >= figure.value - _EPS
    return size <= figure.value + _EPS if figure.approx is Approx.UNDER else True


def _is_round(value: float) -> bool:
    return value == 0 or abs(round(value, 1 - floor(log10(value))) - value) <= _EPS * value


def _about_amount(figure: Figure, size: float, gap: float) -> bool:
    """A rounded amount: right in direction and in the band; plain `about` means the evidence at one or two digits."""
    if gap > ROUNDING_BAND * size or not _in_direction(figure, size):
        return False
    if figure.approx is not Approx.ABOUT:
        return True
    return any(abs(round(size, digits) - figure.value) <= _EPS for digits in _coarse(size))


def _coarse(size: float) -> tuple[int, int]:
    top = floor(log10(size)) if size > 0 else 0
    return 1 - top, -top


def _converted(figure: Figure, index: FactIndex, low: str) -> list[Value]:
    """The fixed conversions: days and months of 30 days, a year of 12 months or 365 days, ratio and percentage."""
    value, form = figure.value, figure.form
    if form is Form.DURATION:
        return _other_calendar(figure, index)
    if form is Form.MULTIPLE and value > 0:
        change = (value - 1) * 100
        found = index.near(abs(change) - 6, abs(change) + 6)
        return [v for v in found if v[2] & Kind.PERCENT and key_info(v[4]).direction and abs(v[1] - change) <= 5]
    if form is Form.PERCENT and value:
        before = low[max(0, figure.start - 60) : figure.start]
        more = _MORE.match(low, figure.end) or (_MORE_BEFORE.search(before) and not _OF.match(low, figure.end))
        ratio = 1 + value / 100 if more else value / 100
        found = index.near(ratio - 0.006 * max(1, ratio), ratio + 0.006 * max(1, ratio))
        return [v for v in found if v[2] == Kind.RATIO]
    return []


def _other_calendar(figure: Figure, index: FactIndex) -> list[Value]:
    """A month is 30 to 30.5 days, so a year 360 to 366; a rounding word widens that as it does elsewhere."""
    value = figure.value
    if figure.unit == "months":
        shortest, longest, kind = value * 30, value * 30.5, Kind.DAYS
    else:
        shortest, longest, kind = value / 30.5, value / 30, Kind.MONTHS
    if not figure.approx:
        return [v for v in index.near(shortest - _EPS, longest + _EPS) if v[2] & kind]
    other = replace(figure, value=shortest)
    slack = ROUNDING_BAND * shortest * 1.12
    return [v for v in index.near(shortest - slack, shortest + slack) if v[2] & kind and close(other, v[0])]


def _part_of_list(figure: Figure, index: FactIndex, low: str) -> bool:
    """`top 3` is a cut of any list of the evidence that is at least that long."""
    if not low[max(0, figure.start - 12) : figure.start].rstrip().endswith(("top", "bottom", "best")):
        return False
    return any("#" in v[3] for v in index.near(figure.value, 1000))


def _stands_beside(figure: Figure, index: FactIndex, low: str) -> bool:
    """A number that is part of a name: the word beside it stands beside it in the evidence too (`iPhone 15`)."""
    after = _WORD_AFTER.match(low, figure.end)
    if after and after[1] not in _COMMON and index.mentions(f"{low[figure.start : figure.end]} {after[1]}"):
        return True
    return _is_name(figure, index, low)


_COMMON = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "at",
        "to",
        "by",
        "for",
        "from",
        "with",
        "and",
        "or",
        "is",
        "was",
        "are",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "over",
        "under",
        "about",
        "around",
        "only",
        "just",
        "all",
        "top",
        "last",
        "next",
        "first",
        "than",
        "more",
        "less",
        "per",
        "days",
        "day",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
    ]
)


def _is_scale(figure: Figure, low: str) -> bool:
    """`out of 100` names the scale of a score, not a count."""
    return figure.value in (5.0, 10.0, 100.0) and bool(_SCALE_END.search(low[max(0, figure.start - 14) : figure.start]))


# looked up by text or date ------------------------------------------------------------------------------------------


def _vague(figure: Figure, index: FactIndex, text: str, low: str) -> bool:
    top = {12.0: 100.0, 1000.0: 1e6}.get(figure.value, figure.value * 10)
    return any(v[2] & figure.kinds for v in index.near(figure.value, top - _EPS))


def _date(figure: Figure, index: FactIndex, text: str, low: str) -> bool:
    return any(
        month == figure.month
        and (not figure.day or day == figure.day)
        and (not figure.year or not year or year == figure.year)
        for year, month, day in index.partial_dates
    ) or index.mentions(low[figure.start : figure.end])


def _month_day(figure: Figure, index: FactIndex, text: str, low: str) -> bool:
    day = int(figure.value)
    if any(d == day for _, _, d in index.partial_dates) or index.mentions(low[figure.start : figure.end]):
        return True
    return any("day" in v[4] for v in index.near(day, day))


def _year(figure: Figure, index: FactIndex, text: str, low: str) -> bool:
    year = int(figure.value)
    return (
        any(y == year for y, _, _ in index.partial_dates)
        or any(v[2] & (Kind.MONEY | Kind.COUNT) for v in index.near(year, year))
        or index.mentions(str(year))
    )


def _weekday(figure: Figure, index: FactIndex, text: str, low: str) -> bool:
    return int(figure.value) in index.weekdays


def _time(figure: Figure, index: FactIndex, text: str, low: str) -> bool:
    if any(f.form is Form.TIME and f.value == figure.value for f in index.cited) or index.mentions(
        low[figure.start : figure.end]
    ):
        return True
    hour = figure.value / 60
    return any("hour" in v[4] for v in index.near(hour, hour))


def _id(figure: Figure, index: FactIndex, text: str, low: str) -> bool:
    shown = low[figure.start : figure.end]
    if index.mentions(shown):
        return True
    digits = re.sub(r"\D", "", shown)
    return figure.unit == "phone" and bool(re.search(rf"(?<!\d){digits}(?!\d)", re.sub(r"[\s+-]", "", index.corpus)))


def _spec(figure: Figure, index: FactIndex, text: str, low: str) -> list[Value] | bool:
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
    if m := _WORD_NUMBER.match(shown):
        if text[figure.start].isupper() and text[figure.start + 1].isupper():
            return False
        return carried(Figure(Form.NUMBER, figure.end - len(m[2]), figure.end, value=float(m[2])), index, text, low)
    return bool(figure.value) and any(v[2] & Kind.COUNT for v in index.near(figure.value, figure.value))


_BY_TEXT = {
    Form.VAGUE: _vague,
    Form.DATE: _date,
    Form.MONTH_DAY: _month_day,
    Form.YEAR: _year,
    Form.WEEKDAY: _weekday,
    Form.TIME: _time,
    Form.ID: _id,
    Form.SPEC: _spec,
}
