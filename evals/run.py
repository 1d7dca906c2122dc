"""Runs the cases of a suite and says of each what held and what did not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from evals.checks.registry import CheckError, Output, judge
from evals.suite import Case, Suite
from evals.workbench import Workbench
from gateway.library.catalog import PromptVersion

Failure = Literal["none", "assertion", "error"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one case."""

    type: str
    passed: bool
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: passed when every check did; an error is never a pass. `latency_ms` is the pipeline's own."""

    case: Case
    passed: bool
    score: float
    failure: Failure
    reason: str
    checks: tuple[CheckResult, ...]
    model: str
    latency_ms: int


async def run_suite(
    bench: Workbench, suite: Suite, prompt: PromptVersion, progress: Callable[[CaseResult], None] = lambda result: None
) -> list[CaseResult]:
    """Return the result of every case, in the suite's order."""
    results = []
    for case in suite.cases:
        result = await run_case(bench, case, prompt)
        progress(result)
        results.append(result)
    return results


async def run_case(bench: Workbench, case: Case, prompt: PromptVersion) -> CaseResult:
    """Return the result of one case."""
    try:
        output = await bench.run(case, prompt)
        checks = tuple(_checked(output, assertion.type, assertion.value) for assertion in case.assertions)
    except (CheckError, KeyError) as error:
        return CaseResult(case, False, 0.0, "error", str(error.args[0]), (), "", 0)
    weights = [assertion.weight for assertion in case.assertions]
    score = sum(c.score * w for c, w in zip(checks, weights, strict=True)) / (sum(weights) or 1.0)
    failed = [check for check in checks if not check.passed]
    reason = "; ".join(f"{check.type}: {check.reason}" for check in failed) or "all checks passed"
    model = str(output.meta.get("route", {}).get("model", ""))
    latency = int(output.meta.get("latency_ms", 0))
    return CaseResult(case, not failed, score, "assertion" if failed else "none", reason, checks, model, latency)


def _checked(output: Output, name: str, value: object) -> CheckResult:
    outcome = judge(name, output, value)
    return CheckResult(name, outcome.passed, outcome.points, outcome.reason)
