"""Collection messages: e-mail, SMS and WhatsApp to one customer who owes, with amounts, days and plan from code.

Reads only this customer's invoices, payments and reminders. Names and invoice numbers are put in after the model.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.money import smallest_unit
from gateway.domain.records import Customer, Invoice
from gateway.domain.sms import segments
from gateway.errors import FieldError, InsufficientData, NotFound
from gateway.features.collection_debt import Debt, read_debt
from gateway.features.contact_rules import advice
from gateway.features.credit_history import owed
from gateway.features.message_letters import FINAL, FIRST, FORMAL, OFFER, SECOND
from gateway.features.message_words import (
    MOST_SUBJECT,
    MOST_WHATSAPP,
    fitting_sms,
    letter_words,
    shortened,
    with_invoices,
    without_guessed_titles,
)
from gateway.features.payment_plan import WORTH_A_PLAN, Plan
from gateway.features.pressure import announcements_in, formal_words_in, pressure_in
from gateway.features.wording import plain
from gateway.features.working_days import calendar_warnings, long_date, next_working_day
from gateway.ports import PosData

MOST_NAMED = 3
FOLLOW_UP = {FIRST: (3, 10, 17), SECOND: (2, 7, 14), FINAL: (3, 7, 10), OFFER: (3, 10, 17)}
"""Days from the message to the next reminder, the escalation and the final notice."""
GOOD_PAYER = 0.75
PII = {"/customer/name": "person-or-business", "/customer/contact": "person", "/shop": "business"}
PLAIN = frozenset(
    {
        *("/as_of", "/currency", "/message_type", "/tone", "/pay_by", "/invoices/*/ref", "/invoices/*/due", "/habit"),
        *("/plan/text", "/plan/first_due", "/plan/last_due", "/plan/frequency"),
    }
)
_GIFTS = re.compile(
    r"\b(?:discounts?|waiv\w+|forgiv\w+|rebate|write (?:it|this|that|some|part) off|reduc(?:e|ed|tion)\b[^.\n]{0,30}"
    r"\b(?:amount|balance|debt)|(?:amount|balance|debt)\b[^.\n]{0,20}\breduced|for free|free of charge|bonus)\b",
    re.IGNORECASE,
)


async def gather(pos: PosData, request: Mapping[str, Json], as_of: date) -> Evidence:
    """Return the facts of one message.

    Raises `NotFound` for a customer the business does not have and `InsufficientData` when nothing is overdue (for the
    offer of a plan: when nothing is owed).
    """
    customer, debt = await _read(pos, request["customer_id"], as_of)
    kind = request["message_type"]
    _check_owing(debt, kind)
    schedule = follow_up(kind, as_of)
    pay_by = schedule[1] if kind == FINAL else schedule[0]
    plan = _plan(debt, kind, request.get("include_payment_plan"))
    facts: dict[str, Json] = (
        {"as_of": as_of.isoformat()} | _facts(customer, debt, request, pos.currency) | {"pay_by": pay_by.isoformat()}
    )
    if pos.business_name:
        facts["shop"] = pos.business_name
    if plan is not None:
        facts["plan"] = _plan_facts(plan, pay_by, pos.currency)
    return Evidence(
        facts=facts,
        computed=_computed(plan, pay_by, schedule) | {"contact": advice(debt.contacts, as_of)},
        around={"labels": {str(n): _label(one) for n, one in enumerate(debt.late[:MOST_NAMED], 1)}},
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=debt.invoices,
        excluded=pos.excluded,
        subjects=(customer.id,),
        warnings=_warnings(debt, kind, plan, request.get("include_payment_plan"), as_of),
    )


def _facts(customer: Customer, debt: Debt, request: Mapping[str, Json], currency: str) -> dict[str, Json]:
    """Return what the prompt shows: no phone, e-mail or address, and no invoice number."""
    kind, tone = request["message_type"], request["tone"]
    facts: dict[str, Json] = {
        "currency": currency,
        "message_type": kind,
        "tone": tone,
        "customer": {"name": customer.name},
        "overdue": plain(debt.overdue),
        "balance": plain(debt.balance),
        "days_overdue": debt.days,
        "invoices": [
            {"ref": f"{{INV_{n}}}", "amount": plain(owed(one)), "due": one.due_date.isoformat()}
            for n, one in enumerate(debt.late[:MOST_NAMED], 1)
        ],
        "formal_steps_may_be_named": kind == FINAL and tone == FORMAL,
    }
    if customer.contact_person.strip():
        facts["customer"]["contact"] = customer.contact_person.strip()
    if len(debt.late) > MOST_NAMED:
        facts["more_invoices"] = len(debt.late) - MOST_NAMED
    if _pays_well(debt):
        facts["habit"] = "usually pays on time"
    return facts


async def _read(pos: PosData, customer_id: str, as_of: date) -> tuple[Customer, Debt]:
    customer = await pos.customer(customer_id)
    if customer is None:
        raise NotFound(
            "No customer of this business has this customer_id; push the customer first or check the id.",
            [FieldError("/customer_id", "is not known")],
        )
    invoices = await pos.invoices(customer_id=customer.id)
    payments = await pos.payments(customer_id=customer.id)
    reminders, unit = await pos.reminders(customer_id=customer.id), smallest_unit(pos.currency)
    return customer, read_debt(customer.id, invoices, payments, reminders, as_of, unit)


def _check_owing(debt: Debt, kind: str) -> None:
    if kind == OFFER and debt.divided() is None:
        raise InsufficientData(
            "The customer owes too little for a payment plan. Send a reminder instead, or nothing.",
            [FieldError("/customer_id", "owes nothing that could be divided")],
        )
    if kind != OFFER and debt.overdue <= 0:
        raise InsufficientData(
            "Nothing of this customer is overdue, so there is nothing to remind of. Choose another customer, or offer "
            "a payment plan for the open balance.",
            [FieldError("/customer_id", "has nothing overdue")],
        )


def follow_up(kind: str, as_of: date) -> tuple[date, date, date]:
    """Return next reminder, escalation and final notice: working days after `as_of`, each later than the one before."""
    days: list[date] = []
    for offset in FOLLOW_UP[kind]:
        earliest = max([as_of + timedelta(days=offset), *(day + timedelta(days=1) for day in days)])
        days.append(next_working_day(earliest))
    return days[0], days[1], days[2]


def _plan(debt: Debt, kind: str, wanted: bool | None) -> Plan | None:
    """Return the plan to offer: when asked for, always with an offer; unasked with first and second reminders."""
    if kind == OFFER or wanted:
        return debt.divided()
    unasked = wanted is None and kind in (FIRST, SECOND) and debt.balance >= WORTH_A_PLAN
    return debt.divided() if unasked else None


def _pays_well(debt: Debt) -> bool:
    window = debt.habit.lateness
    return len(window) >= 3 and debt.habit.on_time >= GOOD_PAYER * len(window)


def _plan_facts(plan: Plan, start: date, currency: str) -> dict[str, Json]:
    days = plan.due_dates(start)
    ends = {"first_due": days[0].isoformat(), "last_due": days[-1].isoformat()}
    return {"total": plain(plan.total), **plan.parts, **ends, "text": plan.worded(currency)}


def _computed(plan: Plan | None, pay_by: date, schedule: tuple[date, date, date]) -> dict[str, Json]:
    names = ("next_reminder", "escalation_date", "final_notice_date")
    days = {name: day.isoformat() for name, day in zip(names, schedule, strict=True)}
    found: dict[str, Json] = {"message": {"follow_up_schedule": days}}
    if plan is not None:
        due = [day.isoformat() for day in plan.due_dates(pay_by)]
        found["payment_plan"] = {"total": plain(plan.total), **plan.parts, "due_dates": due}
    return found


def _label(invoice: Invoice) -> str:
    number = invoice.invoice_number.strip()
    return f"invoice {number}" if number else f"invoice of {long_date(invoice.issue_date)}"


def _warnings(debt: Debt, kind: str, plan: Plan | None, wanted: bool | None, as_of: date) -> tuple[str, ...]:
    found = []
    if (reason := debt.contacts.why_not(as_of)) is not None:
        found.append(f"contact: not today, {reason}; next on {debt.contacts.next_allowed(as_of).isoformat()}.")
    if kind in (SECOND, FINAL) and debt.contacts.last is None:
        found.append("No earlier reminder is on record, but this message speaks of one.")
    if wanted and plan is None:
        found.append("The balance is too small to be divided into a payment plan.")
    return (*found, *calendar_warnings())


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the message that fixed rules write."""
    return letter_words(facts)


