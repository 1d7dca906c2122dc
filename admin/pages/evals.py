"""Evaluation runs: every run of a draft's examples and every replay, newest first."""

from litestar.handlers import HTTPRouteHandler

from admin.web.faces import Context, Visit, view
from admin.web.office import Office
from admin.web.page import Page

PAGE = Page("Evals", "/admin/evals", "Prompts", 20, "evals", key="e")
PER_PAGE = 50


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the list."""
    return view(office, "/evals", "evals.html", load)


async def load(visit: Visit) -> Context:
    """Return a page of runs."""
    number, life = visit.number("page"), visit.office.life
    runs, total = await life.runs.newest(PER_PAGE, (number - 1) * PER_PAGE)
    titles = {feature.name: feature.title for feature in life.catalog.features.values()}
    now = visit.office.now()
    return {
        "runs": [
            {
                "id": run.id, "title": titles.get(run.feature, run.feature), "kind": run.kind, "state": run.state,
                "outcome": run.outcome, "done": run.done, "total": run.total, "by": run.started_by,
                "at": run.created_at, "passed": run.figures.get("passed"), "worse": run.figures.get("worse"),
                "cases": run.figures.get("cases"), "left_s": run.left_s(now),
            }
            for run in runs
        ],
        "total": total,
        "number": number,
        "last": max(1, -(-total // PER_PAGE)),
    }  # fmt: skip
