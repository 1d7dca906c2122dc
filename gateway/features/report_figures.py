"""Reads figures out of any report JSON: what is a number, what it measures, how it is called, what is a period."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.features.wording import money, number, rounded

MONEY, PERCENT, DAYS, COUNT, PLAIN = "money", "percent", "days", "count", "plain"
LABEL_LENGTH = 60
LARGEST = Decimal(10) ** 15
PLACES = 6
"""Figures are read up to this size and to this many decimals."""

_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+−])?\s*(?P<currency>GHS|GHC|GH₵|GH¢|₵|¢|USD|\$|€|£)?\s*(?P<sign2>[-+−])?"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|0|[1-9]\d{0,11})(?P<part>\.\d{1,10})?\s*(?P<unit>%|percent|GHS|days?)?\s*\)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_UNSAFE = re.compile(r"[{}<>\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


_SKIP = word_set(
    "id ids uuid sku code barcode phone tin year page pages limit offset rank version timestamp index line"
)
_PERIOD_KEYS = word_set("date day week month quarter year period")
_RATE = word_set("percent percentage pct share growth rate margin utilisation utilization")
_STRONG_COUNT = word_set("count quantity qty units unit number num sold")
_MONEY_WORDS = word_set(
    """revenue sales amount profit cost costs expense expenses balance price value income cash paid outstanding
    receivable receivables payable payables discount discounts refund refunds tax debt credit turnover cogs loss
    overdue spend spent purchases collected collections margin aging ageing ghs"""
)
_COUNT_WORDS = word_set(
    "transactions orders customers items invoices receipts products stock visits returns employees skus"
)
_COUNTED = _COUNT_WORDS - {"stock", "returns"}
_WORTHS = _MONEY_WORDS | word_set("from by to per for of")
_OF_WHICH_SORT = word_set("overdue outstanding paid cash credit sales aging ageing")
"""Beside what is counted these tell of which sort: `overdue_customers` are not worth GHS 9."""
_MEAN, _PAID_AT_ONCE = word_set("average avg mean"), word_set("transaction basket order ticket sale receipt spend")
_PAYMENT, _WAYS = word_set("payment payments"), word_set("method methods mix breakdown type types")
_EVENTS = word_set("sales refunds purchases discounts collections")
"""What may be counted as well as added up in money."""
_WORTH = word_set("revenue amount turnover value income")
HANDFUL = 5
_OF_WHOM = ("with", "without", "having")
"""What follows says of whom a figure counts, not what it counts: customers with a balance."""
_BAD = word_set(
    """expense expenses cost costs cogs overdue outstanding receivable receivables debt debts return returns refund
    refunds shrinkage discount discounts loss losses days stockout stockouts cancelled cancellations void voids churn
    default defaults late aging damaged expired payable payables"""
)
_GOOD = word_set(
    """revenue sales profit income margin customers orders transactions turnover units collected basket growth
    visits quantity sold"""
)
_MONTH_NAMES = "january february march april may june july august september october november december"
_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_MONTHS = [name[:3] for name in _MONTH_NAMES.split()]
_DAYS = [name[:3] for name in _DAY_NAMES.split()]
_CURRENCY_END = re.compile(r"\s+(?:\((?:ghs|gh₵|gh¢|₵|cedis)\)|ghs|cedis)$")
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?(?:[T ].*)?")
_NUMBERED = re.compile(
    r"(?:(\d{4})[-\s]?)?(?:week|w|quarter|q|day|month|period)[\s_-]?(\d{1,3})(?:[\s_-]?(\d{4}))?", re.I
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of a report and what it measures: money, percent, days, count or plain."""

    value: Decimal
    kind: str

    @property
    def size(self) -> "Amount":
        """The figure without its sign."""
        return Amount(abs(self.value), self.kind)

    def text(self, currency: str) -> str:
        """Return the figure as a sentence shows it."""
        if self.kind == MONEY:
            return money(self.value, currency)
        if self.kind == PERCENT:
            return f"{number(self.value, 1)}%"
        if self.kind == DAYS:
            return f"{number(self.value, 1)} {'day' if self.value == 1 else 'days'}"
        return number(self.value)


