"""From slots to letters: e-mail, SMS and WhatsApp of fixed rules, and what makes any text fit its channel.

Invoices appear as `{INV_1}`; their numbers are put in when the text is finished, so that no model sees them.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gateway.domain.sms import segments, to_gsm
from gateway.features.message_letters import CLOSINGS, FINAL, GREETINGS, LETTERS, NOTES, OFFER, Letter
from gateway.features.wording import count, joined, money
from gateway.features.working_days import long_date

MOST_WHATSAPP = 1024
MOST_SUBJECT = 150
OUR_SHOP = "Your supplier"
_REFERENCE = re.compile(r"(?:\b[Ii]nvoices?\s+(?:(?:no\.?|number)\s*)?)?#?\{INV_(\d)\}")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n\s*(?:[-•*]\s*)?)$")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Sir|Madam|Madame|Mister)\.?\s+(?=<[A-Z_]+_\d+>)")


def parts_allowed(message_type: str) -> int:
    """Return how many SMS parts a message may take: 1, or 2 where a plan or a last day must be in it."""
    return 2 if message_type in (OFFER, FINAL) else 1


def letter_words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message and the cultural notes that the rules write from the facts."""
    letter, slots = LETTERS[facts["message_type"], facts["tone"]], _slots(facts)
    notes = list(NOTES[facts["tone"]])
    if "plan" in facts:
        notes.append("Offers a plan, so that the customer can settle step by step")
    return {
        "message": {
            "subject": letter.subject.format(**slots),
            "body": _body(letter, facts, slots),
            "sms_version": next(iter(short_texts(facts))),
            "whatsapp_version": _whatsapp(letter, facts, slots),
        },
        "cultural_notes": notes,
    }


def short_texts(facts: Mapping[str, Any]) -> Iterable[str]:
    """Yield SMS texts of the rules from the fullest to the shortest, each true on its own."""
    letter, slots = LETTERS[facts["message_type"], facts["tone"]], _slots(facts)
    text = letter.short.format(**{**slots, "pay_by": slots["pay_by_short"]})
    yield f"Dear {slots['who']}, {text} {slots['shop']}"
    yield f"Dear {slots['who']}, {text}"
    yield f"{text[0].upper()}{text[1:]} {slots['shop']}"
    yield f"{text[0].upper()}{text[1:]}"
    yield f"{slots['due']} Please pay by {slots['pay_by_short']} or call us."


def _slots(facts: Mapping[str, Any]) -> dict[str, str]:
    currency, customer = facts["currency"], facts["customer"]
    pay_by = date.fromisoformat(facts["pay_by"])
    plan = facts.get("plan")
    amount = money(facts["overdue"], currency)
    return {
        "who": customer.get("contact") or customer["name"],
        "shop": facts.get("shop") or OUR_SHOP,
        "amount": amount,
        "balance": money(facts["balance"], currency),
        "pay_by": long_date(pay_by, weekday=True),
        "pay_by_short": long_date(pay_by),
        "parts": plan["text"] if plan else "",
        "due": f"{amount} is overdue." if facts["overdue"] else f"Your balance is {money(facts['balance'], currency)}.",
    }


def _body(letter: Letter, facts: Mapping[str, Any], slots: Mapping[str, str]) -> str:
    paragraphs = [
        GREETINGS[facts["tone"]].format(**slots),
        letter.opening,
        _matter(facts),
        *([_plan(facts)] if "plan" in facts else []),
        letter.request.format(**slots),
        CLOSINGS[facts["tone"]].format(**slots),
    ]
    return "\n\n".join(text for text in paragraphs if text)


def _matter(facts: Mapping[str, Any]) -> str:
    """Return the invoices as lines, with the sum that is overdue."""
    if not facts["invoices"]:
        return f"The balance of your account is {money(facts['balance'], facts['currency'])}."
    lines = [
        f"- {one['ref']}: {money(one['amount'], facts['currency'])}, due on {long_date(date.fromisoformat(one['due']))}"
        for one in facts["invoices"]
    ]
    if more := facts.get("more_invoices"):
        lines.append(f"- {count(more, 'more invoice')}")
    return "\n".join([*lines, f"In all, {money(facts['overdue'], facts['currency'])} is overdue."])


def _plan(facts: Mapping[str, Any]) -> str:
    plan, currency = facts["plan"], facts["currency"]
    first, last = (long_date(date.fromisoformat(plan[key]), weekday=True) for key in ("first_due", "last_due"))
    covers = "" if plan["total"] == facts["overdue"] else f" of {money(plan['total'], currency)}"
    return (
        f"If it helps, you may clear the whole balance{covers} in parts: {money(plan['down_payment'], currency)} by "
        f"{first}, then {plan['installments']} weekly payments of {money(plan['installment_amount'], currency)}, the "
        f"last by {last}."
    )


def _whatsapp(letter: Letter, facts: Mapping[str, Any], slots: Mapping[str, str]) -> str:
    text = letter.short.format(**slots)
    lines = [f"Hello {slots['who']},", f"{text[0].upper()}{text[1:]}"]
    if facts["invoices"]:
        named = [one["ref"] for one in facts["invoices"][:2]]
        more = len(facts["invoices"]) - len(named) + facts.get("more_invoices", 0)
        rest = [] if not more else ["another" if more == 1 else "others"]  # a number would need its evidence
        lines.append(f"It is about {joined([*named, *rest])}.")
    if "plan" in facts and facts["message_type"] != OFFER:
        lines.append(f"You may also pay in parts: {facts['plan']['text']}.")
    return "\n\n".join([*lines, f"Kind regards,\n{slots['shop']}"])


def without_guessed_titles(text: str) -> str:
    """Return a masked text without `Mr` or `Mrs` before a name: nobody told how the person is addressed."""
    return _TITLE.sub("", text)


def with_invoices(text: str, labels: Mapping[str, str]) -> str:
    """Return the text with `{INV_1}` replaced by its invoice; a word `invoice` before it is not doubled."""

    def label(match: re.Match[str]) -> str:
        known = labels.get(match[1])
        if known is None:
            return match[0]
        return known[0].upper() + known[1:] if _SENTENCE_START.search(text[: match.start()]) else known

    return _REFERENCE.sub(label, text)


def fitting_sms(text: str, facts: Mapping[str, Any]) -> str:
    """Return the text in GSM letters, or the fullest text of the rules that fits when it takes too many parts.

    A text loses its place as well when a name in it has no such letters at all, so that no `Dear ,` is left.
    """
    most, lost = parts_allowed(facts["message_type"]), _unspellable(facts)
    for candidate in (text, *short_texts(facts)):
        spelled = to_gsm(candidate)
        if spelled and segments(spelled) <= most and not any(name in candidate for name in lost):
            return spelled
    return to_gsm(text)[:150]


def _unspellable(facts: Mapping[str, Any]) -> list[str]:
    """Return the names of which no letter or digit is left in an SMS."""
    names = (*facts["customer"].values(), facts.get("shop", ""))
    return [name for name in names if name.strip() and not any(one.isalnum() for one in to_gsm(name))]


def shortened(text: str, most: int) -> str:
    """Return at most `most` characters of a text, cut between words."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(None, 1)[0].rstrip(",;:") + "…"
