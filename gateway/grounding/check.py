"""The verdict on one sentence: kept, kept with its weekday put right, or dropped with the findings that say why."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from gateway.grounding import census
from gateway.grounding.absolutes import absolute_findings, speaks_absolutely
from gateway.grounding.across import worked_out
from gateway.grounding.claims import claim_findings, foreign_findings, leftover_findings
from gateway.grounding.derive import derived, derived_date, false_sum, operands
from gateway.grounding.direction import Cited, direction_findings
from gateway.grounding.extract import Reading, lower, read
from gateway.grounding.facts import FactIndex
from gateway.grounding.figures import Figure, Finding, Form, Verdict
from gateway.grounding.keys import LENGTH
from gateway.grounding.lexicon import WEEKDAY_NAMES
from gateway.grounding.ranks import rank_findings, shown_findings, speaks_of_rank
from gateway.grounding.scan import count_figures
from gateway.grounding.signs import ABSOLUTES, COUNTS, RANKS, WORTH_A_LOOK, signs
from gateway.grounding.subjects import as_named, pairing_findings
from gateway.grounding.trace import carried
from gateway.grounding.values import Value
from gateway.grounding.windows import window_findings

_MAX_MISSES = 4
_FEW = 6
_THE = ("the ", "these ", "those ")
_WEEKDAY_FIRST = re.compile(r"[\s,(]*(?:the\s+)?")
_DATE_FIRST = re.compile(
    r"[\s,(]*(?:(?:falls|fell|falling)\s+on\s+(?:a\s+)?|(?:is|was|being|which\s+is|it\s+is)\s+(?:on\s+)?(?:a\s+)?)?"
)


def check(sentence: str, index: FactIndex) -> Verdict:
    """Return the verdict on one sentence. Never raises."""
    verdict = index.verdicts.get(sentence)
    if verdict is None:
        verdict = index.verdicts[sentence] = _check(sentence, index)
    return verdict


def _check(sentence: str, index: FactIndex) -> Verdict:
    low = lower(sentence)
    seen = signs(low)
    claimed = index.unsupported(sentence) if index.unsupported else ()
    ranked = seen & RANKS and speaks_of_rank(low)
    absolute = seen & ABSOLUTES and speaks_absolutely(low)
    counting = (seen & COUNTS or " of the " in low or " its limit" in low) and census.speaks_of_counts(low)
    if not (claimed or ranked or absolute or counting):
        if not seen & WORTH_A_LOOK:
            return Verdict(sentence)
        rest = index.beyond_statements(low)
        if rest is not low and not signs(rest) & WORTH_A_LOOK:
            return Verdict(sentence, checked=count_figures(low))
    reading = read(sentence, low)
    pairs = _weekday_pairs(reading.figures, low)
    plain = as_named(low)
    counted = []
    if counting and len(index.rows.rows) > 1:
        counted = census.counts(low, reading.figures, index.rows, index.rows.mentions(plain))
    told = [c for c in counted if c.is_true]
    findings, cited = _trace(reading, [weekday for weekday, _ in pairs], index, sentence, low, told)
    findings += [
        Finding("count", sentence[c.start : c.end], c.start, c.end, "the rows of the evidence say otherwise")
        for c in counted
        if not c.is_true
    ]
    findings += [Finding("claim", word, 0, len(sentence), "not stated in the request") for word in claimed]
    text, corrected = sentence, 0
    if reading.directions or (len(cited) > 1 and "from " in low):
        findings += direction_findings(cited, reading.directions, index, sentence, low)
    if absolute:
        findings += absolute_findings(sentence, low, index)
    mentions = index.rows.named_in(plain, reading.figures) if (cited or ranked) and index.rows.rows else []
    if ranked:
        findings += rank_findings(index.rows, mentions, sentence, low)
        findings += shown_findings(reading.figures, index.rows, sentence, low)
    if cited and mentions:
        counts = [f for f, _ in cited if any(c.start <= f.start and f.end <= c.end for c in told)]
        held = [(f, index.holders(_of_rows(_closest(f, v)))) for f, v in cited if v and f not in counts]
        held += [(f, days) for f, v in cited if f.form is Form.DATE and f.day and (days := index.holders_of_day(f))]
        findings += pairing_findings(held, index.rows, mentions, sentence, plain)
    if cited:
        findings += window_findings([(f, _closest(f, v)) for f, v in cited], index, sentence, low)
    if reading.claims:
        findings += claim_findings(sentence, low, index)
    findings += leftover_findings(sentence, index) + foreign_findings(sentence, low, index)
    if pairs and not findings:
        text, corrected = _right_weekdays(pairs, index, sentence)
    return Verdict("" if findings else text, tuple(findings), len(reading.figures), corrected)


def _trace(
    reading: Reading,
    paired: list[Figure],
    index: FactIndex,
    text: str,
    low: str,
    told: Sequence[census.Count] = (),
) -> tuple[list[Finding], list[Cited]]:
    """Trace every figure; those the evidence does not carry may be derived from those it does."""
    cited: list[Cited] = []
    open_figures: list[Figure] = []
    wrong: list[Figure] = []
    written_sum = "=" in low or " to " in low or "total" in low
    for at, figure in enumerate(reading.figures):
        if written_sum and false_sum(figure, [f for f in reading.figures[:at] if f.kinds], low):
            wrong.append(figure)
        elif found := (paired and figure in paired) or carried(figure, index, text, low):
            cited.append((figure, found if isinstance(found, list) else []))
        else:
            open_figures.append(figure)
    if told:
        open_figures = [f for f in open_figures if not any(c.start <= f.start and f.end <= c.end for c in told)]
    if open_figures and any(f.word and f.value <= _FEW for f in open_figures):
        open_figures = [f for f in open_figures if not _counts_names(f, index, low)]
    if open_figures:
        open_figures = _derive(open_figures, cited, index, low)
    missing = [Finding(f.form.value, text[f.start : f.end], f.start, f.end) for f in open_figures]
    return missing + [
        Finding(f.form.value, text[f.start : f.end], f.start, f.end, "the sum is wrong") for f in wrong
    ], cited


def _closest(figure: Figure, values: list[Value]) -> list[Value]:
    """Return the values that the figure shows exactly, or all that carry it by their tolerance."""
    return [v for v in values if abs(v[0] - figure.value) < 1e-9] or values


def _of_rows(values: list[Value]) -> list[Value]:
    """Leave out the lengths of lists, where a value of its own carries the figure too: no row has them."""
    return [v for v in values if LENGTH not in v[3]] or values


def _counts_names(figure: Figure, index: FactIndex, low: str) -> bool:
    """`of the two`, `both of these three`: as many as the sentence names rows of the evidence."""
    if not figure.word or not 2 <= figure.value <= _FEW or not low.endswith(_THE, 0, figure.start):
        return False
    return len({row.names[0] for _, _, row in index.rows.mentions(as_named(low))}) == figure.value


def _derive(open_figures: list[Figure], cited: list[Cited], index: FactIndex, low: str) -> list[Figure]:
    """Return the figures that no derivation gives; one that is given may carry the next."""
    known = [f for f, values in cited if values or f.form is Form.DATE]
    for _ in range(2):
        missing: list[Figure] = []
        values = operands(known, index, low)
        dates = [d for f in known if f.form is Form.DATE for d in _days(f, index)]
        for figure in open_figures:
            if len(missing) >= _MAX_MISSES:
                missing.append(figure)
            elif figure.form is Form.DATE:
                if not derived_date(figure, known, dates):
                    missing.append(figure)
            elif not derived(figure, values, index, low, dates):
                missing.append(figure)
            if not missing or missing[-1] is not figure:
                cited.append((figure, []))
                known.append(figure)
        if not missing or len(missing) == len(open_figures):
            break
        open_figures = missing
    return [f for f in missing if not worked_out(f, index, low)] if len(missing) < _MAX_MISSES else missing


def _days(figure: Figure, index: FactIndex) -> list[date]:
    """The calendar days a date figure can mean: its own year, or the evidence's."""
    if not figure.day:
        return []
    if figure.year:
        try:
            return [date(figure.year, figure.month, figure.day)]
        except ValueError:
            return []
    return [d for d in index.dates if (d.month, d.day) == (figure.month, figure.day)]


