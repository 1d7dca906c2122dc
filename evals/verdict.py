"""From case results to a verdict on one exact content, and its file in the repository."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.run import CaseResult
from evals.statistics import bootstrap_lower_bound, mcnemar, paired_lower_bound
from evals.suite import Case, Suite
from gateway.domain.verdict import Outcome, Verdict
from gateway.library.catalog import PromptVersion

MIN_CASES = 60
"""With none failed, the true rate of failures is below 5 % (95 %, Clopper-Pearson; docs/gate.md)."""
MARGIN = 0.05
"""A new version may be this much worse than the one before it, as a share of cases, and no more."""
SLICE_MARGIN = 0.10


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the results behind it; `baseline` are the earlier version's results on the same cases."""

    verdict: Verdict
    results: Sequence[CaseResult]
    baseline: Sequence[CaseResult] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """All runs of one case. `rate` is the share of them that passed; a zero-tolerance case must pass every time."""

    case: Case
    runs: tuple[CaseResult, ...]

    @property
    def rate(self) -> float:
        """The share of passed runs."""
        return sum(run.passed for run in self.runs) / len(self.runs)

    @property
    def passed(self) -> bool:
        """Most runs passed, or all where nothing is tolerated."""
        return self.rate == 1.0 if self.case.zero_tolerance else self.rate > 0.5

    @property
    def flaky(self) -> bool:
        """Some runs passed and some did not."""
        return 0.0 < self.rate < 1.0


def judge_results(
    suite: Suite,
    prompt: PromptVersion,
    model: str,
    results: Sequence[CaseResult],
    baseline: tuple[PromptVersion, Sequence[CaseResult]] | None = None,
) -> Judgement:
    """Return the verdict of a run, which may hold several runs of each case.

    Failed: a zero-tolerance case fell, the threshold was missed, or the version is worse than `baseline` by more than
    the margin. Not enough evidence: too few cases, or too few to show that it is not.
    """
    tried = grouped(results)
    passed = sum(one.passed for one in tried)
    broken = [one.case.description for one in tried if one.case.zero_tolerance and not one.passed]
    slices: Counter[str] = Counter(one.case.slice for one in tried)
    won: Counter[str] = Counter(one.case.slice for one in tried if one.passed)
    figures: dict[str, Any] = {
        "cases": len(tried),
        "passed": passed,
        "errors": sum(any(run.failure == "error" for run in one.runs) for one in tried),
        "threshold": suite.threshold,
        "zero_tolerance": sum(one.case.zero_tolerance for one in tried),
        "zero_tolerance_failed": broken,
        "slices": {name: {"cases": total, "passed": won[name]} for name, total in sorted(slices.items())},
    }
    if len(results) > len(tried):
        figures |= {"runs": len(results), "flaky": [one.case.description for one in tried if one.flaky]}
    outcome: Outcome = "passed"
    if broken or passed < suite.threshold * len(tried):
        outcome = "failed"
    elif len(tried) < MIN_CASES:
        outcome = "not_enough_evidence"
    before: Sequence[CaseResult] = ()
    if baseline is not None:
        earlier, before = baseline
        figures["non_inferiority"] = compared = compare_runs(grouped(before), tried)
        compared["against"] = earlier.version
        outcome = worst(outcome, compared["outcome"])
    verdict = Verdict(prompt.feature, prompt.version, prompt.content_hash, model, suite.hash, outcome, figures)
    return Judgement(verdict, results, before)


def grouped(results: Iterable[CaseResult]) -> list[Tried]:
    """Return the runs of each case together, in the suite's order."""
    runs: dict[int, list[CaseResult]] = {}
    for result in results:
        runs.setdefault(result.case.index, []).append(result)
    return [Tried(found[0].case, tuple(found)) for _, found in sorted(runs.items())]


def compare_runs(before: Sequence[Tried], after: Sequence[Tried], margin: float = MARGIN) -> dict[str, Any]:
    """Return the paired comparison of two runs on the same cases, as JSON, with its own outcome.

    With one run a case the bound is Tango's, else a bootstrap over the cases' pass rates.
    """
    pairs = _pairs(before, after)
    worse, better = sum(a.passed and not b.passed for a, b in pairs), sum(b.passed and not a.passed for a, b in pairs)
    differences = [b.rate - a.rate for a, b in pairs]
    repeated = any(len(one.runs) > 1 for pair in pairs for one in pair)
    bound = bootstrap_lower_bound(differences) if repeated else paired_lower_bound(worse, better, len(pairs))
    difference = sum(differences) / len(pairs) if pairs else 0.0
    fallen = _fallen_slices(pairs)
    outcome: Outcome = "passed"
    if difference < -margin or fallen:
        outcome = "failed"
    elif bound <= -margin:
        outcome = "not_enough_evidence"
    return {
        "outcome": outcome,
        "cases": len(pairs),
        "worse": worse,
        "better": better,
        "difference": round(difference, 4),
        "lower_bound": round(bound, 4),
        "margin": margin,
        "mcnemar_p": round(mcnemar(worse, better), 4),
        "slices_worse": fallen,
    }


def worst(*outcomes: Outcome) -> Outcome:
    """Return the most cautious of several outcomes."""
    order: tuple[Outcome, ...] = ("failed", "not_enough_evidence", "passed")
    return min(outcomes, key=order.index)


def _pairs(before: Sequence[Tried], after: Sequence[Tried]) -> list[tuple[Tried, Tried]]:
    earlier = {one.case.index: one for one in before}
    return [(earlier[one.case.index], one) for one in after if one.case.index in earlier]


def _fallen_slices(pairs: Sequence[tuple[Tried, Tried]]) -> list[str]:
    """Return the slices in which at least two cases, and more than the slice margin of all, became worse on balance."""
    lost: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for a, b in pairs:
        size[b.case.slice] += 1
        lost[b.case.slice] += int(a.passed) - int(b.passed)
    return sorted(name for name, count in lost.items() if count >= 2 and count > SLICE_MARGIN * size[name])


def verdict_path(folder: Path, verdict: Verdict) -> Path:
    """Return where the verdict of a repository version is kept."""
    return folder / verdict.feature / f"v{verdict.version}.{verdict.model}.json"


def write_verdict(folder: Path, verdict: Verdict) -> Path:
    """Write the verdict's file and return its path; the same verdict gives the same bytes."""
    path = verdict_path(folder, verdict)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(asdict(verdict)), encoding="utf-8")
    return path


def as_text(document: Mapping[str, Any]) -> str:
    """Return JSON as the repository keeps it."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
