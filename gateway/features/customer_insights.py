"""Customer insights: a question in everyday words becomes one query of a closed set; code runs it, words explain it.

Reads per request: sums of the spans asked about, made by the database; the customers' names only where the question
holds a word that is neither everyday speech nor a product.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.records import Customer, Product
from gateway.features import insight_customers as customers
from gateway.features import insight_goods as goods
from gateway.features import insight_sales as sales
from gateway.features import insight_texts as texts
from gateway.features.insight_found import Found, span
from gateway.features.insight_names import Names, renamed
from gateway.features.insight_plan import CONTEXTS, Asked, Plan, choose, named, read
from gateway.features.insight_reach import reach
from gateway.features.insight_words import folded, is_plain
from gateway.features.periods import before, usual
from gateway.features.product_search import Catalogue
from gateway.features.remembering import Remembered
from gateway.features.rfm import scored_customers
from gateway.ports import PosData

_NAMES: Remembered[Names] = Remembered(16)
_CATALOGUES: Remembered[Catalogue] = Remembered(16)
MOST_PRODUCTS = 5
FINISHED = frozenset({"cannot_answer", "no_such_customer", "which_customer"})
"""Kinds that need no model: nothing was computed that could be worded."""
_QUERIES: dict[str, Callable[[PosData, Plan, date], Awaitable[Found]]] = {
    "top_customers": customers.top_customers,
    "at_risk_customers": customers.at_risk_customers,
    "segments": customers.segments,
    "new_customers": customers.new_customers,
    "returning_customers": customers.returning_customers,
    "debtors": customers.debtors,
    "top_products": goods.top_products,
    "slow_products": goods.slow_products,
    "restock": goods.restock,
    "categories": goods.categories,
    "margins": goods.margins,
    "stock_value": goods.stock_value,
    "compare_periods": sales.compare_periods,
    "busy_times": sales.busy_times,
    "discounts": sales.discounts,
    "payment_mix": sales.payment_mix,
}
SUGGESTIONS: dict[str, tuple[str, ...]] = {
    "top_customers": ("Which customers are at risk of leaving?", "How many new customers did we get this month?"),
    "at_risk_customers": ("Who are my top 10 customers this month?", "Show my customer segments"),
    "segments": ("Which customers are at risk of leaving?", "Who are my top 10 customers this month?"),
    "new_customers": ("Who are my top 10 customers this month?", "Which customers are at risk of leaving?"),
    "returning_customers": ("Which customers are at risk of leaving?", "Who are my top 10 customers this month?"),
    "one_customer": ("Who owes us money?", "Who are my top 10 customers this month?"),
    "top_products": ("Which products should I restock?", "Which products are not selling?"),
    "slow_products": ("What is my stock worth?", "Which products should I restock?"),
    "restock": ("Which products sell best this month?", "Which products are not selling?"),
    "categories": ("Which products sell best this month?", "Which products make the most profit?"),
    "one_product": ("Which products should I restock?", "Which products sell best this month?"),
    "compare_periods": ("What is my best-selling category?", "Which day of the week is the busiest?"),
    "busy_times": ("How do customers pay?", "How were sales last week?"),
    "debtors": ("Which customers are at risk of leaving?", "How do customers pay?"),
    "margins": ("How much did we give in discounts last month?", "Which products sell best this month?"),
    "discounts": ("Which products make the most profit?", "How were sales last month?"),
    "stock_value": ("Which products are not selling?", "Which products should I restock?"),
    "payment_mix": ("Who owes us money?", "Which day of the week is the busiest?"),
}
USUAL_SUGGESTIONS = (
    "Who are my top 10 customers this month?",
    "Which products should I restock?",
    "What is my best-selling category?",
    "How were sales last month compared to the month before?",
    "Who owes us money?",
)
_PROMISES = re.compile(
    r"\bwill (?:increase|grow|rise|drop|fall|boost|double|improve|bring|return|sell)\b"
    r"|\b(?:expect|predict)\w*\b"
    r"|\bbecause (?:of )?(?:customers|people|they|the weather|prices)\b",
    re.IGNORECASE,
)
PLAIN = frozenset(
    (
        "/kind",
        "/as_of",
        "/currency",
        "/reason",
        "/period/*",
        "/compared_with/*",
        "/suggestions/*",
        "/notes/*",
        "/summary/order",
        "/summary/ranked_by",
        "/summary/best_date",
        "/summary/asked_measure",
        "/summary/category_that_rose_most",
        "/summary/category_that_fell_most",
        "/rows/*/product",
        "/rows/*/category",
        "/rows/*/segment",
        "/rows/*/measure",
        "/rows/*/weekday",
        "/rows/*/paid_by",
        "/rows/*/day",
        "/rows/*/last_purchase",
        "/rows/*/last_sold",
        "/rows/*/joined",
        "/summary/busiest_hours/*/from_time",
        "/summary/busiest_hours/*/to_time",
    )
)
PII = {"/question": "free-text", "/rows/*/customer": "person-or-business", "/summary/customer": "person-or-business"}


async def gather(pos: PosData, request: Mapping[str, Any], as_of: date) -> Evidence:
    """Return what the records say to `request.query`; a question outside the closed set gets an honest no."""
    asked, context = read(request["query"], as_of), request.get("context") or ""
    plan, question, found = await _answered(pos, asked, request["query"], context, as_of)
    summary = {key: value for key, value in found.summary.items() if value is not None}
    if plan.kind in _QUERIES and not found.n:
        summary, found = {"has_data": False}, replace(found, rows=())
    if plan.kind in _OF_A_SPAN and found.n and (note := (await reach(pos, plan.period)).note):
        found = found.noting(note)
    if plan.whole_business and plan.kind not in FINISHED:
        found = found.noting("The figures are for the whole business, not for one branch.")
    suggestions = list(SUGGESTIONS.get(plan.kind, USUAL_SUGGESTIONS))
    facts: dict[str, Json] = {
        "question": question,
        "kind": plan.kind,
        "as_of": as_of.isoformat(),
        "currency": pos.currency,
        "period": span(plan.period),
        **found.extra,
        "summary": summary,
        "rows": found.shown(),
        "notes": list(found.notes),
        "asked_about": "credit" if plan.kind == "one_customer" and "debt" in asked.concepts else "",
        "reason": plan.reason,
        "suggestions": suggestions,
    }
    unused = context and not any(key in folded(context) for key in CONTEXTS)
    return Evidence(
        facts={key: value for key, value in facts.items() if value not in ("", [], {}) or key == "summary"},
        computed={"data": list(found.rows), "data_used": list(found.used), "suggestions": suggestions},
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=found.n,
        excluded=pos.excluded,
        subjects=found.subjects,
        warnings=("`context` names no known subject and was left aside.",) if unused else (),
        settled=plan.kind in FINISHED or not found.n,
    )


async def _answered(pos: PosData, asked: Asked, query: str, context: str, as_of: date) -> tuple[Plan, str, Found]:
    """Return the query that was chosen, the question with customers by their full names, and what was found."""
    plan = choose(asked, context, as_of)
    if plan.reason in ("orders", "contact", "staff", "outside", "expense", "together", "trade", "branches"):
        return plan, query, Found({})
    named_customers = await _named_customers(pos, asked)
    if len(named_customers) == 1:
        one = named(asked, "one_customer", as_of)
        text = renamed(query, named_customers[0], asked.names)
        return one, text, await customers.one_customer(pos, one, as_of, named_customers[0])
    products = [] if named_customers else await _named_products(pos, asked)
    if not named_customers and not products and plan.kind in _ABOUT_PRODUCTS and await _names_a_category(pos, asked):
        plan = named(asked, "categories", as_of)
    if products and plan.kind in _ABOUT_PRODUCTS:
        one = named(asked, "one_product", as_of)
        return one, query, await goods.one_product(pos, one, as_of, products)
    if plan.kind == "top_customers" and (products or _asks_for_buyers(asked)):
        return named(asked, "cannot_answer", as_of, "buyers"), query, Found({})
    if named_customers:
        return named(asked, "which_customer", as_of), query, await customers.which_customer(named_customers)
    if not products and await _names_a_stranger(pos, asked):
        return named(asked, "no_such_customer", as_of), query, Found({})
    if plan.kind in _ABOUT_STOCK and await goods.keeps_no_stock(pos):
        return named(asked, "cannot_answer", as_of, "no_stock"), query, Found({})
    if plan.kind in FINISHED:
        return plan, query, Found({})
    return plan, query, await _QUERIES[plan.kind](pos, plan, as_of)


_ABOUT_PRODUCTS = frozenset(
    {"cannot_answer", "top_products", "slow_products", "restock", "compare_periods", "margins", "stock_value"}
)


_ABOUT_STOCK = frozenset({"slow_products", "restock", "stock_value"})


async def _named_customers(pos: PosData, asked: Asked) -> Sequence[Customer]:
    """Return the customers that the question names; a word in small letters that is a product's means the product."""
    words = asked.names
    if not words:
        return []
    if not asked.capitals:
        catalogue = await _catalogue(pos)
        words = tuple(word for word in words if not catalogue.knows(word))
        if not words:
            return []
    names = await _NAMES.get(pos, "names", lambda: _names(pos))
    return names.find(asked.text, words)


