"""How graded assertions ask: which model, with which prompt, and how its JSON is found in what it says."""

import re
from collections.abc import Mapping
from typing import Any

from evals.checks.jsons import json_objects
from evals.checks.registry import CheckError, Outcome, Subject
from evals.graders.prompts import filled, template_of
from evals.scripting.values import is_number, number, parse_json, text

_YES = re.compile(r"(?:true|yes|pass|y)\Z", re.IGNORECASE)


class GraderFailed(Exception):
    """The model that grades gave no usable answer: the assertion fails, also under `not-`."""


def grader_provider(assertion: Mapping[str, Any], options: Mapping[str, Any], kind: str = "text") -> Any:
    """Return the provider an assertion names, else its test's; None for the run's own."""
    found = assertion.get("provider") or options.get("provider")
    if isinstance(found, dict) and not found.get("id") and kind in found:
        return found[kind]
    return found


async def asked(subject: Subject, default: str, variables: Mapping[str, Any], kind: str, part: str = "") -> str:
    """Return what the model says to a grading prompt. Raises GraderFailed."""
    options = subject.row.test.get("options") or {}
    given = subject.assertion.get("rubricPrompt") or options.get("rubricPrompt")
    if part:
        given = given.get(part) if isinstance(given, dict) else None
    prompt = filled(template_of(given, default, subject.row.tools), variables, subject.row.tools)
    provider = grader_provider(subject.assertion, options)
    response = await subject.row.tools.grader.ask(provider, prompt, {"kind": kind, **variables})
    output = response.get("output")
    if response.get("error") or not output:
        raise GraderFailed(str(response.get("error") or "No output"))
    return output if isinstance(output, str) else text_of(output)


def text_of(output: Any) -> str:
    """Return a model's answer as text."""
    from evals.scripting.values import dump

    return dump(output)


def parsed(value: str) -> Any:
    """Return a text's JSON if it is any, else the text."""
    try:
        return parse_json(value)
    except ValueError:
        return value


def verdict(subject: Subject, said: str, label: str) -> Outcome:
    """Return the verdict in a model's JSON; the threshold counts for score and pass. Raises GraderFailed."""
    objects = json_objects(said)
    if not objects or not isinstance(objects[0], dict):
        raise GraderFailed(f"Could not extract JSON from {label} response")
    found = objects[0]
    passed = found.get("pass")
    passed = True if passed is None else passed if isinstance(passed, bool) else bool(_YES.match(text(passed)))
    score = found.get("score")
    if not is_number(score):
        converted = number(score) if score is not None else float("nan")
        score = converted if converted == converted and abs(converted) != float("inf") else int(passed)
    least = subject.threshold()
    if is_number(least):
        passed = passed and score >= least
    reason = found.get("reason") or ("Grading passed" if passed else f"Score {score} below threshold {least}")
    if subject.inverse:
        passed, score = not passed, min(1, max(0, 1 - score))
    return Outcome(passed, text(reason), score, {"score": score})


def needed_text(subject: Subject) -> str:
    """Return the assertion's value, which must be a text. Raises CheckError."""
    if not isinstance(subject.value, str):
        raise CheckError(f"{subject.base} assertion type must have a string value")
    return subject.value
