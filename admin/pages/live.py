"""Running a draft's examples, or kept requests, with a real model: what it may cost first, and what is left for it."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

from admin.asking import budget_of, models_for, month_of, most
from admin.bench import suite_of
from admin.jobs import REPLAYED
from admin.web.faces import Context, Visit, view
from admin.web.money import Cost, cost
from admin.web.office import Office
from admin.wording import parsed
from gateway.library.catalog import PromptVersion
from gateway.pipeline.admission import PAUSE
from gateway.store.eval_runs import EvalRun
from gateway.store.examples import Examples

Costs = dict[str, Cost | None]


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page; the runs it starts are the draft's own actions."""
    return view(office, "/drafts/{draft:str}/live", "live.html", load, role="editor")


async def load(visit: Visit) -> Context:
    """Return what a run would ask of each model and cost."""
    office, life = visit.office, visit.office.life
    draft = await life.draft(visit.path["draft"])
    feature = life.feature(draft.feature)
    prompt = parsed(draft.body, feature, life.catalog, life.policy).prompt
    suite = suite_of(draft.feature, await Examples(office.site.database, life.clock).of(draft.feature))
    counts = {
        "examples": len(suite.cases) if suite else 0,
        "replay": len(await life.samples.newest(draft.feature, REPLAYED)),
    }
    runs = [run for run in await life.runs.of_feature(draft.feature, 20) if run.figures.get("cases")]
    words = {
        "examples": f"{counts['examples']} examples, each asked of the draft and of what is live.",
        "replay": f"{counts['replay']} kept requests over the shops' own records, but for shops that want no model.",
    }
    return {
        "draft": {"id": draft.id, "title": draft.title, "feature": draft.feature}, "title": feature.title,
        "offline": office.site.kit.offline, "paused": bool(office.site.kit.switches.enabled("*", PAUSE)),
        "problems": prompt is None, "budget": await left_of(visit),
        "models": _models(office, prompt, counts, runs) if prompt else [],
        "kinds": [
            ("examples", "Examples", counts["examples"], words["examples"]),
            ("replay", "Kept requests", counts["replay"], words["replay"]),
        ],
    }  # fmt: skip


async def left_of(visit: Visit) -> dict[str, Cost]:
    """Return what is left of this month's budget for evaluations, for this person and for all."""
    office = visit.office
    budget = budget_of(office.site.database, office.life.clock, office.settings)
    everybody, mine = await budget.left(visit.who.email, month_of(office.life.clock))
    rate = office.rate(office.today())
    return {"all": cost(everybody, rate), "mine": cost(mine, rate)}


def _models(office: Office, prompt: PromptVersion, counts: dict[str, int], runs: list[EvalRun]) -> list[dict[str, Any]]:
    policy, today = office.life.policy, office.today()
    rate, found = office.rate(today), []
    for name in models_for(policy, prompt, today):
        bound = most(policy, prompt, name, today)
        about: Costs = dict.fromkeys(counts)
        # The newest run knows what a call takes; its costs are at the price of the route's first model.
        if runs and name == policy.routes[prompt.route][0]:
            newest = runs[0].figures
            each = (newest["cost"] + newest["live_cost"]) / newest["cases"]
            about = {kind: cost(round(each * count), rate) for kind, count in counts.items()}
        found.append({
            "name": name, "about": about,
            "most": {kind: cost(2 * bound * count, rate) for kind, count in counts.items()},
        })  # fmt: skip
    return found
