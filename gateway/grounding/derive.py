"""Named derivations: what a figure may be computed as from values its own sentence cites by figure or by name.

sum · difference · product with a count · part of an amount · average · ratio · percentage of · percentage change ·
complement to 100 · points between two percentages · days between two dates · a date plus a duration ·
stock over a rate
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, permutations

from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Approx, Figure, Form
from gateway.grounding.keys import stem
from gateway.grounding.lexicon import Kind
from gateway.grounding.scan import words_in
from gateway.grounding.tolerance import close
from gateway.grounding.trace import claims_change

_MAX_OPERANDS = 8
_OF_NEXT = re.compile(r"\s+(?:of|from)\b")
_RATE = re.compile(r"\b(?:per|a|each|every)\s+(day|week|month)\b|\b(daily|weekly|monthly)\b")
_RATE_DAYS = {"day": 1.0, "daily": 1.0, "week": 7.0, "weekly": 7.0, "month": 30.0, "monthly": 30.0}


_REST = re.compile(r"\b(?:rest|remain\w*|other|others|left|leav\w+|unused|free)\b")
_TIMES = re.compile(r"\s*[×x*@]\s*|[^.;\d]{0,40}\b(?:of|at|times)\b[^.;\d]{0,12}")
_FOR = re.compile(r"\s*[×x*]\s*|[^.;\d]{0,30}\b(?:for|over|times|each)\b[^.;\d]{0,14}")
_EACH = re.compile(r"\b(?:each|per|average|averages|averaging|apiece|every|a\s(?:day|week|month))\b")
_OPERATOR = re.compile(r"\s*([-+−–×x*/÷])\s*")
_ADDS_UP = re.compile(
    r"[^.\d]{0,30}\b(?:add(?:s|ing)?\s+up\s+to|sum(?:s|ming)?\s+(?:up\s+)?to|make(?:s)?\s+a\s+total\s+of)\s*"
)
_IN_TOTAL = re.compile(r"\s+(?:in\s+total|altogether|all\s+told|in\s+all)\b")
_SIDE = re.compile(r"\s+(?:(?P<up>more|higher|above|over)|(?:less|fewer|lower|below|under|short))\b")
_EQUALS = re.compile(r"\s*=\s*")


@dataclass(frozen=True, slots=True)
class Operand:
    """A cited value: its size, what it measures, where the sentence cites it; `end` is 0 for one cited by name."""

    value: float
    kinds: int
    start: int
    end: int = 0


def operands(cited: Sequence[Figure], index: FactIndex, low: str) -> list[Operand]:
    """Return the values a sentence cites by figure, then those it cites by the words of their name."""
    found = [Operand(f.value, f.kinds, f.start, f.end) for f in cited if f.kinds and f.form is not Form.VAGUE]
    if len(found) < _MAX_OPERANDS:
        words = {stem(w) for w in words_in(low)}
        for label, value in index.labels:
            if label <= words or (len(label) > 2 and len(label - words) == 1):
                at = min((low.find(w) for w in label if w in low), default=0)
                if not any(o.value == value[0] for o in found):
                    found.append(Operand(value[0], value[2], at))
    return found[:_MAX_OPERANDS]


def derived(figure: Figure, known: Sequence[Operand], index: FactIndex, low: str, dates: Sequence[date] = ()) -> bool:
    """Return whether a named derivation over `known` gives `figure`, to the precision it shows."""
    if figure.form is Form.FRACTION:
        shown = [o for o in known if o.end]
        return (
            any(_vaguely(figure, v, 25.0) for v in _percentages(figure, shown, low))
            or any(_vaguely(figure, v) for v in _percentages(figure, known, low))
            or any(_vaguely(figure, o.value, 25.0 if o.end else 7.0) for o in known if o.kinds == Kind.PERCENT)
        )
    if figure.form is Form.PERCENT:
        return any(_same(figure, v) for v in _percentages(figure, known, low))
    if figure.form is Form.MULTIPLE:
        return any(close(figure, v) for v in _ratios(figure, known))
    if figure.form is Form.DURATION:
        return any(close(figure, v) for v in _durations(figure, known, low, (*dates, index.as_of)))
    if figure.form in (Form.MONEY, Form.COUNT, Form.NUMBER):
        return any(close(figure, v, Kind.MONEY) for v in _amounts(figure, known, low))
    return False


def derived_date(figure: Figure, known: Sequence[Figure], dates: Sequence[date]) -> bool:
    """Return whether the date is a cited date plus or minus a cited number of days."""
    spans = [f.value for f in known if f.form is Form.DURATION and f.unit == "days"]
    return any(
        (d.month, d.day) == (figure.month, figure.day) and figure.year in (0, d.year)
        for start in dates
        for span in spans
        if span < 4000
        for d in (start + timedelta(days=span), start - timedelta(days=span))
    )


def _same(figure: Figure, percent: float) -> bool:
    """A derived percentage is right when it rounds to what is shown; `about` and its kin widen that as for evidence."""
    if figure.approx:
        return close(figure, abs(percent))
    return abs(figure.value - abs(percent)) <= figure.step / 2 + 1e-6


def _vaguely(figure: Figure, percent: float, most: float = 7.0) -> bool:
    """`more than half` may stand beside the exact share in its own sentence; plain `half` must be within five
    points."""
    if figure.approx in (Approx.OVER, Approx.UNDER):
        over = figure.approx is Approx.OVER
        return (percent >= figure.value) == over and abs(percent - figure.value) <= most
    return abs(percent - figure.value) <= 5.0


def _alike(a: Operand, b: Operand) -> bool:
    return bool(a.kinds & b.kinds)


def _percentages(figure: Figure, known: Sequence[Operand], low: str) -> Iterator[float]:
    share_only = bool(_OF_NEXT.match(low, figure.end))
    change = not share_only and claims_change(figure, low)
    for a, b in permutations(known, 2):
        if not _alike(a, b) or not b.value:
            continue
        if change:
            yield (a.value - b.value) / b.value * 100
        else:
            yield a.value / b.value * 100
            if not share_only:
                yield (a.value - b.value) / b.value * 100
        if a.kinds & b.kinds == Kind.PERCENT and a.end and b.end:
            yield a.value - b.value
            yield a.value + b.value
    if not change:
        yield from _runs([o for o in known if o.kinds == Kind.PERCENT and o.end])
    for a in known:
        if a.kinds == Kind.PERCENT and a.end and _REST.search(low):
            yield 100 - a.value
        if a.kinds == Kind.RATIO:
            yield (a.value - 1) * 100 if change else a.value * 100


def _ratios(figure: Figure, known: Sequence[Operand]) -> Iterator[float]:
    for a, b in permutations(known, 2):
        if _alike(a, b) and b.value:
            yield a.value / b.value


def _amounts(figure: Figure, known: Sequence[Operand], low: str) -> Iterator[float]:
    """Sums, differences, products with a count, parts and averages, all in the figure's own dimension."""
    own = [o for o in known if o.kinds & figure.kinds and o.kinds not in (Kind.PERCENT, Kind.RATIO)]
    if (side := _SIDE.match(low, figure.end)) and "instead" not in low and "rather" not in low:
        yield from _beside(own, figure, 1 if side["up"] else -1)
    else:
        yield from _sums(own, named=figure.form is not Form.NUMBER)
    products = list(_products(own, known, low))
    for product, used in products:
        yield product
        for rest in own:
            if rest not in used:
                yield rest.value + product
                yield abs(rest.value - product)
    if _EACH.search(low):
        yield from (a.value / n.value for a in own for n in known if n.kinds & _FACTORS and n is not a and n.value)
    for p in known:
        if p.kinds == Kind.PERCENT:
            for a in own:
                yield a.value * p.value / 100
                yield a.value * (1 + p.value / 100)
                yield a.value * (1 - p.value / 100)
    if "week" in low and "month" in low:
        for a in own:
            yield a.value * 52 / 12
            yield a.value * 12 / 52


