"""A prompt's life, top to bottom: draft → preview → evaluate → approve → release → roll back.

The only code that writes prompt state. Versions come from the repository's files (`sync`) or from drafts that people
write in the admin. Either goes live only with a passed verdict on its exact content; the database refuses anything
else, and this file says in words what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from admin.access import Refused
from admin.life import Check, Life, Where
from admin.wording import MAX_BODY, numbered, parsed, text_of, thawed
from gateway.domain.drafts import Draft
from gateway.domain.events import Event
from gateway.domain.jobs import NewJob
from gateway.domain.staff import Person
from gateway.domain.verdict import Outcome, Verdict, read_verdicts
from gateway.errors import FieldError, NotFound, ValidationFailed
from gateway.library.catalog import Catalog, PromptVersion
from gateway.library.policy_types import OFFLINE
from gateway.store.admin_access import THE_SERVICE
from gateway.store.audit import canonical
from gateway.store.database import Script
from gateway.store.eval_runs import EvalRun, RunKind
from gateway.store.releases import CANARY, EVERYONE, ImportedVersion, NotPassed, Releases

REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did: how many versions were new, which labels moved, and what keeps a version from traffic."""

    imported: int
    released: Sequence[str]
    unproven: Sequence[str]


# --- draft ---------------------------------------------------------------------------------------------------------


async def start_draft(life: Life, by: Person, feature: str, title: str = "") -> str:
    """Begin a draft from what is live, or from the newest version, and return its id. Raises NotFound."""
    known = life.feature(feature)
    base = life.live(feature) or life.catalog.versions(known.name)[-1]
    named = title or f"Change of version {base.version}"
    body = text_of({**thawed(base.document), "description": named})
    return await life.drafts.start(feature, named, body, base.content_hash, by.email)


async def save_draft(life: Life, by: Person, draft_id: str, edit: int, body: str, title: str = "") -> int:
    """Write new contents over edit number `edit`; returns the next one. A draft in review leaves it by that.

    Raises `Conflict` when somebody saved it meanwhile: nothing is ever overwritten.
    """
    draft = await life.draft(draft_id)
    if not draft.open:
        raise Refused(409, "This draft is finished", "Start a new one from the prompt's page.")
    if len(body.encode()) > MAX_BODY:
        raise ValidationFailed("The draft is too long.", [FieldError("/body", f"holds at most {MAX_BODY:,} bytes")])
    if body == draft.body and edit == draft.edit and title in ("", draft.title):
        return draft.edit
    return await life.drafts.save(draft_id, edit, body, title or draft.title, by.email)


# --- preview: see `admin.bench.answered`, which changes nothing ----------------------------------------------------


# --- evaluate ------------------------------------------------------------------------------------------------------


async def start_run(life: Life, by: Person, draft_id: str, kind: RunKind = "examples", model: str = OFFLINE) -> str:
    """Queue a run of a draft's present contents against the live version; returns its id. Raises ValidationFailed.

    `model` answers in it; without one the offline rules do.
    """
    draft = await life.draft(draft_id)
    prompt = life.readable(draft)
    live = life.live(draft.feature)
    hashes = (prompt.content_hash, live.content_hash if live else "")
    run_id = await life.runs.new(kind, draft.id, draft.feature, draft.body, hashes, by.email, model)
    await life.jobs.add(THE_SERVICE, NewJob("prompt_run", {"run": run_id}, dedupe_key=run_id))
    return run_id


async def resume_run(life: Life, by: Person, run_id: str) -> None:
    """Let a stopped run go on after its last case. Raises Refused."""
    if not await life.runs.resume(run_id):
        raise Refused(409, "This run is not stopped", "Reload the page to see where it is.")
    again = f"{run_id}:{life.clock.now()}"
    await life.jobs.add(THE_SERVICE, NewJob("prompt_run", {"run": run_id, "by": by.email}, dedupe_key=again))


# --- approve -------------------------------------------------------------------------------------------------------


async def ask_for_review(life: Life, by: Person, draft_id: str, text: str = "") -> int:
    """Give the draft its version number and its place among the versions, for good; returns the number.

    What its last finished run found about exactly this content becomes its verdict. Raises Refused, ValidationFailed.
    """
    draft = await life.draft(draft_id)
    if draft.state != "draft":
        raise Refused(409, "This draft is in review already", "Open its review page.")
    prompt = life.readable(draft)
    if prompt.content_hash in {line.content_hash for line in await life.releases.versions(draft.feature)}:
        earlier = await life.drafts.by_hash(prompt.content_hash)
        if earlier is None or earlier.id != draft.id:
            said = "This is word for word a version that exists already. Change something before you ask for review."
            raise Refused(409, "Nothing was changed", said)
    number = await life.drafts.number_for(draft.feature, prompt.content_hash)
    whole = parsed(numbered(draft.body, number), life.feature(draft.feature), life.catalog, life.policy).prompt
    assert whole and whole.content_hash == prompt.content_hash, "a version's number is no part of its content"
    await life.releases.import_versions([_imported(whole)])
    await record_run(life, whole, await life.runs.of_draft(draft.id))
    await life.drafts.move(
        draft, "in_review", ("asked", text), by.email, version=number, content_hash=whole.content_hash
    )
    return number


