"""Spans of days named in everyday words, resolved from the day the answer speaks about; nothing here reads a clock."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from gateway.features.wording import month_name

Step = Literal["day", "days", "week", "month", "quarter", "year"]
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMES = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
_MAY = r"(?:(?<=in )|(?<=of )|(?<=for )|(?<=and )|(?<=vs )|(?<=since )|(?<=than )|(?<=last )|(?<=to )|(?<=versus ))may"
_MONTH = rf"(?:{_NAMES}|{_MAY}|may(?= 20\d\d| vs\b| versus\b| compared\b))"
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DAY = r"(?P<{0}>[12]?\d|3[01])(?:st|nd|rd|th)?"
FUTURE = re.compile(
    r"\b(?:tomorrow|(?:next|coming|following) (?:day|week|month|quarter|year|\d+|few|december|christmas)\w*)\b"
)
_JOINED = re.compile(r"\s*(?:to|until|till|through|-|–|up to)\s*(?:the\s+)?(?:end of\s+)?")
_SINCE = re.compile(r"\bsince\s+(?:the\s+)?(?:(?:start|beginning)\s+of\s+)?$")
_AND = re.compile(r"\s*and\s*(?:the\s+)?")


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`; `name` is how people say it, `step` what one earlier span is shifted by."""

    first: date
    last: date
    name: str
    step: Step

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def text(self) -> str:
        """The days as a sentence shows them: `1 to 20 November 2026`, `October 2026`."""
        first, last = self.first, self.last
        if first == last:
            return f"{first.day} {month_name(first.month)} {first.year}"
        if first.day == 1 and last == _month_end(first):
            return f"{month_name(first.month)} {first.year}"
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {last.day} {month_name(last.month)} {last.year}"
        year = "" if first.year == last.year else f" {first.year}"
        return f"{first.day} {month_name(first.month)}{year} to {last.day} {month_name(last.month)} {last.year}"


def last_days(as_of: date, days: int) -> Period:
    """Return the `days` up to `as_of`."""
    return Period(as_of - timedelta(days=days - 1), as_of, f"the last {days} days", "days")


def this_month(as_of: date) -> Period:
    """Return the month from its first day to `as_of`."""
    return Period(as_of.replace(day=1), as_of, "this month", "month")


def usual(as_of: date) -> Period:
    """Return the span for a question that names none: this month, or the last 30 days while it is young."""
    return this_month(as_of) if as_of.day >= 7 else last_days(as_of, 30)


def before(period: Period) -> Period:
    """Return the span to compare with: as many days of the week, month, quarter or year before."""
    first, last = period.first, period.last
    match period.step:
        case "month" if last == _month_end(first):
            begin = _shift(first, -1)
            return Period(begin, _month_end(begin), "the month before", "month")
        case "month" | "quarter" | "year":
            months = {"month": 1, "quarter": 3, "year": 12}[period.step]
            begin = _shift(first, -months)
            end = first - timedelta(days=1) if _is_whole(period) else begin + timedelta(days=period.days - 1)
            if period.step == "year":
                end = _shift(last, -12)
            end = min(end, first - timedelta(days=1))
            return Period(begin, end, f"the same days of the {period.step} before", period.step)
        case "week":
            week = timedelta(days=7)
            return Period(first - week, last - week, "the same days of the week before", "week")
        case _:
            span = timedelta(days=period.days)
            name = "the day before" if period.days == 1 else f"the {period.days} days before"
            return Period(first - span, last - span, name, period.step)


def like_for_like(period: Period, other: Period) -> Period:
    """Return `other`, cut to as many days when it is the span before one that is still running: fair to compare."""
    earlier = before(period)
    is_cut = earlier.step == other.step and earlier.first == other.first and earlier.last < other.last
    return earlier if is_cut else other


def year_before(period: Period) -> Period:
    """Return the same days one year earlier."""
    first = _shift(period.first, -12)
    last = _month_end(_shift(period.last, -12)) if period.last == _month_end(period.last) else _shift(period.last, -12)
    return Period(first, last, "the same days of the year before", period.step)