_FACTORS = Kind.COUNT | Kind.DAYS | Kind.MONTHS | Kind.RATIO


def _beside(own: Sequence[Operand], figure: Figure, way: int) -> Iterator[float]:
    """`GHS 129 above the limit of GHS 8,000`: what is compared less what it is compared with, which comes after."""
    shown = [o for o in own if o.end and o.start >= figure.end] or [o for o in own if o.start >= figure.end]
    if not shown:
        yield from _sums(own, named=figure.form is not Form.NUMBER)
        return
    other = min(shown, key=lambda o: o.start)
    yield from ((one.value - other.value) * way for one in own if one is not other)


def _sums(own: Sequence[Operand], named: bool) -> Iterator[float]:
    """Sums and differences of values cited by figure; a difference may have one side that is only named."""
    for a, b in combinations(own, 2):
        if a.end and b.end:
            yield a.value + b.value
        if (a.end and b.end) or (named and (a.end or b.end)):
            yield abs(a.value - b.value)
    yield from _runs([o for o in own if o.end])


def _runs(shown: Sequence[Operand]) -> Iterator[float]:
    """Sums of three and more values that stand one after the other."""
    values = [o.value for o in sorted(shown, key=lambda o: o.start)]
    for first in range(len(values) - 2):
        for last in range(first + 3, len(values) + 1):
            yield sum(values[first:last])


