"""What stands between a text and its release, in words: checks of a draft, and verdicts on exactly one content."""

from collections.abc import Sequence
from typing import cast

from admin.life import Check, Life
from admin.wording import parsed
from gateway.domain.drafts import Draft
from gateway.domain.verdict import Outcome, Verdict
from gateway.library.catalog import PromptVersion
from gateway.store.eval_runs import EvalRun

EXAMPLES = "Examples pass"


def proven(draft: Draft, found: Sequence[Check]) -> bool:
    """Tell whether the examples of a draft's present text have passed; nothing else is ever approved."""
    return draft.state in ("approved", "released") or any(each.good for each in found if each.title == EXAMPLES)


async def checks(life: Life, draft: Draft) -> list[Check]:
    """Return what must hold before a draft can be released, each in words."""
    prompt = parsed(draft.body, life.feature(draft.feature), life.catalog, life.policy).prompt
    found = [
        Check("It can be read", prompt is not None, "The text has no mistakes." if prompt else "The text has mistakes.")
    ]
    if prompt is None:
        return found
    runs = [run for run in await life.runs.of_draft(draft.id) if run.content_hash == prompt.content_hash]
    done = next((run for run in runs if run.state == "completed"), None)
    found.append(Check(EXAMPLES, done is not None and done.outcome == "passed", run_in_words(done)))
    worse = int(done.figures.get("worse", 0)) if done else 0
    said = "No example got worse." if done else "Run the examples first."
    if worse:
        said = f"It cannot go live: {worse} example{'s' if worse > 1 else ''} got worse."
    found.append(Check("Nothing got worse", done is not None and not worse, said))
    room = prompt.fixed_tokens <= prompt.token_budget
    found.append(Check("It fits", room, f"{prompt.fixed_tokens:,} fixed tokens of {prompt.token_budget:,} allowed."))
    return found


def passed_verdict(prompt: PromptVersion, verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return a passed verdict on exactly this content."""
    fitting = (v for v in verdicts if v.content_hash == prompt.content_hash and v.outcome == "passed")
    return next(fitting, None)


def why_unproven(prompt: PromptVersion) -> str:
    """Return a sentence that says how to get this version released."""
    return (
        f"{prompt.label} has no passed verdict on its present content, so it serves no traffic. "
        f"Run `python -m evals gate --feature {prompt.feature} --write` and commit what it writes."
    )


def run_in_words(run: EvalRun | None) -> str:
    """Say what a run found."""
    if run is None:
        return "Its examples were not run on its present text."
    passed, cases = run.figures.get("passed", 0), run.figures.get("cases", run.total)
    said = f"{passed} of {cases} examples pass."
    if run.outcome == "not_enough_evidence":
        said += " That is too few to prove anything; add examples."
    return said


def proof_of(prompt: PromptVersion, runs: Sequence[EvalRun]) -> tuple[Verdict, str] | None:
    """Return what the newest finished run found about exactly this content, and who ran it."""
    fitting = [run for run in runs if run.content_hash == prompt.content_hash and run.state == "completed"]
    if not fitting or not fitting[0].outcome:
        return None
    run = fitting[0]
    outcome = cast(Outcome, run.outcome)
    content = (prompt.feature, prompt.version, prompt.content_hash)
    return Verdict(*content, run.model, run.suite_hash, outcome, run.figures), run.started_by