async def record_run(life: Life, prompt: PromptVersion, runs: Sequence[EvalRun]) -> None:
    """Keep as a verdict what the newest finished run found about exactly this content."""
    fitting = [run for run in runs if run.content_hash == prompt.content_hash and run.state == "completed"]
    if fitting and fitting[0].outcome:
        run = fitting[0]
        outcome = cast(Outcome, run.outcome)
        verdict = Verdict(
            prompt.feature, prompt.version, prompt.content_hash, run.model, run.suite_hash, outcome, run.figures
        )
        await life.releases.record_verdicts([verdict], run.started_by)


async def approve(life: Life, by: Person, draft_id: str, text: str = "") -> None:
    """Approve a draft of somebody else whose every check holds. Raises Refused."""
    draft = await life.draft(draft_id)
    if draft.state != "in_review":
        raise Refused(409, "This draft is not in review", "Its author has to ask for review first.")
    if by.email in (draft.author, draft.edited_by):
        raise Refused(403, "Nobody approves their own draft", "Ask somebody with the role reviewer to look at it.")
    if blocked := [check.said for check in await checks(life, draft) if not check.good]:
        raise Refused(409, "This draft cannot be approved yet", " ".join(blocked))
    await life.drafts.move(
        draft, "approved", ("approved", text), by.email, version=draft.version, content_hash=draft.content_hash
    )


async def ask_for_changes(life: Life, by: Person, draft_id: str, text: str) -> None:
    """Send a draft back to its author with what to change. Raises Refused and ValidationFailed."""
    draft = await life.draft(draft_id)
    if draft.state not in ("in_review", "approved"):
        raise Refused(409, "This draft is not in review", "There is nothing to send back.")
    if not text:
        raise ValidationFailed("Say what to change.", [FieldError("/text", "is needed")])
    await life.drafts.move(draft, "draft", ("changes", text), by.email)


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
    found.append(Check("Examples pass", done is not None and done.outcome == "passed", run_in_words(done)))
    worse = int(done.figures.get("worse", 0)) if done else 0
    said = "No example got worse." if done else "Run the examples first."
    if worse:
        said = f"It cannot go live: {worse} example{'s' if worse > 1 else ''} got worse."
    found.append(Check("Nothing got worse", done is not None and not worse, said))
    room = prompt.fixed_tokens <= prompt.token_budget
    found.append(Check("It fits", room, f"{prompt.fixed_tokens:,} fixed tokens of {prompt.token_budget:,} allowed."))
    return found


# --- release -------------------------------------------------------------------------------------------------------


async def release_draft(life: Life, by: str, draft_id: str, where: Where, note: str = "") -> str:
    """Make an approved draft live for everyone, a plan, a business or a share; returns the release's id.

    Raises Refused when it is not approved, and NotPassed when the database knows no passed verdict on its content.
    """
    draft = await life.draft(draft_id)
    if draft.state not in ("approved", "released") or draft.content_hash is None:
        raise Refused(409, "This draft is not approved", "Somebody other than its author has to approve it first.")
    newest = next(iter(await life.releases.verdicts(draft.content_hash)), None)
    if newest is None or newest.outcome != "passed":
        raise NotPassed("The newest run on this version has not passed. Run its examples, and see what got worse.")
    release_id = await release_version(life, by, newest, where, note)
    if draft.state == "approved":
        await life.drafts.move(
            draft, "released", ("released", note or where.words), by, version=draft.version,
            content_hash=draft.content_hash,
        )  # fmt: skip
    return release_id


async def release_version(life: Life, by: str, verdict: Verdict, where: Where, note: str = "") -> str:
    """Make a proven version live for a target; a share begins a canary that is watched. Raises NotPassed."""
    baseline = life.live(verdict.feature)
    if where.label == CANARY:
        await end_canary(life, by, verdict.feature, "another share was chosen", quietly=True)
    release_id = await life.releases.release(verdict, released_by=by, note=note, label=where.label, target=where.target)
    if where.label == CANARY:
        hashes = (verdict.content_hash, baseline.content_hash if baseline else "")
        await life.canaries.start(verdict.feature, hashes, where.target, by)
    if where.target == EVERYONE:
        await end_canary(life, by, verdict.feature, "the version is live for everyone", quietly=True)
    data = {"released_by": by, "feature": verdict.feature, "version": verdict.version}
    await life.events.tell(THE_SERVICE, Event("prompt.shipped", release_id, data))
    return release_id


