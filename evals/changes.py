"""What a change touches and whether it lowers the bar: read from Git, compared with how the suites were before.

A weakened suite (a case dropped, a check taken out, zero tolerance or a threshold given up) may be right, but a person
has to say so by name in `evals/approvals.yaml`; otherwise the same change could carry a worse prompt through.
"""

import subprocess
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.suite import Case, Suite
from gateway.library.catalog import Catalog
from gateway.library.problems import LibraryError
from gateway.library.yamlfile import read_yaml_file

CODE = ("gateway/", "evals/", "demo/", "pyproject.toml", "requirements")
APPROVALS = "approvals.yaml"


class NoSuchRevision(ValueError):
    """Git does not know the revision; the text names it."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's word that a suite may ask for less than before."""

    suite: str
    hash: str
    approved_by: str
    reason: str


def git(root: Path, *arguments: str) -> str | None:
    """Return what Git says, or None when it refuses or is not there."""
    try:
        ran = subprocess.run(  # noqa: S603 - fixed arguments, and revisions after `--end-of-options`
            ["git", "-C", str(root), *arguments],  # noqa: S607
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout if ran.returncode == 0 else None


def unknown(revision: str) -> str:
    """Return what to say of a revision that Git does not have."""
    return f"Git does not know `{revision}` here. Fetch it first, or name another revision."


def changed_since(root: Path, revision: str) -> list[str]:
    """Return the paths that differ from a revision, also those not committed yet. Raises NoSuchRevision."""
    base = git(root, "merge-base", "--end-of-options", revision, "HEAD") or git(
        root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"
    )
    if base is None:
        raise NoSuchRevision(unknown(revision))
    listed = git(root, "diff", "--name-only", base.strip()) or ""
    fresh = git(root, "ls-files", "--others", "--exclude-standard") or ""
    return sorted({*listed.splitlines(), *fresh.splitlines()})


def touched_features(paths: Iterable[str], catalog: Catalog) -> set[str]:
    """Return the features whose verdicts a change can have an effect on; shared code concerns all of them."""
    found: set[str] = set()
    for path in paths:
        parts = Path(path).parts
        if parts[:2] == ("prompts", "_shared"):
            name = Path(path).stem
            found |= {prompt.feature for prompt in catalog.prompts.values() if name in prompt.document["partials"]}
        elif parts[0] == "prompts" and len(parts) > 2:
            found.add(parts[1])
        elif parts[:2] in {("evals", "suites"), ("evals", "verdicts"), ("evals", "replies")} and len(parts) > 2:
            found.add(Path(parts[2]).stem)
        elif path.startswith(CODE):
            return set(catalog.features)
    return found & set(catalog.features)


def suite_before(root: Path, revision: str, path: Path, load: Callable[[Path], Suite]) -> Suite | None:
    """Return a suite as it was at a revision; None when it was not there or could not be read."""
    text = git(root, "show", f"{revision}:{path.relative_to(root).as_posix()}")
    if text is None:
        return None
    with TemporaryDirectory(prefix="suite-") as folder:
        earlier = Path(folder) / path.name
        earlier.write_text(text, "utf-8")
        try:
            return load(earlier)
        except LibraryError:
            return None


def weakened(before: Suite, after: Suite) -> list[str]:
    """Return in which ways a suite asks for less than before, in sentences."""
    found = []
    if after.threshold < before.threshold:
        found.append(f"the threshold was lowered from {before.threshold:g} to {after.threshold:g}")
    now = {case.description: case for case in after.cases}
    for case in before.cases:
        same = now.get(case.description)
        if same is None:
            found.append(f"the case “{case.description}” was dropped")
            continue
        if case.zero_tolerance and not same.zero_tolerance:
            found.append(f"the case “{case.description}” is no longer zero-tolerance")
        if lost := _lost_checks(case, same):
            found.append(f"the case “{case.description}” no longer checks {', '.join(lost)}")
    return found


def _lost_checks(before: Case, after: Case) -> list[str]:
    def counted(case: Case) -> dict[str, int]:
        kinds = [assertion.type for assertion in case.assertions]
        return {kind: kinds.count(kind) for kind in kinds}

    now = counted(after)
    return sorted(kind for kind, count in counted(before).items() if now.get(kind, 0) < count)


def read_approvals(folder: Path) -> list[Approval]:
    """Return the approvals of a folder of suites. Raises LibraryError when the file cannot be read."""
    path = folder.parent / APPROVALS
    if not path.exists():
        return []
    document = read_yaml_file(path, path.name)
    findings = document.findings()
    entries: Any = document.data.get("approvals", [])
    made = []
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        wanted = ("suite", "hash", "approved_by", "reason")
        if not isinstance(entry, Mapping) or any(not str(entry.get(name, "")).strip() for name in wanted):
            fix = "Give suite, hash, approved_by (a person's name) and reason."
            findings.add(("approvals", index), "The approval is not complete.", fix)
            continue
        made.append(Approval(*(str(entry[name]) for name in wanted)))
    findings.raise_if_any()
    return made


def complaints_about_suites(
    root: Path, revision: str, suites: Sequence[Suite], load: Callable[[Path], Suite], approvals: Collection[Approval]
) -> list[str]:
    """Return a sentence for every suite that asks for less than at the revision without a person's approval."""
    found = []
    if git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}") is None:
        raise NoSuchRevision(unknown(revision))
    approved = {(approval.suite, approval.hash) for approval in approvals}
    for suite in suites:
        before = suite_before(root, revision, suite.path, load)
        ways = weakened(before, suite) if before is not None else []
        if ways and (suite.path.name, suite.hash) not in approved:
            shown = "; ".join(ways[:5]) + (f"; and {len(ways) - 5} more" if len(ways) > 5 else "")
            entry = f"{{suite: {suite.path.name}, hash: {suite.hash}, approved_by: …, reason: …}}"
            found.append(
                f"{suite.path.name} asks for less than at {revision}: {shown}. "
                f"If that is right, a person approves it by name in evals/{APPROVALS}: {entry}"
            )
    return found
