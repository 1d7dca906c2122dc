"""Versions that exist only in the database, such as those written in the admin, ready to serve traffic."""

import msgspec
import structlog

from gateway.library.catalog import Catalog, revived_version
from gateway.library.policy import Policy
from gateway.library.problems import LibraryError
from gateway.store.database import Database
from gateway.store.releases import STANDING

_BODY = "SELECT feature, body FROM prompt_version WHERE content_hash = $1"
_log = structlog.get_logger(__name__)


class Shelf:
    """Puts what is released into the catalog of this process, whoever released it."""

    def __init__(self, database: Database, catalog: Catalog, policy: Policy) -> None:
        self._database = database
        self._catalog = catalog
        self._policy = policy
        self._unusable: set[str] = set()

    async def fill(self) -> None:
        """Load every released version that is not here yet; one that no longer fits this release is left out.

        Then nothing of it is called: the feature's rules answer, and the log says which version it was.
        """
        for content_hash in sorted({row[3] for row in await self._database.fetch(STANDING)}):
            if content_hash not in self._catalog.by_hash and content_hash not in self._unusable:
                await self._take(content_hash)

    async def _take(self, content_hash: str) -> None:
        rows = await self._database.fetch(_BODY, content_hash)
        feature = self._catalog.features.get(rows[0][0]) if rows else None
        if feature is None:
            self._unusable.add(content_hash)
            return
        try:
            prompt = revived_version(msgspec.json.decode(rows[0][1]), feature, self._catalog.partials, self._policy)
        except LibraryError as error:
            self._unusable.add(content_hash)
            _log.error(
                "version_unusable", feature=feature.name, content_hash=content_hash, problems=len(error.problems)
            )
            return
        # The proof is of that content alone: a contract or policy that has changed since makes it another one.
        if prompt.content_hash != content_hash:
            self._unusable.add(content_hash)
            _log.error("version_changed", feature=feature.name, content_hash=content_hash)
            return
        self._catalog.add(prompt)
