"""The regular expressions of the extractor, compiled once. All of them read lower-cased text and run in linear time.

To ask of a character whether it is a letter or digit of any script costs an expression many times what a range does.
Most texts hold no other letters than a to z, so the expressions that read every character have a twin for those; the
choice changes nothing but speed.
"""

import re

from gateway.grounding.lexicon import MONTHS

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)(?![^\W\d_])\.?"
)
_ORD = r"(?:st|nd|rd|th)?"
_YEAR = r"(?:,?[\s-]+(?P<Y>(?:19|20)\d\d)(?!\d|[.,]\d))?"
_NOT_LONGER = r"(?![\d]|[.,:/]\d|\s?%)"
CURRENCY = r"(?:ghs|gh₵|gh¢|ghc|gh\$|us\$|usd|ngn|eur|gbp|xof|cfa|kes|[₵¢$€£₦])"

_ISO_TIME = r"(?:[t\s][012]\d:[0-5]\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?"
_GLUED_DIGIT = r"(?!['’]?[-_/\#]?\d)"
_SCAN = rf"""(?:(?!{_MONTH})[^\W\d_]++{_GLUED_DIGIT}|[\s,;:()!?'"%&]++)*+
    (?:
      (?P<iso>(?<![\d.,])(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d{_ISO_TIME})?(?![\d-]))
    | (?P<md>(?<![^\W_]){_MONTH}
        (?:[\s-]?\s?(?P<md_a>\d{{1,2}}){_ORD}(?:\s?[-–]\s?(?P<md_b>\d{{1,2}}){_ORD})?{_NOT_LONGER})?
        {_YEAR.replace("Y", "md_y")})
    | (?P<dm>(?<![\d.,])(?:(?P<dm_a>\d{{1,2}}){_ORD}\s?(?:[-–&]|to|and)\s?)?(?P<dm_b>\d{{1,2}}){_ORD}(?:\s+of)?[\s-]
        (?P<dm_m>{_MONTH}){_YEAR.replace("Y", "dm_y")})
    | (?P<dmy>(?<![\d.,])\d{{1,2}}(?P<sep>[/.-])\d{{1,2}}(?P=sep)(?:\d{{4}}|\d\d)(?![\d]))
    | (?P<clock>(?<![\d.,])\d{{1,2}}(?:[:.]\d\d\s?[ap]\.?m\b|:\d\d(?::\d\d)?(?!\d)|\s?[ap]\.?m\b))
    | (?P<uuid>[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}(?:-\d+)*)
    | (?P<phone>(?:\+\d{{1,3}}[\s-]?|(?<!\w)0)
        (?:\d\d[\s-]?\d{{3}}[\s-]?\d{{3,4}}|\d{{3}}[\s-]?\d{{3}}[\s-]?\d{{3}})(?!\d))
    | (?P<cur>(?<![^\W_]){CURRENCY}\.?\s?(?=[+\-−]?\s?\.?\d))
    | (?P<code>[^\W\d_]+(?:[-_/][^\W\d_]+){{0,3}}['’]?[-_/\#]?\d\w*(?:[-_/]\w+)*)
    | (?P<idiom>(?<!\d)24/7(?!\d)|(?<!\d)24/24(?!\d))
    | (?P<num>(?:\d{{1,3}}(?:[,\u00a0\u202f]\d{{3}})++(?!\d)|\d++)(?:\.\d+)?|(?<!\w)\.\d+|[½¼¾⅓⅔])
    | (?P<ph>\\?<\s*[a-z]+(?:(?:\\?_|[ -])[a-z]+)*(?:\\?_|[ -])\d+\s*\\?>)
    )?"""
SCAN = re.compile(_SCAN, re.VERBOSE)
"""Matched again and again where the last match ended: plain words are skipped inside the expression, then one thing
with a digit in it, a month name or a placeholder is taken, if it stands there."""

_UNIT = (
    r"(?P<glue>[^\W_]+)?"
    r"(?P<plus>\+)?(?:"
    r"[\s-]?(?P<pct>%|％|per\s?cent(?:age)?(?:\spoints?)?\b|percentage[\s-]points?\b|pp\b)"
    r"|[\s-]?(?P<cur>(?:ghs|gh₵|gh¢|ghc|cedis?|usd|dollars?|euros?|naira|pesewas?)\b|[₵¢$€£])(?!\.?\s?\d)"
    r"|\s?(?P<mult>[x×](?![^\W_]|\s?(?:[\d₵$]|gh))|-?fold\b)"
    r"|[\s-](?P<w1>[^\W\d_]+)(?:[\s-]+(?P<w2>[^\W\d_]+))?(?:[\s-]+(?P<w3>[^\W\d_]+))?"
    r")?"
)

UNIT = re.compile(_UNIT)

CURRENCY_BEFORE = re.compile(rf"(?<![^\W_]){CURRENCY}\.?\s?$")

