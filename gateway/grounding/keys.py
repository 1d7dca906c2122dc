"""What the name of a fact says about its value: amount, percentage, count, duration, ratio or score."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from gateway.grounding.lexicon import (
    DAYS_PER_UNIT,
    LOWER_IS_BETTER,
    MONTHS_PER_UNIT,
    NOUN_GROUPS,
    PERIODS,
    SIGNED_KEYS,
    Kind,
    word_set,
)

_SPLIT = re.compile(r"(?<![A-Za-z])[A-Za-z]\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")

_NUMBER = re.compile(r"\d+")
DAYS_PER_MONTH = 30.0

_TYPED: dict[str, int] = {}
for _kind, _words in {
    Kind.MONEY: "amount amounts balance price prices revenue cost costs profit spend spending fee fees ghs cedis usd "
    "payable payment salary wage wages turnover income subtotal budget savings exposure deposit cash cogs expense "
    "expenses tax vat recovery recoverable owed money floor ceiling debt",
    Kind.MONEY
    | Kind.COUNT: "total totals limit limits sales purchases outstanding overdue due receivable receivables payments "
    "paid credit loss losses net gross value volume refunds sold",
    Kind.PERCENT: "percent pct percentage rate share utilisation utilization confidence probability likelihood "
    "proportion fraction",
    Kind.PERCENT | Kind.MONEY: "discount margin markup",
    Kind.RATIO: "ratio multiple factor elasticity seasonality times multiplier fold",
    Kind.SCORE: "score rank index rating points stars grade",
    Kind.COUNT: "count n number num qty quantity stock installments instalments units visits hits frequency version",
    Kind.DAYS: "day days delay delays lateness tenure age cover recency",
    Kind.MONTHS: "months",
    Kind.DAYS
    | Kind.MONTHS
    | Kind.COUNT: "time terms dso duration interval gap lag window horizon lead life history period",
}.items():
    _TYPED.update(dict.fromkeys(_words.split(), _kind))
_TYPED.update({unit: Kind.DAYS for unit in DAYS_PER_UNIT if len(unit) > 3 and unit.endswith("s")})
_TYPED.update({unit: Kind.MONTHS for unit in MONTHS_PER_UNIT if len(unit) > 3 and unit.endswith("s")})
_FILLER = word_set("amount total value ghs usd pct percent percentage days day count n number num the of in a is sum")
_FALLS = word_set("decrease decline drop fall reduction shortfall")
_CHANGES = word_set("discount markup saving savings impact effect lift uplift cut vs above below interval improvement")
_AGO = frozenset(("ago", "days", "day", "weeks", "week", "months", "month"))
_COUNTING = word_set("count n number num qty quantity total")
_RISES = word_set("increase rise gain uplift jump")
_ROW_NAMES = frozenset({"category", "segment", "product", "item", "label", "title", "month", "store", "metric"})
LENGTH, IN_NAME = "#", "+"
"""Marks among the nouns of a value: the length of a list, and a number that stands in a name or counts all records."""
_SYNONYMS = {
    "avg": "average",
    "mean": "average",
    "qty": "quantity",
    "max": "maximum",
    "min": "minimum",
    "utilization": "utilisation",
}


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """`kinds` is 0 where the name tells nothing; `inherited` is what it says of values nested under it; `unit` scales a
    duration to days or months; `windows` are the numbers in the name.

    `plain` says that the name is one word with underscores, so that no figure can stand in it as in a text.

    `counted` are the nouns of a list of that name, `windowed` those of a number in it, `names_row` says that a text of
    that name tells what its row is about.

    `label` holds the stemmed words by which a sentence may name the value, `words` all of them; `role` is 3, 2 or 1 for
    this, the last or an earlier period, `subject` the name without that. `change` says that the value may be
    a change, `direction` that it is one: +1, or -1 where the name itself says a fall; `lower_better` that a fall is
    good.
    """

    kinds: int
    inherited: int
    unit: float
    nouns: frozenset[str]
    counted: frozenset[str]
    windowed: frozenset[str]
    names_row: bool
    plain: bool
    windows: tuple[tuple[float, int], ...]
    label: frozenset[str]
    words: frozenset[str]
    role: int
    subject: str
    direction: int
    change: bool
    lower_better: bool


@lru_cache(maxsize=8192)
def key_info(key: str) -> KeyInfo:
    """Return what `key` says; names of facts repeat from request to request, so the answer is remembered."""
    tokens = [t.lower() for t in _SPLIT.findall(key[:80])]
    windows, rest = _windows(tokens)
    typed = _time_unit(rest) or next((t for t in reversed(rest) if t in _TYPED), "")
    plural = next((t for t in reversed(rest) if t in NOUN_GROUPS and t.endswith("s")), "")
    if plural and (not typed or rest.index(plural) > rest.index(typed)):
        typed = ""
    inherited = _TYPED.get(typed, 0)
    kinds = inherited or (Kind.COUNT if plural else 0)
    unit = MONTHS_PER_UNIT.get(typed) or DAYS_PER_UNIT.get(typed, 1.0)
    counts = not _COUNTING.isdisjoint(rest)
    signed = any(t in SIGNED_KEYS for t in rest)
    if signed and kinds:
        kinds |= Kind.PERCENT
    role = next((PERIODS[t] for t in rest if t in PERIODS), 0)
    then = "ago" in tokens
    subject = " ".join(t for t in (rest if then else tokens) if t not in PERIODS and not (then and t in _AGO))
    nouns = frozenset(NOUN_GROUPS[t] for t in rest if t in NOUN_GROUPS and (counts or t.endswith("s")))
    return KeyInfo(
        kinds=kinds,
        inherited=inherited,
        unit=unit,
        nouns=nouns,
        counted=nouns | {LENGTH},
        windowed=nouns | {IN_NAME},
        plain=key.replace("_", "a").isalnum(),
        names_row=key == "name" or key.endswith("_name") or key in _ROW_NAMES,
        windows=windows,
        label=frozenset(stem(_SYNONYMS.get(t, t)) for t in tokens if t not in _FILLER and not t.isdecimal()),
        words=frozenset(stem(t) for t in tokens if t.isalpha()),
        role=role,
        subject=subject,
        direction=_direction(rest),
        change=_direction(rest) != 0 or not _CHANGES.isdisjoint(rest),
        lower_better=any(t in LOWER_IS_BETTER for t in rest),
    )


@lru_cache(maxsize=8192)
def stretch(key: str, above: str) -> tuple[str, float]:
    """Return what a value measures, whatever the stretch of time, and the days that its name or that of its object
    says it is about; 0 where none or two do."""
    found = [*key_info(key).windows, *key_info(above).windows]
    if len(found) != 1 or not found[0][1] & (Kind.DAYS | Kind.MONTHS):
        return "", 0.0
    size, kind = found[0]
    return _NUMBER.sub("#", f"{above}/{key}"), size * (DAYS_PER_MONTH if kind == Kind.MONTHS else 1.0)


def _time_unit(tokens: list[str]) -> str:
    """`days_overdue` and `average_payment_day_after_due` are durations whatever else they say, `sales_per_day` is
    not."""
    for before, word in pairwise(["", *tokens]):
        if (
            (word in DAYS_PER_UNIT or word in MONTHS_PER_UNIT)
            and before != "per"
            and (word.endswith("s") or word == "day")
        ):
            return word
    return ""


def _direction(tokens: list[str]) -> int:
    if any(t in _FALLS for t in tokens):
        return -1
    return 1 if any(t in SIGNED_KEYS or t in _RISES for t in tokens) else 0


def _windows(tokens: list[str]) -> tuple[tuple[tuple[float, int], ...], list[str]]:
    """Split off the numbers in a name: `next_30_days` is a window of 30 days, `top_10` the number ten."""
    tokens = [t[1:] if t[0] == "d" and t[1:].isdecimal() else t for t in tokens]
    if not any(t.isdecimal() for t in tokens):
        return (), tokens
    unit = next((t for t in tokens if t in DAYS_PER_UNIT or t in MONTHS_PER_UNIT), "")
    kind = Kind.MONTHS if unit in MONTHS_PER_UNIT else Kind.DAYS if unit else Kind.COUNT | Kind.DAYS
    scale = MONTHS_PER_UNIT.get(unit) or DAYS_PER_UNIT.get(unit, 1.0)
    windows = tuple((float(t) * scale, kind) for t in tokens if t.isdecimal() and len(t) < 7)
    return windows, [t for t in tokens if not t.isdecimal() and t != unit]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return `word` without its plural ending."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word
