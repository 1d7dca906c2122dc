"""True statements about one debtor and advice for it: why it is urgent, what to say, what to watch, what to do next.

Rules take them as they stand; a model chooses and rewords. Advice names no figure beyond the debtor's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gateway.domain.evidence import Json
from gateway.domain.records import Customer, Invoice
from gateway.features.arithmetic import ratio
from gateway.features.collection_board import Board, Debtor, Purchases, read_customers, read_purchases
from gateway.features.collection_debt import FIRM, FORMAL
from gateway.features.credit_history import owed
from gateway.features.wording import count, joined, money, percent, sentence
from gateway.features.working_days import long_date, next_working_day
from gateway.ports import PosData

MOST_STATEMENTS, MOST_NAMED = 4, 3
ON_A_PAGE = 3
"""Statements and points of one customer among several, so that a page of them fits a prompt."""
WORTH_NAMING = Decimal("0.05")
"""Share of all overdue money from which it is named."""
NEARLY_FULL = 0.9
ANSWER_WITHIN, LETTER_WITHIN = timedelta(days=2), timedelta(days=7)
QUIET_DAYS = 30
FEWEST_FOR_A_HABIT = 3
"""Settled invoices below which nothing is called usual or unusual."""


@dataclass(frozen=True, slots=True)
class Case:
    """One debtor with its purchases, as of a day, among all overdue money of the business."""

    debtor: Debtor
    customer: Customer
    bought: Purchases
    all_overdue: Decimal
    currency: str
    as_of: date

    def money(self, amount: Decimal) -> str:
        """Return an amount in the business's currency."""
        return money(amount, self.currency)

    @property
    def formal(self) -> bool:
        """Whether a letter goes out instead of a call."""
        return self.debtor.debt.approach == FORMAL

    @property
    def contact_today(self) -> bool:
        """Whether somebody should call or write today."""
        return self.debtor.debt.contact_today(self.debtor.urgency, self.as_of)


async def read_cases(pos: PosData, board: Board, debtors: Sequence[Debtor], as_of: date) -> list[Case]:
    """Return the cases of some debtors on the board, in their order."""
    customers, bought = await read_customers(pos, debtors), await read_purchases(pos, debtors, as_of)
    ids = [debtor.debt.customer_id for debtor in debtors]
    return [
        Case(debtor, customers[key], bought[key], board.overdue, pos.currency, as_of)
        for key, debtor in zip(ids, debtors, strict=True)
    ]


def statements(case: Case) -> list[str]:
    """Return what explains the ranking, most important first, at most 4."""
    found = [_amount(case), _habit(case), _reminders(case), _written_off(case), _buying(case), _use_of_limit(case)]
    return [text for text in found if text][:MOST_STATEMENTS]


def _amount(case: Case) -> str:
    debt = case.debtor.debt
    if debt.balance <= 0:
        return "Nothing is owed"
    if debt.overdue <= 0:
        return f"Nothing is overdue; {case.money(debt.balance)} is not due yet"
    share = debt.overdue / case.all_overdue
    part = f", {percent(share, 0)} of all overdue money" if share >= WORTH_NAMING else ""
    return f"{case.money(debt.overdue)} is overdue{part}, the oldest invoice by {count(debt.days, 'day')}"


def _habit(case: Case) -> str:
    debt = case.debtor.debt
    usual, n = debt.usual_lateness, len(debt.habit.lateness)
    if not n:
        return "No invoice has been settled yet, so there is no habit to judge by"
    on_time = _on_time(debt.habit.on_time, n)
    if n < FEWEST_FOR_A_HABIT:
        return on_time
    if debt.regime_break:
        return (
            f"{on_time}, so this delay is unusual"
            if 2 * debt.habit.on_time > n
            else "The delay is longer than any before"
        )
    if usual > 3:
        as_before = debt.days > 0 and debt.as_usual
        return f"Usually pays {count(usual, 'day')} late" + ("; this is no later than usual" if as_before else "")
    return on_time


def _on_time(good: int, n: int) -> str:
    if n == 1:
        return f"The only paid invoice came {'within 3 days of' if good else 'more than 3 days after'} its due date"
    which = "All" if good == n else str(good) if good else "None"
    return f"{which} of the last {n} paid invoices came within 3 days of the due date"


