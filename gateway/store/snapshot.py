"""Keys, tenants, switches and releases in memory: one object, replaced when a counter in the database moves."""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from gateway.domain.caller import Business
from gateway.domain.released import Live
from gateway.errors import NotReady
from gateway.store.businesses import ALL, EVERY_BUSINESS, EVERY_FEATURE, business_of
from gateway.store.database import Database, Row, Script, Statement
from gateway.store.keys import Keys
from gateway.store.releases import BUSINESS, CANARY, EVERYONE, PLAN, PROVEN, SHARE, STANDING
from gateway.store.revisions import Changed
from gateway.store.scope import OPERATOR, acting

POLL_SECONDS = 1.0
NOTE_USE_SECONDS = 60.0
_KEYS = "SELECT hash, id, name, business_id, scopes FROM api_key WHERE revoked_at IS NULL"
_SETTINGS = "SELECT business_id, name, enabled, opted_out FROM feature_setting"
_REVISIONS = "SELECT name, n FROM revision"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A key that may be used now."""

    id: str
    name: str
    business_id: str | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What every request needs to know of its caller, as of one instant; every look-up is one dictionary access."""

    revisions: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, LiveKey] = field(default_factory=dict)
    businesses: Mapping[str, Business] = field(default_factory=dict)
    switches: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    opt_outs: frozenset[tuple[str, str]] = frozenset()
    releases: Mapping[str, Live] = field(default_factory=dict)
    proofs: frozenset[tuple[str, str]] = frozenset()
    used: set[str] = field(default_factory=set)

    def key(self, digest: str) -> LiveKey | None:
        """Return the key with this SHA-256, if it is live, and note that it was used."""
        found = self.keys.get(digest)
        if found is not None:
            self.used.add(found.id)
        return found

    def business(self, business_id: str) -> Business | None:
        """Return a tenant."""
        return self.businesses.get(business_id)

    def enabled(self, business_id: str, flag: str) -> bool | None:
        """Return an override of a flag. An operator's `off` for everyone beats what a business has chosen."""
        for_all = self.switches.get((EVERY_BUSINESS, flag))
        return False if for_all is False else self.switches.get((business_id, flag), for_all)

    def opted_out(self, business_id: str, feature: str) -> bool:
        """Return whether the business wants no model for this feature, or for any."""
        business = self.businesses.get(business_id)
        outright = business is not None and business.ai_opt_out
        return outright or (business_id, feature) in self.opt_outs or (business_id, EVERY_FEATURE) in self.opt_outs


class Snapshots:
    """Holds the current snapshot and keeps it current; implements `ports.Switchboard`."""

    def __init__(self, database: Database, keys: Keys | None = None) -> None:
        self._database = database
        self._keys = keys
        self._watchers: dict[str, Changed] = {}
        self._lock = asyncio.Lock()
        self._polling: asyncio.Task[None] | None = None
        self.current = Snapshot()

    async def start(self) -> None:
        """Load the first snapshot and poll from then on. Raises NotReady."""
        async with self._lock:
            with acting(OPERATOR):
                await self._load()
        self._polling = asyncio.create_task(self._poll(), name="snapshot")

    async def stop(self) -> None:
        """End the polling and note the last use of keys."""
        if self._polling is not None:
            self._polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._polling
            self._polling = None
        with contextlib.suppress(NotReady):
            await self._note_use()

    def watch(self, revision: str, act: Changed) -> None:
        """Await `act` whenever this counter has moved, in whichever process."""
        self._watchers[revision] = act

    async def refresh(self) -> None:
        """Bring the snapshot up to date if any counter has moved. Raises NotReady, and the old one stays."""
        async with self._lock:
            with acting(OPERATOR):  # it holds every business, whoever's change it is that brings it up to date
                rows = await self._database.fetch(_REVISIONS)
                if {row[0]: row[1] for row in rows} != self.current.revisions:
                    await self._load()

    async def _load(self) -> None:
        before = self.current.revisions
        fresh = await self._database.read(_load, self.current.used)
        # First what stands behind it, such as a new version's text, then the snapshot that points there.
        for name, act in self._watchers.items():
            if fresh.revisions.get(name) != before.get(name):
                await act()
        self.current = fresh

    def enabled(self, business_id: str, flag: str) -> bool | None:
        """See `ports.Switchboard`."""
        return self.current.enabled(business_id, flag)

    def opted_out(self, business_id: str, feature: str) -> bool:
        """See `ports.Switchboard`."""
        return self.current.opted_out(business_id, feature)

    def live(self, feature: str, business_id: str = "", plan: str = "") -> str | None:
        """See `ports.Switchboard`."""
        released = self.current.releases.get(feature)
        return released.of(feature, business_id, plan) if released else None

    def proven(self, content_hash: str, model: str) -> bool:
        """See `ports.Switchboard`."""
        return (content_hash, model) in self.current.proofs

    async def _poll(self) -> None:
        noted = time.monotonic()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.refresh()
                if time.monotonic() - noted >= NOTE_USE_SECONDS:
                    noted = time.monotonic()
                    await self._note_use()
            except Exception as error:  # whatever it was, keys must go on being revoked when it has passed
                _log.warning("snapshot_stale", kind=type(error).__name__)

    async def _note_use(self) -> None:
        used = self.current.used
        if self._keys is not None and used:
            key_ids = set(used)
            used.clear()
            with acting(OPERATOR):
                await self._keys.mark_used(key_ids)


def _load(used: set[str]) -> Script[Snapshot]:
    revisions = yield Statement(_REVISIONS)
    keys = yield Statement(_KEYS)
    businesses = yield Statement(ALL)
    settings = yield Statement(_SETTINGS)
    releases = yield Statement(STANDING)
    proofs = yield Statement(PROVEN)
    return Snapshot(
        revisions={row[0]: row[1] for row in revisions},
        keys={row[0]: LiveKey(row[1], row[2], row[3], frozenset(json.loads(row[4]))) for row in keys},
        businesses={row[0]: business_of(row) for row in businesses},
        switches={(business, name): bool(on) for business, name, on, _ in settings if on is not None},
        opt_outs=frozenset((business, name) for business, name, _, out in settings if out),
        releases=_live(releases),
        proofs=frozenset((content_hash, model) for content_hash, model in proofs),
        used=used,
    )


def _live(rows: Sequence[Row]) -> dict[str, Live]:
    found: dict[str, Live] = {}
    for feature, label, target, content_hash, *_ in sorted(rows):
        live = found.get(feature, Live())
        if label == CANARY and target.startswith(SHARE):
            live = replace(live, shares=(*live.shares, (int(target.removeprefix(SHARE)), content_hash)))
        elif label == CANARY:
            continue
        elif target == EVERYONE:
            live = replace(live, everyone=content_hash)
        elif target.startswith(PLAN):
            live = replace(live, plans={**live.plans, target.removeprefix(PLAN): content_hash})
        elif target.startswith(BUSINESS):
            live = replace(live, businesses={**live.businesses, target.removeprefix(BUSINESS): content_hash})
        found[feature] = live
    return found
