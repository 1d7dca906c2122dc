"""The words of a credit alert from its facts alone: what is seen, what it may mean, what to do."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gateway.features.credit_signals import CRITICAL, HIGH, Sign
from gateway.features.wording import count, joined, money, number, percent

FEWEST, MOST = 2, 5
BUYING = frozenset({"utilisation_jump", "order_frequency", "order_size"})
PAYING = frozenset({"delays_rising", "broken_pattern"})


def sign_text(sign: Sign, currency: str) -> str:
    """Return a warning sign with its figures, what was before and what is now."""
    v: Mapping[str, Any] = sign.values
    match sign.name:
        case "utilisation_jump":
            shares = f"from {percent(v['from'], 0)} to {percent(v['to'], 0)}"
            return f"Use of the credit limit rose {shares} in {v['days']} days"
        case "delays_rising" if "delays" in v:
            days = joined([str(days) for days in v["delays"]])
            return f"Payment delays are rising: {days} days over the last {len(v['delays'])} settled invoices"
        case "delays_rising":
            step = number(v["per_invoice"], 1)
            return (
                f"Over the last {v['invoices']} settled invoices each came about {step} days later than the one before"
            )
        case "order_frequency":
            usual = number(v["usual"], 1)
            verb = "is" if usual == "1" else "are"
            return f"{v['orders']} credit orders in the last {v['days']} days, where about {usual} {verb} usual"
        case "order_size":
            sizes = f"from {money(v['from'], currency)} to {money(v['to'], currency)}"
            return f"The typical order grew {sizes}, {number(v['times'], 1)} times as much"
        case "silence":
            rhythm = "one a day" if v["usual_days"] == 1 else f"one every {v['usual_days']} days"
            return f"No credit order for {v['days']} days, where {rhythm} was usual"
        case "broken_pattern":
            most = f"over {count(v['most'], 'day')} late" if v["most"] else "late"
            late = count(v["days"], "day")
            return f"An invoice is {late} overdue; none of the last {v['settled']} settled was {most}"
    over = f"The balance of {money(v['balance'], currency)} is above the limit of {money(v['limit'], currency)}"
    return f"{over} ({percent(v['used'], 0)} of it)"


def summary(alert: Mapping[str, Any], currency: str) -> str:
    """Return the alert in one or two sentences."""
    owes = f"{alert['customer']} owes {_money(alert['outstanding_balance'], currency)}"
    late = Decimal(alert["overdue_amount"])
    part = "all" if late == Decimal(alert["outstanding_balance"]) else _money(alert["overdue_amount"], currency)
    overdue = f", {part} of it overdue," if late > 0 else ""
    shows = f"shows {count(len(alert['warning_signs']), 'warning sign')}"
    return f"{owes}{overdue} and {shows}. {_urgency(alert['severity'])}"


def _urgency(severity: str) -> str:
    if severity == CRITICAL:
        return "Review this account today."
    return "Review this account soon." if severity == HIGH else "Keep an eye on this account."


def actions(alert: Mapping[str, Any], currency: str) -> list[str]:
    """Return 2 to 5 steps, most important first."""
    found = list(_steps(alert, currency))
    found += ["Look at this account again when the next payment is due", "Send a statement of the account"]
    return found[: max(FEWEST, min(MOST, len(found) - 2))]


def _steps(alert: Mapping[str, Any], currency: str) -> Iterator[str]:
    names, severe = set(alert["signs"]), alert["severity"] in (HIGH, CRITICAL)
    balance = _money(alert["outstanding_balance"], currency)
    if severe:
        yield "Give no new credit until payments are back on time"
    if "broken_pattern" in names or "silence" in names:
        yield f"Call and ask what has changed, and agree a date for the {balance}"
    else:
        yield f"Call to talk about the outstanding {balance}"
    if names & BUYING:
        yield "Ask for cash or mobile money for the next order"
    if "over_limit" in names:
        yield "Bring the balance back within the limit before anything is added"
    elif "utilisation_jump" in names:
        yield f"Consider holding the limit at the present balance of {balance}"
    if severe and names & PAYING:
        yield "Offer a written payment plan if the full amount cannot be paid at once"


def explanation(alert: Mapping[str, Any]) -> str:
    """Return what the signs may mean together, without claiming to know."""
    names = set(alert["signs"])
    if names & BUYING and names & PAYING:
        meaning = "Buying more on credit while paying later can mean that cash is short."
    elif names & BUYING:
        meaning = "A sudden rise in credit buying can be good business, but it also raises what could be lost."
    elif "silence" in names:
        meaning = "A customer who owes money and stops ordering may have changed supplier or may be in difficulty."
    elif names & PAYING:
        meaning = "Payments that come later than this customer's own habit are often the first sign of difficulty."
    else:
        meaning = "A balance above the agreed limit is more credit than was judged safe."
    return f"{meaning} Talking to the customer early costs little and keeps the relationship."


def _money(amount: str, currency: str) -> str:
    return money(Decimal(amount), currency)


def texts(signs: Sequence[Sign], currency: str) -> list[str]:
    """Return the warning signs as sentences."""
    return [sign_text(sign, currency) for sign in signs]