def _reminders(case: Case) -> str:
    unanswered = case.debtor.debt.contacts.unanswered
    return f"{count(unanswered, 'reminder')} had no answer" if unanswered else ""


def _written_off(case: Case) -> str:
    lost = case.debtor.debt.written_off
    return "" if lost is None else f"{case.money(lost)} was written off before"


def _buying(case: Case) -> str:
    bought = case.bought
    if bought.frequency == "DECLINING":
        recent = count(bought.recent, "order") if bought.recent else "No order"
        return f"{recent} in the last 90 days after {bought.before} in the 90 days before"
    if bought.last is not None and (case.as_of - bought.last).days > QUIET_DAYS:
        return f"No purchase for {count((case.as_of - bought.last).days, 'day')}"
    return ""


def _use_of_limit(case: Case) -> str:
    used = ratio(case.debtor.debt.balance, case.customer.credit_limit)
    return (
        f"The balance uses {percent(used, 0)} of the credit limit" if used is not None and used >= NEARLY_FULL else ""
    )


def red_flags(case: Case) -> list[str]:
    """Return the warning signs of a debtor that gets a formal letter, at most 4; at least the delay itself."""
    debt = case.debtor.debt
    lost = (case.as_of - case.bought.last).days if case.bought.last else None
    found = [
        f"The oldest invoice is {count(debt.days, 'day')} overdue",
        _reminders(case),
        _written_off(case),
        f"No purchase for {count(lost, 'day')}" if lost is not None and lost > QUIET_DAYS else "",
        _use_of_limit(case),
    ]
    return [text for text in found if text][:MOST_STATEMENTS]


def points(case: Case) -> list[str]:
    """Return talking points, or for a formal case the recommended actions; 3 to 4."""
    if case.debtor.debt.overdue <= 0:
        return [
            "No reminder is needed before the due date",
            "Thank them for their trade at the next visit",
            "Confirm the next due date with them",
        ]
    return _actions(case) if case.formal else _talking_points(case)


def _talking_points(case: Case) -> list[str]:
    debt = case.debtor.debt
    habit, plan = debt.habit, debt.plan
    settled = len(habit.lateness)
    good = debt.regime_break and settled >= FEWEST_FOR_A_HABIT and 2 * habit.on_time > settled
    opening = "Thank them for their trade and name" if debt.approach != FIRM else "Name"
    found = [
        "Speak of the good payment record before this delay" if good else "",
        f"{opening} the overdue {case.money(debt.overdue)}",
        f"Offer a plan for the whole balance: {plan.worded(case.currency)}" if plan and debt.approach == FIRM else "",
        "Ask what has changed and listen first"
        if debt.approach == FIRM
        else "Ask on which day payment can be expected",
        "Agree on a day for the payment and confirm it in writing",
    ]
    return [text for text in found if text][:MOST_STATEMENTS]


def _actions(case: Case) -> list[str]:
    debt = case.debtor.debt
    hold = "Keep the account blocked" if case.customer.credit_blocked else "Give no new credit"
    plan = debt.plan
    found = [
        f"Send a formal letter that names the invoices and the overdue {case.money(debt.overdue)}",
        f"{hold} until the overdue amount is paid",
        f"Offer one plan in the letter: {plan.worded(case.currency)}" if plan else "",
        "Decide how much of it must be written off if no answer comes",
    ]
    return [text for text in found if text]


def reasoning(statements: Sequence[str], outlook: str) -> str:
    """Return the statements as sentences, with the outlook at the end."""
    return " ".join(sentence(text) for text in (*statements, outlook) if text)


def invoice_label(invoice: Invoice) -> str:
    """Return `invoice INV-2026-00015`, or by its date where it has no number."""
    return (
        f"invoice {invoice.invoice_number}"
        if invoice.invoice_number
        else f"the invoice of {long_date(invoice.issue_date)}"
    )


