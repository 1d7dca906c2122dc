"""Find every figure of a sentence: amounts, percentages, multiples, counts, durations, dates, weekdays, times and ids."""

import re
from dataclasses import dataclass, field

from gateway.grounding.figures import Approx, Figure, Form
from gateway.grounding.lexicon import (
    CURRENCIES,
    DAYS_PER_UNIT,
    DIRECTIONS,
    FRACTIONS,
    GLUED_SCALES,
    LEXICON,
    MEASURES,
    MONTHS,
    MONTHS_PER_UNIT,
    NOUN_GROUPS,
    SCALES,
    Word,
)
from gateway.grounding.scan import (
    AND_A_HALF,
    APPROX,
    COMPARED,
    CURRENCY_BEFORE,
    DAY_BEFORE,
    EMAIL,
    LIST_NUMBER,
    MULTIPLE_NEXT,
    NUMBERED,
    ORDINAL_AS_DATE,
    RANGE,
    SCAN,
    UNIT,
)

_VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_BETWEEN_NOUN = frozenset(["business", "working", "calendar", "full", "consecutive", "more", "further", "extra", "additional", "whole", "straight"])
_NOT_NOUN = frozenset(
    ["in", "on", "at", "of", "to", "by", "for", "from", "with", "and", "or", "but", "is", "was", "are", "were", "be", "been", "has", "have", "had", "will", "would", "can", "could", "should", "may", "might", "this", "that", "these", "those", "than", "then", "when", "while", "as", "if", "per", "a", "an", "the", "it", "its", "their", "your", "our", "his", "her", "they", "we", "you", "which", "who", "so", "across", "versus", "vs", "plus", "minus", "means", "shows", "remains", "makes", "gives", "leaves", "exceeds", "equals", "needs", "stands", "sits", "was", "yes", "always"]
)
_DOUBLE_IS_A_WORD = re.compile(r"[\s-](?:check|down|bed|door|sided|burner|digit|digits|up|room|glazed|edged|entry)")
_HALF_IS_A_WORD = re.compile(r"(?:first|second|other|better|behind|h1|h2)\s+$")
_FRACTION_COUNT = re.compile(r"\b(?:a|an|one|two|three|four)[\s-]$")
_TIMES = re.compile(r"\s?times\b")
_MAX_DIGITS = 15


@dataclass(slots=True)
class Reading:
    """What one sentence holds: its figures in order, direction words as (start, end, sign), and whether claim words occur."""

    figures: list[Figure] = field(default_factory=list)
    directions: list[tuple[int, int, int]] = field(default_factory=list)
    claims: bool = False


