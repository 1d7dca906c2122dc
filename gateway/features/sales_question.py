"""What a person on the shop floor asks for: products, limits, quantity; a follow-up leans on the turns before it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gateway.errors import ConstraintsInfeasible, FieldError
from gateway.features.price_question import PriceQuestion, parse_price_question
from gateway.features.product_search import Catalogue, Found, without_sizes
from gateway.features.product_words import PACKAGING
from gateway.features.wording import money

MOST_PIECES = 100_000

_PACKS = (
    r"bags?|sacks?|cartons?|box(?:es)?|pcs|pieces?|packs?|packets?|units?|crates?|bottles?|cans?|tins?|rolls?|sets?"
    r"|sachets?|pairs?|cups?|copies"
)
_DOZEN = re.compile(r"\b(half (?:a )?|an? |\d{1,4} )dozens?\b")
_COUNTED = re.compile(
    rf"(?<![\w.,-])(\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}})\s+(?:(?:{_PACKS})\b|(?:\w+\s+)?(?P<noun>[a-z]{{2,}}))"
)
_VERB = re.compile(
    r"\b(?:need|needs|buy|buys|order|orders|want|wants|take|takes|get)\s+(?:about\s+)?(\d{1,6})(?![\w.,%\"-])(?!\s+(?:kg|g|l|ml|inch|cedis)\b)"
)
_BULK = re.compile(r"\b(?:wholesale|in bulk|bulk|trade price|carton price|large quantit\w+|resell\w*)\b")
_GENERAL = re.compile(
    r"\b(?:recommend\w*|suggest\w*|anything|something|best[- ]?sell\w*|popular|top sell\w*|sells? (?:best|well|most)"
    r"|what (?:should|can|could|shall|do) (?:i|we|you|they)|cheapest|gifts?|offer|for sale|promote|special)\b"
)
_HABIT = re.compile(
    r"\b(?:did|does|do|has|have) (?:they|he|she|(?:this|the|my) (?:customer|client|buyer))\b[^.?!]{0,20}"
    r"\b(?:buy|bought|purchased?|order|ordered|take|taken)\b"
)
"""What a customer has bought is asked: what they bought before comes first among what may be offered."""
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_POINTING = re.compile(
    r"\b(?:it|its|that|this|ones?|them|those|these|same|cheaper|bigger|smaller|larger|another|others?|more|both|either|instead)\b"
)
_SAME_LIMIT = re.compile(r"\b(?:same|that|this) (?:budget|price|limit|range|amount)\b")


@dataclass(frozen=True, slots=True)
class Question:
    """A question in the terms of code. `is_general`: advice is wanted though no product is named."""

    price: PriceQuestion
    found: Found
    quantity: int | None
    is_general: bool
    wants_bulk: bool

    @property
    def pays_in_total(self) -> bool:
        """True when the highest price is a budget for the whole quantity."""
        return self.price.total and (self.quantity or 1) > 1

    def allows(self, price: Decimal, unit_price: Decimal) -> bool:
        """Return whether a shelf price is within the limits; a whole budget is held against the price really paid."""
        paid = unit_price * (self.quantity or 1) if self.pays_in_total else price
        low, high = self.price.minimum, self.price.maximum
        return (high is None or max(paid, price) <= high) and (low is None or price >= low)


def understand(message: str, history: Sequence[Mapping[str, Any]], catalogue: Catalogue, currency: str) -> Question:
    """Return the question. Raises ConstraintsInfeasible when its lowest price is above its highest."""
    question = _parsed(message, catalogue, currency)
    lowered = message.lower()
    follows_up = not question.found.known and (not question.found.words or bool(_POINTING.search(lowered)))
    if follows_up or _SAME_LIMIT.search(lowered):
        question = _continued(question, [_parsed(text, catalogue, currency) for text in _earlier(history)])
    _refuse_clash(question.price, currency)
    return question


def _parsed(text: str, catalogue: Catalogue, currency: str) -> Question:
    price = parse_price_question(text, currency)
    found = catalogue.find(price.rest)
    return Question(
        price=price,
        found=found,
        quantity=_quantity(without_sizes(price.rest), catalogue),
        is_general=not found.known and _asks_for_advice(text, price, found),
        wants_bulk=bool(_BULK.search(price.rest)),
    )


def _asks_for_advice(text: str, price: PriceQuestion, found: Found) -> bool:
    """Tell whether any product would do: a limit or a wish for advice, and no unknown noun but people's names."""
    names = {name.lower() for name in _NAME.findall(text)}
    is_open = all(word in names or word in PACKAGING or _GENERAL.fullmatch(word) for word in found.words)
    return is_open and (price.has_limit or bool(_GENERAL.search(price.rest) or _HABIT.search(price.rest)))


def _earlier(history: Sequence[Mapping[str, Any]]) -> list[str]:
    return [turn["content"] for turn in reversed(history) if turn.get("role") == "user"]


def _continued(question: Question, earlier: Sequence[Question]) -> Question:
    """Take what this turn leaves open (products, limits, quantity) from the newest earlier turn that says it."""
    topic = next((turn for turn in earlier if turn.found.known), None)
    limited = next((turn for turn in earlier if turn.price.has_limit), None)
    if limited is not None and not question.price.has_limit:
        kept = {name: getattr(limited.price, name) for name in ("minimum", "maximum", "total")}
        question = replace(question, price=replace(question.price, **kept))
    if topic is None or question.found.known:
        return question
    quantity = question.quantity or next((turn.quantity for turn in earlier if turn.quantity), None)
    return replace(question, found=topic.found, quantity=quantity, is_general=False)


def _quantity(text: str, catalogue: Catalogue) -> int | None:
    if dozen := _DOZEN.search(text):
        how_many = dozen[1].strip()
        return 6 if how_many.startswith("half") else 12 * (int(how_many) if how_many.isdigit() else 1)
    counts = {
        counted[1]
        for counted in _COUNTED.finditer(text)
        if counted["noun"] is None or any(catalogue.knows(word) for word in counted[0].split()[1:])
    }
    if counts:
        # Two counts are for two products; which is whose the words do not always tell.
        return _sane(counts.pop()) if len(counts) == 1 else None
    asked = _VERB.search(text)
    return _sane(asked[1]) if asked else None


def _sane(digits: str) -> int | None:
    pieces = int(digits.replace(",", ""))
    return pieces if 0 < pieces <= MOST_PIECES else None


def _refuse_clash(price: PriceQuestion, currency: str) -> None:
    if price.minimum is not None and price.maximum is not None and price.minimum > price.maximum:
        low, high = money(price.minimum, currency), money(price.maximum, currency)
        raise ConstraintsInfeasible(
            f"The question asks for at least {low} and at most {high}; no price is both. Drop one of the two limits.",
            errors=[FieldError("/message", f"the minimum {low} is above the maximum {high}")],
        )
