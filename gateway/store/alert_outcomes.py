"""What people said of alerts on unusual patterns; the last word on an alert counts."""

from collections.abc import Sequence

from gateway.domain.alert_outcome import AlertOutcome
from gateway.ports import Clock
from gateway.store.crypto import Sealer
from gateway.store.database import Database, Script, Statement
from gateway.store.holdings import PRIVATE_DAYS, Holding, Sealed, Until

COMMENT = "alert comment"
HOLDINGS = (
    Holding(
        "alert_outcome",
        Until("created_at", PRIVATE_DAYS),
        key=("alert_id",),
        sealed=(Sealed("comment", COMMENT),),
        user="user_hash",
    ),
)
_SAY = (
    "INSERT INTO alert_outcome (business_id, alert_id, pattern, outcome, comment, user_hash, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (business_id, alert_id) DO UPDATE SET pattern = excluded.pattern, "
    "outcome = excluded.outcome, comment = excluded.comment, user_hash = excluded.user_hash, "
    "created_at = excluded.created_at"
)


class AlertOutcomeStore:
    """Keeps outcomes; implements `gateway.ports.AlertOutcomes`. Comments rest encrypted."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    async def of(self, business_id: str) -> Sequence[AlertOutcome]:
        """Return the business's outcomes, oldest first."""
        rows = await self._database.fetch(
            "SELECT alert_id, pattern, outcome FROM alert_outcome WHERE business_id = $1 ORDER BY created_at, alert_id",
            business_id,
        )
        return [AlertOutcome(*row) for row in rows]

    def say(self, business_id: str, said: AlertOutcome, comment: str, user_hash: str) -> Script[None]:
        """Keep what a person says of an alert, in place of what was said before, as part of a transaction."""
        sealed = self._sealer.seal(COMMENT, business_id, said.alert_id, comment.encode()) if comment else None
        values = (said.alert_id, said.pattern, said.outcome, sealed, user_hash, self._clock.now())
        yield Statement(_SAY, (business_id, *values))
