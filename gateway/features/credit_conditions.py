"""Why a credit action is recommended and which conditions fit it, worded for a shop owner."""

from gateway.features.credit_card import APPROVE_FULL, APPROVE_PARTIAL, DENY, HIGH, MIN_PAID
from gateway.features.credit_factors import Case

REVIEW_MONTHS = 3
"""Months after which a decision is looked at again."""


def reason(case: Case, level: str) -> str:
    """Return, as a clause, what decided the action."""
    history, decision = case.history, case.decision
    ceiling = case.money(decision.ceiling)
    if decision.action == DENY:
        return _refused_because(case)
    if decision.action == APPROVE_FULL:
        return f"the risk is low and credit purchases support up to {ceiling}"
    if level == HIGH:
        return "the risk is high, so nothing should be added before payments are back on time"
    if history.paid < MIN_PAID:
        return f"fewer than {MIN_PAID} invoices have been settled, too few to judge a payment habit"
    if decision.ceiling >= case.requested:
        return "the risk is medium, so the full amount should wait"
    if not decision.ceiling:
        return "there are too few recent credit purchases to size a limit by"
    return f"credit purchases and risk level support {ceiling}"


def _refused_because(case: Case) -> str:
    history = case.history
    if history.blocked:
        return "the account is blocked for credit"
    if history.written_off:
        return "earlier debt had to be written off"
    if history.overdue:
        return f"{case.money(history.overdue)} is overdue"
    return "the record shows a very high risk"


def conditions(case: Case) -> list[str]:
    """Return 3 to 5 conditions, most important first."""
    if case.decision.action == DENY:
        return _for_refusal(case)
    overdue = [f"Settle the overdue {case.money(case.history.overdue)} first"] if case.history.overdue else []
    approved = case.decision.action in (APPROVE_FULL, APPROVE_PARTIAL)
    return overdue + (_for_approval(case) if approved else _for_waiting(case))


def _for_approval(case: Case) -> list[str]:
    limit, terms = case.money(case.decision.limit), case.decision.terms_days
    start = "Limit of" if case.decision.action == APPROVE_FULL else "Start with a limit of"
    return [
        f"{start} {limit} on {terms}-day terms",
        f"Review after {REVIEW_MONTHS} months of payments on time",
        "Send a statement every month",
        "Send a reminder before each due date",
    ]


def _for_waiting(case: Case) -> list[str]:
    limit = case.money(case.decision.limit)
    if case.history.limit > case.decision.limit > 0:
        keep = f"Allow no more than {limit} until then"
    elif case.history.limit > 0:
        keep = f"Keep the limit at {limit} until then"
    elif case.decision.limit > 0:
        keep = f"Give no more than {limit} on trial until then"
    else:
        keep = "Sell for cash or mobile money until then"
    return [
        "Ask for a recent bank or mobile money statement",
        "Ask two other suppliers for a reference",
        keep,
        f"Decide again after {REVIEW_MONTHS} months of payments on time",
    ]


def _for_refusal(case: Case) -> list[str]:
    history = case.history
    until = f" until the overdue {case.money(history.overdue)} is settled" if history.overdue else " for now"
    plan = [f"Agree a written plan for the balance of {case.money(history.balance)}"] if history.balance else []
    return [
        f"No new credit{until}",
        "Sell for cash or mobile money in the meantime",
        *plan,
        f"Review after {REVIEW_MONTHS} months without arrears",
    ]
