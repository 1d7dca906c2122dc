"""Keeps the evidence of the businesses that asked last at hand: after a start, after pushes and on a new day."""

from collections.abc import Collection
from datetime import date

from gateway.library.windows import local_day
from gateway.pipeline.kit import Kit
from gateway.pipeline.preparing import prepare
from gateway.store import scope
from gateway.store.records import RecordStore
from gateway.store.snapshot import Snapshots
from gateway.store.usage import UsageQueries

State = tuple[int, date, frozenset[str]]
"""What was prepared: the records' revision, the day, and the features."""


class WarmUp:
    """Prepares one business after the other, `most` of them, each only for the features that it asked for lately."""

    def __init__(self, kit: Kit, records: RecordStore, usage: UsageQueries, snapshots: Snapshots, most: int) -> None:
        self._kit, self._records, self._usage, self._snapshots = kit, records, usage, snapshots
        self._most = most
        self._prepared: dict[str, State] = {}

    async def run(self) -> None:
        """Prepare the businesses whose records or day changed since they were prepared here. Raises NotReady."""
        asked = await self._usage.asked_last(self._kit.clock.now(), self._most) if self._most else {}
        revisions = await self._records.revisions(list(asked))
        self._prepared = {key: state for key, state in self._prepared.items() if key in asked}
        for business_id, features in asked.items():
            if business_id in revisions:  # whoever pushed nothing has nothing to prepare
                await self._prepare(business_id, features, revisions[business_id])

    async def _prepare(self, business_id: str, features: Collection[str], revision: int) -> None:
        business = self._snapshots.current.business(business_id)
        if business is None:
            return
        today = local_day(self._kit.clock.now(), business.timezone)
        state = (revision, today, frozenset(features))
        if self._prepared.get(business_id) == state:
            return
        # Noted first: what fails once would fail in every round.
        self._prepared[business_id] = state
        with scope.acting(scope.business(business_id)):
            await prepare(self._kit, business, features, today)
