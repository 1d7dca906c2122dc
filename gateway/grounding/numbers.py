"""Decide by what stands around a number what it measures: amount, percentage, multiple, duration, count or name."""

import re
from dataclasses import dataclass

from gateway.grounding.figures import Approx, Figure, Form
from gateway.grounding.lexicon import (
    CURRENCIES,
    DAYS_PER_UNIT,
    GLUED_SCALES,
    MEASURES,
    MONTHS_PER_UNIT,
    NOUN_GROUPS,
    SCALES,
    word_set,
)
from gateway.grounding.scan import (
    AND_A_HALF,
    CURRENCY_BEFORE,
    DAY_BEFORE,
    LIST_NUMBER,
    MULTIPLE_NEXT,
    NUMBERED,
    ORDINAL_AS_DATE,
    TIMES,
    unit_at,
)

_VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_BETWEEN_NOUN = word_set("business working calendar full consecutive more further extra additional whole straight")
_NOT_NOUN = word_set("""
    in on at of to by for from with and or but is was are were be been has have had will would can could
    should may might this that these those than then when while as if per a an the it its their your our his
    her they we you which who so across versus vs plus minus means shows remains makes gives leaves exceeds
    equals needs stands sits yes always
""")
_CURRENCY_ENDS = frozenset("scdnrpfa$₵¢€£₦")
_ARTICLES = (" a ", " an ", " the ")
_UP_TO_IS_A_SUM = ("add ", "adds ", "adding ", "added ", "sum ", "sums ")
_PHRASES = {
    Approx.OVER: """over,more than,above,exceed,exceeds,exceeded,exceeding,at least,upwards of,greater than,beyond,
        no less than,not less than,higher than,larger than,longer than,minimum of""",
    Approx.UNDER: """under,up to,below,at most,less than,no more than,fewer than,not more than,maximum of,nearly,almost,
        smaller than,lower than,shorter than,shy of""",
    Approx.ABOUT: "about,around,approximately,approx,approx.,roughly,circa,close to,some,near,~,≈",
}
_APPROX = tuple((meaning, tuple(p.strip() + " " for p in text.split(","))) for meaning, text in _PHRASES.items())
_APPROX_ENDS = frozenset(phrase.split()[-1] for _, phrases in _APPROX for phrase in phrases) | {"a", "an", "the"}
_MAX_DIGITS = 15
_QUOTE_BEGINS = re.compile(r'(?<!\w)"(?=\w)')
_QUOTE_ENDS = re.compile(r'(?<=[^\s\d])"(?!\w)')
_OF_A_CEDI = re.compile(r"\s(?:of|in|on|for|per|from|out\sof)\s(?:(?:every|each|a|the|one)\s)?cedi\b")
_ORDINALS = ("st", "nd", "rd", "th")


@dataclass(slots=True)
class Number:
    """A number before its meaning is known; `digits` is empty for a spelled one."""

    start: int
    end: int
    value: float
    step: float = 1.0
    digits: str = ""

    @property
    def word(self) -> bool:
        """Return whether the number is spelled out."""
        return not self.digits


def parse(start: int, end: int, digits: str) -> Number | None:
    """Return the number that `digits` write, or None for a run too long to be a quantity."""
    plain = digits.replace(",", "").replace("\u00a0", "").replace("\u202f", "")
    if len(plain) > _MAX_DIGITS:
        return None
    point = plain.find(".")
    step = 10.0 ** -(len(plain) - point - 1) if point >= 0 else 1.0
    return Number(start, end, _VULGAR[plain] if plain in _VULGAR else float(plain), step, digits)


def classify(number: Number, text: str, low: str) -> tuple[Figure | None, int]:
    """Return the figure a number makes, None for an ordinal or a list number, and where it ends."""
    first, sign, currency = _before(low, number.start)
    unit = unit_at(low, number.end)
    glue = unit["glue"]
    if glue == "½" or ("half" in low and (half := AND_A_HALF.match(low, number.end))):
        number.value, number.step = number.value + 0.5, 0.5
        number.end = number.end + 1 if glue == "½" else half.end()  # type: ignore[union-attr]
        unit, glue = unit_at(low, number.end), None
    scaled = False
    if glue in GLUED_SCALES and (currency or glue == "k" or unit["w1"] in NOUN_GROUPS):
        if glue == "k" and not currency and text[number.end] == "K":
            return _spec(number, first, number.end + 1, "code", low), number.end + 1
        scaled = _scale(number, GLUED_SCALES[glue], number.end + len(glue))
        glue = None
    elif unit["w1"] in SCALES and not number.word:
        scaled = _scale(number, SCALES[unit["w1"]], unit.end("w1"))
        unit = unit_at(low, number.end)
    figure = Figure(
        Form.NUMBER,
        first,
        number.end,
        number.value,
        number.step,
        sign=sign,
        scaled=scaled,
        word=number.word,
        approx=approx(low, first),
    )
    if unit["plus"] and not figure.approx:
        figure.approx = Approx.OVER
    return _with_unit(figure, number, unit, glue, currency, low)


