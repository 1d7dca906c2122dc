"""A prompt's life, top to bottom: draft → preview → evaluate → approve → release → roll back.

The only code that writes prompt state. Versions come from the repository's files (`sync`) or from drafts that people
write in the admin. Either goes live only with a passed verdict on its exact content; the database refuses anything
else, and this file says in words what is missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from admin.access import Refused
from admin.life import NOT_IN_REVIEW, Life, Where
from admin.proof import checks, passed_verdict, proof_of, why_unproven
from admin.wording import MAX_BODY, numbered, parsed, text_of, thawed
from gateway.domain.drafts import Draft, DraftState, NoteKind
from gateway.domain.events import Event
from gateway.domain.jobs import NewJob
from gateway.domain.staff import Person
from gateway.domain.verdict import Verdict, read_verdicts
from gateway.errors import FieldError, NotFound, ValidationFailed
from gateway.library.catalog import Catalog, PromptVersion
from gateway.library.policy_types import OFFLINE
from gateway.store.admin_access import THE_SERVICE
from gateway.store.audit import canonical
from gateway.store.canaries import Canary
from gateway.store.database import Script
from gateway.store.drafts import Conflict
from gateway.store.eval_runs import EvalRun, RunKind
from gateway.store.releases import (
    CANARY,
    EVERYONE,
    PRODUCTION,
    ImportedVersion,
    Moved,
    NotPassed,
    Releases,
    VersionChanged,
)  # fmt: skip

REPOSITORY = "repository"
WATCH = "canary watch"
TRIES = 5
CHANGED = ("Somebody changed this draft meanwhile", "Reload the page and look at what it says now.")


def _nothing() -> Script[None]:
    """Write nothing more."""
    yield from ()


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


async def set_aside(life: Life, by: Person, draft_id: str, *, again: bool = False) -> None:
    """Close a draft, of which nothing is lost, or open it `again`. Raises Refused."""
    draft = await life.draft(draft_id)
    if draft.state != "closed" if again else not draft.open:
        raise Refused(409, "This draft is elsewhere by now", "Reload the page to see where it is.")
    await _decided(life, by, draft, *(("draft", ("comment", "Taken up again.")) if again else
                                      ("closed", ("comment", "Set aside."))))  # fmt: skip


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
    if await _known(life, draft, prompt.content_hash):
        said = "This is word for word a version that exists already. Change something before you ask for review."
        raise Refused(409, "Nothing was changed", said)
    for _ in range(TRIES):
        number = await life.drafts.number_for(draft.feature, prompt.content_hash)
        whole = parsed(numbered(draft.body, number), life.feature(draft.feature), life.catalog, life.policy).prompt
        assert whole and whole.content_hash == prompt.content_hash, "a version's number is no part of its content"
        proof = proof_of(whole, await life.runs.of_draft(draft.id))
        try:
            await life.releases.carry_out(partial(_entered, life, by, draft, whole, proof, text))
        except VersionChanged:  # another draft of this prompt got the number meanwhile
            continue
        except Conflict:
            raise Refused(409, *CHANGED) from None
        return number
    raise Refused(409, "Others ask for review of this prompt right now", "Try again.")


async def _known(life: Life, draft: Draft, content_hash: str) -> bool:
    """Tell whether a content is a version already; what this draft itself left behind, unreleased, is not one."""
    holder = await life.drafts.by_hash(content_hash)
    if holder is not None:
        return holder.id != draft.id
    lines = await life.releases.versions(draft.feature)
    return content_hash == draft.base_hash or any(line.released for line in lines if line.content_hash == content_hash)


def _entered(
    life: Life, by: Person, draft: Draft, whole: PromptVersion, proof: tuple[Verdict, str] | None, text: str
) -> Script[None]:
    """One transaction: the version, its verdict, the draft's new state and the audit line."""
    yield from life.releases.importing([_imported(whole)])
    if proof:
        yield from life.releases.recording([proof[0]], proof[1])
    content, number = whole.content_hash, whole.version
    yield from life.drafts.moving(
        draft, "in_review", ("asked", text), by.email, version=number, content_hash=content
    )  # fmt: skip


