"""Changing plans: the matrix as a form, a preview of what it does to whom, saving, the past, and one step back."""

from dataclasses import dataclass
from decimal import Decimal

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from admin.access import AnyRequest, Refused
from admin.plan_changes import (
    LEAST_REASON,
    MODES,
    PlanChange,
    Plans,
    changes,
    costs_of,
    edited,
    excused,
    meter_titles,
    mode_of,
    unsound,
)
from admin.plan_effects import effects
from admin.web.faces import API, PAGES, Context, Done, Visit, action, found, view
from admin.web.money import cost
from admin.web.office import Office
from gateway.domain.money import usd_from_nano
from gateway.errors import FieldError, ValidationFailed
from gateway.library.plan_text import as_json, as_yaml, money_text, plans_from
from gateway.library.policy_types import Plan
from gateway.library.problems import LibraryError
from gateway.store.plan_effects import uses_of
from gateway.store.plan_revisions import Outdated, PlanRevision, PlanRevisions

HERE = "/admin/plans"
SHOWN = 100
MAX_YAML = 128 * 1024


@dataclass(frozen=True, slots=True)
class Cell:
    """One control of the matrix: the name it is sent under, its label, its value, and choices where it has some."""

    name: str
    label: str
    value: str
    choices: list[tuple[str, str]]


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the form, the preview, and what can be done."""

    @get(PAGES + "/plans.yaml", name="plans file", opt={"access": "role:viewer"}, **office.fence)
    async def export(request: AnyRequest) -> Response[str]:
        return _file(office)

    @get(API + "/plans.yaml", name="api plans file", opt={"access": "role:viewer"}, **office.api_fence)
    async def export_api(request: AnyRequest) -> Response[str]:
        return _file(office)

    change = "/plans/changes/{change:str}"
    return [
        *view(office, "/plans/edit", "plans_edit.html", load_form, role="admin"),
        *action(office, "/plans/propose", propose, role="admin"),
        *action(office, "/plans/import", bring, role="admin", limit=MAX_YAML),
        *view(office, change, "plans_change.html", load_change, role="admin"),
        *action(office, f"{change}/save", save, role="admin"),
        *action(office, "/plans/back", back, role="admin"),
        export,
        export_api,
    ]


def revisions_of(office: Office) -> PlanRevisions:
    """Return the store of revisions; saving one is seen by this process at once."""
    return PlanRevisions(office.site.database, office.site.kit.clock, office.site.snapshots.refresh)


async def load_form(visit: Visit) -> Context:
    """Return the matrix with a control for everything that can be changed."""
    policy, catalog = visit.office.site.kit.policy, visit.office.site.kit.catalog
    plans = list(policy.plans.values())
    rows = [
        ("Price in GHS", [Cell(f"{p.name}.price_ghs", p.title, f"{p.price_ghs:f}", []) for p in plans]),
        ("Budget for models in USD", [
            Cell(f"{p.name}.budget_usd", p.title, money_text(usd_from_nano(p.budget_usd_nano)), []) for p in plans
        ]),
        ("Calls in a minute", [
            Cell(f"{p.name}.requests_per_minute", p.title, str(p.requests_per_minute), []) for p in plans
        ]),
    ]  # fmt: skip
    rows += [
        (title, [Cell(f"{p.name}.meters.{name}", p.title, str(p.meters[name]), []) for p in plans])
        for name, title in meter_titles(policy.meters).items()
    ]
    rows += [
        (feature.title, [
            Cell(f"{p.name}.modes.{feature.name}", p.title, mode_of(feature, p), list(MODES.items())) for p in plans
        ])
        for feature in sorted(catalog.features.values(), key=lambda each: each.title)
    ]  # fmt: skip
    return {
        "plans": [(plan.name, plan.title) for plan in plans], "rows": rows,
        "base": await revisions_of(visit.office).number(),
    }  # fmt: skip


async def propose(visit: Visit) -> Done:
    """Keep what the form says to be looked at; nothing is in force yet."""
    policy, catalog = visit.office.site.kit.policy, visit.office.site.kit.catalog
    return await _proposed(visit, edited(policy.plans, visit.fields, catalog))


async def bring(visit: Visit) -> Done:
    """Keep the plans of a `plans.yaml` to be looked at."""
    policy = visit.office.site.kit.policy
    try:
        plans = plans_from(visit.fields.get("yaml", ""), policy.plans_of_file, policy.meters)
    except LibraryError as error:
        errors = [FieldError(f"line {each.line}", f"{each.message} {each.fix}".strip()) for each in error.problems]
        raise ValidationFailed(f"This is no plans.yaml. {errors[0].pointer}: {errors[0].message}", errors) from None
    return await _proposed(visit, plans)


async def _proposed(visit: Visit, plans: Plans) -> Done:
    policy, store = visit.office.site.kit.policy, revisions_of(visit.office)
    if dict(plans) == dict(policy.plans):
        raise ValidationFailed("Nothing was changed: these are the plans in force.", [FieldError("/", "no change")])
    given = visit.text("base")
    base = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else await store.number()
    note = visit.text("note")[:500]
    proposed = await store.propose(base, as_json(plans, policy.meters), note, visit.who.email)
    return Done(
        "Nothing is in force yet: look at what it would do.", f"{HERE}/changes/{proposed}", {"change": proposed}
    )


async def load_change(visit: Visit) -> Context:
    """Return what a proposed revision changes for whom, and whether its plans pay for themselves."""
    office, revision = visit.office, await _revision(visit)
    policy, catalog = office.site.kit.policy, office.site.kit.catalog
    plans, today = _plans(office, revision), office.today()
    changed = changes(policy.plans, plans, meter_titles(policy.meters), catalog)
    names = list(dict.fromkeys(change.plan for change in changed))
    shops = await uses_of(office.site.database, names, f"{today:%Y-%m}", f"{today:%Y-%m-%d}")
    met = effects(policy.plans, plans, changed, shops)
    costs = costs_of(plans, policy, catalog, today)
    dear = [one for one in costs if one.too_dear]
    return {
        "revision": _line(revision), "current": await revisions_of(office).number(),
        "changes": [(_title(plans, policy.plans, change), change) for change in changed],
        "businesses": len(met), "noticing": sum(bool(each.at_once) for each in met), "effects": met[:SHOWN],
        "dear": [(one.plan, _percent(one.share), _percent(one.accepted), one.bounded_by) for one in dear],
        "worst": [
            (one.plan, cost(one.exposure, office.rate(today)), _percent(one.share))
            for one in costs if one.plan in names
        ],
        "least_reason": LEAST_REASON,
    }  # fmt: skip


async def save(visit: Visit) -> Done:
    """Put a proposed revision in force, in every process within a second or two."""
    office, revision = visit.office, await _revision(visit)
    number = await _saved(visit, revision, _plans(office, revision), visit.text("reason")[:500])
    return Done(f"Revision {number} is in force.", HERE, {"number": number})


async def back(visit: Visit) -> Done:
    """Put the plans in force again that were so before, as a revision of its own."""
    office, store = visit.office, revisions_of(visit.office)
    saved = await store.saved(2)
    if not saved:
        raise Refused(409, "Nothing was changed yet", "The plans are those of the file.")
    policy = office.site.kit.policy
    body = saved[1].body if len(saved) > 1 else as_json(policy.plans_of_file, policy.meters)
    note = f"Back to what was before revision {saved[0].number}"
    proposed = await store.propose(saved[0].number or 0, body, note, visit.who.email)
    revision: PlanRevision = found(await store.get(proposed), "revision")
    plans = _plans(office, revision)
    if unsound(plans, policy, office.site.kit.catalog, office.today()):
        return Done("Say first why a plan may cost that much now.", f"{HERE}/changes/{proposed}", {"change": proposed})
    number = await _saved(visit, revision, plans, "")
    return Done(f"The plans before are in force again, as revision {number}.", HERE, {"number": number})


async def _saved(visit: Visit, revision: PlanRevision, plans: Plans, reason: str) -> int:
    kit, by = visit.office.site.kit, visit.who.email
    dear = unsound(plans, kit.policy, kit.catalog, visit.office.today())
    body = as_json(excused(plans, dear, reason, by), kit.policy.meters)
    try:
        return await revisions_of(visit.office).save(revision, body, reason if dear else "", by)
    except Outdated:
        advice = "Start again from the plans in force, so that nobody's change is undone by chance."
        raise Refused(409, "Other plans were saved meanwhile", advice) from None


async def _revision(visit: Visit) -> PlanRevision:
    revision: PlanRevision = found(await revisions_of(visit.office).get(visit.path["change"]), "revision of the plans")
    return revision


def _plans(office: Office, revision: PlanRevision) -> dict[str, Plan]:
    policy = office.site.kit.policy
    try:
        return plans_from(revision.body, policy.plans_of_file, policy.meters)
    except LibraryError:
        said = "This revision does not fit the meters of this release."
        raise ValidationFailed(said, [FieldError("/body", "cannot be read")]) from None


def _file(office: Office) -> Response[str]:
    policy = office.site.kit.policy
    headers = {"Content-Disposition": 'attachment; filename="plans.yaml"'}
    return Response(as_yaml(policy.plans, policy.meters), media_type="application/yaml", headers=headers)


def _line(revision: PlanRevision) -> dict[str, object]:
    return {
        "id": revision.id, "base": revision.base, "number": revision.number, "note": revision.note,
        "reason": revision.reason, "proposed_by": revision.proposed_by, "proposed_at": revision.proposed_at,
        "saved_by": revision.saved_by, "saved_at": revision.saved_at,
    }  # fmt: skip


def _title(new: Plans, old: Plans, change: PlanChange) -> str:
    plan = new.get(change.plan) or old[change.plan]
    return plan.title


def _percent(share: Decimal | None) -> int | None:
    return None if share is None else round(100 * share)
