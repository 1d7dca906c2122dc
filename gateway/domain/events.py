"""What businesses and operators can be told by webhook: the one table that code and documentation share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EventType:
    """An event that exists: when it is sent, and what its `data` holds."""

    when: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Within a business and type, the same `dedupe_key` happens once for ever."""

    type: str
    dedupe_key: str
    data: Mapping[str, Any] = field(default_factory=dict)


_WHO = {"released_by": "who moved the label", "feature": "the prompt's feature", "version": "number of the version"}

EVENTS: Mapping[str, EventType] = {
    "credit.alert": EventType(
        "A customer's credit risk has changed.",
        {"alert_id": "id", "severity": "how urgent", "customer_id": "id", "summary": "one sentence"},
    ),
    "fraud.alert": EventType(
        "Something unusual was found in sales, stock or by a member of staff.",
        {"alert_id": "id", "severity": "how urgent", "type": "what was found", "summary": "one sentence"},
    ),
    "inventory.low_stock": EventType(
        "A product will run out before new stock can arrive.",
        {"product_id": "id", "current_stock": "units", "predicted_stockout_date": "day or null"},
    ),
    "job.completed": EventType(
        "A background job that the API answers for has ended, well or not.",
        {"job_id": "id", "kind": "which kind of job", "status": "completed or failed", "url": "where its result is"},
    ),
    "budget.threshold": EventType(
        "50, 80, 95 or 100 % of the month's AI budget are used; each is told once a month.",
        {"period": "month", "percent": "50, 80, 95 or 100", "cap_usd": "amount", "spent_usd": "amount"},
    ),
    "quota.exhausted": EventType(
        "A meter of the plan has reached its limit; told once in its day or month.",
        {"period": "day or month", "meter": "name", "limit": "units", "resets_at": "instant"},
    ),
    "prompt.shipped": EventType("A prompt version now serves traffic.", _WHO),
    "prompt.rolled_back": EventType("An earlier prompt version serves traffic again.", _WHO),
    "eval.failed": EventType(
        "A suite did not pass.", {"feature": "whose suite", "version": "number of the version", "model": "which model"}
    ),
    "model.retiring": EventType(
        "A model of a route will be, or is, shut down by its provider.",
        {"model": "id", "shutdown_date": "day or null", "routes": "routes that name it"},
    ),
    "support.escalated": EventType(
        "The support chat has handed a conversation to a person.",
        {"conversation_id": "id", "ticket_ref": "reference", "reason": "why"},
    ),
    "privacy.erased": EventType(
        "The AI data of a customer or user were erased.",
        {"job_id": "the erasure", "subject_type": "customer or user", "rows": "how many rows went"},
    ),
}
"""Every event by its type. Those about prompts, evaluations and models concern the whole service."""
