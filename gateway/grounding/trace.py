"""Find the evidence that carries a figure: the same value, its rounding, or a fixed conversion of its unit."""

import re
from dataclasses import replace

from gateway.grounding.facts import UNNAMED, FactIndex
from gateway.grounding.figures import Figure, Form
from gateway.grounding.keys import key_info, stem
from gateway.grounding.lexicon import Kind
from gateway.grounding.quoted import is_name, is_scale, part_of_list, quoted, stands_beside
from gateway.grounding.scan import words_in
from gateway.grounding.tolerance import AMOUNT_TOLERANCE, ROUNDING_BAND, close
from gateway.grounding.values import Value, names_score

_SMALL_COUNT = 20
"""Up to here equal numbers meet by chance, so a count must be of the very thing, if the evidence counts that."""

_MEASURED = frozenset({Form.MONEY, Form.PERCENT, Form.COUNT, Form.NUMBER, Form.DURATION, Form.MULTIPLE, Form.FRACTION})
_EPS = 1e-9
_ROOT = 5
"""So many letters of a word stand for all its forms: `return` for `returning`."""
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
_COUNTABLE = frozenset({Form.MONEY, Form.COUNT, Form.NUMBER})
_MORE_THAN = re.compile(r"\s+(?:more|less|fewer|higher|lower)\s+than\b")
"""After an amount or a count: it is a difference, which no level carries."""
_OF = re.compile(r"\s*(?:of|as much)\b")
_WORD_NUMBER = re.compile(r"([a-z]{2,})[-/](\d+)$")
"""`top-10`, `pre-2026`: a plain word, then a number of its own."""
_SCORE = re.compile(r"\b(?:scor(?:e|es|ed|ing)|rated|rating)\b[^.;\d]{0,12}$")


def carried(figure: Figure, index: FactIndex, text: str, low: str) -> list[Value] | bool:
    """Return the evidence values that carry `figure`, or True or False where it is looked up by text or date."""
    form = figure.form
    if form is Form.NUMBER and is_name(figure, index, low):
        return True
    if form in _MEASURED:
        found = _numeric(figure, index, low)
        if not found and form in (Form.COUNT, Form.NUMBER):
            return part_of_list(figure, index, low) or stands_beside(figure, index, low) or is_scale(figure, low)
        return found
    if quoted(figure, index, low):
        return True
    number = _WORD_NUMBER.match(low, figure.start, figure.end) if form is Form.SPEC else None
    if number is None or text[figure.start : figure.start + 2].isupper():
        return False
    return carried(Figure(Form.NUMBER, number.start(2), number.end(2), value=float(number[2])), index, text, low)


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
    kinds = figure.kinds
    found = [v for v in values if v[2] & kinds and _matches(figure, v)]
    if found and figure.form is Form.NUMBER and _scores(figure, index, low):
        found = [v for v in found if names_score(v)]
    if found and figure.form is Form.COUNT and figure.unit:
        found = _about_noun(figure, found, index, low)
    if found and figure.form is Form.FRACTION:
        found = [v for v in found if _is_named(v, low) or index.names_its_row(v, low)]
    if found and figure.form in _COUNTABLE and _MORE_THAN.match(low, figure.end):
        found = [v for v in found if not v[4] or key_info(v[4]).change or key_info(v[5]).change]
    if found and figure.form in (Form.PERCENT, Form.FRACTION):
        if claims_change(figure, low):
            found = [v for v in found if _may_be_change(v)]
        elif figure.form is Form.FRACTION:
            found = [v for v in found if not key_info(v[4]).direction]
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
    words = {stem(word) for word in words_in(low)}
    return [v for v in found if not v[4] or not words.isdisjoint(key_info(v[4]).label)]


def _is_named(value: Value, low: str) -> bool:
    """A fraction is so coarse that a sentence must use a word of the name of what it is a fraction of."""
    label = key_info(value[4]).label | key_info(value[5]).label if value[4] else frozenset()
    return not label or any(word[:_ROOT] in low for word in label)


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
    """Tell whether a value of a kind that may carry a figure does."""
    size, signed, kinds, nouns, *_ = value
    if figure.sign and signed and (signed > 0) != (figure.sign > 0):
        return False
    if figure.form is Form.COUNT:
        noun = figure.unit
        if noun.startswith("?"):
            if not UNNAMED.isdisjoint(nouns) and noun[1:] not in key_info(value[4]).label:
                return False
        elif noun and nouns and noun not in nouns:
            return False
    return close(figure, size, kinds)


def _converted(figure: Figure, index: FactIndex, low: str) -> list[Value]:
    """The fixed conversions: days and months, ratio and percentage, and a change as a multiple."""
    value, form = figure.value, figure.form
    if form is Form.DURATION:
        return _other_calendar(figure, index)
    if form is Form.MULTIPLE and value > 0:
        change = (value - 1) * 100
        slack = 15.0 if figure.approx else 5.0
        found = index.near(abs(change) - slack, abs(change) + slack)
        return [v for v in found if v[2] & Kind.PERCENT and key_info(v[4]).direction and abs(v[1] - change) <= slack]
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
