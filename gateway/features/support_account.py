"""Account answers of the support chat, worked out by code from the caller's own plan and records."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.domain.evidence import Json
from gateway.domain.records import Customer, Invoice, Product, Sale
from gateway.domain.support import Account, MeterState
from gateway.features.product_search import Catalogue
from gateway.features.remembering import Remembered
from gateway.features.support_question import OWED, PLAN, PRODUCT, QUOTA, SALE, Question
from gateway.features.wording import measured, money
from gateway.ports import PosData

MOST_PRODUCTS, MOST_CUSTOMERS = 3, 3
USAGE = ("Your plan and usage", "/api/ai/usage/")
RECORDS = ("Your records", "/api/ai/records/")
_CATALOGUES: Remembered[Catalogue] = Remembered(16)
_WORD = re.compile(r"[^\W_]+")
_COMPANY = "ltd limited enterprise enterprises ventures shop store stores trading company co and sons the"
_SUFFIXES = frozenset(_COMPANY.split())
_STRANGER = re.compile(
    r"\b(?:does|did|has|of|by|from|customer|client)\s+(?:(?:the )?customer\s+)?"
    r"((?!(?:AI|I|GHS|POS)\b)[^\W\d_a-z][^\W\d_]+(?: [^\W\d_a-z][^\W\d_]+)*)"
)
"""A name where a customer's stands: `does Kofi Manu owe`, `the balance of Efua`."""


@dataclass(slots=True)
class AccountFacts:
    """What code found out: `facts` for the prompt, and a source (title, url, snippet) for each kind of it."""

    facts: dict[str, Json] = field(default_factory=dict)
    sources: list[dict[str, str]] = field(default_factory=list)
    people: tuple[str, ...] = ()

    def add(self, name: str, value: Json, source: tuple[str, str], snippet: str) -> None:
        """Note a finding under its name, and where it comes from."""
        self.facts[name] = value
        title, url = source
        if all(one["url"] != url for one in self.sources):
            self.sources.append({"title": title, "url": url, "snippet": snippet})


async def account_facts(pos: PosData, question: Question, account: Account | None) -> AccountFacts:
    """Return what the question asks of the account; empty when it asks nothing of it."""
    found = AccountFacts()
    if account is not None and question.topics & {PLAN, QUOTA}:
        _plan(found, question, account)
    if OWED in question.topics:
        await _owed(found, pos, question)
    if SALE in question.topics:
        await _sale(found, pos, question)
    if PRODUCT in question.topics:
        await _products(found, pos, question)
    return found


def _plan(found: AccountFacts, question: Question, account: Account) -> None:
    price = money(Decimal(account.price_ghs))
    if PLAN in question.topics or not question.meter:
        plan: dict[str, Json] = {"name": account.plan, "price_per_month": price}
        if account.trial_until:
            plan["trial_until"] = account.trial_until
        if account.opted_out:
            plan["ai"] = "opted out of AI models"
        found.add("plan", plan, USAGE, f"{account.plan} plan, {price} a month")
    if QUOTA in question.topics:
        wanted = [one for one in account.meters if question.meter in ("", one.name)]
        found.add("quotas", [_meter(one) for one in wanted], USAGE, f"{account.plan} plan, {price} a month")


def _meter(state: MeterState) -> dict[str, Json]:
    window = "today" if state.name.endswith("_per_day") else "this month"
    entry: dict[str, Json] = {"what": state.title, "window": window, "used_count": state.used}
    if state.limit < 0:
        return {**entry, "limit": "no limit"}
    if state.limit == 0:
        return {**entry, "limit": "not in this plan"}
    left = max(0, state.limit - state.used)
    return {**entry, "limit_count": state.limit, "left_count": left, "until": state.until}


async def _owed(found: AccountFacts, pos: PosData, question: Question) -> None:
    """Open invoices by what is due; only of the customers whom the question names, if it names any."""
    customers = await pos.customers()
    stranger = _STRANGER.search(question.search)
    named = _named(customers, question.search) or (_in_part(customers, stranger[1]) if stranger else [])
    if not named and stranger:
        found.add("unknown_customer", "no customer of that name in your records", RECORDS, "No customer of that name")
        return
    ids = {customer.id for customer in named}
    invoices = [
        one
        for one in await pos.invoices()
        if one.amount_outstanding > 0 and one.status != "WRITTEN_OFF" and (not ids or one.customer in ids)
    ]
    if named:
        owing = [_owing(customer, invoices, pos) for customer in named[:MOST_CUSTOMERS]]
        found.add("customers", owing, RECORDS, f"Open invoices of {len(owing)} customer{'s'[: len(owing) != 1]}")
        found.people = tuple(customer.id for customer in named[:MOST_CUSTOMERS])
        return
    total = sum((one.amount_outstanding for one in invoices), Decimal(0))
    overdue = [one for one in invoices if one.due_date < pos.as_of]
    late = sum((one.amount_outstanding for one in overdue), Decimal(0))
    totals = {
        "outstanding": money(total, pos.currency),
        "overdue": money(late, pos.currency),
        "customers_owing_count": len({one.customer for one in invoices}),
        "customers_overdue_count": len({one.customer for one in overdue}),
        "as_of": pos.as_of.isoformat(),
    }
    found.add("receivables", totals, RECORDS, f"Open invoices on {pos.as_of.isoformat()}: {money(total, pos.currency)}")


