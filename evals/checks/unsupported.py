"""Assertion types that are named and not carried out here; each says so, and none is ever taken for a pass."""

from evals.checks.registry import CheckError, Outcome, Subject, assertion


@assertion(
    "agent-rubric", "search-rubric", "trajectory:goal-success", "trajectory:tool-args-match", "trajectory:step-count",
    "trajectory:tool-sequence", "trajectory:tool-used", "trace-error-spans", "trace-span-count", "trace-span-duration",
    "skill-used", "moderation", "classifier", "pi", "ruby", "conversation-relevance", "human",
)  # fmt: skip
def out_of_scope(subject: Subject) -> Outcome:
    """This type is not carried out here: the row is an error that names it."""
    raise CheckError(f"the assertion type “{subject.assertion.get('type')}” is not carried out here; see docs/evals.md")


@assertion("meteor")
def meteor(subject: Subject) -> Outcome:
    """METEOR needs WordNet, which does not come with this product: the assertion fails and says so."""
    return Outcome(False, "METEOR needs the WordNet data, which does not come with this product")