def periods_in(text: str, as_of: date) -> list[Period]:
    """Return the spans that a text in small letters names, in its order; spans after `as_of` are left out."""
    found: list[tuple[int, int, Period]] = []
    for start, end, named in sorted(_matches(text, as_of), key=lambda one: (one[0], -one[1])):
        period = _since(named, as_of) if _SINCE.search(text[:start]) else named
        if found and start < found[-1][1]:
            continue
        if found and _is_range(text, found[-1], start, period):
            began = found.pop()
            joined = Period(began[2].first, period.last, "that time", "days")
            found.append((began[0], end, joined))
        else:
            found.append((start, end, period))
    clipped = [_clip(period, as_of) for _, _, period in found if period.first <= as_of]
    return list(dict.fromkeys(clipped))


def _since(period: Period, as_of: date) -> Period:
    """Return the span from the first day of another one until today."""
    first = period.first
    name = f"the time since {first.day} {month_name(first.month)}"
    return Period(first, max(as_of, first), name, "days")


def without_periods(text: str, as_of: date) -> str:
    """Return the text without the words that name a span."""
    for start, end, _ in sorted(_matches(text, as_of), key=lambda one: one[0], reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _is_range(text: str, before_it: tuple[int, int, Period], start: int, period: Period) -> bool:
    gap = text[before_it[1] : start]
    if period.last < before_it[2].first:
        return False
    return bool(_JOINED.fullmatch(gap)) or bool(
        _AND.fullmatch(gap) and re.search(r"\bbetween\s*(?:the\s+)?$", text[: before_it[0]])
    )


def _clip(period: Period, as_of: date) -> Period:
    return period if period.last <= as_of else Period(period.first, as_of, period.name, period.step)


def _matches(text: str, as_of: date) -> Iterator[tuple[int, int, Period]]:
    for pattern, make in _WORDS:
        for match in pattern.finditer(text):
            period = make(match, as_of)
            if period is not None:
                yield match.start(), match.end(), period


def _relative(match: re.Match[str], as_of: date) -> Period | None:
    word, unit = match[1], match[2]
    back = 0 if word in ("this", "current") else 1
    if unit == "week":
        monday = as_of - timedelta(days=as_of.weekday() + 7 * back)
        return Period(
            monday, as_of if not back else monday + timedelta(days=6), f"{'last' if back else 'this'} week", "week"
        )
    if unit == "month":
        first = _shift(as_of.replace(day=1), -back)
        return Period(first, _month_end(first) if back else as_of, f"{'last' if back else 'this'} month", "month")
    if unit == "quarter":
        first = _shift(date(as_of.year, 3 * ((as_of.month - 1) // 3) + 1, 1), -3 * back)
        return Period(
            first, _month_end(_shift(first, 2)) if back else as_of, f"{'last' if back else 'this'} quarter", "quarter"
        )
    year = as_of.year - back
    return Period(date(year, 1, 1), date(year, 12, 31) if back else as_of, f"{'last' if back else 'this'} year", "year")


def _counted(match: re.Match[str], as_of: date) -> Period | None:
    n = int(match[1]) if match[1].isdigit() else _FEW[match[1]]
    unit = match[2].rstrip("s")
    if not 0 < n <= 800:
        return None
    if unit == "month":
        first = _shift(as_of, -n) + timedelta(days=1)
        return Period(max(first, date(1970, 1, 1)), as_of, f"the last {n} months", "days") if n <= 36 else None
    days = n * {"day": 1, "week": 7, "year": 365}[unit]
    return last_days(as_of, days) if days <= 1100 else None


def _rolling(match: re.Match[str], as_of: date) -> Period:
    return last_days(as_of, {"week": 7, "month": 30, "year": 365}[match[1]])


def _near(match: re.Match[str], as_of: date) -> Period:
    day = as_of - timedelta(days={"today": 0, "yesterday": 1}[match[1]])
    return Period(day, day, match[1], "day")


def _month(match: re.Match[str], as_of: date) -> Period | None:
    month, year = _MONTHS.index(match["month"][:3]) + 1, match["year"]
    is_last = match["lead"] is not None and "last" in match["lead"]
    chosen = int(year) if year else as_of.year - (month > as_of.month or (is_last and month == as_of.month))
    if not 1971 <= chosen <= 2198:
        return None
    first = date(chosen, month, 1)
    if match["lead"] is not None and "since" in match["lead"]:
        return Period(first, max(as_of, first), f"the time since {month_name(month)}", "days")
    return Period(first, _month_end(first), f"{month_name(month)} {chosen}", "month")


def _dated(match: re.Match[str], as_of: date) -> Period | None:
    groups = match.groupdict()
    year = groups.get("year")
    try:
        month = int(groups["number"]) if groups.get("number") else _MONTHS.index(groups["month"][:3]) + 1
        number = int(groups["day"])
        day = date(int(year), month, number) if year else _latest(month, number, as_of)
    except ValueError:
        return None
    return Period(day, day, "that day", "day") if 1971 <= day.year <= 2198 else None


def _latest(month: int, number: int, as_of: date) -> date:
    """Return the last such day up to `as_of`; 29 February may be eight years ago. Raises ValueError for no day."""
    for year in range(as_of.year, as_of.year - 9, -1):
        if number <= monthrange(year, month)[1] and (day := date(year, month, number)) <= as_of:
            return day
    raise ValueError(f"day {number} of month {month}")


def _weekday(match: re.Match[str], as_of: date) -> Period:
    back = (as_of.weekday() - _WEEKDAYS.index(match["weekday"])) % 7
    if not back and match["lead"] in ("last", "past"):
        back = 7  # whoever says "last Monday" on a Monday does not mean today
    day = as_of - timedelta(days=back)
    return Period(day, day, match["weekday"].capitalize(), "week")


def _christmas(match: re.Match[str], as_of: date) -> Period:
    begun = date(as_of.year, 12, 25 if "last " in match[0] else 8)  # "last Christmas" is not the one still to come
    year = as_of.year if as_of >= begun else as_of.year - 1
    return Period(date(year, 12, 8), date(year, 12, 24), "the Christmas season", "year")


def _quarter(match: re.Match[str], as_of: date) -> Period | None:
    first = date(int(match[2]) if match[2] else as_of.year, 3 * int(match[1]) - 2, 1)
    if first > as_of and not match[2]:
        first = first.replace(year=first.year - 1)
    return Period(first, _month_end(_shift(first, 2)), f"Q{match[1]} {first.year}", "quarter")


def _calendar_year(match: re.Match[str], as_of: date) -> Period:
    return Period(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31), match[1], "year")


_FEW = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "thirty": 30, "sixty": 60, "ninety": 90, "few": 3, "couple of": 2,
}  # fmt: skip
_WORDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Period | None]], ...] = (
    (re.compile(rf"\b(?:last|past|previous|for|over)\s+(?:the\s+)?(?:(?:last|past)\s+)?(?:more than\s+)?(\d{{1,3}}|{'|'.join(_FEW)})\s+(days?|weeks?|months?|years?)\b"), _counted),
    (re.compile(r"\b(this|current|last|previous|prior)\s+(week|month|quarter|year)\b"), _relative),
    (re.compile(r"\bpast\s+(week|month|year)\b"), _rolling),
    (re.compile(r"\b(today|yesterday)\b"), _near),
    (re.compile(r"\b(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b"), _dated),
    (re.compile(r"\b(?P<day>\d{1,2})/(?P<number>\d{1,2})/(?P<year>20\d\d)\b"), _dated),
    (re.compile(rf"\b{_DAY.format('day')}\s+(?:of\s+)?(?P<month>{_NAMES}|may)\b(?:,?\s+(?P<year>20\d\d))?"), _dated),
    (re.compile(rf"\b(?P<month>{_NAMES}|may)\s+{_DAY.format('day')}\b(?!\d)(?:,?\s+(?P<year>20\d\d))?"), _dated),
    (re.compile(rf"\b(?P<lead>(?:since|last|this past)\s+)?(?P<month>{_MONTH})\b(?:,?\s+(?:of\s+)?(?P<year>20\d\d))?"), _month),
    (re.compile(rf"\b(?:(?P<lead>on|last|this|past)\s+|(?<=since ))(?P<weekday>{'|'.join(_WEEKDAYS)})\b"), _weekday),
    (re.compile(r"\b(?:last |the |over |at |during )*(?:christmas|xmas)(?: season| time| period)?\b"), _christmas),
    (re.compile(r"\bq([1-4])(?:\s+(20\d\d))?\b"), _quarter),
    (re.compile(r"\b(?:in|of|for|year|versus|vs|than)\s+(20\d\d)\b"), _calendar_year),
)  # fmt: skip


def _shift(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _is_whole(period: Period) -> bool:
    return period.last == _month_end(period.last) and period.first.day == 1 and period.step != "year"
