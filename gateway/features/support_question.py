"""What a message to the support chat is about: small talk, a wish for a person, the account, records, or how-to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.domain.support import Turn
from gateway.features.search_terms import terms_of

Kind = Literal["greeting", "thanks", "person", "question"]

PLAN, QUOTA, OWED, SALE, PRODUCT = "plan", "quota", "owed", "sale", "product"
FEW_TERMS = 3
"""A message with no more telling words than this leans on what was said before, if it also points back."""

_HOW_TO = re.compile(
    r"^\W*(?:please,? )?(?:how (?:do|does|can|to|should|would|is|are)\b|what happens"
    r"|what does\b[^?]*\bmean|why\b|where (?:do|can)\b"
    r"|can (?:i|we|you)\b|is it possible|what is the difference|when (?:do|does|will)\b|explain\b|steps\b)"
    r"|\bhow (?:do|can|should|could) (?:i|we|you|one)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|maakye|maaha|maadwo|ete sen)"
    r"(?:[ ,]+(?:there|dear|team|all|everyone|support|sir|madam|please))*\W*",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W*(?:ok(?:ay)?[ ,.]+)?(?:(?:many )?thanks?|thank you|thank u|thx|medaase|cheers|great|perfect"
    r"|ok(?:ay)?|bye|goodbye)"
    r"(?:[ ,.!]+(?:you|u|so much|very much|a lot|again|that helped|bye|all good))*\W*",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:talk|speak|chat|connect|transfer|escalate|pass|refer|forward|put)\b[^.?!]{0,30}\b(?:to|with|through|on to)\b"
    r"[^.?!]{0,20}\b(?:human|person|people|agent|someone|somebody|staff|support|representative|manager|operator)\b"
    r"|\b(?:real|live|actual) (?:human|person|agent|support)\b|\bhuman (?:agent|support|being|help)\b"
    r"|\b(?:need|want|get|like) (?:a|an|some|to see a) (?:human|person|agent|representative)\b"
    r"|\b(?:call|phone|ring|contact) me(?: back)?\b|\bcustomer (?:care|service) (?:number|line|please)\b"
    r"|\bfile a complaint\b|\bmake a complaint\b|\bi (?:want to|wish to|will) complain\b",
    re.IGNORECASE,
)
_OWN = r"(?:my|our|we|i|us|me|i'm|we're|am|this (?:business|shop|account))"
_PLAN = re.compile(
    rf"\b{_OWN}\b[^.?!]{{0,40}}\b(?:plan|subscription|subscribed|package|tier|trial)\b"
    r"|\b(?:which|what) (?:plan|package|subscription|tier) (?:am|are|do|is)\b|\bsubscription status\b"
    r"|\btrial (?:end|expire|over)",
    re.IGNORECASE,
)
_QUOTA = re.compile(
    r"\b(?:quota|allowance)\b|\b(?:left|remain(?:s|ing)?|used(?: up)?|usage|balance of)\b[^.?!]{0,50}"
    r"\b(?:messages?|insights?|forecasts?|descriptions?|assessments?|questions?|requests?|ai|month|today|limits?|plan)\b"
    r"|\b(?:messages?|insights?|forecasts?|descriptions?|assessments?|questions?|requests?)\b[^.?!]{0,40}"
    r"\b(?:left|remain(?:s|ing)?|have (?:i|we) (?:used|made|sent)|did (?:i|we) use)\b|\bai usage\b"
    r"|\bmy (?:usage|limits?)\b",
    re.IGNORECASE,
)
_BILLING = re.compile(
    r"\b(?:refund|reimburse\w*|discount|charged?|overcharged|deducted|money back|pay back)\b[^.?!]{0,40}"
    r"\b(?:subscription|plan|package|fees?)\b"
    r"|\b(?:subscription|plan|package)\b[^.?!]{0,40}\b(?:refund|reimburse\w*|discount|charged (?:me|us|twice)"
    r"|money back)\b",
    re.IGNORECASE,
)
"""Wishes about the subscription's money: only a person can see to them."""
_CHANGES = re.compile(
    r"\b(?:cancel|upgrade|downgrade|change|switch|renew|stop|end|pay(?: for)?|payments?|history|billing)\b",
    re.IGNORECASE,
)
_LEFT = re.compile(r"\b(?:left|remain\w*|have (?:i|we) used|did (?:i|we) use)\b", re.IGNORECASE)
_OWED = re.compile(
    r"\b(?:how much|what|total|who|which|amount|sum)\b[^.?!]{0,50}"
    r"\b(?:owes?|owed|owing|outstanding|overdue|receivables?|debts?)\b"
    r"|\b(?:what|how much)\b[^.?!]{0,20}\bbalance of\b"
    r"|\b(?:outstanding|overdue) (?:balance|amount|total|invoices?)\b"
    r"|\b(?:outstanding|receivables) (?:now|today|right now)\b"
    r"|\bhow much\b[^.?!]{0,30}\bcredit (?:is|do we have) out\b",
    re.IGNORECASE,
)
_STOCK = re.compile(
    r"\b(?:in stock|out of stock|available|availability|do (?:we|i|you) (?:still )?have|have (?:we|i) got"
    r"|how many|how much stock"
    r"|is there any|any more|left|price of|how much (?:is|are|for|does)"
    r"|what (?:is|does)[^.?!]{0,30}(?:cost|price)|specifications?)\b",
    re.IGNORECASE,
)
_SALE = re.compile(
    r"\b(?:receipts?|sales?|orders?|transactions?|invoices?|bills?|purchase|status|refunded|ref(?:erence)?)\b", re.I
)
_CODE = re.compile(r"(?<![\w/-])(?=[A-Za-z0-9/_-]*\d)[A-Za-z0-9]+(?:[-/_][A-Za-z0-9]+)*(?![\w/-])")
_PERSONAL = re.compile(r"GHA-\d{9}-\d|(?:0|233|00233)\d{9}", re.IGNORECASE)
"""Ghana Card and telephone numbers are no receipts."""
_POINTING = re.compile(
    r"^\W*(?:and|but|so|then|also|or)\b|\b(?:what|how) about\b"
    r"|\b(?:it|its|that|this|them|they|those|these|one|ones|there|same|instead|why)\b",
    re.IGNORECASE,
)
_METERS = (
    ("chatbot_messages_per_day", r"chat|messages?|assistant"),
    ("insights_per_month", r"insights?|questions?"),
    ("forecasts_per_month", r"forecasts?"),
    ("descriptions_per_month", r"descriptions?"),
    ("credit_assessments_per_month", r"assessments?|credit checks?|risk"),
    ("collection_messages_per_month", r"collection|reminders?"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A message in the terms of code. `search` is what to look for in documents, `codes` may be receipt numbers, and
    `how_to` asks how something works rather than how it stands; what is `beyond` only a person can see to."""

    kind: Kind
    search: str = ""
    topics: frozenset[str] = frozenset()
    meter: str = ""
    codes: tuple[str, ...] = ()
    how_to: bool = False
    beyond: bool = False


def understand(message: str, turns: Sequence[Turn] = ()) -> Question:
    """Return what a message asks; one that points back is read together with the user's message before it."""
    if _GREETING.fullmatch(message):
        return Question("greeting")
    if _THANKS.fullmatch(message):
        return Question("thanks")
    if _PERSON.search(message):
        return Question("person")
    text = message
    earlier = next((turn.content for turn in reversed(turns) if turn.role == "user" and turn.content), "")
    if earlier and len(set(terms_of(message))) <= FEW_TERMS and _POINTING.search(message):
        text = f"{earlier}\n{message}"
    codes = tuple(dict.fromkeys(code for code in _CODE.findall(text) if _may_be_receipt(code)))[:3]
    topics = {
        name
        for name, pattern in ((PLAN, _PLAN), (QUOTA, _QUOTA), (OWED, _OWED), (PRODUCT, _STOCK))
        if pattern.search(text)
    }
    if codes and _SALE.search(text):
        topics = {SALE}
    how_to = bool(_HOW_TO.search(message) or (PLAN in topics and _CHANGES.search(message)))
    if how_to and not _LEFT.search(text):
        topics.discard(QUOTA)
    beyond = bool(_BILLING.search(message)) and SALE not in topics
    return Question("question", text, frozenset(topics), _meter(message) or _meter(text), codes, how_to, beyond)


def _meter(text: str) -> str:
    named = [meter for meter, words in _METERS if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)]
    return named[0] if len(named) == 1 else ""


def _may_be_receipt(code: str) -> bool:
    """Tell whether a word may be a receipt's number: digits enough, and no amount, year, phone or card."""
    if _PERSONAL.fullmatch(code):
        return False
    digits = sum(char.isdigit() for char in code)
    return digits >= 3 and len(code) >= 4 and (digits >= 5 or not code.isdigit()) and len(code) <= 80
