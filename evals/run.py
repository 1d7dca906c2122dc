"""Runs the cases of a golden suite through the same grading that `evals run` uses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from evals.checks.registry import CheckError, Output, Row, Tools
from evals.engine.grading import Grade, RowError, grade
from evals.graders.none import NoGrader
from evals.scripting.workers import Workers
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
    """One case: passed when every check did; an error is never a pass.

    `latency_ms` is the pipeline's own, `cost_usd` what the model calls cost, `body` the answer without `meta`.
    """

    case: Case
    passed: bool
    score: float
    failure: Failure
    reason: str
    checks: tuple[CheckResult, ...]
    model: str
    latency_ms: int
    cost_usd: Decimal = Decimal(0)
    body: Mapping[str, Any] = field(default_factory=dict)


async def run_suite(
    bench: Workbench, suite: Suite, prompt: PromptVersion, progress: Callable[[CaseResult], None] = lambda result: None
) -> list[CaseResult]:
    """Return the result of every case, in the suite's order."""
    results = []
    async with Workers({}) as workers:
        tools = Tools(workers, NoGrader(), suite.path.parent)
        for case in suite.cases:
            result = await run_case(bench, case, prompt, tools)
            progress(result)
            results.append(result)
    return results


async def run_case(bench: Workbench, case: Case, prompt: PromptVersion, tools: Tools) -> CaseResult:
    """Return the result of one case."""
    try:
        output = await bench.run(case, prompt)
        grading = await grade(row_of(output, test_of(case), case.vars, tools))
    except (CheckError, KeyError, RowError) as error:
        return CaseResult(case, False, 0.0, "error", str(error.args[0]), (), "", 0)
    if not grading.components:
        return CaseResult(case, False, 0.0, "error", "the case checks nothing", (), "", 0)
    checks = tuple(
        CheckResult(str(c["assertion"]["type"]), c["pass"], c["score"], c["reason"]) for c in grading.components
    )
    model = str(output.meta.get("route", {}).get("model", ""))
    return CaseResult(
        case, grading.passed, grading.score, "none" if grading.passed else "assertion", _reason(grading), checks, model,
        int(output.meta.get("latency_ms", 0)), Decimal(str(output.meta.get("usage", {}).get("cost_usd", "0"))),
        output.body,
    )  # fmt: skip


def row_of(output: Output, test: Mapping[str, Any], variables: Mapping[str, Any], tools: Tools) -> Row:
    """Return a feature's answer as a row to grade."""
    response = {"output": dict(output.body), "metadata": dict(output.meta)}
    latency = output.meta.get("latency_ms")
    return Row(test, variables, "\n".join(output.outgoing), response, tools, latency_ms=latency, answer=output)


def test_of(case: Case) -> dict[str, Any]:
    """Return a case as a promptfoo test."""
    wanted = [
        {"type": item.type, "weight": item.weight, **({} if item.value is None else {"value": item.value})}
        for item in case.assertions
    ]
    return {"description": case.description, "vars": dict(case.vars), "assert": wanted}


def _reason(grading: Grade) -> str:
    failed = [c for c in grading.components if not c["pass"]]
    return "; ".join(f"{c['assertion']['type']}: {c['reason']}" for c in failed) or "all checks passed"
