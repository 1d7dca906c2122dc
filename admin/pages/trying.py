"""Try it: the draft beside what is live, on a chosen example or a request of one's own, with what the model saw."""

import json
from typing import Any

from litestar.handlers import HTTPRouteHandler

from admin.bench import Side, answered, suite_of
from admin.comparing import word_diff
from admin.pages.draft import texts_of
from admin.web.faces import Context, Visit, view
from admin.web.money import cost
from admin.web.office import Office
from admin.wording import parsed
from evals.suite import Case
from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import PromptVersion
from gateway.pipeline.checking import check_input
from gateway.store.examples import Examples


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page; it changes nothing, so its form is a plain GET."""
    return view(office, "/drafts/{draft:str}/try", "trying.html", load, role="editor")


async def load(visit: Visit) -> Context:
    """Return both answers to the chosen case, if one was chosen."""
    office, life = visit.office, visit.office.life
    draft = await life.draft(visit.path["draft"])
    feature = life.feature(draft.feature)
    found = parsed(draft.body, feature, life.catalog, life.policy)
    added = await Examples(office.site.database, life.clock).of(draft.feature)
    suite = suite_of(draft.feature, added)
    cases = list(suite.cases) if suite else []
    bench = await office.bench.workbench()
    businesses = sorted((b.name for b in bench.businesses.values()), key=str.lower)
    context: Context = {
        "draft": draft, "feature": {"name": feature.name, "title": feature.title}, "problems": found.problems,
        "cases": [(case.index, case.description) for case in cases][:300], "businesses": businesses,
        "case": visit.query("case"), "request": visit.query("request"), "business": visit.query("business"),
        "sides": [], "difference": [], "offline": office.site.kit.offline,
    }  # fmt: skip
    case = _case(visit, cases, draft.feature)
    if case is None:
        return context | {"request": json.dumps(dict(feature.example_request), indent=2, ensure_ascii=False)}
    if found.prompt is None:
        return context
    context["request"] = json.dumps(case.vars.get("request", {}), indent=2, ensure_ascii=False)
    live = life.live(draft.feature)
    sides = [("This draft", await answered(bench, case, found.prompt, life.policy))]
    if live is not None:
        sides.append((f"Live: version {live.version}", await answered(bench, case, live, life.policy)))
    context["sides"] = [_shown(office, title, side, prompt) for (title, side), prompt in zip(
        sides, (found.prompt, live), strict=False)]  # fmt: skip
    if len(sides) == 2 and sides[0][1].text != sides[1][1].text:
        old, new = (_flat(side) for _, side in (sides[1], sides[0]))
        context["difference"] = word_diff(old, new)
    return context


def _case(visit: Visit, cases: list[Case], feature: str) -> Case | None:
    number = visit.query("case")
    if number.isascii() and number.isdigit() and len(number) < 6 and int(number) < len(cases):
        return cases[int(number)]
    if number != "own":
        return None
    try:
        request = json.loads(visit.query("request"))
    except ValueError:
        raise ValidationFailed("The request is not JSON.", [FieldError("/request", "must be a JSON object")]) from None
    if not isinstance(request, dict):
        raise ValidationFailed("The request must be a JSON object.", [FieldError("/request", "must be an object")])
    check_input(visit.office.life.feature(feature), request)
    as_of = {"as_of": request.pop("as_of")} if "as_of" in request else {}
    given = {"request": request, "business": visit.query("business"), **as_of}
    return Case(0, "a request of your own", given, (), "all", False, 0)


def _shown(office: Office, title: str, side: Side, prompt: PromptVersion | None) -> dict[str, Any]:
    return {
        "title": title, "answer": texts_of(side.body), "source": side.source, "passed": side.passed,
        "reason": side.reason, "checks": side.checks, "seen": side.seen, "chips": sorted(side.masked.items()),
        "input_tokens": side.input_tokens, "output_tokens": side.output_tokens, "latency_ms": side.latency_ms,
        "cost": cost(side.cost, office.rate(office.today())), "route": prompt.route if prompt else "",
    }  # fmt: skip


def _flat(side: Side) -> str:
    return "\n".join(f"{name}: {text}" for name, text in texts_of(side.body))
