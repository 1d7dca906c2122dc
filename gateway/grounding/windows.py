"""A true value told of what it does not measure: another stretch of time, another age, another period or kind.

Names of values that differ in one word or number only, such as `retail_price` and `wholesale_price`, are held apart by
that word: a clause that says the word of one and shows the value of the other has mixed them up.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Approx, Figure, Finding, Form
from gateway.grounding.keys import DAYS_PER_MONTH, key_info, stem, stretch
from gateway.grounding.lexicon import PERIODS
from gateway.grounding.scan import WORD, words_in
from gateway.grounding.values import Value

_UNITS = frozenset(("unit", "day", "percent", "amount", "at", "the", "of", "n"))
_FULL = {"minimum": "min", "maximum": "max", "expected": "predicted", "expect": "predicted"}
"""How a sentence says the words of names."""
_SAYS_LITTLE = frozenset(PERIODS) | {"outstanding", "overdue", "total", "average", "balance"}
"""Words that tell two values apart but are used of both."""

Cited = tuple[Figure, list[Value]]

_TOLD_OF = frozenset({Form.MONEY, Form.COUNT, Form.NUMBER, Form.PERCENT})
_STRETCH = re.compile(
    r"\b(?:in|within|over|during|for|next|last|past|coming|following|previous)\s(?:the\s)?(?:next|last|past|coming|following|"
    r"previous|first)?\s*$"
)
_NOT_LATE = re.compile(r"\bnot\s(?:yet\s|currently\s)?(?:overdue|late)\b")
_LATE = frozenset(("overdue",))
_AHEAD = re.compile(r"\b(?:next|coming|following)\s*$")
_SPOKEN = re.compile(r"\b(?:next|coming|following)\s(week|fortnight|month)\b")
_IN_WORDS = {"week": 7.0, "fortnight": 14.0, "month": 30.0}
_SIDE = re.compile(r"\s(?:[a-z]+\s){0,1}?(before|early|earlier|ahead|after|late|later)\b")
_PERIOD = re.compile(r"\b(?:this|last)\s(?:week|month|quarter|year)\b")
_AGE = re.compile(r"\s(?:late|overdue|old|past\sdue)\b")
_STEP = re.compile(r"\W*to\W*(?:about|around|nearly|just|over|under)?\W*")
_CLAUSE = re.compile(r"[;:()]|,(?!\d)|\s[–—-]\s|\b(?:and|while|whereas|but|although|though|instead|than|from|to)\b")


def window_findings(cited: Sequence[Cited], index: FactIndex, text: str, low: str) -> list[Finding]:
    """Return the figures whose values measure something else than the sentence says."""
    told = [(f, v) for f, v in cited if f.form in _TOLD_OF and v]
    dated = any(f.form is Form.DATE for f, _ in cited)
    spans = [f for f, _ in cited if f.form is Form.DURATION]
    if not told and not dated and not spans:
        return []
    wrong = [*_of_other_stretch(told, spans, index, low), *_of_other_age(told, spans, index, low)]
    if "not " in low and _NOT_LATE.search(low):
        wrong += [f for f, v in told if f.form is Form.COUNT and all(key_info(one[4]).words >= _LATE for one in v)]
    wrong += [f for f, v in cited if f.form is Form.DURATION and v and all(_is_other_side(f, one, low) for one in v)]
    wrong += [*_of_other_period(told, cited, index, low), *_of_other_kind(told, index, low)]
    wrong += _dates_of_other_kind(cited, index, low) if dated else ()
    return [
        Finding("measure", text[f.start : f.end], f.start, f.end, "the evidence gives it to another measure")
        for f in {id(f): f for f in wrong}.values()
    ]


def _days(figure: Figure) -> float:
    return figure.value * (DAYS_PER_MONTH if figure.unit == "months" else 1.0)


def _of_other_stretch(told: Sequence[Cited], spans: Sequence[Figure], index: FactIndex, low: str) -> Iterator[Figure]:
    """`27 units in 7 days`, though the evidence expects them in 30 and has a figure of its own for 7."""
    stretches = {_days(f) for f in spans if _STRETCH.search(low, max(0, f.start - 24), f.start)}
    ahead = {_days(f) for f in spans if _AHEAD.search(low, max(0, f.start - 24), f.start)}
    ahead |= {_IN_WORDS[m[1]] for m in _SPOKEN.finditer(low)}
    if not stretches and not ahead:
        return
    for figure, values in told:
        if all(_is_elsewhere(v, stretches, ahead, index) for v in values):
            yield figure


def _is_elsewhere(value: Value, stretches: set[float], ahead: set[float], index: FactIndex) -> bool:
    """Tell whether a value is of a stretch that the sentence does not say; of those ahead its name says so itself."""
    measure, own = stretch(value[4], value[5])
    if not own or own in stretches or own in ahead:
        return False
    if not stretches.isdisjoint(index.stretches.get(measure, ())):
        return True
    return bool(ahead) and "next" in key_info(value[5]).words | key_info(value[4]).words


def _of_other_age(told: Sequence[Cited], spans: Sequence[Figure], index: FactIndex, low: str) -> Iterator[Figure]:
    """`GHS 900 is more than 90 days late`, though it stands under `days_31_60`."""
    ages = spans if "bucket" in low or "band" in low else [f for f in spans if _AGE.match(low, f.end)]
    if not ages:
        return
    for figure, values in told:
        names = [name for v in values if (name := index.age_of(v))]
        bounds = [tuple(size for size, _ in key_info(name).windows) for name in names]
        if len(names) == len(values) and not any(b and _in_age(b, age) for b in bounds for age in ages):
            yield figure


def _is_other_side(figure: Figure, value: Value, low: str) -> bool:
    """`a day after the due date`, though the evidence says minus one: before and after are the sign of the value."""
    if "after" not in key_info(value[4]).words or not value[1]:
        return False
    said = _SIDE.match(low, figure.end)
    return said is not None and (said[1] in ("before", "early", "earlier", "ahead")) == (value[1] > 0)


def _in_age(bounds: Sequence[float], age: Figure) -> bool:
    days = _days(age)
    if age.approx is Approx.OVER:
        return bounds[0] >= days
    return bounds[-1] <= days if age.approx is Approx.UNDER else days in (*bounds, bounds[0] - 1)


def _of_other_period(told: Sequence[Cited], cited: Sequence[Cited], index: FactIndex, low: str) -> Iterator[Figure]:
    """`Revenue was GHS 900 in October`, though the evidence gives it to the period before, which was September."""
    yield from _of_other_named_period(told, index, low)
    months = {f.month for f, _ in cited if f.form is Form.DATE and not f.day}
    now, then = index.months_of("period"), index.months_of("compared_with")
    if len(months) != 1 or not now or not then or now & then:
        return
    wanted = 3 if months <= now else 1 if months <= then else 0
    for figure, values in told:
        roles = {key_info(v[4]).role for v in values}
        if wanted and roles <= ({0, 3} if wanted == 1 else {1}) and all(v[4] for v in values) and not _compares(low):
            yield figure


def _dates_of_other_kind(cited: Sequence[Cited], index: FactIndex, low: str) -> Iterator[Figure]:
    """`I2 is due on 30 November`, the day on which its payment is expected; the due date is another."""
    for figure, _ in cited:
        if figure.form is not Form.DATE or not figure.day:
            continue
        dates = index.names_of_day(figure)
        if not dates or not all(beside for _, beside in dates):
            continue
        start, end = _clause(figure, low)
        words = frozenset([stem(_FULL.get(word, word)) for word in words_in(low[start:end])])
        if all(any(_tells(name, other, words) for other in beside) for name, beside in dates):
            yield figure


def _tells(name: str, other: str, words: frozenset[str]) -> bool:
    """Return whether a clause says what tells the other name from this one, and nothing that tells this one."""
    mine, theirs = key_info(name).words - key_info(other).words, key_info(other).words - key_info(name).words
    return bool(theirs) and theirs <= words and mine.isdisjoint(words)


def _of_other_named_period(told: Sequence[Cited], index: FactIndex, low: str) -> Iterator[Figure]:
    """`last month`, though the evidence is about this month and has no period of that name."""
    if "this " not in low and "last " not in low:
        return
    said = {m[0] for m in _PERIOD.finditer(low)}
    if len(said) != 1 or _compares(low):
        return
    own, before = index.name_of("period"), index.name_of("compared_with")
    if _PERIOD.fullmatch(own) and own not in said and before not in said and own.split()[-1] in next(iter(said)):
        yield from (figure for figure, values in told if all(key_info(v[4]).role in (0, 3) and v[4] for v in values))


def _compares(low: str) -> bool:
    return any(
        word in low for word in (" than ", "against", "compared", " from ", "versus", "up on", "down on", " after ")
    )


def _of_other_kind(told: Sequence[Cited], index: FactIndex, low: str) -> Iterator[Figure]:
    """`wholesale GHS 27`, where 27 is the retail price: the word that tells two names apart belongs to the other."""
    for figure, values in told:
        if not values[-1][4]:
            continue  # a number inside a text
        words: frozenset[str] | None = None
        near: list[float] = []
        for value in values:
            for name, other in index.beside(value):
                mine, theirs = _apart(value[4], name)
                if not theirs or other == value[1]:
                    continue
                if words is None:
                    start, end = _clause(figure, low)
                    near = [v[1] for f, vs in told if f is not figure and start <= f.start < end for v in vs]
                    words = frozenset([stem(_FULL.get(word, word)) for word in words_in(low[start:end])])
                if theirs <= words and not mine <= words and other not in near:
                    break
            else:
                break
        else:
            yield figure


@lru_cache(maxsize=4096)
def _apart(key: str, other: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that tell two names apart: one each, or the whole of two kinds written in capitals."""
    own, its = key_info(key).words, key_info(other).words
    if key_info(key).kinds != key_info(other).kinds:
        return own, frozenset()
    mine, theirs = own - its, its - own
    if key.isupper() and other.isupper():
        return own, its if theirs else frozenset()
    if len(mine) == 1 and len(theirs) == 1 and own & its and _SAYS_LITTLE.isdisjoint(mine | theirs):
        return mine, theirs
    if (
        mine
        and theirs
        and (own & its - _UNITS or (len(theirs) > 1 and own & its))
        and _SAYS_LITTLE.isdisjoint(mine | theirs)
    ):
        return mine - _UNITS, its - _UNITS if len(theirs) > 1 else theirs
    return mine, frozenset()


def _clause(figure: Figure, low: str) -> tuple[int, int]:
    """Return where the clause that a figure stands in begins and ends; a figure alone belongs to what is before."""
    start, end = 0, len(low)
    for m in _CLAUSE.finditer(low):
        if m.end() <= figure.start:
            if WORD.search(low, start, m.start()) and _STEP.fullmatch(low, m.start(), figure.start):
                continue
            start = m.end()
        elif m.start() >= figure.end:
            return start, m.start()
    return start, end
