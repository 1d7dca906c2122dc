"""Collection strategy: how to go about one customer's debt, in the shape of one entry of the priority list."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.money import smallest_unit
from gateway.domain.records import Customer
from gateway.errors import FieldError, NotFound
from gateway.features.collection_board import Debtor, read_board
from gateway.features.collection_debt import LOW, read_debt
from gateway.features.collection_words import chosen_words, facts_of, item, read_cases, words_of
from gateway.features.pressure import pressure_in
from gateway.features.wording import plain
from gateway.ports import PosData

PII = {"/customer/name": "person-or-business"}
PLAIN = frozenset(
    {
        *("/as_of", "/currency", "/customer/urgency", "/customer/approach", "/customer/likelihood_30_days"),
        *("/customer/why/*", "/customer/points/*", "/customer/actions/*", "/customer/buys"),
    }
)


async def gather(pos: PosData, request: Mapping[str, Json], as_of: date) -> Evidence:
    """Return the case of `request.customer_id`. Raises `NotFound` for a customer the business does not have."""
    customer = await pos.customer(request["customer_id"])
    if customer is None:
        raise NotFound(
            "No customer of this business has this customer_id; push the customer first or check the id.",
            [FieldError("/customer_id", "is not known")],
        )
    board = await read_board(pos, as_of)
    debtor = board.of(customer.id) or await _without_debt(pos, customer, as_of)
    [case] = await read_cases(pos, board, [debtor], as_of)
    overdue = debtor.debt.overdue > 0
    shown = facts_of(case) | {
        "balance": plain(debtor.debt.balance),
        "settled_invoices": debtor.debt.habit.n,
        "buys": case.bought.frequency.lower(),
    }
    del shown["rank"]
    return Evidence(
        facts={"as_of": as_of.isoformat(), "currency": pos.currency, "customer": shown},
        computed={**item(case), "rank": debtor.rank if overdue else None},
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=board.n,
        excluded=pos.excluded,
        subjects=(customer.id,),
        warnings=() if overdue else ("Nothing of this customer is overdue, so it has no rank.",),
    )


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await read_board(pos, as_of)


async def _without_debt(pos: PosData, customer: Customer, as_of: date) -> Debtor:
    """Return a customer that owes nothing as the last of all."""
    invoices = await pos.invoices(customer_id=customer.id)
    payments = await pos.payments(customer_id=customer.id)
    reminders = await pos.reminders(customer_id=customer.id)
    return Debtor(
        0,
        read_debt(customer.id, invoices, payments, reminders, as_of, smallest_unit(pos.currency)),
        LOW,
        tuple(invoices),
    )


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the words from the customer's own statements."""
    return {"ai_insights": words_of(facts["customer"])}


def expand(words: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the words that the approach calls for; what is missing comes from the rules."""
    return {"ai_insights": chosen_words(words["ai_insights"], facts["customer"])}


def merge(words: Mapping[str, Any], evidence: Evidence) -> dict[str, Json]:
    """Return the words, filled up by the rules where a sentence fell."""
    return {"ai_insights": chosen_words(words["ai_insights"], evidence.facts["customer"])}


def unsupported(text: str, facts: Mapping[str, Any]) -> list[str]:
    """Return words that press or insult; nobody is advised to do so."""
    return pressure_in(text)