def next_steps(case: Case) -> list[str]:
    """Return what to do and by when, all days being working days; written by code alone."""
    debtor, as_of = case.debtor, case.as_of
    debt, name = debtor.debt, case.customer.name
    if debt.overdue <= 0:
        return ["Nothing is due: send a statement at the end of the month"]
    labels = [f"{invoice_label(i)} ({case.money(owed(i))})" for i in debt.late[:MOST_NAMED]]
    more = len(debt.late) - len(labels)
    named = joined([*labels, f"{more} more"] if more else labels)
    if case.formal:
        deadline = next_working_day(next_working_day(as_of) + LETTER_WITHIN)
        return [
            f"Send a formal letter to {name} by {long_date(next_working_day(as_of), weekday=True)}",
            f"Refer to {named}",
            f"Ask for an answer by {long_date(deadline, weekday=True)}",
            f"Look at the account again on {long_date(next_working_day(deadline + timedelta(days=1)), weekday=True)}",
        ]
    contact = as_of if case.contact_today else debt.contacts.next_allowed(as_of + timedelta(days=1))
    answer = next_working_day(contact + ANSWER_WITHIN)
    call = (
        f"Call {name} today before 4pm"
        if case.contact_today
        else f"Contact {name} on {long_date(contact, weekday=True)}"
    )
    return [
        call,
        f"Refer to {named}",
        *([f"Propose a payment plan if cash is short: {debt.plan.worded(case.currency)}"] if debt.plan else []),
        f"Ask for an answer by {long_date(answer, weekday=True)}",
    ]


def item(case: Case) -> dict[str, Json]:
    """Return one entry of the list without the words of `ai_insights`: everything code owns."""
    debtor, bought = case.debtor, case.bought
    debt, customer = debtor.debt, case.customer
    insights: dict[str, Json] = {
        "collection_likelihood": debt.likelihood,
        "recommended_approach": debt.approach,
        "contact_today": case.contact_today,
    }
    if case.formal:
        insights["red_flags"] = red_flags(case)
    elif debt.plan is not None:
        insights["suggested_payment_plan"] = debt.plan.parts
    return {
        "rank": debtor.rank,
        "urgency": debtor.urgency,
        "customer": {
            "id": customer.id,
            "name": customer.name,
            "outstanding_balance": f"{debt.balance:,.2f}",
            "overdue_amount": f"{debt.overdue:,.2f}",
            "days_overdue": debt.days,
            "credit_limit": f"{max(Decimal(0), customer.credit_limit):,.2f}",
        },
        "ai_insights": insights,
        "customer_profile": {
            "total_lifetime_purchases": f"{bought.total:,.2f}",
            "average_payment_days": debt.habit.average_days,
            "previous_overdue_count": debt.habit.late,
            "last_purchase_date": bought.last.isoformat() if bought.last else None,
            "purchase_frequency": bought.frequency,
        },
        "next_steps": next_steps(case),
    }


def facts_of(case: Case, most: int = MOST_STATEMENTS) -> dict[str, Json]:
    """Return what the prompt shows of a case: no contact, no invoice number; at most so many statements and points."""
    debt = case.debtor.debt
    key = "actions" if case.formal else "points"
    # Where nothing is late there is nothing to be likely or unlikely.
    outlook = {"likelihood_30_days": debt.likelihood} if debt.overdue > 0 else {}
    return {
        "rank": case.debtor.rank,
        "name": case.customer.name,
        "urgency": case.debtor.urgency,
        "approach": debt.approach,
        **outlook,
        "why": statements(case)[:most],
        key: points(case)[:most],
    }


def words_of(facts: dict[str, Json]) -> dict[str, Json]:
    """Return the words that rules write from `facts_of`."""
    key, own = ("recommended_actions", "actions") if "actions" in facts else ("talking_points", "points")
    likelihood = facts.get("likelihood_30_days")
    outlook = f"The chance of payment within 30 days is {likelihood.lower()}" if likelihood else ""
    return {"reasoning": reasoning(facts["why"], outlook), key: list(facts[own])}


def chosen_words(words: dict[str, Json] | None, facts: dict[str, Json]) -> dict[str, Json]:
    """Return a model's words for one debtor, with the rules' where it gave none; only what the approach calls for."""
    by_rule = words_of(facts)
    return {key: (words or {}).get(key) or value for key, value in by_rule.items()}
