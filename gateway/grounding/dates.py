"""Turn the scanner's dates and clock times into figures."""

import re
from collections.abc import Iterator

from gateway.grounding.figures import Figure, Form
from gateway.grounding.lexicon import MONTHS
from gateway.grounding.numbers import counts_something

_MONTH_CONTEXT = re.compile(
    r"(?:\b(?:in|of|by|since|until|till|from|to|during|this|last|next|every|and|or|through|for|before|after)|[-–])\s*$"
)
_MONTH_RANGE = re.compile(r"\s?(?:[-–/&]|and|to|or)\s?(?:apr|jun|feb|may)")
_NAME = re.compile(r"[a-z]+")


def iso(m: re.Match[str]) -> Iterator[Figure]:
    """`2026-11-08`, `2026-11`, `2026-11-08T10:30:00Z`: a date, and a time where there is one."""
    start, end = m.span("iso")
    shown = m["iso"]
    year, month, *day = (int(p) for p in shown[:10].split("-"))
    yield Figure(Form.DATE, start, end, year=year, month=month, day=day[0] if day else 0)
    if len(shown) > 10:
        yield Figure(Form.TIME, start + 11, end, value=int(shown[11:13]) * 60 + int(shown[14:16]))


def month_first(m: re.Match[str], text: str, low: str) -> Iterator[Figure]:
    """`Nov 8th, 2026`, `November 8-10`, `November 2026`, `November`; nothing where the word is no month here."""
    start, end = m.span("md")
    name = _month(m, start)
    day, year = m["md_a"], int(m["md_y"] or 0)
    if not day and not year and not _is_month(text, low, start, name):
        return
    if day and not year and not m["md_b"] and counts_something(low, end):
        day, end = "", start + len(name)
    yield Figure(Form.DATE, start, end, month=MONTHS[name], year=year, day=int(day or 0))
    if day and m["md_b"]:
        yield Figure(Form.DATE, m.start("md_b"), end, month=MONTHS[name], year=year, day=int(m["md_b"]))


def day_first(m: re.Match[str], text: str, low: str) -> Iterator[Figure]:
    """`8 November 2026`, `8th of Nov`, `8-10 November`; nothing where the word is no month here (`3 may pay`)."""
    name = _month(m, m.start("dm_m"))
    year = int(m["dm_y"] or 0)
    if not _is_month(text, low, m.start("dm_m"), name, after_day=True):
        return
    if m["dm_a"]:
        yield Figure(Form.DATE, m.start("dm"), m.end("dm_a"), month=MONTHS[name], year=year, day=int(m["dm_a"]))
    yield Figure(Form.DATE, m.start("dm_b"), m.end("dm"), month=MONTHS[name], year=year, day=int(m["dm_b"]))


def numeric(m: re.Match[str]) -> Iterator[Figure]:
    """`08/11/2026`, day first as in Ghana unless only the other reading is a date."""
    day, month, year = (int(p) for p in m["dmy"].split(m["sep"]))
    if month > 12 >= day:
        day, month = month, day
    yield Figure(Form.DATE, *m.span("dmy"), day=day, month=month, year=year + 2000 if year < 100 else year)


def clock(m: re.Match[str]) -> Iterator[Figure]:
    """`4pm`, `10:30`, `10.30 am`: the value is minutes after midnight."""
    digits = re.findall(r"\d+", m["clock"])
    hour, minute = int(digits[0]), int(digits[1]) if digits[1:] else 0
    if "p" in m["clock"] and hour < 12:
        hour += 12
    elif "a" in m["clock"] and hour == 12:
        hour = 0
    yield Figure(Form.TIME, *m.span("clock"), value=hour * 60 + minute)


def _month(m: re.Match[str], at: int) -> str:
    name = _NAME.match(m.string, at)
    return name[0] if name else ""


def _is_month(text: str, low: str, start: int, name: str, after_day: bool = False) -> bool:
    """`may` and `march` are verbs too, `mar`, `sep` and `dec` may be parts of names: those need their capital."""
    if len(name) > 5 or name == "april":
        return True
    if not text[start].isupper():
        return False
    if after_day or name not in ("may", "march") or _MONTH_RANGE.match(low, start + len(name)):
        return True
    return bool(_MONTH_CONTEXT.search(low[max(0, start - 12) : start]))
