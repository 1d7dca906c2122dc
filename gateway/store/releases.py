"""Prompt versions, what evaluations found about them, and which one is live.

A version cannot be live without a passed verdict: the release row carries the constant outcome `passed` in a foreign
key to the verdict, so the database itself refuses anything else, whoever writes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from gateway.domain.verdict import Verdict
from gateway.errors import NotFound
from gateway.ports import Clock
from gateway.store.audit import canonical
from gateway.store.database import ConstraintViolation, Database, Row, Script, Statement
from gateway.store.revisions import SWITCHES, Changed, bump, nobody

PRODUCTION = "production"
EVERYONE = "*"

_KNOWN = "SELECT content_hash FROM prompt_version WHERE feature = $1 AND version = $2"
_IMPORT = "INSERT INTO prompt_version (content_hash, feature, version, body, imported_at) VALUES ($1, $2, $3, $4, $5)"
_VERDICT = (
    "INSERT INTO verdict (content_hash, model, suite_hash, outcome, figures, run_by, run_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (content_hash, model, suite_hash) DO UPDATE SET "
    "outcome = excluded.outcome, figures = excluded.figures, run_by = excluded.run_by, run_at = excluded.run_at"
)
_RELEASE = (
    "INSERT INTO release (id, feature, label, target, content_hash, model, suite_hash, outcome, released_by, note, "
    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'passed', $8, $9, $10)"
)
_NEXT_INSTANT = "SELECT COALESCE(MAX(created_at), 0) FROM release WHERE feature = $1 AND label = $2 AND target = $3"
LIVE = (
    "SELECT r.feature, r.content_hash FROM release r JOIN verdict v ON v.content_hash = r.content_hash "
    "AND v.model = r.model AND v.suite_hash = r.suite_hash AND v.outcome = 'passed' "
    "WHERE r.label = $1 AND r.target = $2 AND r.created_at = (SELECT MAX(n.created_at) FROM release n "
    "WHERE n.feature = r.feature AND n.label = r.label AND n.target = r.target)"
)
PROVEN = "SELECT content_hash, model FROM verdict WHERE outcome = 'passed'"
_EARLIER = (
    "SELECT content_hash, model, suite_hash FROM release WHERE feature = $1 AND label = $2 AND target = $3 "
    "ORDER BY created_at DESC"
)

_STATE = (
    "SELECT content_hash, released_by FROM release WHERE feature = $1 AND label = $2 AND target = $3 "
    "ORDER BY created_at DESC LIMIT 1"
)


class VersionChanged(Exception):
    """A version that was imported before has other contents now; the text names both hashes and what to do."""


class NotPassed(Exception):
    """Only a passed verdict can carry a release; the text says which one was offered."""


@dataclass(frozen=True, slots=True)
class LabelState:
    """Where a label stands, and who put it there."""

    content_hash: str
    released_by: str


@dataclass(frozen=True, slots=True)
class ImportedVersion:
    """A prompt version of the repository; `body` is its canonical JSON."""

    feature: str
    version: int
    content_hash: str
    body: str


class Releases:
    """Imports versions, keeps verdicts and moves labels; `changed` is awaited after each change."""

    def __init__(self, database: Database, clock: Clock, changed: Changed = nobody) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed

    async def import_versions(self, versions: Sequence[ImportedVersion]) -> int:
        """Take in what is new and return how many. Raises VersionChanged, and then nothing is taken in."""
        new = await self._database.run(_import, versions, self._clock.now())
        if new:
            await self._changed()
        return new

    async def record_verdicts(self, verdicts: Iterable[Verdict], run_by: str) -> None:
        """Keep verdicts; a newer run on the same content, model and suite replaces the earlier one.

        Raises ConstraintViolation for a content that was not imported, and when a passed verdict that carries a
        release would stop being one.
        """
        await self._database.run(_record, list(verdicts), run_by, self._clock.now())
        await self._changed()

    async def release(
        self, verdict: Verdict, *, released_by: str, note: str = "", label: str = PRODUCTION, target: str = EVERYONE
    ) -> str:
        """Move a label onto the verdict's version and return the release's id. Raises NotPassed.

        `target` is a plan, a business or `*`. The verdict must be the stored one: the database compares.
        """
        offered = f"{verdict.feature}@{verdict.version} with {verdict.model}"
        if verdict.outcome != "passed":
            raise NotPassed(f"The verdict on {offered} is `{verdict.outcome}`. Release a version that has passed.")
        proof = (verdict.content_hash, verdict.model, verdict.suite_hash)
        try:
            return await self._move(verdict.feature, proof, label, target, released_by, note)
        except ConstraintViolation:
            raise NotPassed(f"No passed verdict on {offered} is stored. Run its suite first.") from None

    async def roll_back(
        self, feature: str, *, released_by: str, note: str = "", label: str = PRODUCTION, target: str = EVERYONE
    ) -> str:
        """Move a label back onto the version that had it before, and return that content hash. Raises NotFound."""
        rows = await self._database.fetch(_EARLIER, feature, label, target)
        before = next((row for row in rows if row[0] != rows[0][0]), None)
        if before is None:
            raise NotFound(f"No earlier release of `{feature}` carries the label `{label}`.")
        await self._move(feature, (before[0], before[1], before[2]), label, target, released_by, note)
        return str(before[0])

    async def live(self, feature: str, *, label: str = PRODUCTION, target: str = EVERYONE) -> str | None:
        """Return the content hash that the label is on now; only through a passed verdict."""
        rows = await self._database.fetch(LIVE, label, target)
        return next((content_hash for name, content_hash in rows if name == feature), None)

    async def state(self, feature: str, *, label: str = PRODUCTION, target: str = EVERYONE) -> LabelState | None:
        """Return where the label stands; None when it was never set."""
        rows = await self._database.fetch(_STATE, feature, label, target)
        return LabelState(*rows[0]) if rows else None

    async def _move(
        self, feature: str, proof: tuple[str, str, str], label: str, target: str, released_by: str, note: str
    ) -> str:
        release_id = str(uuid4())
        where = (feature, label, target)
        await self._database.run(_release, release_id, where, proof, (released_by, note), self._clock.now())
        await self._changed()
        return release_id


def _import(versions: Sequence[ImportedVersion], now: int) -> Script[int]:
    new = 0
    for version in versions:
        rows: list[Row] = yield Statement(_KNOWN, (version.feature, version.version))
        if rows and rows[0][0] != version.content_hash:
            raise VersionChanged(
                f"{version.feature}@{version.version} was imported with the hash {rows[0][0]} and now has "
                f"{version.content_hash}. A version never changes: restore its file, add the change as a new version."
            )
        if not rows:
            values = (version.content_hash, version.feature, version.version, version.body, now)
            yield Statement(_IMPORT, values)
            new += 1
    if new:
        yield from bump(SWITCHES)
    return new


def _record(verdicts: Sequence[Verdict], run_by: str, now: int) -> Script[None]:
    for verdict in verdicts:
        proof = (verdict.content_hash, verdict.model, verdict.suite_hash)
        yield Statement(_VERDICT, (*proof, verdict.outcome, canonical(verdict.figures), run_by, now))
    yield from bump(SWITCHES)


def _release(
    release_id: str, where: tuple[str, str, str], proof: tuple[str, str, str], by: tuple[str, str], now: int
) -> Script[None]:
    rows = yield Statement(_NEXT_INSTANT, where)
    instant = max(now, rows[0][0] + 1)  # the newest wins, also when the clock was set back
    yield Statement(_RELEASE, (release_id, *where, *proof, *by, instant))
    yield from bump(SWITCHES)
