"""The support chat's plain sentences from the facts alone, masked or true."""

import re
from collections.abc import Mapping, Sequence

from gateway.domain.evidence import Json
from gateway.features.search_terms import terms_of
from gateway.features.wording import count, day_text, sentence

MOST_LINES = 4
NOTHING, PERSON, GREETING, THANKS, ANSWER = "nothing found", "person", "greeting", "thanks", "answer"
_ENDS = re.compile(r"(?<=[.!?])(?<!\d\.)\s+(?=[A-Z0-9“\"])|\n")
_NOTHING_OWED = re.compile(r"[A-Z]{3} 0")
_PAID = {
    "credit": "sold on credit",
    "mobile": "paid by mobile money",
    "mixed": "paid in several ways",
    "cash": "paid in cash",
}
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")


def written_reply(facts: Mapping[str, Json]) -> tuple[str, list[str]]:
    """Return the reply and the references of the passages it rests on."""
    match facts["situation"]:
        case "greeting":
            return "Hello! Ask me how something works, or about your plan, your sales and your stock.", []
        case "thanks":
            return "You are welcome. Ask again whenever you need help.", []
        case "person":
            return f"I am passing you on to our support team. Your reference is {facts['ticket']}.", []
        case "nothing found":
            return (
                "I could not find an answer in the guides or in your records, so I am passing your question to our "
                f"support team. Your reference is {facts['ticket']}.",
                [],
            )
    told = account_sentences(facts.get("account", {}))
    passages = facts.get("passages", ())
    if told and (not passages or facts.get("focus") == "account"):
        return " ".join(told), []
    return _from_passages(facts, passages, told)


def _from_passages(
    facts: Mapping[str, Json], passages: Sequence[Mapping[str, Json]], told: list[str]
) -> tuple[str, list[str]]:
    best = passages[0]
    lines = best_lines(str(best["text"]), str(facts["message"]))
    cited = [str(best["ref"])]
    other = next((one for one in passages[1:] if one["title"] != best["title"]), None)
    more = []
    if other is not None:
        more, cited = [f"See also the guide “{other['title']}”."], [*cited, str(other["ref"])]
    return " ".join([*told, *lines, *more]), cited


def best_lines(text: str, question: str, most: int = MOST_LINES) -> list[str]:
    """Return the sentences of a passage that share most with a question, in the passage's order."""
    pieces = [line for line in _ENDS.split(text) if line.strip()]
    asked = set(terms_of(question))
    shared = [len(asked & set(terms_of(piece))) for piece in pieces]
    ranked = sorted(range(len(pieces)), key=lambda at: (-shared[at], at))
    if any(piece.lstrip().startswith("- ") for piece in pieces):  # a list of alternatives: those that are meant
        ranked = [at for at in ranked if shared[at] == max(shared)]
    return [sentence(_BULLET.sub("", pieces[at])) for at in sorted(ranked[:most])]


def account_sentences(account: Mapping[str, Json]) -> list[str]:
    """Return what code found out about the account, a sentence each."""
    said = []
    if plan := account.get("plan"):
        said.append(f"You are on the {plan['name']} plan at {plan['price_per_month']} a month.")
        if "trial_until" in plan:
            said.append(f"Your trial runs until {plan['trial_until']}.")
        if "ai" in plan:
            said.append("Your business has opted out of AI models, so fixed rules answer.")
    said += [_quota(one) for one in account.get("quotas", ())]
    if owed := account.get("receivables"):
        said.append(_owed(owed))
    said += [_owing(one) for one in account.get("customers", ())]
    if unknown := account.get("unknown_customer"):
        said.append(f"There is {unknown}. Check the spelling, or give the full name.")
    if sale := account.get("sale"):
        said += _sale(sale)
    said += [_product(one) for one in account.get("products", ())]
    return said


def _quota(entry: Mapping[str, Json]) -> str:
    if "left_count" not in entry:
        return f"{entry['what']}: {entry['limit']}."
    left, limit, used = entry["left_count"], entry["limit_count"], entry["used_count"]
    return f"{entry['what']}: {left:,} of {limit:,} left {entry['window']} ({used:,} used)."


def _owed(owed: Mapping[str, Json]) -> str:
    customers = count(owed["customers_owing_count"], "customer")
    if not owed["customers_owing_count"]:
        return f"On {day_text(owed['as_of'])} no customer owes you anything."
    late = owed["customers_overdue_count"]
    overdue = (
        f"; {owed['overdue']} of it is overdue, from {count(late, 'customer')}" if late else "; nothing is overdue"
    )
    return f"On {day_text(owed['as_of'])} {customers} together had {owed['outstanding']} outstanding{overdue}."


def _owing(one: Mapping[str, Json]) -> str:
    if not one["open_invoices_count"]:
        return f"{one['name']} has no open invoice."
    invoices = count(one["open_invoices_count"], "open invoice")
    late = (
        "nothing"
        if _NOTHING_OWED.fullmatch(one["overdue"])
        else "all"
        if one["overdue"] == one["outstanding"]
        else one["overdue"]
    )
    return f"{one['name']} has {one['outstanding']} outstanding on {invoices}, {late} of it overdue."


def _sale(sale: Mapping[str, Json]) -> list[str]:
    if "found" in sale:
        return [f"There is {sale['found']}: {sale['receipt']}.", "Check the number on the receipt."]
    lines = count(sale["lines_count"], "line")
    said = [
        f"Receipt {sale['receipt']} of {sale['date']} is {sale['status']}: {sale['total']} on {lines}"
        f"{', ' + _PAID.get(sale['paid_by'], 'paid by ' + sale['paid_by']) if 'paid_by' in sale else ''}."
    ]
    if "refunded" in sale:
        said.append(f"{sale['refunded']} of it was refunded.")
    return said


def _product(one: Mapping[str, Json]) -> str:
    if "stock_count" not in one:
        return f"{one['name']}: {one['price']}{', a service' if one.get('kind') == 'service' else ''}."
    stock = f"{one['stock_count']:,} in stock" if one["stock_count"] else "out of stock"
    return f"{one['name']}: {stock}, at {one['price']}."
