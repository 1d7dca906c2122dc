"""Assertions for answers made from retrieved text: `answer-relevance`, `context-recall`, `-relevance`, `-faithfulness`.

Definitions: Es et al. 2023 (RAGAS). They need the variables `query` and `context` (or a `contextTransform`).
"""

import re
from typing import Any

from evals.checks.asking import GraderFailed, asked, grader_provider, needed_text, parsed
from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.checks.vectors import EPSILON, cosine
from evals.engine.transforms import transformed
from evals.graders.prompts import QUESTION, RECALL, RELEVANT, STATEMENTS, VERDICTS

QUESTIONS = 3
_MARKER = re.compile(r"\d+[.)]\Z")
_FINAL = "final verdict for each statement in order:"


def _outcome(subject: Subject, score: float, default: float) -> Outcome:
    least = subject.threshold(default)
    passed = (score >= least - EPSILON) is not subject.inverse
    shown = 1 - score if subject.inverse else score
    return Outcome(passed, f"{subject.base} is {score:.2f}, threshold {least}", shown, {"score": shown})


def _query(subject: Subject) -> str:
    query = subject.row.variables.get("query")
    if not isinstance(query, str):
        raise CheckError(f'{subject.base} assertion requires a "query" variable with the user question')
    return query


async def _context(subject: Subject, fallback: str = "") -> str | list[str]:
    found: Any = subject.row.variables.get("context") or fallback
    if change := subject.assertion.get("contextTransform"):
        about = {"vars": subject.row.variables, "prompt": {"label": subject.row.prompt}}
        found = await transformed(subject.row.tools, change, subject.output, about)
    if isinstance(found, str) and found:
        return found
    if isinstance(found, list) and found and all(isinstance(item, str) and item for item in found):
        return found
    raise CheckError(f'{subject.base} needs a "context" variable (a text or a list of texts) or a `contextTransform`')


def _joined(context: str | list[str]) -> str:
    return context if isinstance(context, str) else "\n\n".join(context)


@assertion("answer-relevance")
async def answer_relevance(subject: Subject) -> Outcome:
    """Questions that a model makes from the answer are near the real one."""
    query = subject.row.variables.get("query")
    question = query if isinstance(query, str) else subject.row.prompt
    provider = grader_provider(subject.assertion, subject.row.test.get("options") or {}, "embedding")
    try:
        made = [
            await asked(subject, QUESTION, {"answer": parsed(subject.text)}, "answer-relevance")
            for _ in range(QUESTIONS)
        ]
        vectors = []
        for item in (question, *made):
            response = await subject.row.tools.grader.embed(provider, item)
            if response.get("error"):
                raise GraderFailed(str(response["error"]))
            vectors.append(response["embedding"])
    except GraderFailed as failed:
        return Outcome(False, str(failed))
    near = [cosine(vectors[0], vector) for vector in vectors[1:]]
    return _outcome(subject, sum(near) / len(near), 0)


@assertion("context-recall")
async def context_recall(subject: Subject) -> Outcome:
    """The context holds what the expected answer says, sentence by sentence."""
    wanted = needed_text(subject)
    context = _joined(await _context(subject, subject.row.prompt))
    variables = {**subject.row.variables, "context": context, "groundTruth": wanted}
    try:
        said = await asked(subject, RECALL, variables, "context-recall")
    except GraderFailed as failed:
        return Outcome(False, str(failed))
    lines = [line.lower() for line in said.split("\n") if "attributed]" in line.lower()]
    if not lines:
        return Outcome(False, "Grader returned no [Attributed]/[Not Attributed] classifications")
    held = sum("[not attributed]" not in line for line in lines)
    return _outcome(subject, held / len(lines), 0.5)


@assertion("context-relevance")
async def context_relevance(subject: Subject) -> Outcome:
    """Most of the context is needed for the question."""
    query, context = _query(subject), await _context(subject)
    whole = _joined(context)
    lines = [line for line in whole.split("\n") if line.strip()]
    segmented = isinstance(context, list) or len(lines) > 1
    pieces = [item for item in context if item.strip()] if isinstance(context, list) else _sentences(context)
    try:
        said = await asked(subject, RELEVANT, {"context": whole, "query": query}, "context-relevance")
    except GraderFailed as failed:
        return Outcome(False, str(failed))
    found: list[str] = []
    if "Insufficient Information" not in said:
        found = list(
            dict.fromkeys([line for line in said.split("\n") if line.strip()] if segmented else _sentences(said))
        )
    plain = " ".join(whole.lower().split())
    if found and not any(_bare(sentence) in plain for sentence in found):
        return Outcome(False, "Grader output does not quote the provided context")
    return _outcome(subject, min(len(found), len(pieces)) / len(pieces) if pieces else 0.0, 0.5)


def _bare(sentence: str) -> str:
    return " ".join(re.sub(r"^\s*(?:\d+[.)]|[-*])\s*", "", sentence).lower().split())


def _sentences(text: str) -> list[str]:
    """Return the lines of a text of several lines, else its sentences; bare list numbers are none."""
    lines = [line for line in text.split("\n") if line.strip()]
    parts = lines if len(lines) > 1 else re.split(r"(?<=[.!?])\s+", text)
    return [part.strip() for part in parts if part.strip() and not _MARKER.match(part.strip())]


@assertion("context-faithfulness")
async def context_faithfulness(subject: Subject) -> Outcome:
    """Every statement of the answer follows from the context."""
    query = _query(subject)
    if not isinstance(subject.output, str):
        raise CheckError("context-faithfulness assertion requires string output from the provider")
    context = _joined(await _context(subject))
    variables = {**subject.row.variables, "question": query, "answer": parsed(subject.output)}
    try:
        said = await asked(subject, STATEMENTS, variables, "context-faithfulness-longform")
        statements = [line for line in said.split("\n") if line.strip()]
        if not statements:
            raise GraderFailed("Could not extract context-faithfulness statements")
        variables = {**subject.row.variables, "context": context, "statements": statements}
        verdicts = await asked(subject, VERDICTS, variables, "context-faithfulness-nli")
        score = _faithful(verdicts.lower().strip(), len(statements))
    except GraderFailed as failed:
        return Outcome(False, str(failed))
    return _outcome(subject, score, 0.5)


def _faithful(verdicts: str, count: int) -> float:
    _, found, final = verdicts.partition(_FINAL)
    if found:
        answers = [part for part in final.split(".") if part.strip()]
        if not answers or not all(re.search(r"\b(?:yes|no)\b", part) for part in answers):
            raise GraderFailed("Could not parse context-faithfulness verdicts")
        wrong = sum("yes" not in part for part in answers) + max(0, count - len(answers))
    else:
        no, yes = verdicts.count("verdict: no"), verdicts.count("verdict: yes")
        if not no + yes:
            raise GraderFailed("Could not parse context-faithfulness verdicts")
        wrong = no + max(0, count - no - yes)
    return min(1.0, max(0.0, 1 - wrong / count))
