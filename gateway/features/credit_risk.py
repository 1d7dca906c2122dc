"""Credit risk assessment: the points card on one customer's record, and the words that explain it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gateway.domain.evidence import Evidence, Json
from gateway.domain.money import round_cents
from gateway.domain.records import Customer
from gateway.errors import FieldError, NotFound, ValidationFailed
from gateway.features.credit_card import (
    APPROVE_FULL,
    APPROVE_PARTIAL,
    DENY,
    PARTS,
    Card,
    decide,
    score_card,
)
from gateway.features.credit_conditions import REVIEW_MONTHS, conditions, reason
from gateway.features.credit_factors import (
    WANTED_MONTHS,
    Case,
    Factor,
    positive_factors,
    risk_factors,
    rough,
)
from gateway.features.credit_history import CreditHistory, read_history
from gateway.features.credit_peers import Peers, Trade, read_peers, read_trade
from gateway.features.remembering import Remembered
from gateway.features.wording import lower_first, money, percent, plain, sentence
from gateway.ports import PosData

NO_RATE = "not enough comparable customers"

PII = {"/customer/name": "person-or-business"}
PLAIN = frozenset(
    {
        *("/customer/type", "/assessment_type", "/currency", "/as_of", "/score/level", "/score/caps/*"),
        *(
            "/recommendation/action",
            "/recommendation/reason",
            "/comparable_customers/default_rate",
            "/not_in_the_records/*",
            "/conditions/*",
        ),
        *("/positive/*/factor", "/positive/*/text", "/risk/*/factor", "/risk/*/text"),
    }
)


async def gather(pos: PosData, request: dict[str, Json], as_of: date) -> Evidence:
    """Return the assessment of `request.customer_id` for the requested limit.

    Raises `NotFound` for a customer the business does not have and `ValidationFailed` for a limit that is not above 0.
    """
    requested = _requested(request["requested_credit_limit"])
    customer_id = request["customer_id"]
    file = await _FILES.get(pos, customer_id, lambda: _read_file(pos, customer_id, as_of))
    customer, history, card = file.customer, file.history, file.card
    decision = decide(history, card, requested, file.trade.average_order)
    case = Case(history, file.trade, file.peers, decision, requested, pos.currency)
    facts = _facts(customer, case, card, request["assessment_type"], as_of)
    return Evidence(
        facts=facts,
        computed=_computed(customer, case, card),
        as_of=as_of,
        pii=PII,
        plain=PLAIN,
        n=file.n,
        excluded=pos.excluded,
        subjects=(customer.id,),
        warnings=_warnings(history, request["assessment_type"], requested),
    )


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """What the records say of one customer, whatever limit is asked for; `n` records stand behind it."""

    customer: Customer
    history: CreditHistory
    trade: Trade
    peers: Peers
    card: Card
    n: int


_FILES: Remembered[CustomerFile] = Remembered(256)


async def prepare(pos: PosData, as_of: date) -> None:
    """Work out what every answer of this business rests on, before a question comes."""
    await pos.customers()
    await pos.invoices()


async def _read_file(pos: PosData, customer_id: str, as_of: date) -> CustomerFile:
    customer = await pos.customer(customer_id)
    if customer is None:
        raise NotFound("No customer of this business has this customer_id; push the customer first or check the id.")
    every_invoice = await pos.invoices()
    invoices = [invoice for invoice in every_invoice if invoice.customer == customer.id]
    payments = await pos.payments(customer_id=customer.id)
    sales = await pos.sales(customer_id=customer.id, since=as_of - timedelta(days=364))
    history = read_history(customer, invoices, payments, as_of)
    trade = read_trade(sales, invoices, as_of)
    peers = read_peers(customer, history.monthly_purchases, await pos.customers(), every_invoice, as_of)
    n = len(invoices) + len(payments) + len(sales)
    return CustomerFile(customer, history, trade, peers, score_card(history), n)


def _requested(value: Json) -> Decimal:
    """Return the requested limit from a number, `5000.00` or `5,000.00`."""
    amount = Decimal(str(value).replace(",", ""))
    if round_cents(amount) <= 0:
        raise ValidationFailed(
            "The requested limit must be above 0.",
            [FieldError("/requested_credit_limit", "Give an amount above 0, for example 5000.")],
        )
    return amount


def _computed(customer: Customer, case: Case, card: Card) -> dict[str, Json]:
    """Return every answer field that is not words, in the shape of the response."""
    decision, peers = case.decision, case.peers
    return {
        "customer": {
            "name": customer.name,
            "current_limit": plain(case.history.limit),
            "requested_limit": plain(case.requested),
        },
        "risk_score": card.score,
        "risk_level": card.level,
        "recommendation": {
            "action": decision.action,
            "suggested_limit": plain(decision.limit),
            "suggested_terms_days": decision.terms_days,
            "confidence": decision.confidence,
        },
        "analysis": {"comparable_customers": _comparables(peers)},
    }


def _comparables(peers: Peers) -> dict[str, Json]:
    average, rate = peers.limit_average, peers.default_rate
    return {
        "similar_approved_limit_avg": None if average is None else plain(average),
        "default_rate_for_similar_profile": NO_RATE if rate is None else percent(rate, 0),
    }


def _facts(customer: Customer, case: Case, card: Card, assessment_type: str, as_of: date) -> dict[str, Json]:
    """Return what the prompt shows: no phone, e-mail, contact or address."""
    history, peers = case.history, case.peers
    return {
        "customer": {"name": customer.name, "type": customer.customer_type},
        "assessment_type": assessment_type,
        "as_of": as_of.isoformat(),
        "currency": case.currency,
        "current_limit": plain(history.limit),
        "requested_limit": plain(case.requested),
        "balance": plain(history.balance),
        "monthly_credit_purchases": plain(rough(history.monthly_purchases)),
        "average_order": plain(case.trade.average_order),
        "score": {
            "value": card.score,
            "out_of": 100,
            "level": card.level,
            "points": {name: [plain(points, 1), PARTS[name]] for name, points in card.parts.items()},
            "caps": list(card.caps),
        },
        "recommendation": _recommendation(case, card),
        "positive": _listed(positive_factors(case)),
        "risk": _listed(risk_factors(case)),
        "conditions": conditions(case),
        "comparable_customers": {
            "n": peers.n if peers.n >= Peers.FEWEST else None,
            "limit_average": None if peers.limit_average is None else plain(peers.limit_average),
            "default_rate": None if peers.default_rate is None else percent(peers.default_rate, 0),
        },
        "not_in_the_records": ["conditions outside this shop", "income", "debts to others"],
    }


def _recommendation(case: Case, card: Card) -> dict[str, Json]:
    decision = case.decision
    return {
        "action": decision.action,
        "suggested_limit": plain(decision.limit),
        "terms_days": decision.terms_days,
        "confidence": decision.confidence,
        "reason": reason(case, card.level),
        "supported_limit": plain(decision.ceiling),
        "review_months": REVIEW_MONTHS,
        "wanted_history_months": WANTED_MONTHS,
    }


def _listed(factors: Sequence[Factor]) -> list[dict[str, Json]]:
    return [{"factor": f.name, "value": f.value, "text": f.text} for f in factors]


def _warnings(history: CreditHistory, assessment_type: str, requested: Decimal) -> tuple[str, ...]:
    found = []
    if history.undated:
        found.append("Some settled invoices have no payment on record, so their punctuality could not be judged.")
    if assessment_type == "increase" and requested <= history.limit:
        found.append("An increase was asked for, but the requested limit is not above the current one.")
    if assessment_type == "new_credit" and history.limit > 0:
        found.append("New credit was asked for, but the customer already has a limit.")
    return tuple(found)


def fallback(facts: Mapping[str, Any]) -> dict[str, Json]:
    """Return the model's part of the answer from the ranked statements alone."""
    return {
        "analysis": {
            "positive_factors": [entry["text"] for entry in facts["positive"]],
            "risk_factors": [entry["text"] for entry in facts["risk"]],
        },
        "conditions": list(facts["conditions"]),
        "explanation": _explanation(facts),
    }


