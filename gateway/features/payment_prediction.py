"""Payment prediction: when each open invoice of a customer will probably be settled, and how the customer pays."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.errors import NotFound
from gateway.features.credit_account import Account, Bill, kept_account
from gateway.features.payment_habits import Pattern, read_pattern
from gateway.features.payment_timing import Forecast, Habit, predict, quantile, read_habit
from gateway.features.payment_words import (
    CALL,
    REMIND_BEFORE,
    REMIND_OVERDUE,
    WATCH,
    action,
    reasoning,
)
from gateway.features.remembering import scope_of
from gateway.features.wording import plain, rounded
from gateway.features.working_days import (
    add_working_days,
    calendar_warnings,
    next_working_day,
    previous_working_day,
    weekday_name,
)
from gateway.ports import PosData

MOST_SHOWN = 5
"""Invoices that a model is shown; the rules word the rest."""
LATE_HABIT = 3
"""Days after the due date from which a reminder before it is worth sending."""
REMINDER_AHEAD = 2
LONG_DUE = 60
"""Days overdue from which another written reminder is no advice any more."""

WORDS = ("prediction_reasoning", "recommended_action")

PII = {"/customer/name": "person-or-business"}
PLAIN = frozenset(
    {
        *("/currency", "/as_of", "/total_due", "/overdue"),
        *("/pattern/consistency", "/pattern/preferred_days/*", "/pattern/monthly_cycle", "/pattern/seasonality"),
        *(f"/invoices/*/{name}" for name in ("ref", "amount", "due_date", "predicted_date", "predicted_weekday")),
        *(f"/invoices/*/{name}" for name in ("earliest", "latest", "basis", "action", "action_date")),
    }
)


async def gather(pos: PosData, request: dict[str, Json], as_of: date) -> Evidence:
    """Return the predictions for `request.customer_id`. Raises `NotFound` for a customer the business does not have."""
    customer = await pos.customer(request["customer_id"])
    if customer is None:
        raise NotFound("No customer of this business has this customer_id; push the customer first or check the id.")
    invoices = await pos.invoices(customer_id=customer.id)
    payments = await pos.payments(customer_id=customer.id)
    account = kept_account(scope_of(pos), customer.id, invoices, payments)
    habit = read_habit(account, as_of)
    open_bills = sorted((b for b in account.bills if b.open > 0 and not b.lost), key=lambda b: (b.due, b.issued, b.id))
    rows = tuple(_row(n, bill, predict(habit, bill.due), as_of) for n, bill in enumerate(open_bills, 1))
    due = sum((bill.open for bill in open_bills), Decimal(0))
    pattern = read_pattern(account, habit)
    facts = _facts(customer.name, rows, due, habit, pattern, pos.currency)
    return Evidence(
        facts=facts,
        computed={
            "customer": {"name": customer.name, "outstanding_invoices": len(rows), "total_due": grouped(due)},
            "payment_pattern_analysis": _analysis(pattern),
        },
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=len(invoices) + len(payments),
        excluded=pos.excluded,
        subjects=(customer.id,),
        warnings=_warnings(account),
        around={"predictions": [_item(bill, row, facts) for bill, row in zip(open_bills, rows, strict=True)]},
    )


def grouped(amount: Decimal) -> str:
    """Return an amount as the contract shows it: `15,600.00`."""
    return f"{rounded(amount):,.2f}"


def _row(n: int, bill: Bill, forecast: Forecast, as_of: date) -> dict[str, Json]:
    """Return the facts of one open invoice."""
    what, when = _action(bill, forecast, as_of)
    return {
        "ref": f"I{n}",
        "amount": f"{rounded(bill.open)}",
        "due_date": bill.due.isoformat(),
        "days_overdue": max(0, (as_of - bill.due).days),
        "predicted_date": forecast.day.isoformat(),
        "predicted_weekday": weekday_name(forecast.day),
        "days_after_due": (forecast.day - bill.due).days,
        "earliest": forecast.earliest.isoformat(),
        "latest": forecast.latest.isoformat(),
        "confidence": forecast.confidence,
        "basis": forecast.basis,
        "action": what,
        "action_date": when.isoformat(),
    }


def _action(bill: Bill, forecast: Forecast, as_of: date) -> tuple[str, date]:
    """Return what to do and on which working day, today at the earliest."""
    today = next_working_day(as_of)
    if bill.due < as_of:
        long_due = (as_of - bill.due).days > LONG_DUE
        return (CALL if forecast.basis == "broken" or long_due else REMIND_OVERDUE), today
    if forecast.basis == "broken" or (forecast.day - bill.due).days >= LATE_HABIT:
        ahead = add_working_days(previous_working_day(bill.due), -REMINDER_AHEAD)
        return REMIND_BEFORE, max(today, ahead)
    return WATCH, add_working_days(forecast.day, 1)


def _item(bill: Bill, row: Mapping[str, Json], facts: Mapping[str, Json]) -> dict[str, Json]:
    """Return an entry of the answer without words, and with the rules' own where no model is asked for them."""
    unseen = int(row["ref"][1:]) > MOST_SHOWN
    words = {WORDS[0]: reasoning(row, facts), WORDS[1]: action(row, facts)} if unseen else {}
    return {
        "invoice_id": bill.number,
        "amount": grouped(bill.open),
        "due_date": row["due_date"],
        "predicted_payment_date": row["predicted_date"],
        "confidence": row["confidence"],
        **words,
    }