def _products(
    own: Sequence[Operand], known: Sequence[Operand], low: str
) -> Iterator[tuple[float, tuple[Operand, Operand]]]:
    """A count times an amount, where the words between multiply: `3 × 5,000`, `2 payments of 1,600`, `1,200 for 3
    months`."""
    for a in own:
        for n in known:
            if n is a or not (n.end and a.end and n.kinds & _FACTORS) or n.value > 1000:
                continue
            gap = _TIMES.fullmatch(low, n.end, a.start) if n.end <= a.start else _FOR.fullmatch(low, a.end, n.start)
            if gap:
                yield a.value * n.value, (a, n)


def false_sum(figure: Figure, before: Sequence[Figure], low: str) -> bool:
    """Return whether the sentence says that the figures `before` make `figure` though they do not: `2 + 2 = 5`."""
    if not before:
        return False
    gap = low[before[-1].end : figure.start]
    if _EQUALS.fullmatch(gap):
        written = _evaluate(before, low)
        if written is not None and figure.form is Form.PERCENT and before[-1].form is not Form.PERCENT:
            written *= 100
        return written is not None and not close(figure, abs(written), Kind.MONEY)
    if _ADDS_UP.fullmatch(gap):
        known = [Operand(f.value, f.kinds, f.start, f.end) for f in before[:_MAX_OPERANDS]]
        return len(known) > 1 and not any(close(figure, v, Kind.MONEY) for v in _amounts(figure, known, low))
    if _IN_TOTAL.match(low, figure.end):
        known = [Operand(f.value, f.kinds, f.start, f.end) for f in before[:_MAX_OPERANDS]]
        products = list(_products(known, known, low))
        return bool(products) and not any(close(figure, v, Kind.MONEY) for v in _amounts(figure, known, low))
    return False


def _evaluate(before: Sequence[Figure], low: str) -> float | None:
    """Work out the written sum that ends with the last of `before`; None when it is a single figure."""
    total, term, terms = 0.0, before[-1].value, 0
    for left, right in zip(reversed(before[:-1]), reversed(before), strict=False):
        operator = _OPERATOR.fullmatch(low, left.end, right.start)
        if operator is None:
            break
        terms += 1
        if operator[1] in "×x*":
            term *= left.value
        elif operator[1] in "/÷":
            term = left.value / term if term else 0.0
        else:
            total, term = total + (term if operator[1] == "+" else -term), left.value
    return total + term if terms else None


def _durations(figure: Figure, known: Sequence[Operand], low: str, dates: Sequence[date]) -> Iterator[float]:
    kind = figure.kinds
    own = [o for o in known if o.kinds & kind and o.kinds != Kind.ANY]
    for a, b in combinations(own, 2):
        yield a.value + b.value
        yield abs(a.value - b.value)
    if kind != Kind.DAYS:
        return
    for d, e in combinations(dates, 2):
        yield float(abs((d - e).days))
    rate = _RATE.search(low)
    if rate:
        days = _RATE_DAYS[rate[1] or rate[2]]
        counts = [o for o in known if o.kinds & Kind.COUNT]
        for stock, speed in permutations(counts, 2):
            if speed.value and abs(speed.start - rate.start()) < abs(stock.start - rate.start()):
                yield _whole(figure, stock.value / speed.value * days)


def _whole(figure: Figure, days: float) -> float:
    """A cover of 13.1 days is shown as 13; without `about` only the whole day below or nearest is right."""
    return days if figure.approx is not Approx.NONE else float(round(days))
