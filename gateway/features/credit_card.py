"""The points card: a score from 0 to 100 (higher is better), its level, and the limit that follows from it.

The points are set by judgement, not trained: a shop with forty credit customers has too few defaults to learn from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from gateway.features.arithmetic import clip, floor_to, mean
from gateway.features.credit_history import CreditHistory

LOW, MEDIUM, HIGH, VERY_HIGH = "LOW", "MEDIUM", "HIGH", "VERY_HIGH"
APPROVE_FULL, APPROVE_PARTIAL, DENY = "APPROVE_FULL", "APPROVE_PARTIAL", "DENY"
REQUIRE_MORE_INFO = "REQUIRE_MORE_INFO"

PARTS = {"punctuality": 30, "arrears": 25, "utilisation": 15, "trend": 10, "tenure": 10, "regularity": 10}
"""Part of the card → its most points."""
CEILING_FACTOR = {LOW: Decimal("2.5"), MEDIUM: Decimal("1.5"), HIGH: Decimal("0.5"), VERY_HIGH: Decimal(0)}
"""Level → how many terms' worth of credit purchases a limit may cover."""
MIN_PAID = 3
"""Settled invoices below which no payment habit can be judged."""
STEP = 100
"""Limits are suggested in steps of this many units of the business's currency."""


@dataclass(frozen=True, slots=True)
class Card:
    """A score with the points of each part and the names of the caps that hold it down."""

    score: int
    level: str
    parts: Mapping[str, float]
    caps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the card recommends: amounts in the business's currency, `ceiling` is the limit that trade supports."""

    action: str
    limit: Decimal
    terms_days: int
    confidence: float
    ceiling: Decimal


def level_of(score: int) -> str:
    """Return the risk level of a score: LOW from 75, MEDIUM from 50, HIGH from 25."""
    return LOW if score >= 75 else MEDIUM if score >= 50 else HIGH if score >= 25 else VERY_HIGH


def _parts(history: CreditHistory) -> dict[str, float]:
    window = history.lateness
    weight = min(1.0, history.paid / 6)
    habit = 0.6 * history.on_time / max(1, len(window)) + 0.4 * max(0.0, 1 - mean([max(0, d) for d in window]) / 30)
    shift = history.lateness_shift
    used = history.utilisation
    return {
        "punctuality": weight * 30 * habit + (1 - weight) * 12,
        "arrears": 25 * max(0.0, 1 - history.max_days_overdue / 45),
        "utilisation": 7.5 if used is None else 15 * clip((1.25 - used) / 0.85, 0, 1),
        "trend": 7.0 if shift is None else 10 * clip(0.7 - shift / 20, 0, 1),
        "tenure": 10 * min(1.0, history.months / 12),
        "regularity": 10 * min(1.0, history.invoices / 12),
    }


def _caps(history: CreditHistory) -> dict[str, int]:
    """Return the caps in force: why → the most points it allows."""
    found = {
        "blocked": (history.blocked, 24),
        "written_off": (history.written_off > 0, 24),
        "overdue_more_than_90_days": (history.max_days_overdue > 90, 24),
        "overdue_more_than_45_days": (45 < history.max_days_overdue <= 90, 49),
        "fewer_than_3_invoices": (history.invoices < 3, 60),
    }
    return {name: most for name, (holds, most) in found.items() if holds}


def score_card(history: CreditHistory) -> Card:
    """Score a credit history; the caps win over the points."""
    parts, caps = _parts(history), _caps(history)
    score = min([int(sum(parts.values()) + 0.5), *caps.values()])
    return Card(score, level_of(score), {name: round(points, 1) for name, points in parts.items()}, tuple(caps))


def terms_days(history: CreditHistory, level: str) -> int:
    """Return the payment terms in days: 14, 30 or 45."""
    if history.mean_lateness > 10 or (level == MEDIUM and (history.utilisation or 0) > 0.9):
        return 14
    return 45 if level == LOW and history.paid >= 24 else 30


def credit_ceiling(history: CreditHistory, level: str, terms: int) -> Decimal:
    """Return the most a limit may be by trade and level, rounded down to a step."""
    return floor_to(history.monthly_purchases * terms / 30 * CEILING_FACTOR[level], STEP)


def confidence(history: CreditHistory) -> float:
    """Return how much the records say, 0.2-0.95; less when the customer just broke its own habit."""
    paid, months = min(1.0, history.paid / 12), min(1.0, history.months / 12)
    return round(clip(0.35 + 0.45 * paid + 0.15 * months - 0.2 * history.regime_break, 0.2, 0.95), 2)


def decide(history: CreditHistory, card: Card, requested: Decimal, average_order: Decimal) -> Decision:
    """Return the recommendation for a requested limit; `average_order` sizes a trial for customers without a habit."""
    terms = terms_days(history, card.level)
    ceiling = credit_ceiling(history, card.level, terms)
    action, limit = _action(history, card.level, requested, ceiling, average_order)
    return Decision(action, limit, terms, confidence(history), ceiling)


def _action(
    history: CreditHistory, level: str, requested: Decimal, ceiling: Decimal, average_order: Decimal
) -> tuple[str, Decimal]:
    kept = min(history.limit, requested)
    if level == VERY_HIGH:
        return DENY, kept
    if level == HIGH:
        return REQUIRE_MORE_INFO, kept
    if history.paid < MIN_PAID:
        trial = floor_to(average_order / 2, STEP)
        return REQUIRE_MORE_INFO, min(requested, max(history.limit, trial))
    if level == LOW and ceiling >= requested:
        return APPROVE_FULL, requested
    partial = min(ceiling, requested - STEP)
    return (APPROVE_PARTIAL, partial) if partial > history.limit else (REQUIRE_MORE_INFO, kept)
