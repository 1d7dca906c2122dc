"""Grades one answer: every assertion of a test, then weights, thresholds, named scores and what they add up to.

An assertion that cannot be carried out makes the whole row an error (`RowError`); it is never a pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.checks.registry import CheckError, Outcome, Row, Subject, carried_out
from evals.config.files import FileProblem
from evals.engine.references import Reference, referenced, script_value
from evals.engine.transforms import transformed
from evals.engine.verdicts import context_of, is_verdict
from evals.nunjucks.lexer import TemplateError
from evals.nunjucks.render import render
from evals.scripting.values import UNDEFINED, coerce, is_number
from evals.scripting.workers import ScriptError

COMPARED = ("select-best", "max-score")
BLOCKED = "Content failed guardrail safety checks"
SHORT_CIRCUIT = "PROMPTFOO_SHORT_CIRCUIT_TEST_FAILURES"


class RowError(Exception):
    """The row has no verdict: something in it could not be carried out."""


@dataclass(slots=True)
class Grade:
    """What a test's assertions came to; `components` is what the result file lists, in order."""

    passed: bool = True
    score: float = 1.0
    reason: str = "No assertions"
    named: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    components: list[dict[str, Any]] = field(default_factory=list)
    plain: bool = True

    def as_result(self) -> dict[str, Any]:
        """Return the `gradingResult` of promptfoo's result file."""
        found: dict[str, Any] = {"pass": self.passed, "score": self.score, "reason": self.reason}
        if not self.plain:
            found["namedScores"] = self.named
            if self.weights:
                found["namedScoreWeights"] = self.weights
            found["componentResults"] = self.components
        return found


@dataclass(slots=True)
class _Sum:
    """Adds results up by weight."""

    threshold: Any
    short_circuit: bool = False
    total: float = 0.0
    weight: float = 0.0
    failed: str = ""
    blocked: bool = False
    named: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    components: list[dict[str, Any]] = field(default_factory=list)

    def add(self, component: dict[str, Any], metric: str | None, weight: Any) -> None:
        factor = 1.0 if weight is None else weight
        self.total += component["score"] * factor
        self.weight += factor
        self.components.append(component)
        assertion = component.get("assertion") or {}
        if assertion.get("type") == "guardrails" and (assertion.get("config") or {}).get("purpose") == "redteam":
            self.blocked = self.blocked or not component["pass"]
        if metric:
            self._name(metric, component["score"], factor)
        for name, score in (component.get("namedScores") or {}).items():
            if name != metric:
                self._name(name, score, (component.get("namedScoreWeights") or {}).get(name, 1) * factor)
        if not component["pass"]:
            self.failed = component.get("reason") or "failed"
            if self.short_circuit:
                raise RowError(self.failed)

    def _name(self, name: str, score: Any, weight: float) -> None:
        if is_number(score):
            self.named[name] = self.named.get(name, 0) + score * weight
            self.weights[name] = self.weights.get(name, 0) + weight

    def grade(self) -> Grade:
        score = self.total / self.weight if self.weight > 0 else 0
        passed, reason = not self.failed, self.failed or "All assertions passed"
        if is_number(self.threshold) and self.threshold == self.threshold:
            passed = score >= self.threshold
            reason = f"Aggregate score {score:.2f} {'≥' if passed else '<'} {self.threshold} threshold"
        if self.blocked:
            passed, reason = True, BLOCKED
        named = {n: value / self.weights[n] if self.weights[n] > 0 else 0 for n, value in self.named.items()}
        flat: list[dict[str, Any]] = []
        for component in self.components:
            flat.append(component)
            inner = component.get("componentResults") or []
            flat += [{**sub, "assertion": sub.get("assertion") or component.get("assertion")} for sub in inner]
        return Grade(passed, score, reason, named, self.weights, flat, plain=False)


async def grade(row: Row, scoring: Reference | None = None) -> Grade:
    """Return the grade of a row by its test's `assert` and `threshold`. Raises RowError."""
    assertions = row.test.get("assert") or []
    if not assertions:
        return Grade()
    short = row.tools.settings.get(SHORT_CIRCUIT, "").lower() in ("1", "true", "yes")
    whole = _Sum(row.test.get("threshold"), short)
    try:
        for item in assertions:
            if item["type"] == "assert-set":
                await _add_set(whole, row, item, short)
            elif item["type"] not in COMPARED:
                component = await _component(row, item)
                whole.add(component, metric_name(row, item), item.get("weight"))
        found = whole.grade()
        return await _scored(row, scoring, found) if scoring is not None else found
    except (CheckError, ScriptError, TemplateError, FileProblem, OSError) as error:
        raise RowError(str(error)) from error