def _weekday_pairs(figures: list[Figure], low: str) -> list[tuple[Figure, Figure]]:
    """Return (weekday, date) where the two stand together."""
    pairs: list[tuple[Figure, Figure]] = []
    if len(figures) < 2 or Form.WEEKDAY not in [f.form for f in figures]:
        return pairs
    for a, b in pairwise(figures):
        gap = low[a.end : b.start]
        if a.form is Form.WEEKDAY and b.form is Form.DATE and b.day and _WEEKDAY_FIRST.fullmatch(gap):
            pairs.append((a, b))
        elif b.form is Form.WEEKDAY and a.form is Form.DATE and a.day and _DATE_FIRST.fullmatch(gap):
            pairs.append((b, a))
    return pairs


def _right_weekdays(pairs: list[tuple[Figure, Figure]], index: FactIndex, text: str) -> tuple[str, int]:
    """Replace a weekday that the calendar contradicts, in the spelling of the original."""
    corrected = 0
    for weekday, day in reversed(pairs):
        true = {d.weekday() for d in _days(day, index)}
        if true and int(weekday.value) not in true:
            name = WEEKDAY_NAMES[min(true)]
            shown = text[weekday.start : weekday.end]
            name = name if shown.lower().endswith("day") else name[:3]
            name = name.upper() if shown.isupper() else name.lower() if shown.islower() else name
            text = text[: weekday.start] + name + text[weekday.end :]
            corrected += 1
    return text, corrected
