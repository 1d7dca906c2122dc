"""Figures worked out from values that a sentence names but does not show: two periods of one thing, or named rows."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Approx, Figure, Form
from gateway.grounding.keys import key_info
from gateway.grounding.lexicon import CARDINALS, Kind
from gateway.grounding.ranks import number
from gateway.grounding.scan import words_in
from gateway.grounding.subjects import Row, as_named
from gateway.grounding.tolerance import close

_UP = re.compile(
    r"\b(?:added|adds|more|higher|up|above|extra|additional|ahead|increas\w+|rose|risen|rise|grew|grow\w*|gain\w*|climb\w+)\b"
)
_DOWN = re.compile(
    r"\b(?:less|fewer|lower|down|below|short|behind|decreas\w+|declin\w+|fell|fall\w*|drop\w*|lost|slip\w*|reduc\w+|shrank)\b"
)
_DIFFERENCE = re.compile(r"\b(?:difference|gap|change[ds]?|apart|separat\w+|outnumber\w*|exceed\w*|beats?|leads?)\b")
_TOGETHER = re.compile(
    r"\b(?:together|combined|jointly|both|total|sum|in all|altogether|between them|account for|comes? to|adds? up to"
    r"|amounts? to|makes? up)\b"
)
_AMOUNTS = frozenset({Form.MONEY, Form.COUNT, Form.NUMBER})
_NOT_DUE = re.compile(r"\bnot\s(?:yet\s|currently\s)?(?:due|overdue|late)\b")
_EARNS = re.compile(r"\b(?:earn\w*|profit|keep|makes?|margin)\b")
_EACH = re.compile(r"\b(?:each|apiece|average|per)\b")
_FIRST = re.compile(r"\b(?:first|top|biggest|largest|best|leading|leaders)\b")
_NONE: frozenset[str] = frozenset()
_USED = re.compile(r"\b(?:used|uses|use|drawn|taken|utilised)\b")
_WHOLE = frozenset(("outstanding", "balance", "due"))
_LIMIT = frozenset(("limit",))
_MOST_ROWS = 8
_NUMBER_WORDS = {value: frozenset((word,)) for word, value in CARDINALS.items()}


def worked_out(figure: Figure, index: FactIndex, low: str) -> bool:
    """Return whether a figure is the change of one thing between two periods, or a sum, difference or ratio of rows."""
    if figure.form in _AMOUNTS or figure.form is Form.PERCENT:
        up, down = bool(_UP.search(low)), bool(_DOWN.search(low))
        moved = up or down or bool(_DIFFERENCE.search(low))
        if moved and any(_says(figure, v) and (up == down or (v > 0) == up) for v in _changes(figure, index, low)):
            return True
    if figure.form in _AMOUNTS or figure.form in (Form.PERCENT, Form.FRACTION, Form.MULTIPLE):
        if any(_says(figure, v) for v in _related(figure, index, low)):
            return True
        return any(_says(figure, v) for v in _of_rows(figure, index, low))
    return False


def _says(figure: Figure, value: float) -> bool:
    if figure.form is Form.FRACTION and figure.approx in (Approx.NONE, Approx.ABOUT):
        return abs(figure.value - value) <= (3.0 if figure.approx else 2.0)
    return bool(value) and close(figure, abs(value), Kind.MONEY)


def _changes(figure: Figure, index: FactIndex, low: str) -> Iterator[float]:
    mentions = index.rows.mentions(as_named(low)) if index.rows.rows else []
    nearest = min(mentions, key=lambda m: (m[0] > figure.start, abs(figure.start - m[1])), default=None)
    for current, previous in index.pairs():
        row = index.row_of(current) if nearest else None
        if row and nearest and row.names[0] != nearest[2].names[0]:
            continue
        if figure.form is Form.PERCENT:
            if previous[1] and not current[2] & Kind.PERCENT:
                yield (current[1] - previous[1]) / abs(previous[1]) * 100
        elif current[2] & figure.kinds and previous[2] & figure.kinds:
            yield current[1] - previous[1]


def _related(figure: Figure, index: FactIndex, low: str) -> Iterator[float]:
    """What follows from values of one object: what is not due yet, what a piece earns, what of a limit is used."""
    if figure.form in _AMOUNTS:
        if _NOT_DUE.search(low):
            yield from (whole - part for part, whole in index.related("overdue", _WHOLE))
        if _TOGETHER.search(low):
            yield from (amount * count for amount, count in index.counted("installment"))
            if "overdue" in low or "late" in low:
                yield index.aged_amounts()
        if _EARNS.search(low):
            costs = [v[1] for v in index.named("cost") if "unit" in key_info(v[4]).words]
            yield from (v[1] - cost for cost in costs for v in index.named("price"))
        if _EACH.search(low):
            yield from (sum_ / size for sum_, size in index.counted("revenue") if size)
        if "difference" in low or " gap " in low:
            yield from (abs(a - b) for a, b in index.related("stock", frozenset(("stock",))))
    elif _USED.search(low):
        share = 1.0 if figure.form is Form.MULTIPLE else 100.0
        yield from (share * part / whole for part, whole in index.related("balance", _LIMIT) if whole)
        yield from (share * part / whole for part, whole in index.related("outstanding", _LIMIT) if whole)


def _of_rows(figure: Figure, index: FactIndex, low: str) -> Iterator[float]:
    rows = index.rows.rows
    if not rows:
        return
    together = bool(_TOGETHER.search(low))
    apart = figure.form in _AMOUNTS and bool(_UP.search(low) or _DOWN.search(low) or _DIFFERENCE.search(low))
    families: dict[int, list[Row]] = {}
    for _, _, row in sorted(index.rows.mentions(as_named(low)), key=lambda m: m[0]):
        named = families.setdefault(row.family, [])
        if row not in named:
            named.append(row)
    for family, named in families.items():
        if len(named) <= _MOST_ROWS:
            all_rows = [row for row in rows if row.family == family]
            yield from _of_keys(figure, named, all_rows, together, apart)
    if (together or _FIRST.search(low)) and not families and figure.form in _AMOUNTS:
        yield from _of_lists(figure, index, low)


def _of_keys(
    figure: Figure, named: Sequence[Row], family: Sequence[Row], together: bool, apart: bool
) -> Iterator[float]:
    """Sums of all the rows named, and their part of the list; differences and ratios of the first and another."""
    part = figure.form in (Form.PERCENT, Form.FRACTION)
    if apart and len(named) == 1 and figure.form is Form.MONEY:
        amounts = [v for key in named[0].item if key_info(key).kinds & Kind.MONEY and (v := number(named[0].item[key]))]
        yield from (a - b for a, b in combinations(amounts, 2))
    for key, own in named[0].item.items():
        sizes = _numbers(key, named)
        kinds = key_info(key).kinds or Kind.ANY
        if len(sizes) < len(named):
            continue
        is_share = bool(kinds & Kind.PERCENT) or str(own).endswith("%")
        if together and len(sizes) > 1 and is_share == part:
            yield sum(sizes)
        for other in sizes[1:]:
            if apart and kinds & figure.kinds:
                yield sizes[0] - other
            if other and not is_share and (part or figure.form is Form.MULTIPLE):
                yield sizes[0] / other * (100.0 if part else 1.0)
        if part and not is_share and kinds & (Kind.MONEY | Kind.COUNT):
            everything = _numbers(key, family)
            whole = sum(everything)
            if len(family) > 2 and len(everything) == len(family) and whole:
                yield sum(sizes) / whole * 100


def _of_lists(figure: Figure, index: FactIndex, low: str) -> Iterator[float]:
    """Sums over all rows of a list, where the sentence says how many they are: `the five together`."""
    families: dict[int, list[Row]] = {}
    for row in index.rows.rows:
        families.setdefault(row.family, []).append(row)
    words = set(words_in(low))
    for family in families.values():
        count = len(family)
        if count < 2 or not (
            _FIRST.search(low) or words & _NUMBER_WORDS.get(count, frozenset()) or f" {count} " in low
        ):
            continue
        for key in family[0].item:
            sizes = _numbers(key, family)
            shown = next((n for n in range(2, count) if _NUMBER_WORDS.get(n, _NONE) & words), 0)
            if (
                shown
                and _FIRST.search(low)
                and len(sizes) == count
                and (key_info(key).kinds or Kind.ANY) & figure.kinds
            ):
                first = sorted(sizes, reverse=True)[:shown]
                yield sum(first)
                if shown == 2:
                    yield first[0] - first[1]
            if len(sizes) == count and (key_info(key).kinds or Kind.ANY) & figure.kinds:
                yield sum(sizes)
    if figure.form is Form.MONEY:
        for amounts in index.rows.said_amounts():
            if words & _NUMBER_WORDS.get(len(amounts), frozenset()) or f" {len(amounts)} " in low:
                yield float(sum(amounts))


def _numbers(key: str, rows: Sequence[Row]) -> list[float]:
    return [v for row in rows if (v := number(row.item.get(key))) is not None]
