"""From case results to a verdict on one exact content, and its file in the repository."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.run import CaseResult
from evals.suite import Suite
from gateway.domain.verdict import Outcome, Verdict
from gateway.library.catalog import PromptVersion

MIN_CASES = 20


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the results behind it."""

    verdict: Verdict
    results: Sequence[CaseResult]


def judge_results(suite: Suite, prompt: PromptVersion, model: str, results: Sequence[CaseResult]) -> Judgement:
    """Return the verdict: zero-tolerance cases all pass, the threshold is met, and there are enough cases to say so."""
    passed = sum(result.passed for result in results)
    broken = [result.case.description for result in results if result.case.zero_tolerance and not result.passed]
    slices: Counter[str] = Counter(result.case.slice for result in results)
    won: Counter[str] = Counter(result.case.slice for result in results if result.passed)
    outcome: Outcome = "passed"
    if broken or passed < suite.threshold * len(results):
        outcome = "failed"
    elif len(results) < MIN_CASES:
        outcome = "not_enough_evidence"
    figures: dict[str, Any] = {
        "cases": len(results),
        "passed": passed,
        "errors": sum(result.failure == "error" for result in results),
        "threshold": suite.threshold,
        "zero_tolerance": sum(result.case.zero_tolerance for result in results),
        "zero_tolerance_failed": broken,
        "slices": {name: {"cases": total, "passed": won[name]} for name, total in sorted(slices.items())},
    }
    verdict = Verdict(prompt.feature, prompt.version, prompt.content_hash, model, suite.hash, outcome, figures)
    return Judgement(verdict, results)


def verdict_path(folder: Path, verdict: Verdict) -> Path:
    """Return where the verdict of a repository version is kept."""
    return folder / verdict.feature / f"v{verdict.version}.{verdict.model}.json"


def write_verdict(folder: Path, verdict: Verdict) -> Path:
    """Write the verdict's file and return its path; the same verdict gives the same bytes."""
    path = verdict_path(folder, verdict)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(verdict), indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return path
