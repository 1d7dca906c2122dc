"""Keeps the evidence of businesses at hand before they ask: after a start, after pushes and on a new day.

Those that asked last come first. Slots that they leave go to businesses whose records nobody has asked about yet, so
that the first question about freshly loaded records need not wait either: those that pushed most, and only while there
is room that nobody else's records take.
"""

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
    """Prepares one business after the other, `most` of them.

    Who asked lately has the features prepared that were asked for; who did not has all of them, at once after a start,
    and later once their records have rested for a round: while a shop loads them, each round's work would be in vain.
    """

    def __init__(self, kit: Kit, records: RecordStore, usage: UsageQueries, snapshots: Snapshots, most: int) -> None:
        self._kit, self._records, self._usage, self._snapshots = kit, records, usage, snapshots
        self._most = most
        self._prepared: dict[str, State] = {}
        self._silent: dict[str, int] | None = None

    async def run(self) -> None:
        """Prepare the businesses whose records or day changed since they were prepared here. Raises NotReady."""
        if not self._most:
            return
        asked = await self._usage.asked_last(self._kit.clock.now(), self._most)
        revisions = await self._records.revisions(list(asked))
        silent = await self._not_asked(asked)
        self._prepared = {key: state for key, state in self._prepared.items() if key in asked or key in silent}
        for business_id, features in asked.items():
            if business_id in revisions:  # whoever pushed nothing has nothing to prepare
                await self._prepare(business_id, features, revisions[business_id])
        for business_id, revision in silent.items():
            rested = self._silent is None or self._silent.get(business_id) == revision
            if rested and self._records.has_room:
                allowed = [name for name in self._kit.features if not self._snapshots.opted_out(business_id, name)]
                await self._prepare(business_id, allowed, revision)
        self._silent = silent

    async def _not_asked(self, asked: Collection[str]) -> dict[str, int]:
        """Return the revisions of those that pushed most without asking lately, as many as there are free slots."""
        free = self._most - len(asked)
        if free <= 0:
            return {}
        pushed = await self._records.most_pushed(self._most)
        return dict([(key, revision) for key, revision in pushed.items() if key not in asked][:free])

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
