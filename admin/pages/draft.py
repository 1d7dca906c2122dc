"""The editor of a draft: a form, a table of fields or YAML; saved while one types, with a preview on a chosen case."""

from dataclasses import dataclass
from typing import Any

from litestar.handlers import HTTPRouteHandler

from admin import lifecycle, proof
from admin.access import Refused
from admin.asking import refuse_unless_askable
from admin.bench import Side, answered, suite_of
from admin.comparing import word_diff
from admin.pages.requests import REASONS
from admin.web.faces import Context, Done, Visit, action, view
from admin.web.money import Cost, cost
from admin.web.office import Office
from admin.wording import MAX_BODY, fields_of, parsed, plain, thawed, variables_of, with_form, with_limits
from evals.suite import Case
from gateway.domain.drafts import IN_WORDS, Draft, sent_back
from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import PromptVersion
from gateway.library.policy_types import OFFLINE
from gateway.store.drafts import Conflict
from gateway.store.examples import Examples

TABS = ("write", "fields", "yaml")
LIMIT = 3 * MAX_BODY + 4096
MOST_TOKENS = 2000
"""What a prompt and its answer should take together."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the draft answers to a case now, and what a call takes; `problems` instead where it cannot be read."""

    number: int
    case: str
    side: Side | None
    chips: list[tuple[str, str]]
    tokens: int
    share: int
    cost: Cost | None
    month: Cost | None
    answer: list[tuple[str, str]]
    instead: str


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the editor with its preview, and saving."""
    return [
        *view(office, "/drafts/{draft:str}", "draft.html", load),
        *view(office, "/drafts/{draft:str}/preview", "preview.html", load_preview),
        *action(office, "/drafts/{draft:str}/save", save, role="editor", limit=LIMIT),
        *action(office, "/drafts/{draft:str}/review", ask, role="editor"),
        *action(office, "/drafts/{draft:str}/run", run, role="editor"),
        *action(office, "/drafts/{draft:str}/replay", replay, role="editor"),
        *action(office, "/drafts/{draft:str}/close", close, role="editor"),
        *action(office, "/drafts/{draft:str}/reopen", reopen, role="editor"),
    ]


async def load(visit: Visit) -> Context:
    """Return a draft with the tab that is open, its problems and its cases."""
    life = visit.office.life
    draft = await life.draft(visit.path["draft"])
    feature = life.feature(draft.feature)
    found = parsed(draft.body, feature, life.catalog, life.policy)
    tab = visit.query("tab", "write") if visit.query("tab", "write") in TABS else "write"
    data = found.data or {}
    live = life.live(draft.feature)
    return {
        "draft": draft,
        "state": IN_WORDS[draft.state],
        "feature": {"name": feature.name, "title": feature.title, "route": feature.route},
        "tab": tab if found.data is not None else "yaml",
        "readable": found.data is not None,
        "problems": found.problems,
        "messages": [_message(each) for each in data.get("messages") or [] if isinstance(each, dict)],
        "params": thawed(data.get("params") or {}),
        "description": str(data.get("description") or ""),
        "route": str(data.get("route") or feature.route),
        "routes": sorted(life.policy.routes),
        "token_budget": data.get("token_budget") or "",
        "variables": variables_of(feature),
        "inputs": [row for row in fields_of(thawed(feature.input.raw)) if row["pointer"] not in ("/records", "/as_of")],
        "outputs": fields_of(thawed(data.get("output") or {})) if isinstance(data.get("output"), dict) else [],
        "cases": [(case.index, case.description) for case in await _cases(visit, draft.feature)][:300],
        "case": visit.number("case", 0) if visit.query("case") else 0,
        "live": live.version if live else None,
        "proven": proof.proven(draft, await proof.checks(life, draft)),
        "with_editor": tab == "yaml" or found.data is None,
        "offline": visit.office.site.kit.offline,
        "sent_back": sent_back(draft, await life.drafts.notes(draft.id)),
    }


async def close(visit: Visit) -> Done:
    """Set the draft aside."""
    life, draft_id = visit.office.life, visit.path["draft"]
    await lifecycle.set_aside(life, visit.who, draft_id)
    draft = await life.draft(draft_id)
    return Done(f"“{draft.title}” was set aside. It can be taken up again here.", f"/admin/drafts/{draft_id}")


async def reopen(visit: Visit) -> Done:
    """Take the draft up again."""
    await lifecycle.set_aside(visit.office.life, visit.who, visit.path["draft"], again=True)
    return Done("The draft is open again.", f"/admin/drafts/{visit.path['draft']}")


async def load_preview(visit: Visit) -> Context:
    """Return what the draft answers to a case now."""
    life = visit.office.life
    draft = await life.draft(visit.path["draft"])
    found = parsed(draft.body, life.feature(draft.feature), life.catalog, life.policy)
    preview = None
    if found.prompt is not None and (cases := await _cases(visit, draft.feature)):
        number = visit.query("case", "0")
        chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
        preview = await _preview(visit.office, found.prompt, cases[min(chosen, len(cases) - 1)], draft)
    return {
        "draft": draft,
        "problems": found.problems,
        "preview": preview,
        "most": MOST_TOKENS,
        "offline": visit.office.site.kit.offline,
    }


async def save(visit: Visit) -> Done:
    """Save the form, the limits or the YAML over the edit that they began with."""
    life = visit.office.life
    draft = await life.draft(visit.path["draft"])
    edit = visit.text("edit")
    if not edit.isdigit():
        raise ValidationFailed("The form is out of date. Reload the page.", [FieldError("/edit", "is needed")])
    try:
        body = _body(draft, visit)
        number = await lifecycle.save_draft(life, visit.who, draft.id, int(edit), body, visit.text("title")[:120])
    except Conflict:
        raise _conflict(visit, await life.draft(draft.id)) from None
    found = parsed(body, life.feature(draft.feature), life.catalog, life.policy)
    tab = visit.text("tab") if visit.text("tab") in TABS else "write"
    problems = [{"line": p.line, "message": p.message, "fix": p.fix} for p in found.problems]
    data = {"edit": number, "saved_at": visit.office.now(), "problems": problems, "conflict": False}
    return Done("Saved.", f"/admin/drafts/{draft.id}?tab={tab}", data)


async def ask(visit: Visit) -> Done:
    """Ask for review."""
    draft_id, text = visit.path["draft"], visit.text("text")[:2000]
    number = await lifecycle.ask_for_review(visit.office.life, visit.who, draft_id, text)
    to = f"/admin/drafts/{draft_id}/review"
    return Done(f"Version {number} is in review. Somebody else has to approve it.", to, {"version": number})


async def run(visit: Visit) -> Done:
    """Run the examples on the draft as it is now."""
    run_id = await lifecycle.start_run(
        visit.office.life, visit.who, visit.path["draft"], "examples", await _answering(visit)
    )
    return Done("", f"/admin/evals/{run_id}", {"run": run_id})


async def replay(visit: Visit) -> Done:
    """Ask kept requests again with the draft as it is now."""
    run_id = await lifecycle.start_run(
        visit.office.life, visit.who, visit.path["draft"], "replay", await _answering(visit)
    )
    return Done("", f"/admin/evals/{run_id}", {"run": run_id})


async def _answering(visit: Visit) -> str:
    """Return who is to answer in a run: the offline rules, or a model that may be asked. Raises Refused."""
    model = visit.text("model", OFFLINE) or OFFLINE
    if model != OFFLINE:
        prompt = visit.office.life.readable(await visit.office.life.draft(visit.path["draft"]))
        refuse_unless_askable(visit.office.site.kit, prompt, model, visit.office.today())
    return model


def _body(draft: Draft, visit: Visit) -> str:
    tab = visit.text("tab")
    if tab == "yaml":
        if "body" not in visit.fields:
            raise ValidationFailed("There is no text.", [FieldError("/body", "is needed")])
        return visit.fields["body"].replace("\r\n", "\n")
    if tab == "fields":
        return with_limits(draft.body, visit.fields)
    return with_form(draft.body, {**visit.fields, **_told(draft, visit)})


def _told(draft: Draft, visit: Visit) -> dict[str, str]:
    """Return what the version says of itself: its title, unless somebody wrote more than that."""
    fields, kept = visit.fields, str((plain(draft.body) or {}).get("description") or "")
    if fields.get("description", "") != fields.get("description-before"):
        return {}
    return {"description": visit.text("title")[:120] or kept if kept == draft.title else kept}


def _conflict(visit: Visit, theirs: Draft) -> Refused:
    """Nothing is lost: say who saved, and keep what this person typed in the answer."""
    mine = visit.fields.get("body") or _mine(theirs, visit)
    data: dict[str, Any] = {
        "conflict": True, "edit": theirs.edit, "by": theirs.edited_by, "theirs": theirs.body, "mine": mine,
        "difference": [{"kind": piece.kind, "text": piece.text} for piece in word_diff(theirs.body, mine)],
    }  # fmt: skip
    return Refused(
        409, f"{theirs.edited_by} saved this draft meanwhile",
        "Nothing was overwritten. Copy what you typed, reload the page to see theirs, and put yours in again.",
        data=data,
    )  # fmt: skip


def _mine(theirs: Draft, visit: Visit) -> str:
    try:
        return _body(theirs, visit)
    except ValidationFailed:
        return ""


async def _cases(visit: Visit, feature: str) -> list[Case]:
    added = await Examples(visit.office.site.database, visit.office.life.clock).of(feature)
    suite = suite_of(feature, added)
    return list(suite.cases) if suite else []


async def _preview(office: Office, prompt: PromptVersion, case: Case, draft: Draft) -> Preview:
    side = await answered(await office.bench.workbench(), case, prompt, office.life.policy)
    tokens = side.input_tokens + side.output_tokens
    rate = office.rate(office.today())
    volumes = await office.life.canaries.volumes(draft.feature)
    calls = sum(volume.calls for volume in volumes.values())
    return Preview(
        number=case.index,
        case=case.description,
        side=side,
        chips=sorted(side.masked.items()),
        tokens=tokens,
        share=min(100, round(100 * tokens / MOST_TOKENS)),
        cost=cost(side.cost, rate),
        month=cost(side.cost * calls, rate) if calls else None,
        answer=texts_of(side.body),
        instead=REASONS.get(side.degraded, side.degraded),
    )


def texts_of(body: Any, at: str = "") -> list[tuple[str, str]]:
    """Return an answer's leaves as rows (name in words, text) for people."""
    if isinstance(body, dict):
        return [row for key, value in body.items() for row in texts_of(value, f"{at} › {key}" if at else key)]
    if isinstance(body, list):
        if all(isinstance(each, str | int | float) for each in body):
            return [(at.replace("_", " "), "\n".join(f"• {_said(each)}" for each in body))] if body else []
        return [row for n, value in enumerate(body[:10], 1) for row in texts_of(value, f"{at} {n}")]
    if body is None:
        return []
    return [(at.replace("_", " "), _said(body))]


def _said(leaf: Any) -> str:
    if isinstance(leaf, bool):
        return "yes" if leaf else "no"
    # Four digits may be a year; longer numbers are amounts and counts, which are hard to read in one piece.
    return f"{leaf:,}" if isinstance(leaf, int | float) and abs(leaf) >= 10_000 else str(leaf)


def _message(message: dict[str, Any]) -> dict[str, str]:
    role = str(message.get("role", ""))
    title = "What the model is told first" if role == "system" else "What is sent with each request"
    return {"role": role, "title": title, "content": str(message.get("content", ""))}