NUMBERED = re.compile(
    r"(?<![^\W\d_])(?:step|option|tip|phase|stage|part|section|point|priority|action|reason|idea|level|#)\s?#?$"
)
LIST_NUMBER = re.compile(r"\W*\(?\d{1,2}[.)](?:\s|$)")
ORDINAL_AS_DATE = re.compile(
    r"\s+(?:day\s+)?of\s+(?:each|every|the|this|next|last)\s+month|\s*(?:$|[.,;:!?)–-]|\s(?:and|or|to|at|for|if|each|every|by)\b)"
)
DAY_BEFORE = re.compile(r"\b(?:the|on|by|around|before|after|until|every)\s+$")
AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b")
MULTIPLE_NEXT = re.compile(
    r"\s+(?:as\b|more\b|higher\b|larger\b|bigger\b|greater\b|above\b|over\b|faster\b|slower\b|lower\b|less\b|longer\b|"
    r"the\b|their\b|its\b|your\b|his\b|her\b|our\b|average\b|normal\b|usual\b|typical\b|monthly\b|weekly\b|daily\b|what\b|that\b|of\b)"
)
RANGE = re.compile(r"\s*(?:-|–|—|to|→|->|=>|/|(and|or|&))\s*")
COMPARED = re.compile(
    r",?\s+(?:up\s+|down\s+)?(?:against|versus|vs\.?|from|compared\s+(?:with|to)|instead\s+of|rather\s+than|not|after|and\s+not)\s+"
)
TIMES = re.compile(r"\s?times\b")
WORD = re.compile(r"[^\W\d_]+")
STRAY = re.compile(r"[<_@`.:(](?:(?<=[<_@`])|(?<=\.)[a-z]{2}|(?<=:)//|(?<=[a-z]\()(?!e?s\))|(?<=\()dot)")
"""What links, markup and code are made of; a stop, a colon or a bracket only where it could begin one."""
LINK = re.compile(r"https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}")


def _twin(pattern: str) -> str:
    """Return a pattern that does the same where the only letters and digits are a to z and 0 to 9."""
    pattern = pattern.replace(r"[^\W\d_]", "[a-z]").replace(r"[^\W_]", "[a-z0-9]")
    ranges = {r"\d": "0-9", r"\w": "a-z0-9_"}
    written: list[str] = []
    inside = False
    for part in re.findall(r"\\.|.", pattern, re.DOTALL):
        inside = part == "[" or (inside and part != "]")
        written.append((ranges[part] if inside else f"[{ranges[part]}]") if part in ranges else part)
    return "".join(written)


def _without_months(pattern: str) -> str:
    """Return the scanner's pattern for a text in which no month is named."""
    lines = pattern.replace(f"(?!{_MONTH})", "").split("\n    | ")
    return "\n    | ".join(line for line in lines if not line.startswith(("(?P<md>", "(?P<dm>")))


MONTH_WORDS = frozenset(MONTHS) | {"sepember"}
"""Every word that the scanner takes for a month."""
_SIMPLE_SCAN, _SIMPLE_UNIT = re.compile(_twin(_SCAN), re.VERBOSE), re.compile(_twin(_UNIT))
_SIMPLE_SCAN_NO_MONTHS = re.compile(_twin(_without_months(_SCAN)), re.VERBOSE)
_SIMPLE = frozenset(map(chr, range(128))) | frozenset("₵¢$€£₦–—−…·•→‘’“”″✓✔≈×÷\u00a0\u202f")
"""Characters beside which the twins may read: of other scripts and signs only such as are no part of a word."""
_KEPT = {ord(letter): ord(letter) for letter in "abcdefghijklmnopqrstuvwxyz"} | dict.fromkeys(b"0123456789[{<", 28)
_WORDS_ONLY = bytes(_KEPT.get(code, 32) for code in range(256))
"""Letters stay; digits and brackets become one kind of white space, everything else another."""
_MARK = "\x1c"
_NUMBERS_ONLY = bytes(code if chr(code) in "0123456789,." else 32 for code in range(256))
_NUMBER = re.compile(r"\d[\d,.]*")
_MARKS = re.compile(r"[\d½¼¾⅓⅔\[{<]")


def scanner(low: str) -> tuple[re.Pattern[str], int, list[str]]:
    """Return the expression that finds the figures of a lower-cased text, the place behind the last, and its words."""
    data = _simple(low)
    if data is None:
        return SCAN, len(low), WORD.findall(low)
    flat = data.translate(_WORDS_ONLY).decode()
    words = flat.split()
    if MONTH_WORDS.isdisjoint(words):
        return _SIMPLE_SCAN_NO_MONTHS, flat.rfind(_MARK) + 1, words
    return _SIMPLE_SCAN, len(low), words


def unit_at(low: str, end: int) -> re.Match[str]:
    """Return what stands after a number that ends at `end`."""
    m = (_SIMPLE_UNIT if low.isascii() else UNIT).match(low, end)
    assert m is not None  # every part of the expression is optional
    return m


def _simple(low: str) -> bytes | None:
    """Return a text as bytes, what is not ASCII as question marks; None where one of these could be part of a word."""
    if low.isascii():
        return low.encode()
    return low.encode("ascii", "replace") if _SIMPLE.issuperset(low) else None


def words_in(low: str) -> list[str]:
    """Return the words of a lower-cased text: every run of letters."""
    data = _simple(low)
    return WORD.findall(low) if data is None else data.translate(_WORDS_ONLY).decode().split()


def places_of_words(low: str) -> list[tuple[int, str]]:
    """Return every word of a lower-cased text with its place."""
    data = _simple(low)
    if data is None:
        return [(m.start(), m[0]) for m in WORD.finditer(low)]
    flat = data.translate(_WORDS_ONLY).decode()
    found, at = [], 0
    for word in flat.split():
        at = flat.index(word, at)
        found.append((at, word))
        at += len(word)
    return found


def glance(low: str) -> tuple[bool, list[str]]:
    """Return whether a lower-cased text holds a digit or a bracket, and its words."""
    data = _simple(low)
    if data is None:
        return _MARKS.search(low) is not None, WORD.findall(low)
    flat = data.translate(_WORDS_ONLY).decode()
    return _MARK in flat, flat.split()


def count_figures(low: str) -> int:
    """Return how many figures a lower-cased text shows."""
    data = _simple(low)
    if data is None:
        return len(_NUMBER.findall(low))
    return sum([run.strip(b",.") != b"" for run in data.translate(_NUMBERS_ONLY).split()])
