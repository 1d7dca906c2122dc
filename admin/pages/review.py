"""Review of a draft: what changed in words and word by word, what must hold, what was said, and the decision."""

from datetime import UTC, datetime

import msgspec
from litestar.handlers import HTTPRouteHandler

from admin import lifecycle, proof
from admin.comparing import in_words, messages
from admin.pages.prompt import where_of, words_of
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.office import Office
from admin.web.rendering import moment
from admin.wording import parsed
from gateway.domain.drafts import IN_WORDS
from gateway.errors import FieldError, ValidationFailed

MOST_TEXT = 4000
MOST_CHOICES = 200
"""Above this many businesses one is named rather than chosen from a list."""


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the review page and its decisions."""
    return [
        *view(office, "/drafts/{draft:str}/review", "review.html", load),
        *action(office, "/drafts/{draft:str}/comment", comment, role="editor"),
        *action(office, "/drafts/{draft:str}/approve", approve, role="reviewer"),
        *action(office, "/drafts/{draft:str}/changes", changes, role="reviewer"),
        *action(office, "/drafts/{draft:str}/release", release, role="releaser"),
        *action(office, "/drafts/{draft:str}/plans/{plan:str}/cancel", cancel, role="releaser"),
    ]


async def load(visit: Visit) -> Context:
    """Return the draft against what is live now."""
    office, life = visit.office, visit.office.life
    draft = await life.draft(visit.path["draft"])
    feature = life.feature(draft.feature)
    found = parsed(draft.body, feature, life.catalog, life.policy)
    live = life.live(draft.feature)
    kept = await life.releases.body(draft.base_hash) if draft.state == "released" else None
    base = msgspec.json.decode(kept) if kept else (live.document if live else {})
    before = live.version if live else None
    if kept:
        versions = await life.releases.versions(draft.feature)
        before = next((line.version for line in versions if line.content_hash == draft.base_hash), None)
    runs = await life.runs.of_draft(draft.id)
    snapshot = office.site.snapshots.current
    checks = await proof.checks(life, draft)
    own = visit.who.email in (draft.author, draft.edited_by)
    shops = sorted(((b.name, b.id) for b in snapshot.businesses.values()), key=lambda each: each[0].lower())
    return {
        "draft": draft, "state": IN_WORDS[draft.state], "feature": {"name": feature.name, "title": feature.title},
        "told": in_words(base, found.data or {}), "live": before,
        "messages": [row for row in messages(base, found.data or {}) if row.changed], "checks": checks,
        "ready": all(check.good for check in checks), "proven": proof.proven(draft, checks), "own": own,
        "notes": await life.drafts.notes(draft.id),
        "now": office.now(), "run": runs[0] if runs else None, "plans": sorted(office.site.kit.policy.plans),
        "businesses": shops if len(shops) <= MOST_CHOICES else [],
        "planned": [
            (plan, words_of(office, plan.target)) for plan in await life.canaries.plans(draft.id)
        ],
        "standing": [words_of(office, target) for label, target, content
                     in await life.releases.standing(draft.feature) if content == draft.content_hash],
    }  # fmt: skip


async def comment(visit: Visit) -> Done:
    """Say something."""
    draft = await visit.office.life.draft(visit.path["draft"])
    text = visit.text("text")[:MOST_TEXT]
    if not text:
        raise ValidationFailed("Write something first.", [FieldError("/text", "is needed")])
    await visit.office.life.drafts.comment(draft, text, visit.who.email)
    return Done("Your comment was added.", _here(visit))


async def approve(visit: Visit) -> Done:
    """Approve."""
    await lifecycle.approve(visit.office.life, visit.who, visit.path["draft"], visit.text("text")[:MOST_TEXT])
    return Done("Approved. It can be released now.", _here(visit))


async def changes(visit: Visit) -> Done:
    """Ask for changes."""
    await lifecycle.ask_for_changes(visit.office.life, visit.who, visit.path["draft"], visit.text("text")[:MOST_TEXT])
    return Done("The draft went back to its author.", _here(visit))


async def release(visit: Visit) -> Done:
    """Make it live now or later, for everyone, a plan, a business or a share."""
    life, draft_id = visit.office.life, visit.path["draft"]
    where = where_of(visit.office, "", _target(visit))
    note = visit.text("note")[:500]
    if due := _due(visit):
        await lifecycle.plan_release(life, visit.who, draft_id, where, note, due)
        whom = words_of(visit.office, where.target)
        said = f"Planned: it goes live for {whom} on {moment(due)}, if every check still holds then."
        return Done(said, _here(visit))
    release_id = await lifecycle.release_draft(life, visit.who.email, draft_id, where, note)
    draft = await life.draft(draft_id)
    said = f"Version {draft.version} is live for {words_of(visit.office, where.target)}."
    return Done(said, f"/admin/prompts/{draft.feature}", {"release": release_id, "version": draft.version})


async def cancel(visit: Visit) -> Done:
    """Take a planned release back."""
    await lifecycle.cancel_plan(visit.office.life, visit.who, visit.path["draft"], visit.path["plan"])
    return Done("The planned release was taken back.", _here(visit))


def _target(visit: Visit) -> str:
    kind = visit.text("for", "everyone")
    if target := visit.text("target"):
        return target
    known = {
        "everyone": "*", "plan": f"plan:{visit.text('plan')}", "business": f"business:{visit.text('business')}",
        "share": f"share:{visit.text('share')}",
    }  # fmt: skip
    return known.get(kind, "")


def _due(visit: Visit) -> int | None:
    given = visit.text("at")
    if not given:
        return None
    try:
        at = datetime.fromisoformat(given).replace(tzinfo=UTC)
    except ValueError:
        raise ValidationFailed("Write the time as 2026-11-30T08:00.", [FieldError("/at", "is no time")]) from None
    due = int(at.timestamp()) * 1_000_000
    if due <= visit.office.now():
        raise ValidationFailed("This time is over. Choose a later one, or release now.", [FieldError("/at", "is over")])
    return due


def _here(visit: Visit) -> str:
    return f"/admin/drafts/{visit.path['draft']}/review"
