"""`similar`: how near two texts are by their embeddings."""

import math
from collections.abc import Sequence

from evals.checks.asking import grader_provider
from evals.checks.registry import CheckError, Outcome, Subject, assertion

EPSILON = 2.220446049250313e-16


@assertion("similar", "similar:cosine", "similar:dot", "similar:euclidean")
async def similar(subject: Subject) -> Outcome:
    """The texts' vectors are near enough (0.75; at most for euclidean); of a list any one, under `not-` all."""
    wanted = subject.value if isinstance(subject.value, list) else [subject.value]
    if not wanted or not all(isinstance(item, str) for item in wanted):
        raise CheckError("Similarity assertion type must have a string or array of strings value")
    metric = subject.base.partition(":")[2] or "cosine"
    outcomes = [await _compared(subject, item, metric) for item in wanted]
    if len(outcomes) == 1:
        return outcomes[0]
    passed = [outcome for outcome in outcomes if outcome.passed]
    if subject.inverse:
        worst = min(outcomes, key=lambda outcome: outcome.points)
        return worst if len(passed) < len(outcomes) else Outcome(True, "none of the texts is similar", worst.points)
    best = max(outcomes, key=lambda outcome: outcome.points)
    return (
        passed[0] if passed else Outcome(False, "none of the provided values met the similarity threshold", best.points)
    )


async def _compared(subject: Subject, wanted: str, metric: str) -> Outcome:
    provider = grader_provider(subject.assertion, subject.row.test.get("options") or {}, "embedding")
    vectors: list[Sequence[float]] = []
    for item in (wanted, subject.text):
        response = await subject.row.tools.grader.embed(provider, item)
        if response.get("error"):
            return Outcome(False, str(response["error"]))
        vectors.append(response["embedding"])
    if len(vectors[0]) != len(vectors[1]):
        return Outcome(False, "Vectors must be of equal length")
    limit = subject.threshold(0.75)
    if metric == "euclidean":
        far = math.dist(*vectors)
        near, score = far <= limit + EPSILON, 1 / (1 + far)
        passed = far >= limit - EPSILON if subject.inverse else near
    else:
        score = _dot(*vectors) if metric == "dot" else cosine(*vectors)
        passed = score <= limit + EPSILON if subject.inverse else score >= limit - EPSILON
    shown = 1 - score if subject.inverse else score
    return Outcome(passed, f"Similarity ({metric}) is {score:.4f}, threshold {limit}", shown, {"score": shown})


def _dot(one: Sequence[float], two: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, two, strict=True))


def cosine(one: Sequence[float], two: Sequence[float]) -> float:
    """Return the cosine of the angle between two vectors, 0 if one has no length."""
    size = math.sqrt(_dot(one, one)) * math.sqrt(_dot(two, two))
    return _dot(one, two) / size if size else 0.0