async def plan_release(life: Life, by: Person, draft_id: str, where: Where, note: str, due_at: int) -> str:
    """Release an approved draft at `due_at` (microseconds); the same checks are made again then. Raises Refused."""
    draft = await life.draft(draft_id)
    if draft.state not in ("approved", "released"):
        raise Refused(409, "This draft is not approved", "Somebody other than its author has to approve it first.")

    def job(plan_id: str) -> Script[object]:
        wanted = NewJob("prompt_release", {"plan": plan_id}, dedupe_key=plan_id, run_at=due_at)
        return life.jobs.enqueue(THE_SERVICE, wanted)

    plan_id = await life.canaries.plan(draft.id, (where.label, where.target), note, by.email, due_at, job)
    life.jobs.nudge()
    return plan_id


async def release(releases: Releases, verdict: Verdict, *, released_by: str, note: str = "") -> str:
    """Make a proven version of the repository live for everyone and return the release's id. Raises NotPassed."""
    return await releases.release(verdict, released_by=released_by, note=note)


# --- roll back -----------------------------------------------------------------------------------------------------


async def roll_back(life: Life, by: str, feature: str, note: str = "") -> str:
    """Make the version live again that was live before, and end any trial; returns its hash. Raises NotFound."""
    content_hash = await life.releases.roll_back(feature, released_by=by, note=note)
    await end_canary(life, by, feature, "rolled back", quietly=True)
    data = {"released_by": by, "feature": feature, "version": life.number(content_hash)}
    await life.events.tell(THE_SERVICE, Event("prompt.rolled_back", f"{feature}:{life.clock.now()}", data))
    return content_hash


async def end_target(life: Life, by: str, feature: str, where: Where, note: str = "") -> None:
    """Let a plan or a business get what everybody gets again. Raises NotFound."""
    await life.releases.end(feature, label=where.label, target=where.target, ended_by=by, note=note)


async def end_canary(
    life: Life, by: str, feature: str, said: str, *, halted: bool = False, quietly: bool = False
) -> None:
    """Take a share's version away: those businesses get the last proven version again. Raises NotFound."""
    shares = [target for label, target, _ in await life.releases.standing(feature) if label == CANARY]
    if not shares and not quietly:
        raise NotFound("No share of the businesses has a version of its own.")
    for target in shares:
        await life.releases.end(feature, label=CANARY, target=target, ended_by=by, note=said)
    for canary in await life.canaries.watched():
        if canary.feature == feature:
            await life.canaries.end(canary, "halted" if halted else "ended", said, by)


# --- the repository ------------------------------------------------------------------------------------------------


async def sync(catalog: Catalog, verdicts_dir: Path, releases: Releases) -> Synced:
    """Bring the database in line with the repository's prompt files and committed verdicts.

    Raises VersionChanged when a version that was imported before has other contents now, and VerdictUnreadable.
    """
    imported = await releases.import_versions([_imported(prompt) for prompt in catalog.prompts.values()])
    verdicts = [v for v in read_verdicts(verdicts_dir) if v.content_hash in catalog.by_hash]
    await releases.record_verdicts(verdicts, REPOSITORY)
    released, unproven = [], []
    for feature in catalog.features:
        newest = max(catalog.versions(feature), key=lambda prompt: prompt.version, default=None)
        if newest is None:
            unproven.append(f"{feature} has no version yet; the rules answer.")
            continue
        verdict = passed_verdict(newest, verdicts)
        if verdict is None:
            unproven.append(why_unproven(newest))
        elif await _may_move(releases, catalog, newest):
            await release(releases, verdict, released_by=REPOSITORY, note="newest proven version of the repository")
            released.append(newest.label)
    return Synced(imported, released, unproven)


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


async def _may_move(releases: Releases, catalog: Catalog, newest: PromptVersion) -> bool:
    """Deploying the repository moves a label forwards only where nobody has moved it by hand since."""
    state = await releases.state(newest.feature)
    if state is None:
        return True
    if state.content_hash == newest.content_hash:
        return False
    live = catalog.by_hash.get(state.content_hash)
    return state.released_by == REPOSITORY and (live is None or live.version < newest.version)


def _imported(prompt: PromptVersion) -> ImportedVersion:
    return ImportedVersion(prompt.feature, prompt.version, prompt.content_hash, canonical(prompt.document))
