"""What people say of an answer, and what they decide on a recommendation; words and values rest encrypted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.domain.ids import new_id
from gateway.domain.ledger import AuditEntry
from gateway.errors import NotFound
from gateway.ports import Clock
from gateway.store import audit
from gateway.store.crypto import Sealer
from gateway.store.database import Database, Script, Statement

COMMENT, CONTENT = "feedback comment", "decision"
_encode = msgspec.json.Encoder(decimal_format="string").encode

_EXACT = "SELECT request_id, feature FROM usage_all WHERE business_id = $1 AND request_id = $2"
_NAMED = (  # a caller may have chosen the request's id; the ledger's then begins with it
    "SELECT request_id, feature FROM usage_all WHERE business_id = $1 AND substr(request_id, 1, $3) = $2 "
    "ORDER BY created_at DESC LIMIT 1"
)
_FEEDBACK = (
    "INSERT INTO feedback (business_id, request_id, user_hash, feature, rating, outcome, comment, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (business_id, request_id, user_hash) DO UPDATE SET "
    "rating = excluded.rating, outcome = excluded.outcome, comment = excluded.comment, created_at = excluded.created_at"
)
_DECISION = (
    "INSERT INTO decision (business_id, id, request_id, feature, decision, content, user_hash, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered: its ledger id and its feature."""

    request_id: str
    feature: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person says of one answer; `rating` is 1 to 5 or None, `outcome` a word or ""."""

    rating: int | None
    outcome: str
    comment: str


class FeedbackStore:
    """Keeps feedback and decisions; the business comes first."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    async def answered(self, business_id: str, request_id: str) -> Answered:
        """Return the answered request that `meta.request_id` names. Raises NotFound."""
        rows = await self._database.fetch(_EXACT, business_id, request_id)
        if not rows:
            prefix = f"{request_id}."
            rows = await self._database.fetch(_NAMED, business_id, prefix, len(prefix))
        if not rows:
            raise NotFound("There is no such request.")
        return Answered(*rows[0])

    def say(self, business_id: str, about: Answered, user_hash: str, feedback: Feedback) -> Script[None]:
        """Keep what one person says, as part of a transaction; their later word about the same answer replaces it."""
        sealed = None
        if feedback.comment:
            row = f"{about.request_id}|{user_hash}"
            sealed = self._sealer.seal(COMMENT, business_id, row, feedback.comment.encode())
        values = (about.feature, feedback.rating, feedback.outcome, sealed, self._clock.now())
        yield Statement(_FEEDBACK, (business_id, about.request_id, user_hash, *values))

    def decide(
        self,
        business_id: str,
        about: Answered,
        decision: str,
        content: Mapping[str, Any],
        *,
        user_hash: str,
        actor: str,
    ) -> Script[str]:
        """Keep a decision with a line in the audit chain, as part of a transaction, and return its id.

        The newest decision about a request counts.
        """
        decision_id, now = new_id(), self._clock.now()
        sealed = self._sealer.seal(CONTENT, business_id, decision_id, _encode(content))
        row = (business_id, decision_id, about.request_id, about.feature, decision, sealed, user_hash, now)
        details = {"feature": about.feature, "user": user_hash}
        entry = AuditEntry(business_id, actor, f"decision.{decision}", about.request_id, now, details)
        yield Statement(_DECISION, row)
        yield from audit.append(entry)
        return decision_id