def _explanation(facts: Mapping[str, Any]) -> str:
    name, score = facts["customer"]["name"], facts["score"]
    level = score["level"].replace("_", " ").lower()
    good = "; ".join(lower_first(entry["text"]) for entry in facts["positive"][:2])
    bad = "; ".join(lower_first(entry["text"]) for entry in facts["risk"][:2])
    return " ".join(
        [
            f"{name} scores {score['value']} out of {score['out_of']}, which is {level} risk.",
            sentence(f"in its favour: {good}"),
            sentence(f"to watch: {bad}"),
            _advice(facts),
        ]
    )


def _advice(facts: Mapping[str, Any]) -> str:
    """Return the recommendation and what decided it."""
    advice, currency = facts["recommendation"], facts["currency"]
    limit, requested = money(advice["suggested_limit"], currency), money(facts["requested_limit"], currency)
    action, reason = advice["action"], advice["reason"]
    if action == APPROVE_FULL:
        return f"The requested {requested} can be approved in full on {advice['terms_days']}-day terms: {reason}."
    if action == APPROVE_PARTIAL:
        return (
            f"A limit of {limit} on {advice['terms_days']}-day terms is suggested instead of {requested}: {reason}. "
            f"The rest can be looked at again after {advice['review_months']} months of payments on time."
        )
    if action == DENY:
        return f"The request for {requested} should be declined for now: {reason}."
    return f"More information is needed before {requested} can be decided: {reason}. {_until_then(facts, limit)}"


def _until_then(facts: Mapping[str, Any], limit: str) -> str:
    suggested, current = facts["recommendation"]["suggested_limit"], facts["current_limit"]
    if not suggested:
        return "Until then no credit is suggested."
    if suggested == current:
        return f"Until then the limit should stay at {limit}."
    return f"Until then no more than {limit} is suggested{'' if current else ', as a trial'}."
