"""Assertions that ask a model: `llm-rubric`, `factuality`, `model-graded-closedqa`, `g-eval`."""

import re
from typing import Any

from evals.checks.asking import GraderFailed, asked, needed_text, parsed, verdict
from evals.checks.jsons import json_objects
from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.graders.prompts import CLOSED_QA, FACTS, RUBRIC, SCORE, STEPS
from evals.scripting.values import UNDEFINED, dump, is_number, number, parse_json, text

BEST_SCORE = 10
_CATEGORIES = {"A": "subset", "B": "superset", "C": "agree", "D": "disagree", "E": "differButFactual"}
_LETTER = re.compile(r"\s*\(?([a-eA-E])\)")


@assertion("llm-rubric")
async def llm_rubric(subject: Subject) -> Outcome:
    """A model finds that the output meets the rubric; an unreadable answer fails, also under `not-`."""
    rubric = subject.value
    if rubric is UNDEFINED or not rubric:
        rubric = ""
    if not isinstance(rubric, str | dict | list):
        raise CheckError('"llm-rubric" assertion type must have a string or object value')
    variables = {**subject.row.variables, "output": parsed(subject.text), "rubric": rubric}
    try:
        return verdict(subject, await asked(subject, RUBRIC, variables, "llm-rubric"), "llm-rubric")
    except GraderFailed as failed:
        return Outcome(False, str(failed))


@assertion("factuality", "model-graded-factuality")
async def factuality(subject: Subject) -> Outcome:
    """A model compares the facts with the expert's: A, B, C and E pass, D fails; `not-` changes nothing."""
    variables = {
        **subject.row.variables, "input": subject.row.prompt, "ideal": needed_text(subject),
        "completion": parsed(subject.text),
    }  # fmt: skip
    try:
        letter, reason = _category(await asked(subject, FACTS, variables, "factuality"))
    except GraderFailed as failed:
        return Outcome(False, str(failed))
    scores = (subject.row.test.get("options") or {}).get("factuality") or {}
    score = scores.get(_CATEGORIES[letter], 0 if letter == "D" else 1)
    return Outcome(score > 0, reason, score, {"score": score})


def _category(said: str) -> tuple[str, str]:
    """Return the letter and the reason of a factuality answer, as JSON or as "(B) …". Raises GraderFailed."""
    objects = json_objects(said)
    found = objects[0] if objects and isinstance(objects[0], dict) else {}
    if isinstance(found.get("category"), str) and found["category"]:
        letter = found["category"].strip().upper()
        if letter not in _CATEGORIES:
            raise GraderFailed(f"Invalid category value: {letter}")
        reason = found.get("reason")
        return letter, (reason.strip() if isinstance(reason, str) else "") or f"Category {letter}"
    match = _LETTER.search(said)
    if not match:
        raise GraderFailed(f"Factuality checker output did not match expected format: {said[:200]}")
    return match[1].upper(), said[match.end() :].strip() or said


@assertion("model-graded-closedqa")
async def closed_qa(subject: Subject) -> Outcome:
    """A model's answer to “is the criterion met?” ends in Y; `not-` changes nothing."""
    variables = {
        **subject.row.variables, "input": subject.row.prompt, "criteria": needed_text(subject),
        "completion": parsed(subject.text),
    }  # fmt: skip
    try:
        said = (await asked(subject, CLOSED_QA, variables, "model-graded-closedqa")).rstrip()
    except GraderFailed as failed:
        return Outcome(False, str(failed))
    return Outcome(said.endswith("Y"), said)


@assertion("g-eval")
async def g_eval(subject: Subject) -> Outcome:
    """A model's score from 0 to 10 by its own steps, divided by 10, is at least 0.7; a list gives the mean."""
    criteria = subject.value if isinstance(subject.value, list) else [subject.value]
    if not criteria or not all(isinstance(item, str) for item in criteria):
        raise CheckError("G-Eval assertion type must have a string or array of strings value")
    least = subject.threshold(0.7)
    try:
        found = [await _scored(subject, item) for item in criteria]
    except GraderFailed as failed:
        return Outcome(False, str(failed))
    score = sum(value for value, _ in found) / len(found)
    passed = (score >= least) is not subject.inverse
    shown = 1 - score if subject.inverse else score
    return Outcome(passed, "\n\n".join(reason for _, reason in found), shown, {"score": shown})


async def _scored(subject: Subject, criteria: str) -> tuple[float, str]:
    if not subject.row.prompt:
        raise CheckError("No source text to estimate reply")
    steps = _json(await asked(subject, STEPS, {"criteria": criteria}, "g-eval-steps", "steps")).get("steps")
    if not isinstance(steps, list) or not steps or not all(isinstance(step, str) and step.strip() for step in steps):
        raise GraderFailed(f"G-Eval steps response has invalid or missing steps: {dump(steps)[:200]}")
    variables = {
        "criteria": criteria, "steps": "\n- ".join(steps), "maxScore": str(BEST_SCORE),
        "input": parsed(subject.row.prompt), "output": parsed(subject.text),
    }  # fmt: skip
    result = _json(await asked(subject, SCORE, variables, "g-eval", "evaluate"))
    score = result.get("score")
    value = score if is_number(score) else number(score) if isinstance(score, str) and score.strip() else float("nan")
    if not 0 <= value <= BEST_SCORE:
        raise GraderFailed(f"G-Eval result has invalid or missing score: {text(score)}")
    reason = result.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise GraderFailed("G-Eval result has invalid or missing reason")
    return value / BEST_SCORE, reason


def _json(said: str) -> dict[str, Any]:
    match = re.search(r"\{.+\}", said)
    try:
        found = parse_json(match[0]) if match else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise GraderFailed(f"the grading model's answer is not JSON: {said[:200]}")
    return found
