"""A prompt's life, top to bottom: imported → proven → released → rolled back. The only code that writes prompt state.

Versions come from the repository. A version goes live only with a passed verdict on its exact content; the database
refuses anything else, and this file says in words what is missing and which command makes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.domain.verdict import Verdict, read_verdicts
from gateway.library.catalog import Catalog, PromptVersion
from gateway.store.audit import canonical
from gateway.store.releases import ImportedVersion, NotPassed, Releases

REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did: how many versions were new, which labels moved, and what keeps a version from traffic."""

    imported: int
    released: Sequence[str]
    unproven: Sequence[str]


async def sync(catalog: Catalog, verdicts_dir: Path, releases: Releases) -> Synced:
    """Bring the database in line with the repository's prompt files and committed verdicts.

    Raises VersionChanged when a version that was imported before has other contents now, and VerdictUnreadable.
    """
    imported = await releases.import_versions([_imported(prompt) for prompt in catalog.prompts.values()])
    verdicts = [v for v in read_verdicts(verdicts_dir) if v.content_hash in catalog.by_hash]
    await releases.record_verdicts(verdicts, REPOSITORY)
    released, unproven = [], []
    for feature in catalog.features:
        newest = max(catalog.versions(feature), key=lambda prompt: prompt.version, default=None)
        if newest is None:
            unproven.append(f"{feature} has no version yet; the rules answer.")
            continue
        verdict = passed_verdict(newest, verdicts)
        if verdict is None:
            unproven.append(why_unproven(newest))
        elif await _may_move(releases, catalog, newest):
            await release(releases, verdict, released_by=REPOSITORY, note="newest proven version of the repository")
            released.append(newest.label)
    return Synced(imported, released, unproven)


async def release(releases: Releases, verdict: Verdict, *, released_by: str, note: str = "") -> str:
    """Make a proven version live for everyone and return the release's id. Raises NotPassed."""
    return await releases.release(verdict, released_by=released_by, note=note)


async def roll_back(releases: Releases, feature: str, *, released_by: str, note: str = "") -> str:
    """Make the version live again that was live before; returns its content hash. Raises NotFound."""
    return await releases.roll_back(feature, released_by=released_by, note=note)


def passed_verdict(prompt: PromptVersion, verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return a passed verdict on exactly this content."""
    fitting = (v for v in verdicts if v.content_hash == prompt.content_hash and v.outcome == "passed")
    return next(fitting, None)


def why_unproven(prompt: PromptVersion) -> str:
    """Return a sentence that says how to get this version released."""
    return (
        f"{prompt.label} has no passed verdict on its present content, so it serves no traffic. "
        f"Run `python -m evals gate --feature {prompt.feature} --write` and commit what it writes."
    )


async def _may_move(releases: Releases, catalog: Catalog, newest: PromptVersion) -> bool:
    """Deploying the repository moves a label forwards only where nobody has moved it by hand since."""
    state = await releases.state(newest.feature)
    if state is None:
        return True
    if state.content_hash == newest.content_hash:
        return False
    live = catalog.by_hash.get(state.content_hash)
    return state.released_by == REPOSITORY and (live is None or live.version < newest.version)


def _imported(prompt: PromptVersion) -> ImportedVersion:
    return ImportedVersion(prompt.feature, prompt.version, prompt.content_hash, canonical(prompt.document))


__all__ = ["NotPassed", "Synced", "passed_verdict", "release", "roll_back", "sync", "why_unproven"]
