"""`select-best` and `max-score`: compare the answers of one test with each other after all of them are there."""

from collections.abc import Mapping
from typing import Any

from evals.checks.asking import grader_provider
from evals.checks.registry import Tools
from evals.engine.running import ASSERT
from evals.graders.prompts import best_prompt
from evals.scripting.values import text


class ComparisonError(Exception):
    """A comparison cannot be made: the run ends with status 1, as it does in promptfoo."""


async def compare(rows: list[dict[str, Any]], tools: Tools) -> None:
    """Carry out the comparing assertions of every test; rows are changed in place."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["testIdx"], []).append(row)
    for kind in ("select-best", "max-score"):
        for group in groups.values():
            group.sort(key=lambda row: row["promptIdx"])
            wanted = [item for item in group[0]["testCase"].get("assert") or [] if item.get("type") == kind]
            if not wanted:
                continue
            if len(group) < 2:
                raise ComparisonError(f"{kind} assertion must have at least two outputs to compare between")
            found = await _best(group, wanted[0], tools) if kind == "select-best" else _highest(group, wanted[0])
            for row, result in zip(group, found, strict=True):
                (_merge_best if kind == "select-best" else _merge_highest)(row, {**result, "assertion": wanted[0]})


async def _best(group: list[dict[str, Any]], assertion: Mapping[str, Any], tools: Tools) -> list[dict[str, Any]]:
    criteria = assertion.get("value")
    if not isinstance(criteria, str):
        raise ComparisonError("select-best must have a string value")
    outputs = [(row.get("response") or {}).get("output") or "" for row in group]
    options = group[0]["testCase"].get("options") or {}
    template = assertion.get("rubricPrompt") or options.get("rubricPrompt")
    variables = {**(group[0]["testCase"].get("vars") or {}), "criteria": criteria, "outputs": outputs}
    prompt = best_prompt(template, variables, tools)
    answer = await tools.grader.ask(grader_provider(assertion, options), prompt, {"kind": "select-best", **variables})
    said = text(answer.get("output") or "")
    digits = "".join(_first_number(said))
    index = int(digits) if digits else -1
    if answer.get("error") or not 0 <= index < len(group):
        reason = str(answer.get("error") or f"Invalid select-best verdict: {said[:80]}")
        return [{"pass": False, "score": 0, "reason": reason} for _ in group]
    return [
        {"pass": i == index, "score": int(i == index),
         "reason": f"Output {'selected as the best' if i == index else 'not selected'}: {criteria}"}
        for i in range(len(group))
    ]  # fmt: skip


def _first_number(said: str) -> list[str]:
    found: list[str] = []
    for character in said:
        if character.isascii() and character.isdigit():
            found.append(character)
        elif found:
            break
    return found


def _highest(group: list[dict[str, Any]], assertion: Mapping[str, Any]) -> list[dict[str, Any]]:
    value = assertion.get("value")
    options = value if isinstance(value, dict) else {}
    weights, threshold = options.get("weights") or {}, options.get("threshold")
    sums = [_sum(row, weights, options.get("method", "average")) for row in group]
    top = max(range(len(sums)), key=lambda index: (sums[index][0], -index))
    enough = threshold is None or sums[top][0] >= threshold
    said = ["Selected as highest scoring output" if i == top and enough else "Not selected" for i in range(len(sums))]
    return [
        {"pass": index == top and enough, "score": int(index == top and enough),
         "reason": f"{said[index]} (score {score:.3f}, highest {sums[top][0]:.3f})",
         "namedScores": {"maxScore": score, "assertionCount": count, "totalWeight": weight}}
        for index, (score, count, weight) in enumerate(sums)
    ]  # fmt: skip


def _sum(row: Mapping[str, Any], weights: Mapping[str, Any], method: str) -> tuple[float, int, float]:
    components = (row.get("gradingResult") or {}).get("componentResults") or []
    used = [
        c for c in components if c.get("assertion") and c["assertion"].get("type") not in ("max-score", "select-best")
    ]
    if not used:
        raise ComparisonError("max-score requires at least one other assertion to aggregate scores from")
    pairs = [(c.get("score") or 0, weights.get(c["assertion"].get("type"), 1)) for c in used]
    total, weight = sum(score * factor for score, factor in pairs), sum(factor for _, factor in pairs)
    score = total if method == "sum" else (total / weight if weight > 0 else 0)
    return score, len(used), weight


def _merge_best(row: dict[str, Any], result: dict[str, Any]) -> None:
    before, grading = row["success"], row.get("gradingResult")
    row["success"] = before and result["pass"]
    if grading is None or "componentResults" not in grading:
        row["gradingResult"] = {**result, "pass": row["success"]}
        if grading is not None:
            row["gradingResult"] = {**grading, "pass": row["success"], "componentResults": [result]}
        if not result["pass"]:
            row["score"] = row["gradingResult"]["score"] = result["score"]
            row["gradingResult"]["reason"] = result["reason"]
    else:
        grading["pass"] = row["success"]
        grading["componentResults"].append(result)
        if not result["pass"]:
            grading["reason"] = result["reason"]
            row["score"] = grading["score"] = result["score"]
    _failed(row, before, result)


def _merge_highest(row: dict[str, Any], result: dict[str, Any]) -> None:
    before, grading = row["success"], row.get("gradingResult") or {}
    passed = bool(grading.get("pass", before)) and result["pass"]
    score = grading.get("score", row["score"]) if result["pass"] else result["score"]
    row["gradingResult"] = {
        **grading, "pass": passed, "score": score,
        "reason": result["reason"] if not result["pass"] and before else grading.get("reason", ""),
        "componentResults": [*(grading.get("componentResults") or []), result],
        "namedScores": {**(grading.get("namedScores") or {}), **(result.get("namedScores") or {})},
    }  # fmt: skip
    row["success"] = passed
    if not result["pass"]:
        row["score"] = score
    _failed(row, before, result)


def _failed(row: dict[str, Any], before: bool, result: Mapping[str, Any]) -> None:
    row["comparisons"] = [*row.get("comparisons", []), bool(result["pass"])]
    if before and not row["success"]:
        row["failureReason"], row["error"] = ASSERT, result["reason"]
