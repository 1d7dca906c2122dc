"""The words around a predicted payment: why that day, and what to do about it; from the facts alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.features.wording import count, lower_first, money, month_name, number
from gateway.features.working_days import weekday_name

CALL, REMIND_OVERDUE, REMIND_BEFORE, WATCH = "call", "remind_overdue", "remind_before_due", "wait"
FAR = 4
"""Days between an average and a prediction from which the latest invoices say more than the average."""


def long_day(day: date | str) -> str:
    """Return `Friday 6 November 2026`."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{weekday_name(found)} {found.day} {month_name(found.month)} {found.year}"


def reasoning(row: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Return why an invoice is expected on its day, in two or three sentences."""
    expected = f"payment is expected around {long_day(row['predicted_date'])}"
    parts = [_because(row, facts, expected)]
    if row["days_overdue"] and (row["basis"] != "broken" or row["days_overdue"] != facts["oldest_days_overdue"]):
        parts.append(f"It is already {count(row['days_overdue'], 'day')} overdue.")
    if facts["pattern"]["pays_in_parts"]:
        parts.append("This customer pays in parts, and the date is that of the last part.")
    return " ".join(parts)


def _because(row: Mapping[str, Any], facts: Mapping[str, Any], expected: str) -> str:
    pattern, basis = facts["pattern"], row["basis"]
    settled = pattern["settled_invoices"]
    if basis == "broken":
        before = _latest(settled, pattern["most_days_after_due"])
        return (
            f"An open invoice is {count(facts['oldest_days_overdue'], 'day')} overdue, although {before}. "
            f"The usual pattern is broken, so payment before {long_day(row['predicted_date'])} is unlikely."
        )
    if basis == "thin":
        done = f"Only {count(settled, 'invoice')} settled so far" if settled else "No invoice has been settled so far"
        return f"{done}, so the date is a cautious guess: {expected}."
    if basis == "cycle":
        return f"This customer {lower_first(pattern['monthly_cycle'])}, so {expected}."
    if basis == "drift":
        step = pattern["drift_days_per_invoice"]
        way = "later" if step > 0 else "sooner"
        size = number(abs(step), 1)
        return f"Each invoice has been paid about {size} {_days(size)} {way} than the one before, so {expected}."
    average, after = pattern["average_days_after_due"], row["days_after_due"]
    if not row["days_overdue"] and _age(row, facts) > average:
        usual = f"The last {settled} settled invoices were paid {_late(average)} on average"
        return f"{usual}. That has passed, so {expected}."
    if row["days_overdue"] and row["days_overdue"] >= pattern["most_days_after_due"]:
        most = _late(pattern["most_days_after_due"])
        guess = f"so the date is a cautious guess: {expected}"
        return f"The last {settled} settled invoices came {most} at the latest, {guess}."
    if row["days_overdue"] and row["days_overdue"] >= average:
        return f"An invoice that is this late is usually settled {_late(after)}, so {expected}."
    if abs(after - average) > FAR:
        return f"The most recent invoices were paid about {_late(after)}, so {expected}."
    return f"The last {settled} settled invoices were paid {_late(average)} on average, so {expected}."


def _age(row: Mapping[str, Any], facts: Mapping[str, Any]) -> int:
    """Return days past the due date, negative before it."""
    return (date.fromisoformat(facts["as_of"]) - date.fromisoformat(row["due_date"])).days


def _latest(settled: int, most: int) -> str:
    """Return how late the settled invoices came at most."""
    days = count(most, "day")
    if settled == 1:
        return f"the only settled one was {days} late" if most > 0 else "the only settled one was not late"
    return f"none of the last {settled} settled ones was {f'more than {days} late' if most > 0 else 'late'}"


def _days(size: str) -> str:
    return "day" if size == "1" else "days"


def _late(average: int) -> str:
    if average == 0:
        return "on the due date"
    when = "after" if average > 0 else "before"
    return f"{count(abs(average), 'day')} {when} the due date"


def action(row: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Return what to do about an invoice, with its day."""
    amount, day = money(float(row["amount"]), facts["currency"]), long_day(row["action_date"])
    if row["action"] == CALL:
        return f"Call on {day} and agree a firm date for the {amount}."
    if row["action"] == REMIND_OVERDUE:
        return f"Send a reminder for the {amount} on {day}."
    if row["action"] == REMIND_BEFORE:
        before = ", before the due date" if row["action_date"] < row["due_date"] else ""
        return f"Send a friendly reminder on {day}{before}."
    return f"No reminder is needed; look again on {day} if the {amount} has not come in."