async def _named_products(pos: PosData, asked: Asked) -> list[Product]:
    words = [word for word in asked.names if not is_plain(word)]
    if not words:
        return []
    found = (await _catalogue(pos)).find(" ".join(words))
    return list(found.asked[:MOST_PRODUCTS]) if found.known and len(found.asked) <= 2 * MOST_PRODUCTS else []


async def _names_a_category(pos: PosData, asked: Asked) -> bool:
    """Tell whether a word is a category of the catalogue, or stands for more products than can be told one by one."""
    words = [word for word in asked.names if not is_plain(word)]
    return bool(words) and (await _catalogue(pos)).find(" ".join(words)).known


_OF_A_SPAN = frozenset(
    {
        *("top_customers", "one_customer", "top_products", "slow_products", "restock", "categories", "one_product"),
        *("margins", "compare_periods", "busy_times", "discounts", "payment_mix"),
    }
)
"""Queries over the sales of a span, which the records may cover only in part."""

_TITLE = r"(?:(?:mr|mrs|madam|auntie|uncle)\.?\s+)?"
_ABOUT_SOMEBODY = re.compile(
    rf"\b(?:does|did|has|is|by|from|about|customer|client|for|on|madam|mr|mrs|auntie|uncle)\s+(?={_TITLE}(\w+))"
)