def _facts(
    name: str, rows: Sequence[Mapping[str, Json]], due: Decimal, habit: Habit, pattern: Pattern, currency: str
) -> dict[str, Json]:
    """Return what the prompt shows: no invoice number, phone, e-mail or contact."""
    late = sorted(habit.lateness)
    points = [(float(days), 1.0) for days in late]
    return {
        "customer": {"name": name},
        "as_of": habit.day.isoformat(),
        "currency": currency,
        "outstanding_invoices": len(rows),
        "total_due": f"{rounded(due)}",
        "overdue": f"{sum((Decimal(row['amount']) for row in rows if row['days_overdue']), Decimal('0.00'))}",
        "oldest_days_overdue": habit.oldest,
        "pattern_broken": habit.broken,
        "pattern": {
            "settled_invoices": pattern.settled,
            "average_days_after_due": pattern.average,
            "most_days_after_due": late[-1] if late else None,
            "usual_days_after_due": [int(quantile(points, 0.25)), int(quantile(points, 0.75))] if late else [],
            "drift_days_per_invoice": plain(habit.drift, 1),
            "consistency": pattern.consistency,
            "preferred_days": list(pattern.preferred_days),
            "monthly_cycle": pattern.cycle,
            "seasonality": pattern.seasonality,
            "pays_in_parts": habit.instalments,
        },
        "invoices": [dict(row) for row in rows[:MOST_SHOWN]],
    }


def _analysis(pattern: Pattern) -> dict[str, Json]:
    return {
        "average_payment_day_after_due": pattern.average,
        "payment_consistency": pattern.consistency,
        "preferred_payment_days": list(pattern.preferred_days),
        "monthly_cash_flow_cycle": pattern.cycle,
        "seasonality": pattern.seasonality,
    }


def _warnings(account: Account) -> tuple[str, ...]:
    if any(bill.undated for bill in account.bills):
        undated = "Some settled invoices have no payment on record, so they say nothing about timing."
        return (undated, *calendar_warnings())
    return calendar_warnings()


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the words for the invoices of the facts, from fixed rules."""
    return {
        "predictions": [
            {
                "invoice_id": row["ref"],
                "prediction_reasoning": reasoning(row, facts),
                "recommended_action": action(row, facts),
            }
            for row in facts["invoices"]
        ]
    }


def merge(words: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return every open invoice with its words; where a model left them out the rules' own stay, unknown refs go."""
    by_rule = {one["invoice_id"]: one for one in fallback(evidence.facts)["predictions"]}
    said = {one["invoice_id"]: one for one in reversed(words.get("predictions") or ()) if "invoice_id" in one}
    predictions = []
    for n, item in enumerate(evidence.around["predictions"], 1):
        own, spare = said.get(f"I{n}", {}), by_rule.get(f"I{n}", item)
        predictions.append({**item, **{name: own.get(name) or spare[name] for name in WORDS}})
    return {"predictions": predictions}
