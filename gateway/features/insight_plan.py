"""From a shop owner's question to one of the queries that code can run: a closed set, chosen by words.

Nothing of a question reaches a database: what comes out is a kind, spans of days, a count and ids that were looked up.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.features.insight_words import concepts_of, folded, is_plain, with_phrases, words_in
from gateway.features.number_words import with_digits
from gateway.features.periods import (
    FUTURE,
    Period,
    before,
    last_days,
    like_for_like,
    periods_in,
    usual,
    without_periods,
    year_before,
)

Kind = Literal[
    "top_customers", "at_risk_customers", "segments", "new_customers", "one_customer", "which_customer", "top_products",
    "slow_products", "restock", "categories", "one_product", "compare_periods", "busy_times", "debtors", "margins",
    "discounts", "stock_value", "payment_mix", "returning_customers", "no_such_customer", "cannot_answer",
]  # fmt: skip
USUAL_ROWS, MOST_ROWS = 5, 20
WINDOWS: dict[Kind, int] = {
    "busy_times": 56,
    "slow_products": 56,
    "restock": 28,
    "one_customer": 365,
    "one_product": 28,
}
"""Days that a kind looks at when the question names none; the others take this month."""
FEWEST_DAYS = 14
"""Days below which no pace of sales is measured."""
COMPARED: frozenset[Kind] = frozenset({"compare_periods", "categories", "one_product", "discounts", "new_customers"})
"""Kinds that set two spans against each other: the later one is told, the earlier one compared with."""
CONTEXTS: dict[str, Kind] = {
    "rfm": "segments", "segment": "segments", "customer": "segments", "credit": "debtors", "debt": "debtors",
    "collection": "debtors", "inventory": "restock", "stock": "restock", "product": "top_products",
    "sales": "compare_periods", "finance": "compare_periods", "financial": "compare_periods", "report": "compare_periods",
}  # fmt: skip
"""What a vague question means where the caller says what it is about."""

_COUNT = re.compile(
    r"\b(?:top|best|worst|bottom|first|biggest|largest|highest|lowest|slowest|my|the|show me|list) (\d{1,3})\b(?! (?:day|week|month|year|hour|cedi))"
)
_LISTED = re.compile(
    r"\b(\d{1,3}) (?:top |best |biggest |worst |slowest |most |highest |lowest |new |valued? |important )*(?:customer|client|product|item|good|seller|categor|debtor|buyer|people)"
)
_YEAR_AGO = re.compile(
    r"\b(?:last year|the year before|a year ago|same (?:time|period|month|days?) last year|year[- ]on[- ]year|yoy)\b"
)
_PREVIOUS = re.compile(
    r"\b(?:than|with|to|vs|versus|against|and) (?:the )?(?:\w+ )?(?:one |period |week |month |days? |weeks? )?(?:before|previous|prior)\b"
)
_BRANCHES = re.compile(
    r"\b(?:which|best|worst|compare|each|every|per|by|between|busiest|what) (?:of (?:my|our|the) )?(?:branch|storefront|shop|outlet|location|store)(?:e?s)?\b"
)
_AWAY = re.compile(r"\b(?:in|for|over|since|last|past|than) (\d{1,3}) (day|week|month)s?\b")
_PLACE = re.compile(r"\b(?:in|at) (\w+)")
_MOST = re.compile(r"\b(?:most|highest|biggest|largest|top)\b")
_LATE = re.compile(r"\b(?:overdue|late|longest|oldest|arrears)\b")
BEYOND = {
    "stockturn": "unknown", "pricelist": "prices", "boughttogether": "together", "counterortrade": "trade",
    "onlyonce": "unknown", "onesale": "unknown", "productmoves": "moves", "expired": "unknown", "expiry": "unknown",
    "stolen": "unknown", "target": "unknown",
}  # fmt: skip
"""Questions that sound like one of the queries and are not, with the reason why they are not answered."""
MEASURES = (("average_sale", "Average sale"), ("refund", "Refunds"), ("receipts", "Receipts"))
_ORDERS = re.compile(
    r"\b(?:drop|delete|update|insert|truncate|alter|grant)\s+(?:table|database|from|into|all|the|user|every)\b|\bselect\b.{0,60}\bfrom\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One query. `reason` says why none fits; `by_units` ranks by pieces, `lowest` turns the order round.

    `by_balance` ranks debtors by all they owe; `measure` is the row of a comparison that the question is about;
    `away_days` is how long customers must have stayed away, 0 where the question does not say.
    """

    kind: Kind
    period: Period
    against: Period
    rows: int = USUAL_ROWS
    by_units: bool = False
    lowest: bool = False
    by_category: bool = False
    whole_business: bool = False
    compares: bool = False
    by_balance: bool = False
    measure: str = ""
    away_days: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as read: its concepts, the spans it names, and the words that may name a customer or a product.

    `beyond` is the word, if any, for which it cannot be answered although it sounds like one of the queries.
    """

    text: str
    concepts: frozenset[str]
    periods: tuple[Period, ...]
    names: tuple[str, ...]
    capitals: tuple[str, ...]
    is_future: bool
    beyond: str = ""


def read(question: str, as_of: date) -> Asked:
    """Return the question in the terms of code."""
    text = with_digits(folded(question))
    bare = without_periods(text, as_of)
    words = words_in(with_phrases(bare))
    capitals = tuple(word.lower() for word in _capitals(question) if word.lower() in words_in(bare))
    plain = [word for word in words_in(bare) if not is_plain(word)]
    names = tuple(dict.fromkeys((*plain, *(word for word in capitals if word not in plain))))
    future = bool(FUTURE.search(text)) or "future" in concepts_of(words_in(bare))
    beyond = next((word for word in words if word in BEYOND), "")
    return Asked(text, frozenset(concepts_of(words)), tuple(periods_in(text, as_of)), names, capitals, future, beyond)


def _capitals(question: str) -> list[str]:
    """Return words written with a capital inside a sentence; none of a question that shouts."""
    words = words_in(question)
    if sum(word[:1].isupper() for word in words) > 0.85 * len(words):
        return []
    inner = re.findall(r"(?<=[\w,'’&] )([A-Z][\w'’]+)", question)
    return [word.removesuffix("'s").removesuffix("’s") for word in inner]


def choose(asked: Asked, context: str, as_of: date) -> Plan:
    """Return the query for a question that names no customer and no product of the business."""
    concepts = asked.concepts
    if _ORDERS.search(asked.text):
        return _plan(asked, "cannot_answer", as_of, "orders")
    for reason in ("staff", "supplier", "expense", "contact", "outside"):
        if reason in concepts and not _is_about_shop(reason, concepts):
            return _plan(asked, "cannot_answer", as_of, reason)
    if asked.beyond:
        return _plan(asked, "cannot_answer", as_of, BEYOND[asked.beyond])
    if _splits_by_branch(asked):
        return _plan(asked, "cannot_answer", as_of, "branches")
    if asked.is_future and not asked.periods and not concepts & {"restock", "churn", "risk"}:
        return _plan(asked, "cannot_answer", as_of, "future")
    kind = next((kind for kind, fits in _RULES if fits(concepts)), None)
    if kind is None:
        kind = _from_context(context) or _of_a_time(asked)
    return _plan(asked, kind or "cannot_answer", as_of, "" if kind else "unknown")


def _splits_by_branch(asked: Asked) -> bool:
    """Tell whether branches are to be set against each other; the sums are of the whole business."""
    return "branch" in asked.concepts and bool(_BRANCHES.search(asked.text))


def named(asked: Asked, kind: Kind, as_of: date, reason: str = "") -> Plan:
    """Return the query about somebody or something that the question names."""
    return _plan(asked, kind, as_of, reason)


def _is_about_shop(reason: str, concepts: frozenset[str]) -> bool:
    """Tell where such a word is no refusal: what to order again from a supplier."""
    return reason == "supplier" and not concepts.isdisjoint({"restock", "stock"})


def _of_a_time(asked: Asked) -> Kind | None:
    """Return how sales went where a question names nothing but a time: `how was September`."""
    return "compare_periods" if asked.periods and not asked.names and not asked.concepts else None


def _from_context(context: str) -> Kind | None:
    """Return what a vague question is about: any sign of the shop is enough where the caller gives the subject."""
    lowered = folded(context)
    return next((kind for key, kind in CONTEXTS.items() if key in lowered), None)


def _plan(asked: Asked, kind: Kind, as_of: date, reason: str = "") -> Plan:
    given = asked.periods
    if _YEAR_AGO.search(asked.text) and len(given) > 1:
        given = tuple(period for period in given if period.name != "last year") or given
    if kind in COMPARED and len(given) > 1:
        given = tuple(sorted(given[:2], key=lambda one: (one.first, one.last), reverse=True))
    period = given[0] if given else last_days(as_of, WINDOWS[kind]) if kind in WINDOWS else usual(as_of)
    if kind == "restock" and period.days < FEWEST_DAYS:
        period = last_days(as_of, WINDOWS[kind])  # `this week` says by when, not at which pace
    against = like_for_like(period, given[1]) if len(given) > 1 else before(period)
    if _YEAR_AGO.search(asked.text) and period.step != "year":
        against = year_before(period)
    concepts = asked.concepts
    return Plan(
        kind=kind,
        period=period,
        against=against,
        rows=_rows(asked.text, kind),
        by_units="units" in concepts,
        lowest="bottom" in concepts and "top" not in concepts,
        by_category="category" in concepts,
        whole_business=("branch" in concepts and "business" not in asked.text) or _is_somewhere(asked),
        compares=len(given) > 1 or "compare" in concepts,
        by_balance=bool(_MOST.search(asked.text)) and not _LATE.search(asked.text),
        away_days=_away_days(asked.text) if kind == "at_risk_customers" else 0,
        measure=next((row for concept, row in MEASURES if concept in concepts), ""),
        reason=reason,
    )


def _is_somewhere(asked: Asked) -> bool:
    """Tell whether a place is named that may be one of several shops: `what is selling in Kumasi`."""
    return any(match[1] in asked.capitals and not is_plain(match[1]) for match in _PLACE.finditer(asked.text))


def _away_days(text: str) -> int:
    found = _AWAY.search(text)
    return int(found[1]) * {"day": 1, "week": 7, "month": 30}[found[2]] if found else 0


def _rows(text: str, kind: Kind) -> int:
    found = _COUNT.search(text) or _LISTED.search(text)
    if found and int(found[1]) > 0:
        return min(MOST_ROWS, int(found[1]))
    return 10 if kind in ("top_customers", "debtors", "restock") else USUAL_ROWS


def _all(*wanted: str) -> Callable[[frozenset[str]], bool]:
    return lambda concepts: set(wanted) <= concepts


def _any(*wanted: str) -> Callable[[frozenset[str]], bool]:
    return lambda concepts: not concepts.isdisjoint(wanted)


_RULES: tuple[tuple[Kind, Callable[[frozenset[str]], bool]], ...] = (
    ("segments", _any("segment")),
    ("discounts", _any("discount")),
    ("margins", _any("margin")),
    ("debtors", _any("debt")),
    ("new_customers", _all("new", "customer")),
    ("returning_customers", _any("returning")),
    ("at_risk_customers", lambda c: "churn" in c or {"customer", "risk"} <= c),
    ("restock", _any("restock")),
    ("stock_value", lambda c: "stock" in c and not c.isdisjoint({"worth", "money", "category"})),
    ("restock", lambda c: {"stock", "bottom"} <= c and "sell" not in c and "product" not in c),
    ("payment_mix", _any("payment")),
    ("compare_periods", lambda c: not c.isdisjoint({"refund", "average_sale"}) and not {"product", "top"} <= c),
    ("busy_times", _any("busy")),
    ("slow_products", lambda c: "bottom" in c and not c.isdisjoint({"product", "sell", "stock"}) and "customer" not in c and "category" not in c),
    ("categories", _any("category")),
    ("at_risk_customers", lambda c: {"customer", "bottom"} <= c and "sell" not in c and "money" not in c),
    ("top_customers", lambda c: "customer" in c and not c.isdisjoint({"top", "sell", "money", "bottom", "worth", "each"})),
    ("top_products", lambda c: {"sell", "units"} <= c and "customer" not in c),
    ("compare_periods", lambda c: "compare" in c and not c.isdisjoint({"sell", "money", "overview"}) and "product" not in c),
    ("top_products", lambda c: "product" in c and not c.isdisjoint({"top", "sell", "money", "compare", "units"})),
    ("top_products", lambda c: {"top", "sell"} <= c),
    ("compare_periods", _any("sell", "money", "overview", "compare")),
    ("stock_value", _any("stock")),
    ("top_customers", _any("customer")),
    ("top_products", _any("product")),
)  # fmt: skip
