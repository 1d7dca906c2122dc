"""Figures made of words: `twenty-five`, `a dozen`, `half of`, `two thirds`, `doubled`, `Friday`."""

import re
from collections.abc import Iterator

from gateway.grounding.figures import Figure, Form
from gateway.grounding.lexicon import DAYS_PER_UNIT, FRACTIONS, MONTHS_PER_UNIT, NOUN_GROUPS, Word
from gateway.grounding.numbers import Number, approx, classify, duration
from gateway.grounding.scan import AND_A_HALF, MULTIPLE_NEXT, unit_at

Token = tuple[int, int, float, Word]
"""A word of the lexicon: start, end, value, and what it is."""

_JOINS = ("-", " ", " and ")
_A = re.compile(r"\ba\s$")
_PRONOUN_BEFORE = re.compile(r"\b(?:no|each|every|any|this|that|at\sleast|more\sthan)\s$")
_PRONOUN_AFTER = frozenset({"of", "another", "by", "or", "and", "on", "to"})
_DOUBLE_IS_A_WORD = re.compile(r"[\s-](?:check|down|bed|door|sided|burner|digit|digits|up|room|glazed|edged|entry)")
_HALF_IS_A_WORD = re.compile(r"(?:first|second|other|better|behind|h1|h2)\s+$")
_HALF_A_THING = re.compile(r"\sa\s(unit|piece|pack|box|carton|bag|bottle|tin|crate|sachet|bar|roll|litre)\b")
_AND_A_HALF_MORE = re.compile(r"\b(?:an?|one)\s(hour|day|week|month|year)\sand\sa\s$")
_HALF_TIME = re.compile(r"[\s-]an?\s+(year|month|week|day|hour)\b|-(year|month|week|day|hour)\b")
_FRACTION_TOP = re.compile(r"\b(a|an|one|two|three|four)[\s-]$")
_FRACTION_NEXT = re.compile(r"\s+(?:of|as|the|less|more|lower|higher)\b|[.,;]|$")
_TOPS = {"two": 2, "three": 3, "four": 4}
_SHORT_DAY_NEXT = re.compile(r"\.?,?\s?(?:\d|[-–]\s?[a-z]{3}\b|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_SHORT_DAY_BEFORE = re.compile(r"(?:\d\s?\(?|[a-z]{3}\s?[-–]\s?)$")


def figures_of(tokens: list[Token], text: str, low: str) -> Iterator[Figure]:
    """Yield the figures that neighbouring lexicon words make; adjacent number words make one number."""
    i = taken = 0
    while i < len(tokens):
        start, end, value, kind = tokens[i]
        i += 1
        if start < taken:
            continue
        if kind is Word.CARDINAL:
            above = 0.0  # thousands and more, complete
            while (
                i < len(tokens)
                and low[end : tokens[i][0]] in _JOINS
                and (joined := _join(above, value, tokens[i])) is not None
            ):
                (above, value), end, i = joined, tokens[i][1], i + 1
            value += above
            figure = _cardinal(start, end, value, text, low)
        elif kind is Word.SCALE:
            figure = (
                classify(Number(start, end, value), text, low)[0] if _A.search(low[max(0, start - 3) : start]) else None
            )
        else:
            figure = _word(start, end, value, kind, text, low)
        if figure is not None:
            taken = max(figure.end, end)
            yield figure


def _join(above: float, value: float, token: Token) -> tuple[float, float] | None:
    """Return the number so far and the next word as thousands and rest, or None: twenty + five, 6,000 + two hundred."""
    following, kind = token[2], token[3]
    if kind is Word.SCALE:
        if following < 1000:
            return (above, value * following) if value < 100 else None
        return (above + value * following, 0.0) if value and (not above or following < above) else None
    if kind is not Word.CARDINAL:
        return None
    if 20 <= value % 100 < 100 and value % 10 == 0 and 0 < following < 10:
        return above, value + following
    if (value >= 100 or (not value and above)) and value % 100 == 0 and following < 100:
        return above, value + following
    return None


def _cardinal(start: int, end: int, value: float, text: str, low: str) -> Figure | None:
    """A spelled number is a figure, except `one` as a pronoun and the top of a fraction (`two thirds`)."""
    unit = unit_at(low, end)
    following, second = unit["w1"], unit["w2"]
    if following in FRACTIONS and value < 10:
        return None
    if low[start:end] == "one" and not unit["pct"] and not AND_A_HALF.match(low, end):
        counted = any(n in NOUN_GROUPS or n in DAYS_PER_UNIT or n in MONTHS_PER_UNIT for n in (following, second))
        if (
            not counted
            or text[start] == "O"
            or following in _PRONOUN_AFTER
            or _PRONOUN_BEFORE.search(low[max(0, start - 12) : start])
        ):
            return None
    return classify(Number(start, end, value), text, low)[0]


def _word(start: int, end: int, value: float, kind: Word, text: str, low: str) -> Figure | None:
    figure = Figure(Form.VAGUE, start, end, value, word=True, approx=approx(low, start))
    if kind is Word.VAGUE:
        return figure if low.startswith(" of", end) else None
    if kind is Word.WEEKDAY:
        return _weekday(figure, text, low)
    if kind is Word.FRACTION:
        return _half(figure, low) if value == 2 else _fraction(figure, low)
    if kind is Word.MULTIPLE and not (low[start:end] == "double" and _DOUBLE_IS_A_WORD.match(low, end)):
        figure.form = Form.MULTIPLE
        if low[start:end] in ("twice", "thrice") and not MULTIPLE_NEXT.match(low, end):
            figure.form, figure.unit = Form.COUNT, "?time"
        return figure
    return None


def _weekday(figure: Figure, text: str, low: str) -> Figure | None:
    """A short name counts only in capitals next to a date, a time or another weekday: `Fri 8 Nov`, `Mon-Sat`."""
    figure.form = Form.WEEKDAY
    if low[figure.start : figure.end].rstrip("s").endswith("day"):
        return figure
    beside = _SHORT_DAY_NEXT.match(low, figure.end) or _SHORT_DAY_BEFORE.search(
        low[max(0, figure.start - 6) : figure.start]
    )
    return figure if text[figure.start].isupper() and beside else None


def _half(figure: Figure, low: str) -> Figure | None:
    if time := _HALF_TIME.match(low, figure.end):
        figure.value = 0.5
        return duration(figure, time.end(), time[1] or time[2])
    if thing := _HALF_A_THING.match(low, figure.end):
        figure.form, figure.value, figure.end, figure.unit = Form.COUNT, 0.5, thing.end(), NOUN_GROUPS.get(thing[1], "")
        return figure if figure.unit else None
    if more := _AND_A_HALF_MORE.search(low, max(0, figure.start - 24), figure.start):
        figure.start, figure.value = more.start(), 1.5
        return duration(figure, figure.end, more[1])
    if _HALF_IS_A_WORD.search(low[max(0, figure.start - 8) : figure.start]) or low.startswith("-", figure.end):
        return None
    figure.form, figure.value = Form.FRACTION, 50.0
    return figure


def _fraction(figure: Figure, low: str) -> Figure | None:
    """`a third of`, `two thirds`, `three quarters`; `third` and `quarter` alone are an order and a period."""
    top = _FRACTION_TOP.search(low[max(0, figure.start - 6) : figure.start])
    if top is None or not _FRACTION_NEXT.match(low, figure.end):
        return None
    figure.start -= len(top[0])
    figure.form, figure.value = Form.FRACTION, 100.0 * _TOPS.get(top[1], 1) / figure.value
    figure.approx = approx(low, figure.start)
    return figure
