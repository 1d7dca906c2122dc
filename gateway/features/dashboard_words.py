"""The words of the credit dashboard from its facts alone: summary, trends and recommendations."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from gateway.features.wording import count, joined, lower_first, money, number

FEWEST, MOST = 3, 5
_ALWAYS = (
    "Send a statement to every credit customer each month",
    "Send a reminder before each due date",
    "Record every payment on the day it comes in, so that these figures stay true",
)


def summary(facts: Mapping[str, Any]) -> str:
    """Return the state of the book in two to five sentences."""
    if not facts["credit_customers"]:
        return "No credit sales are on record yet, so there is nothing to collect and nothing at risk."
    parts = [_outstanding(facts), _collection(facts)]
    if Decimal(facts["default_risk_amount"]) > 0:
        risk = _money(facts, facts["default_risk_amount"])
        parts.append(f"At the customers' present risk levels about {risk} may not come in.")
    parts.append(_largest(facts))
    return " ".join(part for part in parts if part)


def _outstanding(facts: Mapping[str, Any]) -> str:
    if not facts["owing_customers"]:
        return f"All {count(facts['credit_customers'], 'credit customer')} have paid; nothing is outstanding."
    owed = _money(facts, facts["total_outstanding"])
    said = f"{owed} is outstanding with {count(facts['owing_customers'], 'customer')}"
    if not facts["overdue_customers"]:
        return f"{said}, and none of it is overdue."
    overdue, share = _money(facts, facts["overdue_amount"]), number(facts["overdue_percentage"], 1)
    return f"{said}, of which {overdue} ({share}%) is overdue with {count(facts['overdue_customers'], 'customer')}."


def _collection(facts: Mapping[str, Any]) -> str:
    now, before = facts["average_collection_days"], facts["average_collection_days_before"]
    if now is None:
        return ""
    text = f"Invoices settled in the last {facts['period_days']} days took {count(now, 'day')} on average"
    return (
        f"{text}, against {count(before, 'day')} in the {facts['period_days']} days before." if before else f"{text}."
    )


def _largest(facts: Mapping[str, Any]) -> str:
    named = [f"{one['customer']} ({_money(facts, one['overdue'])})" for one in facts["largest_arrears"][:3]]
    if not named:
        return ""
    if facts["overdue_customers"] == 1:
        return f"All of the arrears are with {named[0]}."
    return f"The largest arrears are with {joined(named)}."


def explanation(facts: Mapping[str, Any]) -> str:
    """Return what moved and by how much, each with both figures; says so where there is nothing to compare."""
    parts = [part for part in (_days_moved(facts), _use_moved(facts), _defaults_moved(facts)) if part]
    return " ".join(parts) or "There is too little history yet for a comparison with an earlier period."


def _days_moved(facts: Mapping[str, Any]) -> str:
    now, before = facts["average_collection_days"], facts["average_collection_days_before"]
    if now is None or before is None:
        return ""
    how = {"INCREASING": "Customers take longer to pay", "DECREASING": "Customers pay sooner"}
    said = how.get(facts["payment_days_trend"], "Customers take about as long to pay as before")
    return f"{said}: {count(now, 'day')} from invoice to payment, against {count(before, 'day')}."


def _use_moved(facts: Mapping[str, Any]) -> str:
    now, before = facts["utilisation_percent"], facts["utilisation_percent_before"]
    if now is None or before is None:
        return ""
    how = {"INCREASING": "Customers use more of their limits", "DECREASING": "Customers use less of their limits"}
    said = how.get(facts["utilisation_trend"], "Customers use about as much of their limits")
    return f"{said}: {number(now, 1)}%, against {number(before, 1)}% {facts['period_days']} days ago."


def _defaults_moved(facts: Mapping[str, Any]) -> str:
    now, before = facts["default_rate_percent"], facts["default_rate_percent_before"]
    if now is None or before is None:
        return ""
    if not now and not before:
        return f"No credit customer is more than {facts['default_days']} days overdue."
    share = f"{number(now, 1)}% of credit customers are more than {facts['default_days']} days overdue or written off"
    return f"{share}, against {number(before, 1)}% then."


def recommendations(facts: Mapping[str, Any]) -> list[str]:
    """Return 3 to 5 steps, most important first."""
    found = list(_steps(facts))[:MOST]
    return found + list(_ALWAYS[: max(0, FEWEST - len(found))])


def _steps(facts: Mapping[str, Any]) -> Iterator[str]:
    named = [one["customer"] for one in facts["largest_arrears"][:3]]
    if named:
        yield f"Start collecting with {joined(named)}"
    for one in facts["risks"][:2]:
        yield f"{one['text']} ({_money(facts, one['amount'])}): {lower_first(one['action'])}"
    for one in facts["opportunities"][:1]:
        worth = f"worth up to {_money(facts, one['monthly_amount'])} a month"
        yield f"{one['text']}, {worth}: {lower_first(one['action'])}"
    soon = facts["due_in_the_next_7_days"]
    if soon["invoices"]:
        amount = _money(facts, soon["amount"])
        fall = "falls" if soon["invoices"] == 1 else "fall"
        yield f"Send reminders before {count(soon['invoices'], 'invoice')} worth {amount} {fall} due in the next 7 days"


def _money(facts: Mapping[str, Any], amount: str) -> str:
    return money(Decimal(amount), facts["currency"])
