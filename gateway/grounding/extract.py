"""Find every figure of a sentence: amounts, percentages, multiples, counts, durations, dates, times and ids."""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter

from gateway.grounding import dates
from gateway.grounding.figures import Approx, Figure, Form
from gateway.grounding.lexicon import LEXICON, SIGNALS, Word
from gateway.grounding.numbers import approx, classify, duration, parse
from gateway.grounding.scan import COMPARED, LINK, RANGE, STRAY, glance, places_of_words, scanner
from gateway.grounding.spelled import Token, figures_of

_SHARES_LEFT = frozenset({Form.PERCENT, Form.DURATION, Form.MONEY, Form.MULTIPLE, Form.COUNT, Form.TIME})
_ODDS = re.compile(r"(\bone(?:\s+[a-z]+)?)?\s+(?:in|out\s+of)\s+(?:every\s+)?$")
_ODDS_OF = frozenset({Form.NUMBER, Form.COUNT, Form.MONEY})
_MORE_OR_LESS = re.compile(r"\s+(more|less|fewer)\b")
_SPAN = re.compile(
    r"\b(?:within|about|roughly|around|by|than|nearly|almost|over|after|runs\sfor|lasts\sfor|lasts)\s((?:a|one|the)\s(?:full\s|whole\s|single\s)?(day|week|fortnight|month|year))\b"
)
_SPANS = frozenset(("day", "week", "fortnight", "month", "year"))
_BETWEEN = re.compile(r"\bbetween\s+$")
_START = attrgetter("start")
_SHOWN = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(slots=True)
class Reading:
    """What one sentence holds: figures in order, direction words as (start, end, sign), and whether claim words
    occur."""

    figures: list[Figure] = field(default_factory=list)
    directions: list[tuple[int, int, int]] = field(default_factory=list)
    claims: bool = False


def lower(text: str) -> str:
    """Return `text` in lower case with every character at its old place."""
    low = text.lower()
    return low if len(low) == len(text) else "".join([c.lower() if len(c.lower()) == 1 else c for c in text])


def is_plain(low: str) -> bool:
    """Return whether lower-cased text holds no digit, signal word, bracket or link: there is nothing to look at."""
    marked, words = glance(low)
    return not marked and SIGNALS.isdisjoint(words) and not STRAY.search(low)


def read(text: str, low: str) -> Reading:
    """Return the figures and signal words of one sentence; `low` is `lower(text)`. Never raises."""
    out = Reading()
    figures, at = out.figures, 0
    scan, size, words = scanner(low)
    if "@" in low or "://" in low or "www." in low:
        figures += [Figure(Form.ID, m.start(), m.start() + len(m[0].rstrip(".,;:!?)"))) for m in LINK.finditer(low)]
    links = [(f.start, f.end) for f in figures]
    while at < size:
        m = scan.match(low, at)
        group = m.lastgroup if m is not None else None
        if m is None or group is None:
            at = max(at, m.end() if m else 0) + 1
            continue
        start = m.start(group)
        at = m.end()
        if not (links and any(a <= start < b for a, b in links)):
            found, taken = _figures(m, group, text, low)
            figures += found
            if taken > at:
                at = taken
    if not SIGNALS.isdisjoint(words):
        _read_words(out, text, low)
    if len(figures) > 1:
        figures.sort(key=_START)
    if "%" in low and any(f.form is Form.PERCENT for f in figures):
        out.directions += [move for f in figures if f.form is Form.PERCENT and (move := _compared(f, low))]
    if "within " in low or (" a " in low and not _SPANS.isdisjoint(words)):
        _read_spans(figures, low)
    if figures and (" in " in low or " out of " in low):
        _join_odds(figures, low)
    if len(figures) > 1 and "pesewa" in low:
        _join_pesewas(figures, low)
    if len(figures) > 1:
        _share_units(figures, low)
    return out


def _read_spans(figures: list[Figure], low: str) -> None:
    """Read `within a week` and `runs for a month` as the days or months they are."""
    for m in _SPAN.finditer(low):
        if not any(f.start < m.end() and m.start() < f.end for f in figures):
            figure = Figure(Form.DURATION, m.start(1), m.end(), 1.0, word=True, approx=approx(low, m.start(1)))
            figures.append(duration(figure, m.end(), m[2]))
    figures.sort(key=_START)


def _read_words(out: Reading, text: str, low: str) -> None:
    tokens: list[Token] = []
    for start, word in places_of_words(low):
        entry = LEXICON.get(word)
        if entry is None:
            continue
        kind, value, direction = entry
        if direction:
            out.directions.append((start, start + len(word), direction))
        if kind is Word.CLAIM:
            out.claims = True
        elif kind is not Word.DIRECTION:
            tokens.append((start, start + len(word), value, kind))
    if tokens:
        spans = [(f.start, f.end) for f in out.figures]
        tokens = [t for t in tokens if not any(a <= t[0] < b for a, b in spans)]
        out.figures += figures_of(tokens, text, low)