def lower(text: str) -> str:
    """Return `text` in lower case with every character at its old place."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def read(text: str, low: str | None = None) -> Reading:
    """Return the figures and signal words of one sentence. Never raises."""
    return _Reader(text, lower(text) if low is None else low).read()


class _Reader:
    """One pass over one sentence."""

    def __init__(self, text: str, low: str) -> None:
        self.text = text
        self.low = low
        self.out = Reading()
        self.taken = 0
        self.emails: list[Figure] = []
        self.words: list[tuple[int, int, float, Word]] = []

    def read(self) -> Reading:
        low, lexicon, words = self.low, LEXICON, self.words
        if "@" in low:
            self.emails = [self._add(Form.ID, m.start(), m.end()) for m in EMAIL.finditer(low)]
            self.taken = 0
        for m in SCAN.finditer(low):
            group = m.lastgroup
            if group == "word":
                entry = lexicon.get(m[0])
                if entry is not None:
                    words.append((m.start(), m.end(), entry[1], entry[0]))
                continue
            if m.start() >= self.taken and not any(e.start <= m.start() < e.end for e in self.emails):
                if words:
                    self._spelled(m.start())
                getattr(self, "_" + str(group))(m)
        if words:
            self._spelled(len(low))
        figures = self.out.figures
        if len(figures) > 1:
            figures.sort(key=lambda f: f.start)
            _share_units(figures, low)
        return self.out

    def _add(self, form: Form, start: int, end: int, **parts: object) -> Figure:
        figure = Figure(form, start, end, **parts)  # type: ignore[arg-type]
        self.out.figures.append(figure)
        self.taken = max(self.taken, end)
        return figure

    # dates and ids -------------------------------------------------------------------------------------------------

    def _iso(self, m: re.Match[str]) -> None:
        parts = m[0][:10].split("-")
        self._add(Form.DATE, m.start(), m.end(), year=int(parts[0]), month=int(parts[1]), day=int(parts[2]) if parts[2:] else 0)
        if len(m[0]) > 10:
            self._add(Form.TIME, m.start() + 11, m.end(), value=int(m[0][11:13]) * 60 + int(m[0][14:16]))

    def _md(self, m: re.Match[str]) -> None:
        name = m[0].split(".")[0].split()[0].split("-")[0].rstrip("0123456789,")
        day, year = m["md_a"], m["md_y"]
        if not day and not year and not self._is_month_name(m.start(), name):
            return
        end = m.end()
        if day and not year and m["md_b"] is None and self._counts_something(end):
            day, end = None, m.start() + len(name)
        common = {"month": MONTHS[name], "year": int(year) if year else 0}
        self._add(Form.DATE, m.start(), end, day=int(day) if day else 0, **common)
        if day and m["md_b"]:
            self._add(Form.DATE, m.start("md_b"), end, day=int(m["md_b"]), **common)
        if end < m.end():
            self._number(m.start("md_a"), m.end("md_a"), m["md_a"])

    def _dm(self, m: re.Match[str]) -> None:
        name = m["dm_m"].rstrip(".")
        if not self._is_month_name(m.start("dm_m"), name, after_day=True):
            self._number(m.start("dm_a" if m["dm_a"] else "dm_b"), m.end("dm_a" if m["dm_a"] else "dm_b"), m["dm_a"] or m["dm_b"])
            return
        common = {"month": MONTHS[name], "year": int(m["dm_y"]) if m["dm_y"] else 0}
        if m["dm_a"]:
            self._add(Form.DATE, m.start(), m.end("dm_a"), day=int(m["dm_a"]), **common)
        self._add(Form.DATE, m.start("dm_b"), m.end(), day=int(m["dm_b"]), **common)

    def _is_month_name(self, start: int, name: str, after_day: bool = False) -> bool:
        """`may` and `march` are verbs too, `mar`, `sep` and `dec` may be parts of names: those need their capital."""
        if len(name) > 5 or name == "april":
            return True
        if not self.text[start].isupper():
            return False
        if after_day or name not in ("may", "march") or re.match(r"\s?(?:[-–/&]|and|to|or)\s?(?:apr|jun|feb)", self.low[start + len(name) :][:12]):
            return True
        return bool(re.search(r"\b(?:in|of|by|since|until|till|from|to|during|this|last|next|every|and|or|through|for|before|after|[-–])\s*$",
                              self.low[max(0, start - 12) : start]))  # fmt: skip

    def _counts_something(self, end: int) -> bool:
        unit = UNIT.match(self.low, end)
        word = unit["w1"] if unit else None
        return bool(word and (word in NOUN_GROUPS or word in DAYS_PER_UNIT or word in MONTHS_PER_UNIT))

    def _dmy(self, m: re.Match[str]) -> None:
        day, month, year = (int(p) for p in m[0].split(m["sep"]))
        if month > 12 >= day:
            day, month = month, day
        self._add(Form.DATE, m.start(), m.end(), day=day, month=month, year=year + 2000 if year < 100 else year)

    def _clock(self, m: re.Match[str]) -> None:
        digits = re.findall(r"\d+", m[0])
        hour, minute = int(digits[0]), int(digits[1]) if digits[1:] else 0
        if "p" in m[0] and hour < 12:
            hour += 12
        elif "a" in m[0] and hour == 12:
            hour = 0
        self._add(Form.TIME, m.start(), m.end(), value=hour * 60 + minute)

    def _url(self, m: re.Match[str]) -> None:
        self._add(Form.ID, m.start(), m.start() + len(m[0].rstrip(".,;:!?)")))

    def _uuid(self, m: re.Match[str]) -> None:
        self._add(Form.ID, m.start(), m.end())

    def _phone(self, m: re.Match[str]) -> None:
        self._add(Form.ID, m.start(), m.end(), unit="phone")

    def _code(self, m: re.Match[str]) -> None:
        self._add(Form.SPEC, m.start(), m.end(), unit="code")

    def _ph(self, m: re.Match[str]) -> None:
        self.taken = m.end()

    _idiom = _ph

    def _cur(self, m: re.Match[str]) -> None:
        """A currency sign is read together with the number after it."""

    # numbers -------------------------------------------------------------------------------------------------------

    def _num(self, m: re.Match[str]) -> None:
        self._number(m.start(), m.end(), m[0])

    def _number(self, start: int, end: int, digits: str) -> None:
        plain = digits.replace(",", "").replace("\u00a0", "").replace("\u202f", "")
        if len(plain) > _MAX_DIGITS:
            self._add(Form.ID, start, end, unit="phone")
            return
        value = _VULGAR[plain] if plain in _VULGAR else float(plain)
        point = plain.find(".")
        step = 10.0 ** -(len(plain) - point - 1) if point >= 0 else 1.0
        self._classify(start, end, value, step, digits=digits)

    def _spelled(self, limit: int) -> None:
        """Turn the waiting words before `limit` into figures; adjacent number words make one number."""
        words, low = self.words, self.low
        i = 0
        while i < len(words):
            start, end, value, kind = words[i]
            i += 1
            if low[start:end] in DIRECTIONS:
                self.out.directions.append((start, end, DIRECTIONS[low[start:end]]))
            if start < self.taken:
                continue
            if kind is Word.CARDINAL:
                while i < len(words) and (low[end : words[i][0]] in (" ", "-", " and ")) and words[i][3] in (Word.CARDINAL, Word.SCALE):
                    joined = _join(value, words[i][2], words[i][3])
                    if joined is None:
                        break
                    value, end, i = joined, words[i][1], i + 1
                self._cardinal(start, end, value)
            elif kind is Word.SCALE and re.search(r"\ba\s$", low[max(0, start - 3) : start]):
                self._classify(start, end, value, value / 10, word=True)
            else:
                self._word(start, end, value, kind)
        words.clear()

    def _cardinal(self, start: int, end: int, value: float) -> None:
        """A spelled number is a figure, except `one` as a pronoun and the top of a fraction (`two thirds`)."""
        low = self.low
        unit = UNIT.match(low, end)
        following = unit["w1"] if unit else None
        if following in FRACTIONS and value < 10:
            return
        if value == 1 and low[start:end] == "one":
            nouns = (following, unit["w2"] if unit else None)
            if not (unit and unit["pct"]) and not any(n in NOUN_GROUPS or n in DAYS_PER_UNIT or n in MONTHS_PER_UNIT for n in nouns if n):
                return
            if start == 0 and self.text[0] == "O":
                return
            if following in ("of", "another", "by", "or", "and", "on", "to") or re.search(r"\b(?:no|each|every|any|this|that)\s$", low[max(0, start - 8) : start]):
                return
        self._classify(start, end, value, 1.0, word=True)

    def _word(self, start: int, end: int, value: float, kind: Word) -> None:
        low = self.low
        if kind is Word.VAGUE:
            if low.startswith(" of", end):
                self._add(Form.VAGUE, start, end, value=value, approx=_approx(low, start))
        elif kind is Word.WEEKDAY:
            self._weekday(start, end, int(value))
        elif kind is Word.MULTIPLE:
            if not (low[start:end] == "double" and _DOUBLE_IS_A_WORD.match(low, end)):
                frequency = low[start:end] in ("twice", "thrice") and not MULTIPLE_NEXT.match(low, end)
                form = Form.COUNT if frequency else Form.MULTIPLE
                self._add(form, start, end, value=value, approx=_approx(low, start), word=True)
        elif kind is Word.FRACTION:
            self._fraction(start, end, value)
        elif kind is Word.CLAIM:
            self.out.claims = True

    def _weekday(self, start: int, end: int, day: int) -> None:
        """A short name counts only in capitals next to a date, a time or another weekday: `Fri 8 Nov`, `Mon-Sat`."""
        low = self.low
        if end - start < 6 and not low[start:end].endswith("day"):
            near = re.match(r"\.?,?\s?(?:\d|[-–]\s?[a-z]{3}\b|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))", low[end : end + 8])
            if not self.text[start].isupper() or not (near or re.search(r"(?:\d\s?\(?|[a-z]{3}\s?[-–]\s?)$", low[max(0, start - 6) : start])):
                return
        self.out.figures.append(Figure(Form.WEEKDAY, start, end, value=day))

    def _fraction(self, start: int, end: int, parts: float) -> None:
        low = self.low
        if parts == 2:
            if _HALF_IS_A_WORD.search(low[max(0, start - 8) : start]) or low.startswith(("-", " year"), end):
                return
            self._add(Form.FRACTION, start, end, value=50.0, approx=_approx(low, start), word=True)
            return
        if not _FRACTION_COUNT.search(low[max(0, start - 6) : start]) or not re.match(r"\s+(?:of|as|the|less|more|lower|higher)\b|[.,;]|$", low[end : end + 12]):
            return
        top_word = re.search(r"(\w+)[\s-]$", low[max(0, start - 8) : start])
        top = {"two": 2, "three": 3, "four": 4}.get(top_word[1], 1) if top_word else 1
        first = start - len(top_word[0]) if top_word else start
        self._add(Form.FRACTION, first, end, value=100.0 * top / parts, approx=_approx(low, first), word=True)

    def _classify(self, start: int, end: int, value: float, step: float, word: bool = False, digits: str = "") -> None:
        """Decide by what stands around a number what it measures, and add it."""
        low = self.low
        unit = UNIT.match(low, end)
        assert unit is not None
        glue, scaled, w1 = unit["glue"], False, unit["w1"]
        if glue == "½":
            value, end, glue = value + 0.5, end + 1, None
        if half := AND_A_HALF.match(low, end):
            value, end, step = value + 0.5, half.end(), 0.5
            unit = UNIT.match(low, end)
            assert unit is not None
            w1 = unit["w1"]
        first, sign, currency = self._before(start)
        if glue in GLUED_SCALES and (currency or glue == "k" or w1 in NOUN_GROUPS):
            value, step, scaled, end = value * GLUED_SCALES[glue], step * GLUED_SCALES[glue], True, end + len(glue)
            spec = glue == "k" and not currency and self.text[end - 1] == "K"
            glue = "K" if spec else None
        elif w1 in SCALES and not word:
            value, step, scaled, end = value * SCALES[w1], step * SCALES[w1], True, unit.end("w1")
            unit = UNIT.match(low, end)
            assert unit is not None
            w1 = unit["w1"]
        common = {"value": value, "step": step, "scaled": scaled, "sign": sign, "word": word, "approx": _approx(low, first)}
        if unit["plus"] and not common["approx"]:
            common["approx"] = Approx.OVER
        if unit["pct"]:
            self._add(Form.PERCENT, first, unit.end(), **common)
        elif currency or unit["cur"]:
            if not currency and unit["cur"].startswith("pesewa"):
                common["value"], common["step"] = value / 100, step / 100
            after = unit.end() if not currency or unit["cur"] else end
            self._add(Form.MONEY, first, after, unit=currency or CURRENCIES.get(unit["cur"], "GHS"), **common)
        elif glue:
            self._glued(first, end, glue, common, digits)
        elif unit["mult"]:
            self._add(Form.MULTIPLE, first, unit.end(), **common)
        elif times := _TIMES.match(low, end):
            form = Form.MULTIPLE if MULTIPLE_NEXT.match(low, times.end()) else Form.COUNT
            self._add(form, first, times.end(), **common)
        else:
            self._counted(first, end, unit, common, digits)

    def _before(self, start: int) -> tuple[int, int, str]:
        """Return where the figure really begins, its written sign, and the currency in front of it."""
        low, first, sign = self.low, start, 0
        for _ in range(2):
            if first and low[first - 1] in "+-−" and (first == 1 or not (low[first - 2].isalnum() or low[first - 2] in "%)>")):
                first, sign = first - 1, 1 if low[first - 1] == "+" else -1
            if m := CURRENCY_BEFORE.search(low, max(0, first - 6), first):
                return self._signed_currency(m, sign)
            if not (first and low[first - 1] == " " and sign == 0):
                break
            break
        return first, sign, ""

    def _signed_currency(self, m: re.Match[str], sign: int) -> tuple[int, int, str]:
        first, low = m.start(), self.low
        if first and low[first - 1] in "+-−" and (first == 1 or not low[first - 2].isalnum()):
            first, sign = first - 1, 1 if low[first - 1] == "+" else -1
        return first, sign, CURRENCIES.get(m[0].rstrip(" .\u00a0"), "GHS")

    def _glued(self, first: int, end: int, glue: str, common: dict[str, object], digits: str) -> None:
        """Letters straight after the digits: an ordinal, a multiple, a unit, or a model name."""
        after = end + len(glue) if glue != "K" else end
        if glue in ("st", "nd", "rd", "th"):
            self._ordinal(first, after, common)
        elif glue in ("x", "×"):
            self._add(Form.MULTIPLE, first, after, **common)
        elif glue in DAYS_PER_UNIT or glue in MONTHS_PER_UNIT:
            self._duration(first, after, glue, common)
        elif glue == "d":
            self._duration(first, after, "day", common)
        elif glue == "pp":
            self._add(Form.PERCENT, first, after, **common)
        else:
            self._add(Form.SPEC, first, after, **common | {"unit": MEASURES.get(glue, "code")})

    def _ordinal(self, first: int, after: int, common: dict[str, object]) -> None:
        low = self.low
        if ORDINAL_AS_DATE.match(low, after) and DAY_BEFORE.search(low[max(0, first - 8) : first]):
            self._add(Form.MONTH_DAY, first, after, **common)
        self.taken = max(self.taken, after)

    def _duration(self, first: int, after: int, unit: str, common: dict[str, object]) -> None:
        months = MONTHS_PER_UNIT.get(unit)
        scale = months or DAYS_PER_UNIT[unit]
        values = {"value": float(str(common["value"])) * scale, "step": float(str(common["step"])) * scale}
        self._add(Form.DURATION, first, after, **common | values | {"unit": "months" if months else "days"})

    def _counted(self, first: int, end: int, unit: re.Match[str], common: dict[str, object], digits: str) -> None:
        """A number with words after it, or none: duration, measure, inches, year, numbering, count or bare number."""
        low, w1, w2 = self.low, unit["w1"], unit["w2"]
        span = "w2" if w1 in _BETWEEN_NOUN and w2 else "w1"
        name = unit[span]
        if name in DAYS_PER_UNIT or name in MONTHS_PER_UNIT:
            self._duration(first, unit.end(span), name, common)
        elif w1 in MEASURES and w1 not in ("l", "g", "w", "v", "c") and w1 not in NOUN_GROUPS:
            self._add(Form.SPEC, first, unit.end("w1"), **common | {"unit": MEASURES[w1]})
        elif low[end : end + 1] in ('"', "”", "″") and low.count('"', max(0, end - 200), end) % 2 == 0:
            self._add(Form.SPEC, first, end + 1, **common | {"unit": "inch"})
        elif NUMBERED.search(low[max(0, first - 10) : first]) or (not common["word"] and LIST_NUMBER.match(low) and not low[:first].strip(" (#•*-")):
            self.taken = max(self.taken, end)
        elif len(digits) == 4 and digits.startswith(("19", "20")) and w1 not in NOUN_GROUPS:
            self._add(Form.YEAR, first, end, **common)
        else:
            noun = _noun(unit)
            self._add(Form.COUNT if noun else Form.NUMBER, first, end, **common | {"unit": noun.strip("?")})


def _noun(unit: re.Match[str]) -> str:
    """Return the group of the thing counted, `?` for a plural of no group, empty for none."""
    group = ""
    for word in (unit["w1"], unit["w2"], unit["w3"]):
        if not word or word in _NOT_NOUN:
            break
        if word in NOUN_GROUPS:
            group = NOUN_GROUPS[word]
            if word.endswith("s"):
                break
        elif word.endswith("s") and len(word) > 3:
            group = group or "?"
    return group


def _approx(low: str, start: int) -> Approx:
    m = APPROX.search(low, max(0, start - 22), start)
    if m is None:
        return Approx.NONE
    return Approx.OVER if m[2] else Approx.UNDER if m[3] else Approx.ABOUT


def _join(value: float, following: float, kind: Word) -> float | None:
    """Return the number two neighbouring words make, or None: twenty + five, two × hundred, two hundred + fifty."""
    if kind is Word.SCALE:
        return value * following
    if 20 <= value < 100 and value % 10 == 0 and 0 < following < 10:
        return value + following
    return value + following if value >= 100 and value % 100 == 0 and following < 100 else None


def _share_units(figures: list[Figure], low: str) -> None:
    """Let the bare end of a range take the unit of the other end: `7-10 days`, `GHS 2,000-3,000`, `9-11am`, `15→30 days`."""
    for left, right in zip(figures, figures[1:], strict=False):
        if right.form is Form.NUMBER and left.form in (Form.DURATION, Form.PERCENT) and COMPARED.fullmatch(low, left.end, right.start):
            _take(right, left, low)
    for i in range(len(figures) - 1, 0, -1):
        left, right = figures[i - 1], figures[i]
        if Form.NUMBER not in (left.form, right.form) or not RANGE.fullmatch(low, left.end, right.start):
            continue
        if left.form is Form.NUMBER and right.form in (Form.PERCENT, Form.DURATION, Form.MONEY, Form.MULTIPLE, Form.COUNT, Form.TIME):
            _take(left, right, low)
        elif right.form is Form.NUMBER and left.form is Form.MONEY and not right.unit:
            right.form, right.unit = Form.MONEY, left.unit
            if right.scaled and not left.scaled and left.value < 1000:
                _take(left, right, low)


def _take(left: Figure, right: Figure, low: str) -> None:
    if right.form is Form.MONEY and right.start < right.end and not low[right.start].isdigit():
        return
    scale = 1.0
    if right.form is Form.DURATION or right.scaled:
        shown = re.search(r"[\d.,]+", low[right.start : right.end])
        number = float(shown[0].replace(",", "").rstrip(".") or 1) if shown and re.search(r"\d", shown[0]) else 0.0
        scale = right.value / number if number else 1.0
    elif right.form is Form.TIME:
        scale = 60.0
        left.value += 12 if right.value >= 720 and left.value < 12 and left.value * 60 + 720 <= right.value else 0
    left.form, left.unit, left.scaled = right.form, right.unit, right.scaled
    left.value, left.step = left.value * scale, left.step * scale