def expand(words: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the words without titles that nobody told."""
    message = {name: without_guessed_titles(text) for name, text in words["message"].items()}
    return {**words, "message": message}


def merge(words: Mapping[str, Any], evidence: Evidence) -> dict[str, Json]:
    """Return the message with invoice numbers, each version within the bounds of its channel."""
    facts, labels = evidence.facts, evidence.around["labels"]
    by_rule = letter_words(facts)
    given = {
        name: with_invoices(words["message"].get(name) or text, labels) for name, text in by_rule["message"].items()
    }
    whatsapp = given["whatsapp_version"]
    if len(whatsapp) > MOST_WHATSAPP:
        whatsapp = with_invoices(by_rule["message"]["whatsapp_version"], labels)
    message = {
        "subject": shortened(" ".join(given["subject"].split()), MOST_SUBJECT),
        "body": given["body"],
        "sms_version": fitting_sms(given["sms_version"], facts),
        "whatsapp_version": shortened(whatsapp, MOST_WHATSAPP),
    }
    notes = words.get("cultural_notes") or by_rule["cultural_notes"]
    return {"message": message, "cultural_notes": notes, "contact": {"sms_segments": segments(message["sms_version"])}}


def unsupported(text: str, facts: Mapping[str, Any]) -> list[str]:
    """Return words that press, shame or invent charges, gifts that nobody granted, and formal steps where unfit."""
    found = pressure_in(text) + announcements_in(text) + [match[0] for match in _GIFTS.finditer(text)]
    return found if facts["formal_steps_may_be_named"] else found + formal_words_in(text)
