"""The ship gate: suite → run → verdict → compare with what is committed. Closed unless everything fits.

`python -m evals gate` recomputes the verdict of every repository version with the offline model and refuses a version
without a passed verdict, and a committed verdict that differs from the recomputed one. `--write` keeps new verdicts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.checks.registry import all_checks
from evals.run import CaseResult, run_suite
from evals.suite import load_suite
from evals.verdict import Judgement, judge_results, verdict_path, write_verdict
from evals.workbench import Workbench
from gateway.domain.verdict import VerdictUnreadable, read_verdict
from gateway.library.catalog import PromptVersion

MODEL = "offline"


@dataclass(frozen=True, slots=True)
class GateRun:
    """Every judgement, and why the gate is closed if it is."""

    judgements: Sequence[Judgement]
    complaints: Sequence[str]


async def run_gate(
    bench: Workbench,
    suites: Path,
    verdicts: Path,
    *,
    features: Sequence[str] = (),
    write: bool = False,
    progress: Callable[[CaseResult], None] = lambda result: None,
) -> GateRun:
    """Judge every version of the chosen features (all by default). Raises LibraryError for an unreadable suite."""
    judgements: list[Judgement] = []
    complaints = [f"There is no feature `{name}`." for name in features if name not in bench.catalog.features]
    for prompt in sorted(bench.catalog.prompts.values(), key=lambda p: (p.feature, p.version)):
        if features and prompt.feature not in features:
            continue
        suite_path = suites / f"{prompt.feature}.yaml"
        if not suite_path.exists():
            complaints.append(f"{prompt.label} has no suite: write {suite_path.name}.")
            continue
        suite = load_suite(suite_path, list(all_checks()))
        results = await run_suite(bench, suite, prompt, progress)
        judgement = judge_results(suite, prompt, MODEL, results)
        judgements.append(judgement)
        if write and judgement.verdict.outcome == "passed":
            write_verdict(verdicts, judgement.verdict)
        complaints += complaints_about(prompt, judgement, verdicts)
    return GateRun(judgements, complaints)


def complaints_about(prompt: PromptVersion, judgement: Judgement, verdicts: Path) -> list[str]:
    """Return why this version may not ship, in sentences that say what to do; empty when it may."""
    verdict = judgement.verdict
    if verdict.outcome != "passed":
        figures = verdict.figures
        return [f"{prompt.label} has not passed: {figures['passed']} of {figures['cases']} cases ({verdict.outcome})."]
    path = verdict_path(verdicts, verdict)
    again = f"Run `python -m evals gate --feature {prompt.feature} --write` and commit the verdict."
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
