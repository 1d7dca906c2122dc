"""What a support chat is made of: passages of documents, turns of a conversation, and a business's account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that fits a question.

    `coverage` (0-1) is how much of the question's weight its words carry; `shared` says that the document is the
    product's own and not one of the business.
    """

    title: str
    url: str
    text: str
    score: float
    coverage: float
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said: `role` is `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of one user of one business, its last turns oldest first; `said` counts all of its turns."""

    id: str
    user: str
    turns: Sequence[Turn] = ()
    said: int = 0
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Escalation:
    """A question that a person must answer: a code for why, and the reference that the user was given."""

    reason: str
    ticket_ref: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with its answer, and whether a person must take over."""

    conversation: Conversation
    question: str
    answer: str
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True)
class MeterState:
    """A plan's meter: what it counts, its limit (-1 unlimited, 0 not in the plan), units used, and its last day."""

    name: str
    title: str
    limit: int
    used: int
    until: str


@dataclass(frozen=True, slots=True)
class Account:
    """A business's subscription now; `trial_until` is a day, empty without a trial.

    `modes` tells of features that the plan serves by rules or not at all.
    """

    plan: str
    price_ghs: str
    meters: Sequence[MeterState]
    modes: Mapping[str, str]
    opted_out: bool = False
    trial_until: str = ""