def _owing(customer: Customer, invoices: Sequence[Invoice], pos: PosData) -> dict[str, Json]:
    own = [one for one in invoices if one.customer == customer.id]
    late = [one for one in own if one.due_date < pos.as_of]
    return {
        "name": customer.name,
        "outstanding": money(sum((one.amount_outstanding for one in own), Decimal(0)), pos.currency),
        "overdue": money(sum((one.amount_outstanding for one in late), Decimal(0)), pos.currency),
        "open_invoices_count": len(own),
    }


def _named(customers: Sequence[Customer], text: str) -> list[Customer]:
    """Return the customers whose names stand in a text: every telling word of the name, in order and together.

    Whose name stands there whole is meant alone: `Blessed Stores` is not `Blessed Enterprise`, nor a part of another.
    """
    said = f" {' '.join(_WORD.findall(text.lower()))} "
    whole, partly = [], []
    for customer in customers:
        words: list[str] = _WORD.findall(customer.name.lower())
        core = [word for word in words if word not in _SUFFIXES] or words
        if words and f" {' '.join(words)} " in said:
            whole.append((" ".join(words), " ".join(core), customer))
        elif words and len(core) > 1 and f" {' '.join(core)} " in said:
            partly.append((" ".join(core), customer))
    texts = [f" {name} " for name, _, _ in whole]
    named = [one for name, _, one in whole if not any(f" {name} " in text != f" {name} " for text in texts)]
    meant = texts + [f" {core} " for _, core, _ in whole]
    return named + [one for core, one in partly if not any(f" {core} " in name for name in meant)]


def _in_part(customers: Sequence[Customer], name: str) -> list[Customer]:
    """Return the customers with every word of a name in theirs, unless they are too many to be told one by one."""
    said = set(_WORD.findall(name.lower()))
    meant = [one for one in customers if said and said <= set(_WORD.findall(one.name.lower()))]
    return meant if len(meant) <= MOST_CUSTOMERS else []


async def _sale(found: AccountFacts, pos: PosData, question: Question) -> None:
    for code in question.codes:
        sale = await pos.sale_by_receipt(code)
        if sale is not None:
            found.add("sale", _told(sale, pos), RECORDS, f"Receipt {sale.receipt_number}: {_status(sale)}")
            found.people = (sale.customer,) if sale.customer else ()
            return
    if not question.how_to:
        missing = {"receipt": question.codes[0], "found": "no sale with this receipt number in your records"}
        found.add("sale", missing, RECORDS, "No sale with this receipt number")


def _told(sale: Sale, pos: PosData) -> dict[str, Json]:
    told: dict[str, Json] = {
        "receipt": sale.receipt_number,
        "status": _status(sale),
        "date": sale.created_at.date().isoformat(),
        "total": money(sale.total_amount, pos.currency),
        **({"paid_by": sale.payment_type.lower().replace("_", " ")} if sale.payment_type else {}),
        "lines_count": len(sale.items),
    }
    if sale.amount_refunded:
        told["refunded"] = money(sale.amount_refunded, pos.currency)
    return told


def _status(sale: Sale) -> str:
    return sale.status.lower()


async def _products(found: AccountFacts, pos: PosData, question: Question) -> None:
    catalogue = await _CATALOGUES.get(pos, "support catalogue", lambda: _catalogue(pos))
    hits = catalogue.find(question.search).asked
    if hits and len(hits) <= 12:
        told = [_product(one, pos) for one in hits[:MOST_PRODUCTS]]
        found.add("products", told, RECORDS, f"Catalogue and stock on {pos.as_of.isoformat()}")


async def _catalogue(pos: PosData) -> Catalogue:
    return Catalogue(await pos.products())


def _product(product: Product, pos: PosData) -> dict[str, Json]:
    return {
        "name": product.name,
        "price": money(product.retail_price, pos.currency),
        "category": product.category,
    } | (
        {"stock_count": measured(max(0, product.stock))}
        if product.keeps_stock
        else {"kind": "service"}
        if product.is_service
        else {}
    )


def told_figures(facts: Mapping[str, Json]) -> str:
    """Return every text and number of account facts as one string, for checks of what may be said."""
    parts: list[str] = []
    stack: list[Json] = [facts]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
        elif value is not None:
            parts.append(f"{value:,}" if isinstance(value, int) else str(value))
    return " ".join(parts)
