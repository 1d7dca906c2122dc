"""Puts the newest saved plans in force in this process, whoever saved them and in whichever process."""

import structlog

from gateway.library.plan_text import plans_from
from gateway.library.policy_types import Policy
from gateway.library.problems import LibraryError
from gateway.store.database import Database

_NEWEST = "SELECT number, body FROM plan_revision WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1"
_log = structlog.get_logger(__name__)


class PlanShelf:
    """Fills a policy; the plans of the file hold until others are saved."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database = database
        self._policy = policy

    async def fill(self) -> None:
        """Put the newest saved plans in force. One that this release cannot read changes nothing; the log says so."""
        rows = await self._database.fetch(_NEWEST)
        if not rows:
            return
        try:
            self._policy.sell(plans_from(rows[0][1], self._policy.plans_of_file, self._policy.meters))
        except LibraryError as error:
            _log.error("plans_unusable", number=rows[0][0], problems=len(error.problems))
