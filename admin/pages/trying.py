"""Try it: the draft beside what is live, on a chosen example or a request of one's own, with what the model saw."""

import json
from collections.abc import Callable
from typing import Any

from litestar.handlers import HTTPRouteHandler

from admin.access import Refused
from admin.asking import EvalLedger, budget_of, live_bench, models_for, most, refuse_unless_askable
from admin.bench import Side, answered, suite_of
from admin.comparing import word_diff
from admin.pages.draft import texts_of
from admin.pages.live import left_of
from admin.pages.requests import REASONS
from admin.web.faces import Context, Visit, asked, view
from admin.web.money import cost
from admin.web.office import Office
from admin.wording import parsed
from evals.suite import Case
from evals.workbench import Workbench
from gateway.domain.usage import Usage
from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import PromptVersion
from gateway.pipeline.checking import check_input
from gateway.store.eval_budget import CapReached
from gateway.store.examples import Examples

Given = Callable[[str], str]
LIMIT = 64 * 1024


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page: a plain GET with the offline rules, which cost nothing, and a POST with a real model."""
    path = "/drafts/{draft:str}/try"
    return [
        *view(office, path, "trying.html", load, role="editor"),
        *asked(office, path, "trying.html", load_live, role="editor", limit=LIMIT),
    ]


async def load(visit: Visit) -> Context:
    """Return both answers of the offline rules to the chosen case, if one was chosen."""
    return await _tried(visit, visit.query, "")


async def load_live(visit: Visit) -> Context:
    """Return both answers of a real model, at the cost of the budget for evaluations. Raises Refused."""
    return await _tried(visit, visit.text, visit.text("model"))


async def _tried(visit: Visit, given: Given, model: str) -> Context:
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
        "case": given("case"), "request": given("request"), "business": given("business"),
        "sides": [], "difference": [], "offline": office.site.kit.offline, "model": model, "live_models": [],
        "budget": await left_of(visit),
    }  # fmt: skip
    case = _case(visit, given, cases, draft.feature)
    if case is None:
        return context | {"request": json.dumps(dict(feature.example_request), indent=2, ensure_ascii=False)}
    if found.prompt is None:
        return context
    context["request"] = json.dumps(case.vars.get("request", {}), indent=2, ensure_ascii=False)
    live = life.live(draft.feature)
    if model:
        bench = _real(visit, found.prompt, model, bench)
    try:
        sides = [("This draft", await answered(bench, case, found.prompt, life.policy))]
        if live is not None:
            sides.append((f"Live: version {live.version}", await answered(bench, case, live, life.policy)))
    except CapReached as reached:
        raise Refused(409, "Nothing more can be asked", str(reached)) from None
    context["sides"] = [_shown(office, title, side, prompt) for (title, side), prompt in zip(
        sides, (found.prompt, live), strict=False)]  # fmt: skip
    context |= {"live_models": _models(office, found.prompt, [side for _, side in sides] if not model else [])}
    context["budget"] = await left_of(visit)
    if len(sides) == 2 and sides[0][1].text != sides[1][1].text:
        old, new = (_flat(side) for _, side in (sides[1], sides[0]))
        context["difference"] = word_diff(old, new)
    return context


def _real(visit: Visit, prompt: PromptVersion, model: str, bench: Workbench) -> Workbench:
    office = visit.office
    refuse_unless_askable(office.site.kit, prompt, model, office.today())
    budget = budget_of(office.site.database, office.life.clock, office.settings)
    return live_bench(bench, office.site.kit, model, EvalLedger(budget, visit.who.email, model, office.life.clock))


def _models(office: Office, prompt: PromptVersion, seen: list[Side]) -> list[dict[str, Any]]:
    """Return who may be asked, with what both versions cost about (by what was just sent offline) and at most."""
    if office.site.kit.offline:
        return []
    policy, today, found = office.life.policy, office.today(), []
    for name in models_for(policy, prompt, today):
        price = policy.models[name].price(today)
        took = sum(price.cost(Usage(each.input_tokens, 0, 0, each.output_tokens)) for each in seen if price)
        rate = office.rate(today)
        about = cost(took, rate) if took else None
        found.append({"name": name, "about": about, "most": cost(2 * most(policy, prompt, name, today), rate)})
    return found


def _case(visit: Visit, given: Given, cases: list[Case], feature: str) -> Case | None:
    number = given("case")
    if number.isascii() and number.isdigit() and len(number) < 6 and int(number) < len(cases):
        return cases[int(number)]
    if number != "own":
        return None
    try:
        request = json.loads(given("request"))
    except ValueError:
        raise ValidationFailed("The request is not JSON.", [FieldError("/request", "must be a JSON object")]) from None
    if not isinstance(request, dict):
        raise ValidationFailed("The request must be a JSON object.", [FieldError("/request", "must be an object")])
    check_input(visit.office.life.feature(feature), request)
    as_of = {"as_of": request.pop("as_of")} if "as_of" in request else {}
    asked_for = {"request": request, "business": given("business"), **as_of}
    return Case(0, "a request of your own", asked_for, (), "all", False, 0)


def _shown(office: Office, title: str, side: Side, prompt: PromptVersion | None) -> dict[str, Any]:
    return {
        "title": title, "answer": texts_of(side.body), "source": side.source, "passed": side.passed,
        "degraded": REASONS.get(side.degraded, side.degraded),
        "reason": side.reason, "checks": side.checks, "seen": side.seen, "chips": sorted(side.masked.items()),
        "input_tokens": side.input_tokens, "output_tokens": side.output_tokens, "latency_ms": side.latency_ms,
        "cost": cost(side.cost, office.rate(office.today())), "route": prompt.route if prompt else "",
    }  # fmt: skip


def _flat(side: Side) -> str:
    return "\n".join(f"{name}: {text}" for name, text in texts_of(side.body))
