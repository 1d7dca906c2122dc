"""What a sales question says about money: limits, order and whether a discount is asked for.

Every amount of the text is found first; then the words before and after it say whether it is a maximum, a minimum,
the middle of a range or no price at all (a pack size, a quantity, a share).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from gateway.features.number_words import with_digits
from gateway.features.number_words_local import in_english

AROUND = Decimal("0.20")
"""'Around 150' means 20 % either way."""

BARE_PRICE = 100
"""From here on two bare figures joined as a range are read as prices."""

Order = Literal["best match", "cheapest first", "dearest first"]

_MONEY = {
    "GHS": r"gh[s¢₵c]|₵|¢|ghana cedis?|new cedis?|cedis?|sidi|gh",
    "USD": r"\$|usd|dollars?",
    "EUR": r"€|eur|euros?",
    "GBP": r"£|gbp|pounds sterling",
    "NGN": r"₦|ngn|nairas?",
    "XOF": r"f?cfa|xof",
}
"""Currency → how people write it."""
_UNITS = (
    r"kgs?|kilos?|g|grams?|mg|l|litres?|liters?|ml|cl|gb|tb|mb|mah|w|watts?|kw|v|volts?|hz|m|cm|mm|km|ft|feet"
    r"|inch(?:es)?|yards?|ways?|k?va|hp|ply|pages?|bags?|sacks?|cartons?|box(?:es)?|pcs|pieces?|packs?|packets?|units?"
    r"|crates?|dozens?|bottles?|cans?|tins?|rolls?|sets?|gallons?|sachets?|cups?|pairs?|strips?|people|persons?"
    r"|customers?|guests?|days?|weeks?|months?|years?|hours?|minutes?|times|shops?|children|pupils|students|percent"
    r"|per cent|of them"
)
_NOT = r"\b(?:not?|never|nothing|cannot|\w+n.t)\b[^.,;?!\d]{0,30}\b"
_BEFORE = tuple(
    (kind, re.compile(rf"(?:{'|'.join(words)})\s*(?:of|is|:|=|the price of|(?:than )?or equal to)?\s*$"))
    for kind, *words in (
        ("max", _NOT + "(?:more than|over|above|exceed(?:ing)?|higher than|beyond|past|pass(?:ing)?)"),
        ("min", _NOT + "(?:less than|below|under|cheaper than|lower than)"),
        (
            "max",
            r"\b(?:under|below|less than|lower than|cheaper than|smaller than|no more than|at most|up ?to)",
            r"\b(?:moins de|pas plus de|jusqu'[aà]|n?nn?boro)",
            "<=?",
            "≤",
        ),
        ("max", r"\b(?:within|max(?:imum|\.)?|ceiling|limit)"),
        (
            "min",
            r"\b(?:over|above|more than|higher than|no less than|at least|min(?:imum|\.)?|plus de|au moins)",
            ">=?",
            "≥",
        ),
        ("min", r"\b(?:from|starting (?:at|from)|upwards? of)"),
        ("around", r"\b(?:around|about|roughly|approx(?:imately|\.)?|close to|near(?:ly)?|circa|like)", "~"),
        (
            "spend",
            r"\b(?:budget|spend(?:ing)?|afford|(?:only ha[sv]e?|ha[sv]e? only))(?:(?: is)? only| of (?:about|around))?",
        ),
        ("money", r"\b(?:for|with|has|have|got|pay|paying)(?: only)?"),
    )
)
_ALONE = r"(?!\s*(?:than\s*)?(?:[a-z₵¢]{1,4}\s*)?\d)"
_AFTER = tuple(
    (kind, re.compile(rf"\s*(?:{'|'.join(words)})"))
    for kind, *words in (
        (
            "max",
            r"(?:or|and) (?:less|below|under|lower|cheaper)\b" + _ALONE,
            r"(?:[a-z]+ )?max(?:imum)?\b" + _ALONE,
            r"at most\b",
            r"tops\b",
        ),
        ("max", r"(?:is )?(?:the )?(?:limit|ceiling)\b"),
        (
            "min",
            r"(?:or|and) (?:more|above|over|up|upwards?|higher)\b" + _ALONE,
            r"min(?:imum)?\b" + _ALONE,
            r"at least\b",
            r"upwards?\b",
            r"\+",
        ),
        ("spend", r"(?:\w+ )?budget\b", r"to spend\b"),
    )
)
_RANGE_JOIN = re.compile(r"\s*(?:and|et|to|up to|-|–|—|until)\s*(?:and\s*)?")
_RANGE_LEAD = re.compile(
    r"\b(?:between|entre|from|range|prices?|budget|priced)(?:\s+(?:of|is|at|from|between))?\s*:?\s*$"
)
_EACH = re.compile(r"\s*(?:each|apiece|a piece|per\b|for one\b|a bag\b|a carton\b)")
_ALL = re.compile(r"\b(?:in all|altogether|in total|total|all together)\b")
_CHEAP = re.compile(
    r"\b(?:cheap(?:er|est)?|low(?:er|est)? price[ds]?|least expensive|less expensive|affordable|economical)\b"
)
_DEAR = re.compile(r"\b(?:most expensive|dearest|highest priced?|top of the range|premium)\b")
_DISCOUNT = re.compile(
    r"\b(?:discounts?|(?:last|final|best) price|reduc(?:e|tion)|bargain(?:ing)?|negotiat\w+|haggl\w+|come down"
    r"|lower the price)\b"
)


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """The limits of a question in the business's currency; `rest` is the text without its price phrases.

    `total` says that the maximum covers the whole quantity, not one piece; `each` that it is meant for one piece.
    `foreign` says that an amount in another currency was named and left out.
    """

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    order: Order = "best match"
    total: bool = False
    wants_discount: bool = False
    foreign: bool = False
    rest: str = ""

    @property
    def has_limit(self) -> bool:
        """True when the question names a highest or a lowest price."""
        return self.minimum is not None or self.maximum is not None


class _Amount(NamedTuple):
    start: int
    end: int
    value: Decimal
    local: bool
    foreign: bool
    thousands: bool


def parse_price_question(text: str, currency: str = "GHS") -> PriceQuestion:
    """Return the limits a text sets; when it sets several of a kind, the narrowest counts."""
    text = with_digits(in_english(_folded(text)))
    amounts = _amounts(text, currency)
    minima: list[Decimal] = []
    maxima: list[Decimal] = []
    total, foreign, used = False, False, []
    while amounts:
        amount = amounts.pop(0)
        kind = _range_of(text, amount, amounts) or _kind(text, amount)
        other = amounts.pop(0) if kind == "range" else amount
        if kind is None:
            used += [amount] if amount.local or amount.foreign else []
            continue
        used += [amount, other]
        if amount.foreign or other.foreign:
            foreign = True
            continue
        low, high, spends = _limits(kind, amount, other)
        minima += [low] if low is not None else []
        maxima += [high] if high is not None else []
        total = total or (spends and not _EACH.match(text, other.end))
    return PriceQuestion(
        minimum=max(minima, default=None),
        maximum=min(maxima, default=None),
        order="cheapest first" if _CHEAP.search(text) else "dearest first" if _DEAR.search(text) else "best match",
        total=bool(maxima) and (total or bool(_ALL.search(text))),
        wants_discount=bool(_DISCOUNT.search(text)),
        foreign=foreign,
        rest=_without(text, used),
    )


def _folded(text: str) -> str:
    text = text.lower().replace("’", "'").replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\b(\d{1,3})k(\d)\b", r"\1.\2k", text)


@lru_cache(maxsize=32)
def _amount_pattern(currency: str) -> re.Pattern[str]:
    money = _MONEY.get(currency, re.escape(currency.lower()))
    other = "|".join(words for code, words in _MONEY.items() if code != currency)
    return re.compile(
        rf"(?<![\w.,])(?:(?P<before>{money})|(?P<other>{other}))?\.?\s*"
        r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d,])|\d{1,8}(?:\.\d{1,2})?)(?P<k>\s?k\b)?"
        rf"(?:\s*(?:(?P<after>{money})|(?P<foreign>{other}))(?!\w))?"
    )


def _amounts(text: str, currency: str) -> list[_Amount]:
    found = []
    for match in _amount_pattern(currency).finditer(text):
        local, foreign = bool(match["before"] or match["after"]), bool(match["other"] or match["foreign"])
        if not local and not foreign and _is_no_price(text, match):
            continue
        value = Decimal(re.sub(r"[, ]", "", match["number"])) * (1000 if match["k"] else 1)
        found.append(_Amount(match.start(), match.end(), value, local, foreign, bool(match["k"])))
    return found


_NO_PRICE = re.compile(rf"[-\s]*(?:{_UNITS})\b|\s*[\"”″'%]|[.,]?\d|[a-z]|\s?x\b")


def _is_no_price(text: str, match: re.Match[str]) -> bool:
    has_leading_zero = re.match(r"0\d", match["number"]) is not None
    return has_leading_zero or bool(_NO_PRICE.match(text, match.end()))


def _range_of(text: str, amount: _Amount, rest: list[_Amount]) -> str | None:
    if not rest or not _RANGE_JOIN.fullmatch(text, amount.end, rest[0].start):
        return None
    both = (amount, rest[0])
    is_money = any(one.local or one.foreign for one in both) or rest[0].thousands or _are_prices(both, text)
    return "range" if is_money or _RANGE_LEAD.search(text, 0, amount.start) else None


def _are_prices(both: tuple[_Amount, _Amount], text: str) -> bool:
    """Tell whether bare figures such as `3000-4000` can only be prices: large, rising, and no years."""
    low, high = both[0].value, both[1].value
    years = all(1990 <= value <= 2100 for value in (low, high))
    return BARE_PRICE <= low < high and not years and not re.match(r"\s*[a-z]", text[both[1].end :].lstrip(" ?!.,"))


def _kind(text: str, amount: _Amount) -> str | None:
    for kind, pattern in _AFTER:
        if pattern.match(text, amount.end):
            return kind
    window = text[max(0, amount.start - 60) : amount.start]
    for kind, pattern in _BEFORE:
        if pattern.search(window):
            is_money = amount.local or amount.foreign
            return kind if kind != "money" else "spend" if is_money else None
    return None


def _limits(kind: str, amount: _Amount, other: _Amount) -> tuple[Decimal | None, Decimal | None, bool]:
    if kind == "range":
        first = (
            amount.value * 1000 if other.thousands and not amount.thousands and amount.value < 1000 else amount.value
        )
        return min(first, other.value), max(first, other.value), False
    if kind == "around":
        return amount.value * (1 - AROUND), amount.value * (1 + AROUND), False
    if kind == "min":
        return amount.value, None, False
    return None, amount.value, kind == "spend"


def _without(text: str, amounts: list[_Amount]) -> str:
    for amount in sorted(set(amounts), reverse=True):
        text = f"{text[: amount.start]} , {text[amount.end :]}"
    return text
