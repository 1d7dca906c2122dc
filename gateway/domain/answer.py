"""How an answer came about: its source, and why it was degraded if it was."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Who wrote the words of an answer."""

    MODEL = "model"
    CACHE = "cache"
    RULES = "rules"
    OFFLINE = "offline"


class DegradedReason(StrEnum):
    """Why the rules answered although a model was wanted."""

    NO_VERDICT = "no_verdict"
    UPSTREAM_UNAVAILABLE = "upstream_unavailable"
    DEADLINE = "deadline"
    BUDGET = "budget"
    PLAN = "plan"
    OPTED_OUT = "opted_out"
    OUTPUT_INVALID = "output_invalid"
    UNGROUNDED = "ungrounded"
    EGRESS_BLOCKED = "egress_blocked"


@dataclass(frozen=True, slots=True)
class Degraded:
    """The reason, and one sentence for a person; neither names a model's own words nor a personal value."""

    reason: DegradedReason
    detail: str


LABELS = {
    Source.MODEL: "Written with the help of an AI model; every figure was computed from your records.",
    Source.CACHE: "Written earlier with the help of an AI model; every figure was computed from your records.",
    Source.RULES: "Written by fixed rules from your records, without an AI model.",
    Source.OFFLINE: "Written by the offline rules from your records; no AI model is connected.",
}