def words_of(key: str) -> list[str]:
    """Return the lower-case words of a key in snake_case, camelCase or plain text."""
    return [word.lower() for word in _WORD.findall(key)]


def label_of(text: str) -> str:
    """Return a name or key made safe and short enough to stand in a sentence."""
    clean = " ".join(_UNSAFE.sub(" ", text).split())
    return clean if len(clean) <= LABEL_LENGTH else clean[: LABEL_LENGTH - 1].rstrip() + "…"


def spoken(key: str) -> str:
    """Return a key as words: `grossProfit` and `gross_profit` as `gross profit`, `1_30_days` as `1-30 days`."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)
    text = re.sub(r"(?<=\d)_(?=\d)", "-", text)
    text = label_of(text.replace("_", " ")).lower()
    return _CURRENCY_END.sub("", text) or text


def amount_of(value: Any, key: str, context: str = "") -> Amount | None:
    """Return the figure a JSON value holds, or None when it is no measure: a text, an id, a year, a flag."""
    words = words_of(key)
    if isinstance(value, bool) or value is None or is_identifier(key):
        return None
    if isinstance(value, int | float):
        figure, hint = Decimal(str(value)), ""
    elif isinstance(value, str) and len(value) <= 40 and (match := _NUMBER.fullmatch(value.strip())):
        figure, hint = _read(match), _hint(match)
    else:
        return None
    if abs(figure) >= LARGEST:
        return None
    figure = rounded(figure, PLACES)
    kind = hint or _kind(words, words_of(context), figure)
    cents = isinstance(value, str) and value.strip()[-3:-2] == "."
    return Amount(figure, MONEY if kind == PLAIN and cents else kind)


def figure_of(row: Mapping[str, Any], key: str, context: str = "") -> Amount | None:
    """Return the figure under a key as its neighbours explain it.

    A whole number of `sales` beside their revenue counts them; without neighbours a handful of sales is told without a
    unit, as no shop sells for a few cedis.
    """
    amount = amount_of(row.get(key), key, context)
    words = set(words_of(key))
    if amount is None or amount.kind != MONEY or not isinstance(row[key], int) or words & (_MONEY_WORDS - _EVENTS):
        return amount
    if any(_WORTH & set(words_of(other)) and amount_of(row[other], other) for other in row if other != key):
        return Amount(amount.value, COUNT)
    return Amount(amount.value, PLAIN) if abs(amount.value) < HANDFUL else amount


def measures(name: str) -> bool:
    """Return whether a name is that of a measure, such as `Total revenue` or `Orders`, and not of a thing."""
    words = set(words_of(name))
    return bool(words & (_MONEY_WORDS | _STRONG_COUNT | _COUNT_WORDS | _RATE)) and len(words) <= 6


def tells_money(key: str) -> bool:
    """Return whether a key names something that is counted in money."""
    return bool(_MONEY_WORDS & set(words_of(key)))


def is_identifier(key: str) -> bool:
    """Return whether a key names an id, a number on a document or a period rather than a measure."""
    words = words_of(key)
    if len(words) == 1 and words[0] in _PERIOD_KEYS:
        return True
    if words[:1] == ["page"]:
        return True
    return bool(words) and (words[-1] in _SKIP or (len(words) > 1 and words[-1] in ("number", "no")))


def _read(match: re.Match[str]) -> Decimal:
    figure = Decimal(match["whole"].replace(",", "") + (match["part"] or ""))
    return -figure if match["open"] or "-" in (s := f"{match['sign']}{match['sign2']}") or "−" in s else figure


def _hint(match: re.Match[str]) -> str:
    unit = (match["unit"] or "").lower()
    if unit in ("%", "percent"):
        return PERCENT
    if unit.startswith("day"):
        return DAYS
    decimal_text = match["part"] and len(match["part"]) == 3 and "," in match["whole"]
    return MONEY if match["currency"] or unit == "ghs" or decimal_text else ""


def _kind(words: Sequence[str], context: Sequence[str], figure: Decimal) -> str:
    """Return what a figure measures by the words of its key; an empty word like `total` takes its parent's meaning."""
    own = set(words[: next((at for at, word in enumerate(words) if word in _OF_WHOM), len(words))])
    if own & _RATE and not own & {"amount", "value"}:
        if (
            own & {"percent", "percentage", "pct"}
            or 1 < abs(figure) <= 100
            or ("growth" in own and (figure == 0 or 1 <= abs(figure) <= 1000))
        ):
            return PERCENT
        return MONEY if "margin" in own and abs(figure) > 100 else PLAIN
    if words and "days" in (words[0], words[-1]) and not any(word.isdigit() for word in words):
        return DAYS
    if own & {"days", "day", "age"} and not own & _MONEY_WORDS:
        return _kind(context, (), figure) if any(word.isdigit() for word in words) else DAYS
    if own & _MEAN and own & _PAID_AT_ONCE and not own & _STRONG_COUNT:
        return MONEY
    if own & _PAYMENT and own & _WAYS and (figure >= 1000 or figure != int(figure)):
        return MONEY
    if own & _STRONG_COUNT and not own & {"price", "cost", "value"}:
        return COUNT
    if words and words[-1] in _COUNTED and figure == int(figure) and own & _WORTHS <= _OF_WHICH_SORT:
        return COUNT
    if own & _MONEY_WORDS:
        return MONEY
    if own & _COUNT_WORDS:
        return COUNT
    return _kind(context, (), figure) if context else PLAIN


