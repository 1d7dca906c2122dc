"""What a script sees as its `context`, and what counts as a verdict of one."""

from collections.abc import Mapping
from typing import Any

from evals.checks.registry import Subject
from evals.scripting.values import UNDEFINED, is_number

_CAMEL = {
    "pass_": "pass", "named_scores": "namedScores", "component_results": "componentResults",
    "tokens_used": "tokensUsed", "named_score_weights": "namedScoreWeights",
}  # fmt: skip


def context_of(subject: Subject) -> dict[str, Any]:
    """Return what a script sees as its `context`."""
    row = subject.row
    context: dict[str, Any] = {
        "prompt": row.prompt, "vars": row.variables, "test": row.test,
        "logProbs": row.response.get("logProbs", UNDEFINED), "provider": row.provider, "providerResponse": row.response,
    }  # fmt: skip
    if subject.assertion.get("config"):
        context["config"] = subject.assertion["config"]
    if row.response.get("metadata"):
        context["metadata"] = row.response["metadata"]
    return context


def is_verdict(value: Any) -> bool:
    """Tell whether a script's object has `pass`, `score` and `reason` of the right kinds."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("pass"), bool)
        and is_number(value.get("score"))
        and isinstance(value.get("reason"), str)
        and isinstance(value.get("namedScores", {}), Mapping | list)
        and isinstance(value.get("componentResults", []), list)
    )


def camel_case(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a Python verdict with promptfoo's names; parts inside are renamed too."""
    found = {_CAMEL.get(key, key): item for key, item in value.items()}
    if isinstance(found.get("componentResults"), list):
        found["componentResults"] = [
            camel_case(item) if isinstance(item, Mapping) else item for item in found["componentResults"]
        ]
    return found
