"""A true value told of what it does not measure: another stretch of time, another age, another period or kind.

Names of values that differ in one word or number only, such as `retail_price` and `wholesale_price`, are held apart by
that word: a clause that says the word of one and shows the value of the other has mixed them up.
"""

import re
from collections.abc import Iterator, Sequence

from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Approx, Figure, Finding, Form
from gateway.grounding.keys import DAYS_PER_MONTH, key_info, stem, stretch
from gateway.grounding.lexicon import PERIODS
from gateway.grounding.scan import WORD
from gateway.grounding.values import Value

_SAYS_LITTLE = frozenset(PERIODS) | {"outstanding", "overdue", "total", "average", "balance"}
"""Words that tell two values apart but are used of both."""

Cited = tuple[Figure, list[Value]]

_TOLD_OF = frozenset({Form.MONEY, Form.COUNT, Form.NUMBER, Form.PERCENT})
_STRETCH = re.compile(
    r"\b(?:in|within|over|during|for|next|last|past|coming|following|previous)\s(?:the\s)?(?:next|last|past|coming|following|"
    r"previous|first)?\s*$"
)
_AGE = re.compile(r"\s(?:late|overdue|old|past\sdue)\b")
_CLAUSE = re.compile(r"[;:()]|,(?!\d)|\s[–—-]\s|\b(?:and|while|whereas|but|although|though|instead|than|from|to)\b")


def window_findings(cited: Sequence[Cited], index: FactIndex, text: str, low: str) -> list[Finding]:
    """Return the figures whose values measure something else than the sentence says."""
    told = [(f, v) for f, v in cited if f.form in _TOLD_OF and v]
    if not told:
        return []
    spans = [f for f, _ in cited if f.form is Form.DURATION]
    wrong = [*_of_other_stretch(told, spans, index, low), *_of_other_age(told, spans, low)]
    wrong += [*_of_other_period(told, cited, index, low), *_of_other_kind(told, index, low)]
    return [
        Finding("measure", text[f.start : f.end], f.start, f.end, "the evidence gives it to another measure")
        for f in {id(f): f for f in wrong}.values()
    ]


def _days(figure: Figure) -> float:
    return figure.value * (DAYS_PER_MONTH if figure.unit == "months" else 1.0)


def _of_other_stretch(told: Sequence[Cited], spans: Sequence[Figure], index: FactIndex, low: str) -> Iterator[Figure]:
    """`27 units in 7 days`, though the evidence expects them in 30 and has a figure of its own for 7."""
    stretches = {_days(f) for f in spans if _STRETCH.search(low, max(0, f.start - 24), f.start)}
    if not stretches:
        return
    for figure, values in told:
        found = [stretch(v[4], v[5]) for v in values]
        if all(
            own and own not in stretches and not stretches.isdisjoint(index.stretches.get(measure, ()))
            for measure, own in found
        ):
            yield figure


def _of_other_age(told: Sequence[Cited], spans: Sequence[Figure], low: str) -> Iterator[Figure]:
    """`GHS 900 is more than 90 days late`, though it stands under `days_31_60`."""
    ages = [f for f in spans if _AGE.match(low, f.end)]
    if not ages:
        return
    for figure, values in told:
        bounds = [tuple(size for size, _ in key_info(v[4]).windows) for v in values]
        if all("over" in key_info(v[4]).words or len(b) == 2 for v, b in zip(values, bounds, strict=True)) and not any(
            b and _in_age(b, age) for b in bounds for age in ages
        ):
            yield figure


def _in_age(bounds: Sequence[float], age: Figure) -> bool:
    days = _days(age)
    if age.approx is Approx.OVER:
        return bounds[0] >= days
    return bounds[-1] <= days if age.approx is Approx.UNDER else days in (*bounds, bounds[0] - 1)


def _of_other_period(told: Sequence[Cited], cited: Sequence[Cited], index: FactIndex, low: str) -> Iterator[Figure]:
    """`Revenue was GHS 900 in October`, though the evidence gives it to the period before, which was September."""
    months = {f.month for f, _ in cited if f.form is Form.DATE and not f.day}
    now, then = index.months_of("period"), index.months_of("compared_with")
    if len(months) != 1 or not now or not then or now & then:
        return
    wanted = 3 if months <= now else 1 if months <= then else 0
    for figure, values in told:
        roles = {key_info(v[4]).role for v in values}
        if wanted and roles == {4 - wanted} and not _compares(low):
            yield figure


def _compares(low: str) -> bool:
    return any(
        word in low for word in (" than ", "against", "compared", " from ", "versus", "up on", "down on", " after ")
    )


def _of_other_kind(told: Sequence[Cited], index: FactIndex, low: str) -> Iterator[Figure]:
    """`wholesale GHS 27`, where 27 is the retail price: the word that tells two names apart belongs to the other."""
    for figure, values in told:
        if len({(v[4], v[6]) for v in values}) > 1 or not values[0][4]:
            continue
        key, size = values[0][4], values[0][1]
        start, end = _clause(figure, low)
        words: frozenset[str] | None = None
        for name, other in index.beside(values[0]):
            mine, theirs = _apart(key, name)
            if not theirs or other == size:
                continue
            words = words or frozenset(stem(word) for word in WORD.findall(low[start:end]))
            if theirs <= words and not mine <= words:
                near = [vs for f, vs in told if f is not figure and start <= f.start < end]
                if not any(v[1] == other for vs in near for v in vs):
                    yield figure
                    break


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
    return mine, frozenset()


def _clause(figure: Figure, low: str) -> tuple[int, int]:
    """Return where the clause that a figure stands in begins and ends."""
    start, end = 0, len(low)
    for m in _CLAUSE.finditer(low):
        if m.end() <= figure.start:
            start = m.end()
        elif m.start() >= figure.end:
            return start, m.start()
    return start, end