def polarity(about: str) -> int:
    """Return +1 when more of it is good for a shop, -1 when more is bad, 0 when it depends."""
    words = set(words_of(about))
    return -1 if words & _BAD else 1 if words & _GOOD else 0


def period_of(text: Any) -> tuple[int, ...] | None:
    """Return a sortable value for a period label (`2026-08`, `Aug 2026`, `Week 32`, `Monday`), None for other text."""
    if isinstance(text, int) and not isinstance(text, bool):
        return (text,) if 1 <= text <= 53 or 1990 <= text <= 2100 else None
    if not isinstance(text, str) or not 1 < len(text) <= 30:
        return None
    clean = text.strip()
    if match := _ISO.fullmatch(clean):
        return tuple(int(part or 0) for part in match.groups()) if 1990 <= int(match[1]) <= 2100 else None
    if match := _NUMBERED.fullmatch(clean):
        return int(match[1] or match[3] or 0), int(match[2])
    return _named_period(clean.lower().replace(",", " ").split())


def is_weekday(label: str) -> bool:
    """Return whether a period's label is the name of a weekday."""
    clean = label.strip().lower().rstrip(".")
    return clean[:3] in _DAYS and clean in _spellings(_DAY_NAMES, clean[:3])


def _named_period(parts: Sequence[str]) -> tuple[int, ...] | None:
    if not parts or len(parts) > 3 or not any(part.isalpha() for part in parts):
        return None
    year, name = 0, -1
    for part in parts:
        if part.isdigit() and len(part) == 4:
            year = int(part)
        elif part[:3] in _MONTHS and part.rstrip(".") in _spellings(_MONTH_NAMES, part[:3]):
            name = _MONTHS.index(part[:3])
        elif len(parts) == 1 and part[:3] in _DAYS and part.rstrip(".") in _spellings(_DAY_NAMES, part[:3]):
            name = _DAYS.index(part[:3])
        elif not (part.isdigit() and len(part) <= 2):
            return None
    return (year, name) if name >= 0 else None


def _spellings(names: str, start: str) -> set[str]:
    return {start, "sept" if start == "sep" else start, *(name for name in names.split() if name.startswith(start))}