async def record_run(life: Life, prompt: PromptVersion, run: EvalRun) -> None:
    """Keep as a verdict what a finished run found about exactly this content."""
    if proof := proof_of(prompt, [run]):
        await life.releases.record_verdicts([proof[0]], proof[1])


async def approve(life: Life, by: Person, draft_id: str, text: str = "") -> None:
    """Approve a draft of somebody else whose every check holds. Raises Refused."""
    draft = await life.draft(draft_id)
    if draft.state != "in_review":
        raise Refused(409, *NOT_IN_REVIEW[draft.state])
    if by.email in (draft.author, draft.edited_by):
        raise Refused(403, "Nobody approves their own draft", "Ask somebody with the role reviewer to look at it.")
    if blocked := [check.said for check in await checks(life, draft) if not check.good]:
        raise Refused(409, "This draft cannot be approved yet", " ".join(blocked))
    await _decided(life, by, draft, "approved", ("approved", text))


async def ask_for_changes(life: Life, by: Person, draft_id: str, text: str) -> None:
    """Send a draft back to its author with what to change. Raises Refused and ValidationFailed."""
    draft = await life.draft(draft_id)
    if draft.state not in ("in_review", "approved"):
        raise Refused(409, "This draft is not in review", "There is nothing to send back.")
    if not text:
        raise ValidationFailed("Say what to change.", [FieldError("/text", "is needed")])
    await _decided(life, by, draft, "draft", ("changes", text))


async def _decided(life: Life, by: Person, draft: Draft, state: DraftState, note: tuple[NoteKind, str]) -> None:
    kept = (draft.version, draft.content_hash) if state == "approved" else (None, None)
    try:
        await life.drafts.move(draft, state, note, by.email, version=kept[0], content_hash=kept[1])
    except Conflict:
        raise Refused(409, *CHANGED) from None


# --- release -------------------------------------------------------------------------------------------------------


async def release_draft(life: Life, by: str, draft_id: str, where: Where, note: str = "", plan_id: str = "") -> str:
    """Make an approved draft live for everyone, a plan, a business or a share; returns the release's id.

    `plan_id` is the planned release that this carries out. Raises Refused when the draft is not approved or is live
    there already, and NotPassed when the database knows no passed verdict on its content.
    """
    draft = await life.draft(draft_id)
    if draft.state not in ("approved", "released") or draft.content_hash is None:
        raise Refused(409, "This draft is not approved", "Somebody other than its author has to approve it first.")
    newest = next(iter(await life.releases.verdicts(draft.content_hash)), None)
    if newest is None or newest.outcome != "passed":
        raise NotPassed("The newest run on this version has not passed. Run its examples, and see what got worse.")
    if (where.label, where.target, draft.content_hash) in await life.releases.standing(draft.feature):
        raise Refused(409, f"It is live for {where.words} already", "There is nothing left to do.")

    def along() -> Script[None]:
        if plan_id and not (yield from life.canaries.carried_out(plan_id)):
            raise Refused(409, "This planned release is over", "It was made or taken back meanwhile.")
        if draft.state == "approved":
            yield from life.drafts.moving(
                draft, "released", ("released", note or where.words), by, version=draft.version,
                content_hash=draft.content_hash,
            )  # fmt: skip

    return await release_version(life, by, newest, where, note, along)