async def _names_a_stranger(pos: PosData, asked: Asked) -> bool:
    """Tell whether a capitalised name stands where a customer's would: `does Kofi Manu owe`, `by Efua`."""
    strange = [word for word in asked.capitals if not is_plain(word)]
    named = [match[1] for match in _ABOUT_SOMEBODY.finditer(asked.text) if match[1] in strange]
    if not named:
        return False
    catalogue = await _catalogue(pos)
    return not all(catalogue.knows(word) for word in named)


_BUYERS = re.compile(r"\b(?:buys?|bought|buying|purchase[sd]?)\s+(?:the )?(?:most )?(?:of )?(?:the )?(\w+)")


def _asks_for_buyers(asked: Asked) -> bool:
    """Tell whether a question asks who buys something that the catalogue may not even have: `who buys beer`."""
    return any(match[1] in asked.names for match in _BUYERS.finditer(asked.text))


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await scored_customers(pos, as_of)
    await asyncio.sleep(0)  # others may go first
    await _NAMES.get(pos, "names", lambda: _names(pos))
    await _catalogue(pos)
    for period in (usual(as_of), before(usual(as_of))):
        await pos.line_sums(since=period.first, until=period.last)
        await pos.sale_sums("day", since=period.first, until=period.last)


async def _names(pos: PosData) -> Names:
    return Names.of(await pos.customers())


async def _catalogue(pos: PosData) -> Catalogue:
    async def make() -> Catalogue:
        return Catalogue(await pos.products())

    return await _CATALOGUES.get(pos, "catalogue", make)


def fallback(facts: Mapping[str, Json]) -> dict[str, Any]:
    """Return the words that fixed rules write from the facts alone."""
    return {"answer": texts.answer(facts), "insights": texts.insights(facts), "recommendations": texts.advice(facts)}


def unsupported(text: str, facts: Mapping[str, Json]) -> list[str]:
    """Return promises about what is to come and causes that no record shows."""
    return [match[0] for match in _PROMISES.finditer(text)]
