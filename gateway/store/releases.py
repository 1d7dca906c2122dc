"""Prompt versions, what evaluations found about them, and which one is live.

A version cannot be live without a passed verdict: the release row carries the constant outcome `passed` in a foreign
key to the verdict, so the database itself refuses anything else, whoever writes it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import uuid4

import msgspec

from gateway.domain.ledger import AuditEntry
from gateway.domain.verdict import Verdict
from gateway.errors import NotFound
from gateway.ports import Clock
from gateway.store.audit import append, canonical
from gateway.store.database import ConstraintViolation, Database, Row, Script, Statement
from gateway.store.revisions import SWITCHES, Changed, bump, nobody

T = TypeVar("T")
PRODUCTION = "production"
CANARY = "canary"
ENDED = "ended"
EVERYONE = "*"
THE_SERVICE = ""
"""The audit chain of what concerns the whole service."""
PLAN, BUSINESS, SHARE = "plan:", "business:", "share:"
"""How targets begin: `plan:STARTER`, `business:<id>`, and `share:10` (percent of businesses) under `canary`."""

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
_NEXT_INSTANT = "SELECT COALESCE(MAX(created_at), 0) FROM release WHERE feature = $1 AND target = $2"
LIVE = (
    "SELECT r.feature, r.content_hash FROM release r JOIN verdict v ON v.content_hash = r.content_hash "
    "AND v.model = r.model AND v.suite_hash = r.suite_hash AND v.outcome = 'passed' "
    "WHERE r.label = $1 AND r.target = $2 AND r.created_at = (SELECT MAX(n.created_at) FROM release n "
    "WHERE n.feature = r.feature AND n.label = r.label AND n.target = r.target)"
)
STANDING = (
    "SELECT r.feature, r.label, r.target, r.content_hash, r.id, r.created_at FROM release r JOIN verdict v "
    "ON v.content_hash = r.content_hash AND v.model = r.model AND v.suite_hash = r.suite_hash "
    "AND v.outcome = 'passed' WHERE r.label IN ('production', 'canary') AND r.created_at = ("
    "SELECT MAX(n.created_at) FROM release n WHERE n.feature = r.feature AND n.target = r.target "
    "AND n.label IN (r.label, 'ended'))"
)
"""Every release in force; a target that was ended, and what an ended one stood on, is not among them."""
PROVEN = "SELECT content_hash, model FROM verdict WHERE outcome = 'passed'"
_STORED = "SELECT 1 FROM verdict WHERE content_hash = $1 AND model = $2 AND suite_hash = $3 AND outcome = 'passed'"
_EARLIER = (
    "SELECT content_hash, model, suite_hash FROM release WHERE feature = $1 AND label = $2 AND target = $3 "
    "ORDER BY created_at DESC"
)

_STATE = (
    "SELECT content_hash, released_by FROM release WHERE feature = $1 AND label = $2 AND target = $3 "
    "ORDER BY created_at DESC LIMIT 1"
)


_HISTORY = (
    "SELECT r.id, r.label, r.target, r.content_hash, p.version, r.released_by, r.note, r.created_at FROM release r "
    "JOIN prompt_version p ON p.content_hash = r.content_hash WHERE r.feature = $1 ORDER BY r.created_at DESC LIMIT $2"
)
_VERSIONS = (
    "SELECT p.version, p.content_hash, p.imported_at, EXISTS (SELECT 1 FROM verdict v WHERE "
    "v.content_hash = p.content_hash AND v.outcome = 'passed'), EXISTS (SELECT 1 FROM release r WHERE "
    "r.content_hash = p.content_hash AND r.label <> 'ended') FROM prompt_version p WHERE p.feature = $1 "
    "ORDER BY p.version DESC"
)
_VERDICTS = (
    "SELECT p.feature, p.version, v.content_hash, v.model, v.suite_hash, v.outcome, v.figures FROM verdict v "
    "JOIN prompt_version p ON p.content_hash = v.content_hash WHERE v.content_hash = $1 ORDER BY v.run_at DESC"
)
_BODY = "SELECT body FROM prompt_version WHERE content_hash = $1"


class VersionChanged(Exception):
    """A version that was imported before has other contents now; the text names both hashes and what to do."""


class Moved(Exception):
    """The label stands on another version than the caller knew; nothing was done."""


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


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """One move of a label: which version, for whom, by whom and why. `created_at` in microseconds (UTC)."""

    id: str
    label: str
    target: str
    content_hash: str
    version: int
    released_by: str
    note: str
    created_at: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version that can be released if it `passed`; `released` says whether it ever was."""

    version: int
    content_hash: str
    imported_at: int
    passed: bool
    released: bool