async def release_version(
    life: Life, by: str, verdict: Verdict, where: Where, note: str = "", along: Callable[[], Script[None]] = _nothing
) -> str:
    """Make a proven version live for a target, with its watch, its event and what goes `along`, all or nothing.

    A share begins a canary that is watched; the release for everyone ends one. Raises NotPassed and Refused.
    """
    feature, baseline = verdict.feature, life.live(verdict.feature)
    hashes = (verdict.content_hash, baseline.content_hash if baseline else "")

    def shipped() -> Script[str]:
        if where.label == CANARY:
            yield from _ended(life, by, feature, "another share was chosen")
        release_id = yield from life.releases.moving(verdict, (where.label, where.target), by, note)
        if where.label == CANARY:
            yield from life.canaries.start(feature, hashes, where.target, by)
        if where.target == EVERYONE:
            yield from _ended(life, by, feature, "the version is live for everyone")
        yield from along()
        data = {"released_by": by, "feature": feature, "version": verdict.version}
        yield from life.events.emit(THE_SERVICE, Event("prompt.shipped", release_id, data))
        return release_id

    try:
        return await life.releases.carry_out(shipped)
    except Conflict:
        raise Refused(409, *CHANGED) from None


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


async def cancel_plan(life: Life, by: Person, draft_id: str, plan_id: str) -> None:
    """Take a planned release back, with its audit line. Raises NotFound, and Refused when it was made or is over."""
    plan = await life.canaries.planned(plan_id)
    if plan is None or plan.draft_id != draft_id:
        raise NotFound("There is no such planned release.")
    if not await life.canaries.cancel_plan(plan, by.email):
        raise Refused(409, "This planned release is over", "It was made or taken back meanwhile.")


async def release(releases: Releases, verdict: Verdict, *, released_by: str, note: str = "") -> str:
    """Make a proven version of the repository live for everyone and return the release's id. Raises NotPassed."""
    return await releases.release(verdict, released_by=released_by, note=note)


# --- roll back -----------------------------------------------------------------------------------------------------


async def roll_back(life: Life, by: str, feature: str, note: str = "", known: str = "") -> str:
    """Make the version live again that was live before, and end any trial; returns its hash. Raises NotFound.

    `known` is the hash of what the person saw live: Refused when it is another by now, so a form that is sent twice
    rolls back once.
    """
    when = f"{feature}:{life.clock.now()}"

    def back() -> Script[str]:
        content_hash = yield from life.releases.moving_back((feature, PRODUCTION, EVERYONE), by, note, known)
        yield from _ended(life, by, feature, "rolled back")
        data = {"released_by": by, "feature": feature, "version": life.number(content_hash)}
        yield from life.events.emit(THE_SERVICE, Event("prompt.rolled_back", when, data))
        return content_hash

    try:
        return await life.releases.carry_out(back)
    except Moved:
        raise Refused(
            409, "Another version is live by now", "Open the prompt's page to see which, and since when."
        ) from None


async def end_target(life: Life, by: str, feature: str, where: Where, note: str = "") -> None:
    """Let a plan or a business get what everybody gets again. Raises NotFound."""
    await life.releases.end(feature, label=where.label, target=where.target, ended_by=by, note=note)


async def end_canary(life: Life, by: str, feature: str, said: str) -> None:
    """Take a share's version away: those businesses get the last proven version again. Raises NotFound."""
    if not await life.releases.carry_out(partial(_ended, life, by, feature, said)):
        raise NotFound("No share of the businesses has a version of its own.")


async def halt_canary(life: Life, canary: Canary, said: str) -> None:
    """Take a version away from its share because it does worse, and tell of it; nothing where it was ended before."""

    def halted() -> Script[None]:
        closed = yield from life.canaries.closing(canary.feature, "halted", said, WATCH)
        yield from life.releases.ending_shares(canary.feature, WATCH, said)
        if canary.id in closed:
            back = life.number(canary.baseline_hash)
            data = {"released_by": WATCH, "feature": canary.feature, "version": back}
            yield from life.events.emit(THE_SERVICE, Event("prompt.rolled_back", f"canary:{canary.id}", data))

    await life.releases.carry_out(halted)


def _ended(life: Life, by: str, feature: str, said: str) -> Script[int]:
    shares = yield from life.releases.ending_shares(feature, by, said)
    yield from life.canaries.closing(feature, "ended", said, by)
    return shares


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
