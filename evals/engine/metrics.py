"""Adds the rows of a run up: one set of figures for each column, named scores, derived metrics, and the totals."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.engine.formulas import FormulaError, evaluate
from evals.engine.running import ERROR
from evals.engine.steps import Plan
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.render import render


def columns_of(
    plan: Plan, rows: Sequence[Mapping[str, Any]], derived: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return promptfoo's `results.prompts`."""
    found = []
    for column in plan.columns:
        own = [row for row in rows if row["promptIdx"] == column.index]
        found.append({
            "id": column.prompt.hash, "raw": column.prompt.raw, "label": column.prompt.label,
            "provider": column.provider.spec.name, "metrics": _metrics(own, derived),
        })  # fmt: skip
    return found


def _metrics(rows: Sequence[Mapping[str, Any]], derived: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    metrics: dict[str, Any] = {
        "score": 0, "testPassCount": 0, "testFailCount": 0, "testErrorCount": 0, "assertPassCount": 0,
        "assertFailCount": 0, "totalLatencyMs": 0, "namedScores": {}, "namedScoresCount": {}, "namedScoreWeights": {},
        "cost": 0,
    }  # fmt: skip
    for count, row in enumerate(rows, start=1):
        metrics["score"] += row["score"]
        for name, value in row["namedScores"].items():
            _name(metrics, row, name, value)
        _derive(metrics["namedScores"], derived, count)
        error = row["failureReason"] == ERROR
        key = "testPassCount" if row["success"] else "testErrorCount" if error else "testFailCount"
        metrics[key] += 1
        for passed in _assertions(row):
            metrics["assertPassCount" if passed else "assertFailCount"] += 1
        metrics["totalLatencyMs"] += row.get("latencyMs") or 0
        metrics["cost"] += row.get("cost") or 0
    return metrics


def _assertions(row: Mapping[str, Any]) -> list[bool]:
    """Return the outcome of every listed assertion; a comparison counts once, wherever its result stands."""
    components = (row.get("gradingResult") or {}).get("componentResults") or []
    plain = [
        c["pass"] for c in components if (c.get("assertion") or {}).get("type") not in ("select-best", "max-score")
    ]
    return plain + list(row.get("comparisons", []))


def _name(metrics: dict[str, Any], row: Mapping[str, Any], name: str, value: float) -> None:
    grading = row.get("gradingResult") or {}
    count = sum(_metric(c, row) == name for c in grading.get("componentResults") or []) or 1
    weights = grading.get("namedScoreWeights") or {}
    weight = weights.get(name, count)
    total = value * weight if name in weights else value
    for key, amount in (("namedScores", total), ("namedScoresCount", count), ("namedScoreWeights", weight)):
        metrics[key][name] = metrics[key].get(name, 0) + amount


def _metric(component: Mapping[str, Any], row: Mapping[str, Any]) -> str | None:
    name = (component.get("assertion") or {}).get("metric")
    if not isinstance(name, str) or "{" not in name:
        return name
    try:
        return render(name, row["testCase"].get("vars") or {})
    except TemplateError:
        return name


def _derive(named: dict[str, Any], derived: Sequence[Mapping[str, Any]], count: int) -> None:
    """Work the derived metrics out anew; one that cannot be worked out keeps its old value, 0 at first."""
    known = {**named, "__count": count}
    for metric in derived:
        name, formula = str(metric.get("name")), metric.get("value")
        named.setdefault(name, 0)
        try:
            known[name] = named[name] = evaluate(str(formula), known)
        except FormulaError:
            continue


def totals(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return promptfoo's `results.stats`."""
    errors = sum(row["failureReason"] == ERROR for row in rows)
    passed = sum(bool(row["success"]) for row in rows)
    tokens = {"prompt": 0, "completion": 0, "cached": 0, "total": 0, "numRequests": 0}
    for row in rows:
        for key, value in ((row.get("response") or {}).get("tokenUsage") or {}).items():
            if key in tokens and isinstance(value, int | float):
                tokens[key] += int(value)
    return {"successes": passed, "failures": len(rows) - passed - errors, "errors": errors, "tokenUsage": tokens}