def approx(low: str, start: int) -> Approx:
    """Return the rounding word in front of `start`: `about 13`, `more than a third`, but not `add up to 5`."""
    if low.endswith(("~", "≈"), 0, start):
        return Approx.ABOUT
    if low[low.rfind(" ", 0, max(0, start - 1)) + 1 : start].strip(' ("“') not in _APPROX_ENDS:
        return Approx.NONE
    if low.endswith(_ARTICLES, 0, start):
        start = low.rfind(" ", 0, start - 1) + 1
    for meaning, phrases in _APPROX:
        if low.endswith(phrases, 0, start):
            phrase = max((p for p in phrases if low.endswith(p, 0, start)), key=len)
            before = start - len(phrase)
            if before and low[before - 1].isalnum():
                return Approx.NONE
            return Approx.NONE if phrase == "up to " and low.endswith(_UP_TO_IS_A_SUM, 0, before) else meaning
    return Approx.NONE


def duration(figure: Figure, end: int, unit: str) -> Figure:
    """Turn `figure` into a duration in days or months."""
    months = MONTHS_PER_UNIT.get(unit)
    scale = months or DAYS_PER_UNIT[unit]
    figure.form, figure.end, figure.unit = Form.DURATION, end, "months" if months else "days"
    figure.value, figure.step = figure.value * scale, figure.step * scale
    return figure


def counts_something(low: str, end: int) -> bool:
    """Return whether a countable thing or a time unit follows."""
    word = unit_at(low, end)["w1"]
    return bool(word and (word in NOUN_GROUPS or word in DAYS_PER_UNIT or word in MONTHS_PER_UNIT))


def _scale(number: Number, factor: float, end: int) -> bool:
    number.value, number.step, number.end = number.value * factor, number.step * factor, end
    return True


def _spec(number: Number, first: int, end: int, unit: str, low: str) -> Figure:
    value = number.value * (1000 if low[end - 1] == "k" else 1)
    return Figure(Form.SPEC, first, end, value, number.step, unit)


def _before(low: str, start: int) -> tuple[int, int, str]:
    """Return where the figure really begins, its written sign, and the currency in front of it."""
    first, sign = _signed(low, start, 0)
    if low.endswith("ghs ", 0, first) and not low[first - 5 : first - 4].isalnum() and first > 4:
        return *_signed(low, first - 4, sign), "GHS"  # what nearly every amount begins with
    last = low[max(0, first - 2) : first].rstrip(" .\u00a0")
    m = CURRENCY_BEFORE.search(low, max(0, first - 6), first) if last and last[-1] in _CURRENCY_ENDS else None
    if m is None:
        return first, sign, ""
    first, sign = _signed(low, m.start(), sign)
    return first, sign, CURRENCIES.get(m[0].rstrip(" .\u00a0"), "GHS")


def _signed(low: str, start: int, sign: int) -> tuple[int, int]:
    """A plus or minus is a sign unless it follows a letter, digit or closing bracket."""
    before = low[start - 2] if start > 1 else " "
    if start and low[start - 1] in "+-−" and not (before.isalnum() or before in "%)>"):
        return start - 1, 1 if low[start - 1] == "+" else -1
    return start, sign


def _with_unit(
    figure: Figure, number: Number, unit: re.Match[str], glue: str | None, currency: str, low: str
) -> tuple[Figure | None, int]:
    """Read the sign, word or letters after the number."""
    if unit["pct"]:
        figure.form, figure.end = Form.PERCENT, unit.end()
    elif currency or unit["cur"]:
        _money(figure, unit, currency, low)
    elif glue:
        return _glued(figure, number.end, glue, low)
    elif unit["mult"]:
        figure.form, figure.end = Form.MULTIPLE, unit.end()
    elif times := TIMES.match(low, number.end):
        figure.form, figure.end = Form.MULTIPLE, times.end()
        if not MULTIPLE_NEXT.match(low, times.end()):
            figure.form, figure.unit = Form.COUNT, "?time"
    else:
        return _counted(figure, number, unit, low)
    return figure, figure.end


