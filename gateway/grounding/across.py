"""Figures worked out from values that a sentence names but does not show: two periods of one thing, or named rows."""

import re
from collections.abc import Iterator, Sequence

from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Approx, Figure, Form
from gateway.grounding.keys import key_info
from gateway.grounding.lexicon import Kind
from gateway.grounding.ranks import number
from gateway.grounding.subjects import Row, as_named
from gateway.grounding.tolerance import close

_UP = re.compile(
    r"\b(?:more|higher|up|above|extra|additional|ahead|increas\w+|rose|risen|rise|grew|grow\w*|gain\w*|climb\w+)\b"
)
_DOWN = re.compile(
    r"\b(?:less|fewer|lower|down|below|short|behind|decreas\w+|declin\w+|fell|fall\w*|drop\w*|lost|slip\w*|reduc\w+|shrank)\b"
)
_DIFFERENCE = re.compile(r"\b(?:difference|gap|change[ds]?|apart)\b")
_TOGETHER = re.compile(r"\b(?:together|combined|jointly|both|total|sum|in all|altogether|between them|account for)\b")
_AMOUNTS = frozenset({Form.MONEY, Form.COUNT, Form.NUMBER})
_MOST_ROWS = 8


def worked_out(figure: Figure, index: FactIndex, low: str) -> bool:
    """Return whether a figure is the change of one thing between two periods, or a sum, difference or ratio of rows."""
    if figure.form in _AMOUNTS or figure.form is Form.PERCENT:
        up, down = bool(_UP.search(low)), bool(_DOWN.search(low))
        moved = up or down or bool(_DIFFERENCE.search(low))
        if moved and any(_says(figure, v) and (up == down or (v > 0) == up) for v in _changes(figure, index)):
            return True
    if figure.form in _AMOUNTS or figure.form in (Form.PERCENT, Form.FRACTION, Form.MULTIPLE):
        return any(_says(figure, v) for v in _of_rows(figure, index, low))
    return False


def _says(figure: Figure, value: float) -> bool:
    if figure.form is Form.FRACTION and figure.approx in (Approx.NONE, Approx.ABOUT):
        return abs(figure.value - value) <= 2.0
    return bool(value) and close(figure, abs(value), Kind.MONEY)


def _changes(figure: Figure, index: FactIndex) -> Iterator[float]:
    for current, previous in index.pairs():
        if figure.form is Form.PERCENT:
            if previous[1] and not current[2] & Kind.PERCENT:
                yield (current[1] - previous[1]) / abs(previous[1]) * 100
        elif current[2] & figure.kinds and previous[2] & figure.kinds:
            yield current[1] - previous[1]


def _of_rows(figure: Figure, index: FactIndex, low: str) -> Iterator[float]:
    together = figure.form is not Form.MULTIPLE and bool(_TOGETHER.search(low))
    apart = figure.form in _AMOUNTS and bool(_UP.search(low) or _DOWN.search(low) or _DIFFERENCE.search(low))
    if not (together or apart or figure.form is Form.MULTIPLE) or not index.rows.rows:
        return
    families: dict[int, list[Row]] = {}
    for _, _, row in sorted(index.rows.mentions(as_named(low)), key=lambda m: m[0]):
        named = families.setdefault(row.family, [])
        if row not in named:
            named.append(row)
    for named in families.values():
        if 2 <= len(named) <= _MOST_ROWS:
            yield from _of_keys(figure, named, together, apart)


def _of_keys(figure: Figure, named: Sequence[Row], together: bool, apart: bool) -> Iterator[float]:
    """Sums of all the rows named; differences and ratios of two, the first named over the second."""
    for key, own in named[0].item.items():
        values = [number(row.item.get(key)) for row in named]
        sizes = [v for v in values if v is not None]
        kinds = key_info(key).kinds or Kind.ANY
        if len(sizes) < len(named):
            continue
        is_share = bool(kinds & Kind.PERCENT) or str(own).endswith("%")
        if together and is_share == (figure.form in (Form.PERCENT, Form.FRACTION)):
            yield sum(sizes)
        if len(sizes) == 2 and apart and kinds & figure.kinds:
            yield sizes[0] - sizes[1]
        if len(sizes) == 2 and figure.form is Form.MULTIPLE and sizes[1] and not is_share:
            yield sizes[0] / sizes[1]