def _figures(m: re.Match[str], group: str, text: str, low: str) -> tuple[list[Figure], int]:
    """Return the figures of one match of the scanner, and the place before which nothing more is read."""
    start, end = m.span(group)
    if group == "num":
        return _number(start, end, m[group], text, low)
    if group == "md":
        found = list(dates.month_first(m, text, low))
        if m["md_a"] and (not found or found[-1].end < end):
            numbers, end = _number(m.start("md_a"), m.end("md_a"), m["md_a"], text, low)
            found += numbers
        return found, end if found else start
    if group == "dm":
        found = list(dates.day_first(m, text, low))
        first = "dm_a" if m["dm_a"] else "dm_b"
        return (found, end) if found else _number(m.start(first), m.end(first), m[first], text, low)
    if group == "iso":
        return list(dates.iso(m)), end
    if group == "dmy":
        return list(dates.numeric(m)), end
    if group == "clock":
        return list(dates.clock(m)), end
    return _token(m, group)


def _number(start: int, end: int, digits: str, text: str, low: str) -> tuple[list[Figure], int]:
    number = parse(start, end, digits)
    if number is None:
        return [Figure(Form.ID, start, end, unit="phone")], end
    figure, end = classify(number, text, low)
    return [figure] if figure else [], end


def _token(m: re.Match[str], group: str) -> tuple[list[Figure], int]:
    """Ids, links and names with digits; placeholders, idioms and currency signs hold no figure of their own."""
    start, end = m.span(group)
    if group in ("uuid", "phone"):
        return [Figure(Form.ID, start, end, unit=group)], end
    if group == "code":
        return [Figure(Form.SPEC, start, end, unit="code")], end
    return [], start if group == "cur" else end


def _share_units(figures: list[Figure], low: str) -> None:
    """Let the bare end of a range or comparison take the other's unit: `7-10 days`, `42 days against 35`."""
    for i in range(len(figures) - 1, 0, -1):
        left, right = figures[i - 1], figures[i]
        if Form.NUMBER not in (left.form, right.form):
            continue
        joined = RANGE.fullmatch(low, left.end, right.start)
        if joined is None:
            continue
        if left.form is Form.NUMBER and right.form in _SHARES_LEFT and not (joined[1] and right.form is Form.COUNT):
            _take(left, right, low)
        elif right.form is Form.NUMBER and left.form is Form.MONEY and (not joined[1] or _after_between(left, low)):
            right.form, right.unit = Form.MONEY, left.unit
            if right.scaled and not left.scaled and left.value < 1000:
                _take(left, right, low)
    for left, right in pairwise(figures):
        if (
            right.form is Form.NUMBER
            and left.form in (Form.DURATION, Form.PERCENT)
            and COMPARED.fullmatch(low, left.end, right.start)
        ):
            _take(right, left, low)


def _join_pesewas(figures: list[Figure], low: str) -> None:
    """Read `12 cedis and fifty pesewas` as one amount."""
    for i in range(len(figures) - 1, 0, -1):
        left, right = figures[i - 1], figures[i]
        small = right.form is Form.MONEY and right.value < 1 and "pesewa" in low[right.start : right.end]
        if small and left.form is Form.MONEY and low[left.end : right.start] in (" ", " and ", ", ", ", and "):
            left.value, left.step, left.end = left.value + right.value, 0.01, right.end
            del figures[i]


def _join_odds(figures: list[Figure], low: str) -> None:
    """Read `six in ten` and `one in seven` as the share they stand for."""
    for i in range(len(figures) - 1, -1, -1):
        right = figures[i]
        if right.form not in _ODDS_OF or not right.value or right.value > 100:
            continue
        odds = _ODDS.search(low, max(0, right.start - 30), right.start)
        if odds and "out" in odds[0] and not right.word:
            continue  # out of 100: a scale
        left = figures[i - 1] if i and odds and figures[i - 1].end == odds.start() else None
        if odds and (odds[1] or (left and left.form is Form.NUMBER and left.value < right.value)):
            top = left.value if left and not odds[1] else 1.0
            right.form, right.approx, right.value = Form.FRACTION, Approx.ABOUT, 100.0 * top / right.value
            if left and not odds[1]:
                right.start = left.start
                del figures[i - 1]
            elif i and odds[1] and figures[i - 1].start == odds.start(1):
                del figures[i - 1]


def _compared(percent: Figure, low: str) -> tuple[int, int, int] | None:
    """`5 % more units` moves up, `5 % less profit` down."""
    m = _MORE_OR_LESS.match(low, percent.end)
    return (m.start(1), m.end(1), 1 if m[1] == "more" else -1) if m else None


def _after_between(left: Figure, low: str) -> bool:
    return bool(_BETWEEN.search(low[max(0, left.start - 10) : left.start]))


def _take(bare: Figure, other: Figure, low: str) -> None:
    """Give `bare` the form, unit and scale of `other`; an amount with its sign in front keeps them to itself."""
    if other.form is Form.MONEY and bare.start < other.start and not low[other.start].isdecimal():
        return
    scale = 1.0
    if other.form is Form.DURATION or other.scaled:
        shown = _SHOWN.search(low, other.start, other.end)
        scale = other.value / float(shown[0].replace(",", "")) if shown and float(shown[0].replace(",", "")) else 1.0
    elif other.form is Form.TIME:
        scale = 60.0
        bare.value += 12 if other.value >= 720 > bare.value * 60 and bare.value * 60 + 720 <= other.value else 0
    bare.form, bare.unit, bare.scaled = other.form, other.unit, other.scaled
    bare.value, bare.step = bare.value * scale, bare.step * scale