def _money(figure: Figure, unit: re.Match[str], currency: str, low: str) -> None:
    figure.form = Form.MONEY
    figure.unit = currency or CURRENCIES.get(unit["cur"], "GHS")
    if unit["cur"]:
        figure.end = unit.end("cur")
    if not currency and unit["cur"].startswith("pesewa"):
        if (share := _OF_A_CEDI.match(low, figure.end)) is not None:
            figure.form, figure.unit, figure.end = Form.PERCENT, "", share.end()
        else:
            figure.value, figure.step = figure.value / 100, figure.step / 100


def _glued(figure: Figure, end: int, glue: str, low: str) -> tuple[Figure | None, int]:
    """Letters straight after the digits: an ordinal, a multiple, a unit, or a model name."""
    after = end + len(glue)
    figure.end = after
    if glue in _ORDINALS:
        if not (ORDINAL_AS_DATE.match(low, after) and DAY_BEFORE.search(low[max(0, figure.start - 8) : figure.start])):
            return None, after
        figure.form = Form.MONTH_DAY
    elif glue in ("x", "×"):
        figure.form = Form.MULTIPLE
    elif glue in DAYS_PER_UNIT or glue in MONTHS_PER_UNIT or glue == "d":
        duration(figure, after, "day" if glue == "d" else glue)
    elif glue == "pp":
        figure.form = Form.PERCENT
    else:
        figure.form, figure.unit = Form.SPEC, MEASURES.get(glue, "code")
    return figure, after


def _counted(figure: Figure, number: Number, unit: re.Match[str], low: str) -> tuple[Figure | None, int]:
    """A number with words after it, or none: duration, points, measure, year, numbering, count or bare number."""
    w1, end = unit["w1"], number.end
    span = "w2" if w1 in _BETWEEN_NOUN and unit["w2"] else "w1"
    name = unit[span]
    if name in DAYS_PER_UNIT or name in MONTHS_PER_UNIT:
        duration(figure, unit.end(span), name)
    elif w1 in ("point", "points"):
        figure.form = Form.PERCENT if "%" in low or "percent" in low or "per cent" in low else Form.NUMBER
    elif w1 in MEASURES and len(w1) > 1 and w1 not in NOUN_GROUPS:
        figure.form, figure.end, figure.unit = Form.SPEC, unit.end("w1"), MEASURES[w1]
    elif low[end : end + 1] in ('"', "”", "″") and not _inside_quotes(low[max(0, end - 200) : end]):
        figure.form, figure.end, figure.unit = Form.SPEC, end + 1, "inch"
    elif _is_numbering(figure, number, low):
        return None, end
    elif len(number.digits) == 4 and number.digits.startswith(("19", "20")) and w1 not in NOUN_GROUPS:
        figure.form = Form.YEAR
    elif noun := _noun(unit):
        figure.form, figure.unit = Form.COUNT, noun
    return figure, max(end, figure.end)


def _inside_quotes(before: str) -> bool:
    """Tell whether words in quotes have begun and not ended; the mark after a figure of inches is neither."""
    opened = max((mark.start() for mark in _QUOTE_BEGINS.finditer(before)), default=None)
    return opened is not None and not _QUOTE_ENDS.search(before, opened + 1)


def _is_numbering(figure: Figure, number: Number, low: str) -> bool:
    """`Step 2`, `#3`, and `1.` or `(1)` in front of a sentence number things and say nothing about the records."""
    if NUMBERED.search(low[max(0, figure.start - 10) : figure.start]):
        return True
    return (
        not number.word
        and not low[: min(figure.start, 9)].strip(" (#•*-")
        and figure.start < 9
        and bool(LIST_NUMBER.match(low))
    )


def _noun(unit: re.Match[str]) -> str:
    """Return the group of the thing counted; for a plural of no group `?` and its singular; empty when there is
    none."""
    group = ""
    for word in (unit["w1"], unit["w2"], unit["w3"]):
        if not word or word in _NOT_NOUN:
            break
        if word in NOUN_GROUPS:
            group = NOUN_GROUPS[word]
            if word.endswith("s"):
                break
        elif word.endswith("s") and len(word) > 3 and not group:
            group = "?" + word[:-1]
    return group