class Releases:
    """Imports versions, keeps verdicts and moves labels; `changed` is awaited after each change.

    Each change is also there as a script, for a caller whose transaction holds more than that: see `carry_out`.
    """

    def __init__(self, database: Database, clock: Clock, changed: Changed = nobody) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed

    async def carry_out(self, script: Callable[[], Script[T]]) -> T:
        """Run a transaction that holds some of the scripts below, and return its result. Raises what they raise.

        Nobody else moves a label meanwhile, so what it reads of them is true until its end.
        """

        def alone() -> Script[T]:
            yield from bump(SWITCHES)  # the first write, as its row is the lock
            return (yield from script())

        result = await self._database.run(alone)
        await self._changed()
        return result

    async def import_versions(self, versions: Sequence[ImportedVersion]) -> int:
        """Take in what is new and return how many. Raises VersionChanged, and then nothing is taken in."""
        new = await self._database.run(self.importing, versions)
        if new:
            await self._changed()
        return new

    def importing(self, versions: Sequence[ImportedVersion]) -> Script[int]:
        """Take in what is new, as part of the caller's transaction. Raises VersionChanged."""
        return (yield from _import(versions, self._clock.now()))

    async def record_verdicts(self, verdicts: Iterable[Verdict], run_by: str) -> None:
        """Keep verdicts; a newer run on the same content, model and suite replaces the earlier one.

        Raises ConstraintViolation for a content that was not imported, and when a passed verdict that carries a
        release would stop being one.
        """
        await self.carry_out(partial(self.recording, list(verdicts), run_by))

    def recording(self, verdicts: Sequence[Verdict], run_by: str) -> Script[None]:
        """Keep verdicts, as part of the caller's transaction."""
        yield from _record(verdicts, run_by, self._clock.now())

    async def release(
        self, verdict: Verdict, *, released_by: str, note: str = "", label: str = PRODUCTION, target: str = EVERYONE
    ) -> str:
        """Move a label onto the verdict's version and return the release's id. Raises NotPassed.

        `target` is a plan, a business or `*`. The verdict must be the stored one: the database compares.
        """
        try:
            return await self.carry_out(partial(self.moving, verdict, (label, target), released_by, note))
        except ConstraintViolation:
            raise NotPassed(_unproven(verdict)) from None

    def moving(self, verdict: Verdict, where: tuple[str, str], released_by: str, note: str) -> Script[str]:
        """Move a label for a target, (label, target), as part of the caller's transaction. Raises NotPassed."""
        if verdict.outcome != "passed":
            offered = f"{verdict.feature}@{verdict.version} with {verdict.model}"
            raise NotPassed(f"The verdict on {offered} is `{verdict.outcome}`. Release a version that has passed.")
        proof = (verdict.content_hash, verdict.model, verdict.suite_hash)
        if not (yield Statement(_STORED, proof)):
            raise NotPassed(_unproven(verdict))
        return (yield from self._move((verdict.feature, *where), proof, released_by, note))

    async def roll_back(
        self, feature: str, *, released_by: str, note: str = "", label: str = PRODUCTION, target: str = EVERYONE
    ) -> str:
        """Move a label back onto the version that had it before, and return that content hash. Raises NotFound."""
        return await self.carry_out(partial(self.moving_back, (feature, label, target), released_by, note))

    def moving_back(
        self, where: tuple[str, str, str], released_by: str, note: str, known: str = ""
    ) -> Script[str]:  # fmt: skip
        """Move a label of (feature, label, target) back, as part of the caller's transaction.

        `known` is the content hash that the caller saw there. Raises NotFound, and Moved when it is another by now.
        """
        rows = yield Statement(_EARLIER, where)
        before = next((row for row in rows if row[0] != rows[0][0]), None)
        if before is None:
            raise NotFound(f"No earlier release of `{where[0]}` carries the label `{where[1]}`.")
        if known not in ("", rows[0][0]):
            raise Moved
        yield from self._move(where, (before[0], before[1], before[2]), released_by, note)
        return str(before[0])

    async def end(self, feature: str, *, label: str, target: str, ended_by: str, note: str = "") -> None:
        """Take a plan's, a business's or a share's own version away again: it gets what everybody gets.

        Raises NotFound when nothing is released for that target.
        """
        await self.carry_out(partial(self.ending, (feature, label, target), ended_by, note))

    def ending(self, where: tuple[str, str, str], ended_by: str, note: str) -> Script[None]:
        """Take away what stands for (feature, label, target), as part of the caller's transaction. Raises NotFound."""
        feature, _, target = where
        rows = yield Statement(_EARLIER, where)
        standing = yield Statement(STANDING)
        if not rows or target == EVERYONE or where not in {(row[0], row[1], row[2]) for row in standing}:
            raise NotFound(f"Nothing of `{feature}` is released for {target} alone.")
        yield from self._move((feature, ENDED, target), (rows[0][0], rows[0][1], rows[0][2]), ended_by, note)

    def ending_shares(self, feature: str, ended_by: str, note: str) -> Script[int]:
        """Take every share's version of a feature away, as part of the caller's transaction; returns how many."""
        shares = [row[2] for row in (yield Statement(STANDING)) if (row[0], row[1]) == (feature, CANARY)]
        for target in shares:
            yield from self.ending((feature, CANARY, target), ended_by, note)
        return len(shares)

    async def history(self, feature: str, limit: int = 50) -> list[ReleaseLine]:
        """Return a feature's releases, newest first."""
        return [ReleaseLine(*row) for row in await self._database.fetch(_HISTORY, feature, limit)]

    async def standing(self, feature: str) -> list[tuple[str, str, str]]:
        """Return (label, target, content hash) of every release in force."""
        return [(row[1], row[2], row[3]) for row in await self._database.fetch(STANDING) if row[0] == feature]

    async def known(self) -> bool:
        """Tell whether any version was ever imported."""
        return bool(await self._database.fetch("SELECT 1 FROM prompt_version LIMIT 1"))

    async def versions(self, feature: str) -> list[VersionLine]:
        """Return every imported version of a feature, newest first, with its best outcome."""
        return [VersionLine(*row) for row in await self._database.fetch(_VERSIONS, feature)]

    async def verdicts(self, content_hash: str) -> list[Verdict]:
        """Return what suites said of a content, the last run first."""
        rows = await self._database.fetch(_VERDICTS, content_hash)
        return [Verdict(*(*row[:6], msgspec.json.decode(row[6]))) for row in rows]

    async def body(self, content_hash: str) -> str | None:
        """Return the canonical JSON of an imported version."""
        rows = await self._database.fetch(_BODY, content_hash)
        return str(rows[0][0]) if rows else None

    async def live(self, feature: str, *, label: str = PRODUCTION, target: str = EVERYONE) -> str | None:
        """Return the content hash that the label is on now; only through a passed verdict."""
        rows = await self._database.fetch(LIVE, label, target)
        return next((content_hash for name, content_hash in rows if name == feature), None)

    async def state(self, feature: str, *, label: str = PRODUCTION, target: str = EVERYONE) -> LabelState | None:
        """Return where the label stands; None when it was never set."""
        rows = await self._database.fetch(_STATE, feature, label, target)
        return LabelState(*rows[0]) if rows else None

    def _move(
        self, where: tuple[str, str, str], proof: tuple[str, str, str], released_by: str, note: str
    ) -> Script[str]:  # fmt: skip
        release_id = str(uuid4())
        yield from _release(release_id, where, proof, (released_by, note), self._clock.now())
        return release_id


def _unproven(verdict: Verdict) -> str:
    offered = f"{verdict.feature}@{verdict.version} with {verdict.model}"
    return f"No passed verdict on {offered} is stored. Run its suite first."


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


def _release(
    release_id: str, where: tuple[str, str, str], proof: tuple[str, str, str], by: tuple[str, str], now: int
) -> Script[None]:
    rows = yield Statement(_NEXT_INSTANT, (where[0], where[2]))
    instant = max(now, rows[0][0] + 1)  # the newest wins, also when the clock was set back
    before = yield Statement(_STATE, where)
    yield Statement(_RELEASE, (release_id, *where, *proof, *by, instant))
    feature, label, target = where
    details = {
        "feature": feature, "label": label, "target": target, "content": proof[0], "model": proof[1], "note": by[1],
        "before": before[0][0] if before else "",
    }  # fmt: skip
    action = "prompt.ended" if label == ENDED else "prompt.released"
    yield from append(AuditEntry(THE_SERVICE, by[0], action, release_id, now, details))
