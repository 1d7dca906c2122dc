"""Assertions on what came with the answer: cost, time, probabilities, the reason it stopped, guardrails."""

import math
from typing import Any

from evals.checks.registry import CheckError, Outcome, Subject, assertion
from evals.scripting.values import UNDEFINED


@assertion("cost")
def cost(subject: Subject) -> Outcome:
    """The call cost at most this many dollars."""
    return _at_most(subject, subject.row.response.get("cost"), "Cost", "the provider returns no cost")


@assertion("latency")
def latency(subject: Subject) -> Outcome:
    """The call took at most this many milliseconds."""
    return _at_most(subject, subject.row.latency_ms, "Latency", "the result was cached; run again with --no-cache")


def _at_most(subject: Subject, found: Any, what: str, missing: str) -> Outcome:
    most = subject.assertion.get("threshold", UNDEFINED)
    if most is UNDEFINED:
        raise CheckError(f"{what} assertion must have a threshold")
    if found is None:
        raise CheckError(f"{what} assertion cannot be made: {missing}")
    enough = found <= (0 if most is None else most)
    return subject.holds(enough, f"{what} {found:g} is above {most}", f"{what} {found:g} is at most {most}")


def _mean_logprob(subject: Subject) -> float:
    found = subject.row.response.get("logProbs")
    if not found:
        raise CheckError(f"{subject.base} assertion does not support providers that do not return logProbs")
    return float(sum(found) / len(found))


@assertion("perplexity")
def perplexity(subject: Subject) -> Outcome:
    """exp(-mean log probability) is at most the threshold; without one it passes."""
    found, most = math.exp(-_mean_logprob(subject)), subject.threshold()
    if most is UNDEFINED:
        return Outcome(True, "Assertion passed")
    return subject.holds(found <= most, f"Perplexity {found:.2f} is above {most}", f"Perplexity is {found:.2f}")


@assertion("perplexity-score")
def perplexity_score(subject: Subject) -> Outcome:
    """1/(1+exp(-mean log probability)) is at least the threshold; the score is the value."""
    found, least = 1 / (1 + math.exp(-_mean_logprob(subject))), subject.threshold()
    passed = True if least is UNDEFINED else (found >= least) is not subject.inverse
    score = 1 - found if subject.inverse else found
    return Outcome(passed, f"Perplexity score is {found:.2f}", score, {"score": score})


@assertion("finish-reason")
def finish_reason(subject: Subject) -> Outcome:
    """The model stopped for this reason, in any case of letters; no reason given fails."""
    wanted = subject.value if subject.value is not UNDEFINED else subject.assertion.get("value")
    if not isinstance(wanted, str):
        raise CheckError('"finish-reason" needs a text as its value')
    found = subject.row.response.get("finishReason")
    if not found:
        return Outcome(subject.inverse, "Provider did not supply stop/finish reason")
    return subject.holds(wanted.lower() == str(found).lower(), f"the model stopped because of “{found}”")


@assertion("guardrails")
def guardrails(subject: Subject) -> Outcome:
    """The provider's guardrails flagged nothing; none at all is the same."""
    found = subject.row.response.get("guardrails") or {}
    flagged = bool(found.get("flagged"))
    default = "Prompt failed safety checks" if found.get("flaggedInput") else "Output failed safety checks"
    reason = found.get("reason") or (default if flagged else "Content passed safety checks")
    return Outcome(flagged is subject.inverse, str(reason))