async def _add_set(whole: _Sum, row: Row, item: Mapping[str, Any], short: bool) -> None:
    part = _Sum(item.get("threshold"), short)
    for inner in item["assert"]:
        if inner["type"] not in COMPARED:
            part.add(await _component(row, inner), metric_name(row, inner), inner.get("weight"))
    result = part.grade().as_result()
    kept = {key: item[key] for key in ("metric", "threshold", "weight") if item.get(key) is not None}
    result["metadata"] = {"assertionSet": {"type": "assert-set", "assertionCount": len(item["assert"]), **kept}}
    whole.add(result, metric_name(row, item), item.get("weight"))


def metric_name(row: Row, item: Mapping[str, Any]) -> str | None:
    """Return the rendered name of an assertion's metric; as written where it cannot be rendered."""
    name = item.get("metric")
    if not name:
        return None
    try:
        return render(str(name), row.variables, row.tools.env)
    except TemplateError:
        return str(name)


async def _component(row: Row, item: Mapping[str, Any]) -> dict[str, Any]:
    outcome = await outcome_of(row, item)
    found = {"pass": outcome.passed, "score": outcome.points, "reason": outcome.reason, **outcome.extra}
    found.setdefault("assertion", dict(item))
    if item.get("weight") == 0:
        found["pass"] = True
    return found


async def outcome_of(row: Row, item: Mapping[str, Any]) -> Outcome:
    """Return the outcome of one assertion: transform, render its value, carry it out."""
    tools, name = row.tools, str(item["type"])
    output = row.response.get("output")
    if item.get("transform"):
        context: dict[str, Any] = {"vars": row.variables, "prompt": {"label": row.prompt}}
        if row.response.get("metadata"):
            context["metadata"] = row.response["metadata"]
        output = await transformed(tools, item["transform"], output, context)
    base = name.removeprefix("not-")
    subject = Subject(item, row, base, name.startswith("not-"), output, coerce(output))
    value, from_script = await _value(subject)
    if isinstance(value, ScriptError):
        return Outcome(False, str(value))
    if from_script is not UNDEFINED and base not in ("javascript", "python", "ruby"):
        value = _plain_value(name, from_script)
    return await carried_out(Subject(item, row, base, subject.inverse, output, subject.text, value, from_script))


async def _value(subject: Subject) -> tuple[Any, Any]:
    """Return the assertion's value, rendered or loaded, and what a script gave for it."""
    tools, row = subject.row.tools, subject.row
    value = subject.assertion.get("value", UNDEFINED)
    if isinstance(value, list):
        return [_item(item, row) for item in value], UNDEFINED
    if not isinstance(value, str):
        return value, UNDEFINED
    if not value.startswith("file://"):
        return render(value, row.variables, tools.env), UNDEFINED
    reference = Reference.parse(value, tools.base)
    if reference.kind in ("python", "javascript"):
        try:
            return value, await script_value(tools, reference, [subject.output, context_of(subject)])
        except ScriptError as error:
            if reference.kind == "javascript":
                raise
            return error, UNDEFINED
    return referenced(reference), UNDEFINED


def _item(item: Any, row: Row) -> Any:
    if not isinstance(item, str):
        return item
    if item.startswith("file://"):
        return referenced(Reference.parse(item, row.tools.base))
    return render(item, row.variables, row.tools.env)


def _plain_value(name: str, found: Any) -> Any:
    if isinstance(found, bool) or (isinstance(found, dict) and "pass" in found):
        raise CheckError(f"the script of “{name}” gave a verdict; only javascript and python may, give a value instead")
    return found


async def _scored(row: Row, scoring: Reference, found: Grade) -> Grade:
    """Let the team's own function replace verdict and score; whatever is no result of it fails with score 0."""
    context = {"threshold": row.test.get("threshold", UNDEFINED), "componentResults": found.components}
    try:
        given = await script_value(row.tools, scoring, [found.named, context], default="func")
        if not is_verdict(given):
            raise ScriptError("assertion scoring function must return a GradingResult")
    except ScriptError as error:
        found.passed, found.score, found.reason = False, 0, f"Scoring function error: {error}"
        return found
    found.passed, found.score, found.reason = given["pass"], given["score"], given["reason"]
    found.named = given.get("namedScores", found.named)
    return found
