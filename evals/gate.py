"""The ship gate: suite → run → verdict → compare with what is committed. Closed unless everything fits.

`python -m evals gate` recomputes every version's verdict. It refuses a version without a passed verdict, a
committed verdict that differs from the recomputed one, a version worse than the one before it, and a suite that asks
for less than before without a person's approval. `--write` keeps new verdicts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.changes import changed_since, complaints_about_suites, read_approvals, touched_features
from evals.checks.registry import all_checks
from evals.rounds import Notes, Progress, run_rounds
from evals.run import CaseResult
from evals.suite import Suite, load_suite
from evals.verdict import Judgement, judge_results, verdict_path, write_verdict
from evals.workbench import Workbench
from gateway.domain.verdict import VerdictUnreadable, read_verdict, read_verdicts
from gateway.library.catalog import PromptVersion

OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Wish:
    """What to judge and how. `since` and `bar` are Git revisions: judge only what changed since the one,
    and compare the suites with the other (by default the same). `notes` the folder of interrupted runs."""

    suites: Path
    verdicts: Path
    root: Path
    features: Sequence[str] = ()
    since: str | None = None
    bar: str | None = None
    write: bool = False
    repeat: int = 1
    concurrency: int = 1
    notes: Path | None = None
    progress: Progress = field(default=lambda result: None)


@dataclass(frozen=True, slots=True)
class GateRun:
    """Every judgement, and why the gate is closed if it is; `skipped` are features that the change does not touch."""

    judgements: Sequence[Judgement]
    complaints: Sequence[str]
    skipped: Sequence[str] = ()


async def run_gate(bench: Workbench, wish: Wish) -> GateRun:
    """Judge every version of the chosen features. Raises LibraryError for an unreadable suite, NoSuchRevision."""
    known = bench.catalog.features
    complaints = [f"There is no feature `{name}`." for name in wish.features if name not in known]
    chosen = [name for name in sorted(known) if not wish.features or name in wish.features]
    touched = set(chosen)
    if wish.since is not None:
        touched = touched_features(changed_since(wish.root, wish.since), bench.catalog)
    judgements: list[Judgement] = []
    suites: list[Suite] = []
    for name in chosen:
        if name not in touched:
            continue
        path = wish.suites / f"{name}.yaml"
        versions = sorted(bench.catalog.versions(name), key=lambda prompt: prompt.version)
        if not path.exists():
            complaints += [f"{prompt.label} has no suite: write {path.name}." for prompt in versions]
            continue
        suites.append(load(path))
        judged = await _judge_versions(bench, suites[-1], versions, wish)
        judgements += judged
        for prompt, judgement in zip(versions, judged, strict=True):
            if wish.write and judgement.verdict.outcome == "passed":
                write_verdict(wish.verdicts, judgement.verdict)
            complaints += complaints_about(prompt, judgement, wish.verdicts)
    complaints += _orphans(bench, wish, chosen)
    complaints += _about_suites(wish, suites)
    return GateRun(judgements, complaints, [name for name in chosen if name not in touched])


def load(path: Path) -> Suite:
    """Return a suite, read with every known check. Raises LibraryError."""
    return load_suite(path, list(all_checks()))


async def _judge_versions(
    bench: Workbench, suite: Suite, versions: Sequence[PromptVersion], wish: Wish
) -> list[Judgement]:
    """Judge versions from the oldest on, each against the one before it."""
    judged: list[Judgement] = []
    earlier: tuple[PromptVersion, Sequence[CaseResult]] | None = None
    model = bench.chosen or OFFLINE
    for prompt in versions:
        name = f"{prompt.content_hash[:16]}.{model}.{suite.hash[:16]}.jsonl"
        notes = Notes(wish.notes / name if wish.notes is not None else None)
        results = await run_rounds(
            bench, suite, prompt, repeat=wish.repeat, concurrency=wish.concurrency, notes=notes, progress=wish.progress
        )
        judged.append(judge_results(suite, prompt, model, results, earlier))
        earlier = prompt, results
    return judged


def complaints_about(prompt: PromptVersion, judgement: Judgement, verdicts: Path) -> list[str]:
    """Return why this version may not ship, in sentences that say what to do; empty when it may."""
    verdict = judgement.verdict
    if verdict.outcome != "passed":
        return [f"{prompt.label} has not passed: {why_not(judgement)}."]
    path = verdict_path(verdicts, verdict)
    mode = "" if verdict.model == OFFLINE else f" --mode recorded --model {verdict.model}"
    again = f"Run `python -m evals gate --feature {prompt.feature}{mode} --write` and commit the verdict."
    if not path.exists():
        return [f"{prompt.label} has no verdict on its present content. {again}"]
    try:
        kept = read_verdict(path)
    except VerdictUnreadable as error:
        return [str(error)]
    if kept.content_hash != verdict.content_hash:
        return [
            f"{prompt.label} was changed after its verdict. A released version never changes: add a new one. {again}"
        ]
    if kept.suite_hash != verdict.suite_hash:
        return [f"The suite of {prompt.label} was changed after its verdict. {again}"]
    if kept != verdict:
        return [f"The committed verdict of {prompt.label} is not what its suite gives. {again}"]
    return []


def why_not(judgement: Judgement) -> str:
    """Return in a few words what kept a version from passing."""
    verdict = judgement.verdict
    figures = verdict.figures
    told = [f"{figures['passed']} of {figures['cases']} cases ({verdict.outcome})"]
    if figures["zero_tolerance_failed"]:
        told.append(f"zero tolerance: {'; '.join(figures['zero_tolerance_failed'][:3])}")
    compared = figures.get("non_inferiority")
    if compared is not None and compared["outcome"] != "passed":
        told.append(
            f"against version {compared['against']}: {compared['worse']} worse, {compared['better']} better; the "
            f"difference may be as low as {compared['lower_bound']:.1%}, and {-compared['margin']:.0%} is the margin"
        )
    return ", ".join(told)


def _orphans(bench: Workbench, wish: Wish, chosen: Sequence[str]) -> list[str]:
    """Return a sentence for each committed verdict that belongs to no version of the repository."""
    try:
        kept = read_verdicts(wish.verdicts)
    except VerdictUnreadable:
        return []  # told by complaints_about, with its version
    return [
        f"{verdict_path(wish.verdicts, verdict).name} of {verdict.feature} belongs to no version. Take the file away."
        for verdict in kept
        if verdict.feature in chosen and (verdict.feature, verdict.version) not in bench.catalog.prompts
    ]


def _about_suites(wish: Wish, suites: Sequence[Suite]) -> list[str]:
    bar = wish.bar or wish.since
    if bar is None:
        return []
    return complaints_about_suites(wish.root, bar, suites, load, read_approvals(wish.suites))
