"""Credit dashboard: the health of everything that customers owe, with what to do first."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.features import dashboard_words as words
from gateway.features.credit_findings import (
    Trends,
    opportunities,
    risks,
    status_of,
    trends,
    used_before,
    used_now,
)
from gateway.features.credit_portfolio import DEFAULT_DAYS, PERIOD, Book, kept_standings, read_book
from gateway.features.remembering import Remembered, scope_of
from gateway.features.wording import plain, rounded
from gateway.ports import PosData

MOST_NAMED = 4
"""Customers with arrears that are named."""

PII = {"/largest_arrears/*/customer": "person-or-business"}
PLAIN = frozenset(
    {
        *("/as_of", "/currency", "/status", "/trend"),
        *("/payment_days_trend", "/utilisation_trend", "/default_rate_trend"),
        *("/total_credit_extended", "/total_outstanding", "/overdue_amount", "/default_risk_amount"),
        *("/aging/*", "/largest_arrears/*/overdue", "/due_in_the_next_7_days/amount"),
        *("/risks/*/text", "/risks/*/amount", "/risks/*/action"),
        *("/opportunities/*/text", "/opportunities/*/monthly_amount", "/opportunities/*/action"),
    }
)
_BOOKS: Remembered[Book] = Remembered(16)


async def gather(pos: PosData, request: dict[str, Json], as_of: date) -> Evidence:
    """Return the state of the business's whole credit book."""
    invoices, payments, book = await pos.invoices(), await pos.payments(), await _book(pos, as_of)
    moved = trends(book)
    facts = _facts(book, moved, pos.currency)
    return Evidence(
        facts=facts,
        computed=_computed(book, moved),
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=len(invoices) + len(payments),
        excluded=pos.excluded,
        subjects=tuple(one.customer.id for one in _arrears(book)),
        warnings=_warnings(book),
    )


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    customers = {one.id: one for one in await pos.customers()}
    invoices, payments = await pos.invoices(), await pos.payments()
    for _ in kept_standings(customers, invoices, payments, as_of, scope_of(pos)):
        await asyncio.sleep(0)  # others may go first
    await _book(pos, as_of)


async def _book(pos: PosData, as_of: date) -> Book:
    async def read() -> Book:
        return read_book(await pos.customers(), await pos.invoices(), await pos.payments(), as_of, scope_of(pos))

    return await _BOOKS.get(pos, "book", read)


def grouped(amount: Decimal) -> str:
    """Return an amount as the contract shows it: `280,000.00`."""
    return f"{rounded(amount):,.2f}"


def overdue_percentage(book: Book) -> int | float:
    """Return the overdue part of what is outstanding, in per cent with one decimal; 0 when nothing is."""
    return plain(100 * book.overdue / book.outstanding, 1) if book.outstanding else 0


def _computed(book: Book, moved: Trends) -> dict[str, Json]:
    """Return every answer field that is not words."""
    return {
        "portfolio_health": {
            "overall_score": book.score,
            "status": status_of(book.score),
            "trend": moved.overall,
        },
        "key_metrics": {
            "total_credit_extended": grouped(book.limits),
            "total_outstanding": grouped(book.outstanding),
            "overdue_amount": grouped(book.overdue),
            "overdue_percentage": overdue_percentage(book),
            "average_collection_days": _whole(book.collection_days),
            "default_risk_amount": grouped(book.at_risk),
        },
        "ai_insights": {
            "biggest_risks": [
                {"risk": one.text, "amount": grouped(one.amount), "action": one.action} for one in risks(book)
            ],
            "opportunities": [
                {"opportunity": one.text, "potential_revenue": f"{grouped(one.amount)}/month", "action": one.action}
                for one in opportunities(book)
            ],
            "trends": {
                "payment_days_trend": moved.payment_days,
                "utilization_trend": moved.utilisation,
                "default_rate_trend": moved.default_rate,
            },
        },
    }


def _facts(book: Book, moved: Trends, currency: str) -> dict[str, Json]:
    """Return what the prompt shows; only the customers with the largest arrears are named."""
    levels = Counter(one.card.level for one in book.standings)
    return {
        "as_of": book.day.isoformat(),
        "currency": currency,
        "credit_customers": len(book.standings),
        "owing_customers": sum(1 for one in book.standings if one.history.balance > 0),
        "overdue_customers": sum(1 for one in book.standings if one.history.overdue > 0),
        "risk_levels": {name: levels[name] for name in ("LOW", "MEDIUM", "HIGH", "VERY_HIGH")},
        "total_credit_extended": _exact(book.limits),
        "total_outstanding": _exact(book.outstanding),
        "overdue_amount": _exact(book.overdue),
        "overdue_percentage": overdue_percentage(book),
        "overdue_percentage_30_days_ago": _percent(book.month_ago.overdue_share),
        "default_risk_amount": _exact(book.at_risk),
        "overall_score": book.score,
        "status": status_of(book.score),
        "trend": moved.overall,
        "period_days": PERIOD.days,
        "default_days": DEFAULT_DAYS,
        "average_collection_days": _whole(book.collection_days),
        "average_collection_days_before": _whole(book.collection_days_before),
        "payment_days_trend": moved.payment_days,
        "sales_outstanding_days": _whole(book.dso),
        "utilisation_percent": _percent(used_now(book)),
        "utilisation_percent_before": _percent(used_before(book)),
        "utilisation_trend": moved.utilisation,
        "default_rate_percent": _percent(book.now.default_rate),
        "default_rate_percent_before": _percent(book.period_ago.default_rate),
        "default_rate_trend": moved.default_rate,
        "aging": {name: _exact(amount) for name, amount in book.aging.items()},
        **_findings(book),
    }


def _findings(book: Book) -> dict[str, Json]:
    invoices, amount = book.due_soon
    return {
        "largest_arrears": [
            {
                "customer": one.customer.name,
                "overdue": _exact(one.history.overdue),
                "days_overdue": one.history.max_days_overdue,
            }
            for one in _arrears(book)
        ],
        "risks": [
            {"text": one.text, "customers": one.customers, "amount": _exact(one.amount), "action": one.action}
            for one in risks(book)
        ],
        "opportunities": [
            {"text": one.text, "customers": one.customers, "monthly_amount": _exact(one.amount), "action": one.action}
            for one in opportunities(book)
        ],
        "due_in_the_next_7_days": {"invoices": invoices, "amount": _exact(amount)},
    }


def _arrears(book: Book) -> list[Any]:
    late = [one for one in book.standings if one.history.overdue > 0]
    return sorted(late, key=lambda one: (-one.history.overdue, one.customer.id))[:MOST_NAMED]


def _exact(amount: Decimal) -> str:
    return f"{rounded(amount)}"


def _whole(days: float | None) -> int | None:
    return None if days is None else int(days + 0.5)


def _percent(share: float | None) -> int | float | None:
    return None if share is None else plain(100 * share, 1)


def _warnings(book: Book) -> tuple[str, ...]:
    if any(one.history.undated for one in book.standings):
        return ("Some settled invoices have no payment on record, so they are outside the collection times.",)
    return ()


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the model's part of the answer from fixed rules."""
    return {
        "ai_executive_summary": words.summary(facts),
        "ai_insights": {"trends": {"explanation": words.explanation(facts)}},
        "recommendations": words.recommendations(facts),
    }
