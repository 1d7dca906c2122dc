"""One run: how far it is, what it found, and the matrix of its cases with draft and live side by side."""

import json
from collections.abc import Mapping
from typing import Any, cast

from litestar.handlers import HTTPRouteHandler

from admin import lifecycle, proof
from admin.access import Refused
from admin.comparing import word_diff
from admin.pages.draft import texts_of
from admin.pages.requests import REASONS
from admin.replaying import in_words, margins
from admin.web.faces import Context, Done, Visit, action, found, view
from admin.web.money import cost
from admin.web.office import Office
from gateway.store.eval_runs import EvalRun, Show

PER_PAGE = 50
FILTERS: tuple[tuple[Show, str], ...] = (
    ("all", "All"), ("failed", "Failed"), ("changed", "Changed"), ("worse", "Worse"),
)  # fmt: skip


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the run's page, one case of it, and what can be done with it."""
    return [
        *view(office, "/evals/{run:str}", "eval_run.html", load),
        *view(office, "/evals/{run:str}/cases/{number:str}", "eval_case.html", load_case),
        *action(office, "/evals/{run:str}/cancel", cancel, role="editor"),
        *action(office, "/evals/{run:str}/resume", resume, role="editor"),
    ]


async def load(visit: Visit) -> Context:
    """Return a run with one page of its matrix."""
    office, life = visit.office, visit.office.life
    run = found(await life.runs.get(visit.path["run"]), "run")
    show = cast(Show, visit.query("show")) if visit.query("show") in dict(FILTERS) else "all"
    number = visit.number("page")
    cases, count = await life.runs.page(run.id, show, PER_PAGE, (number - 1) * PER_PAGE)
    draft = await life.drafts.get(run.draft_id) if run.draft_id else None
    return {
        "run": run,
        "title": life.feature(run.feature).title,
        "draft": {
            "id": draft.id,
            "title": draft.title,
            "state": draft.state,
            "stale": draft.body != run.body,
            "proven": proof.proven(draft, await proof.checks(life, draft)),
        }
        if draft
        else None,
        "running": run.state in ("queued", "running"),
        "left_s": run.left_s(office.now()),
        "left": _left(run.left_s(office.now())),
        "percent": round(100 * run.done / run.total) if run.total else 0,
        "show": show,
        "filters": [(name, title, (await life.runs.page(run.id, name, 1, 0))[1]) for name, title in FILTERS],
        "cases": cases,
        "number": number,
        "last": max(1, -(-count // PER_PAGE)),
        "figures": _figures(office, run),
        "flips": in_words(run.figures) if run.figures else [],
        "margins": await _margins(office, run),
    }


def _left(seconds: int | None) -> str:
    if seconds is None:
        return "a moment, please"
    return f"about {seconds} seconds left" if seconds < 90 else f"about {round(seconds / 60)} minutes left"


async def load_case(visit: Visit) -> Context:
    """Return one case with both answers and every check."""
    life, number = visit.office.life, visit.path["number"]
    run = found(await life.runs.get(visit.path["run"]), "run")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else -1
    case = found(await life.runs.case(run.id, at), "case")
    show = cast(Show, visit.query("show")) if visit.query("show") in dict(FILTERS) else "all"
    before, after = await life.runs.beside(run.id, show, at)
    live, draft = case.detail.get("live"), case.detail["draft"]
    told = live and "text" in draft and live["text"] != draft["text"]
    difference = word_diff(_flat(live["text"]), _flat(draft["text"])) if told else []
    return {
        "run": run, "case": case, "title": life.feature(run.feature).title, "difference": difference,
        "sides": [
            (name, {**side, "answer": _answer(side.get("text", "")), "by": _by(side)})
            for name, side in (("Draft", draft), ("Live", live))
            if side
        ],
        "request": case.detail.get("request", {}), "flips": case.detail.get("flips", []),
        "show": show, "filter": dict(FILTERS)[show].lower(), "before": before, "after": after,
    }  # fmt: skip


def _by(side: Mapping[str, Any]) -> str:
    """Say who answered, and why it was not the one who was asked."""
    source, why = str(side.get("source", "")), str(side.get("degraded", ""))
    if source == "rules":
        return f"the rules answered instead: {REASONS.get(why, why)}" if why else "the rules answered instead"
    known = {"offline": "answered by the offline rules", "model": "answered by the model", "refused": "refused",
             "cache": "a kept answer", "error": "no answer"}  # fmt: skip
    return known.get(source, source)


def _answer(text: str) -> list[tuple[str, str]]:
    """Return an answer's fields in words; none where it is no JSON."""
    try:
        return texts_of(json.loads(text)) if text else []
    except ValueError:
        return []


def _flat(text: str) -> str:
    return "\n".join(f"{name}: {words}" for name, words in _answer(text)) or text


async def cancel(visit: Visit) -> Done:
    """Stop a run after the case in hand."""
    if not await visit.office.life.runs.cancel(visit.path["run"]):
        raise Refused(409, "This run has ended", "Reload the page to see what it found.")
    return Done("The run was stopped; what it has found stays.", f"/admin/evals/{visit.path['run']}")


async def resume(visit: Visit) -> Done:
    """Go on after the last case."""
    await lifecycle.resume_run(visit.office.life, visit.who, visit.path["run"])
    return Done("The run goes on.", f"/admin/evals/{visit.path['run']}")


def _figures(office: Office, run: EvalRun) -> dict[str, Any]:
    figures, rate = run.figures, office.rate(office.today())
    if not figures.get("cases"):
        return {}
    cases = figures["cases"]
    return {
        "cases": cases, "passed": figures["passed"], "worse": figures["worse"], "better": figures["better"],
        "changed": figures["changed"], "percent": round(100 * figures["passed"] / cases),
        "cost": cost(figures["cost"] // cases, rate), "live_cost": cost(figures["live_cost"] // cases, rate),
        "tokens": figures["tokens"] // cases, "live_tokens": figures["live_tokens"] // cases,
        "latency_ms": figures["latency_ms"] // cases, "live_latency_ms": figures["live_latency_ms"] // cases,
    }  # fmt: skip


async def _margins(office: Office, run: EvalRun) -> list[Any]:
    """Return what a release would do to each plan's month, where a finished run knows both sides' cost."""
    cases = run.figures.get("cases")
    if run.state != "completed" or not cases or not run.live_hash:
        return []
    delta = (run.figures["cost"] - run.figures["live_cost"]) / cases
    volumes = await office.life.canaries.volumes(run.feature)
    rows = margins(office.site.kit.policy.plans, volumes, delta, office.rate(office.today()))
    return [
        {**{name: getattr(row, name) for name in row.__slots__}, "before": row.before, "after": row.after}
        for row in rows
    ]
