"""What somebody should look at now, most urgent first: each with the page where something can be done about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from admin.pages.flags import pause_of
from admin.pages.models import retiring
from admin.web.office import Office
from admin.web.rendering import moment, plural, shown_day
from gateway.domain.drafts import sent_back
from gateway.store.economics import Economics
from gateway.store.flags import Flags

NEARLY = 80
NAMED = 3
"""How many of many are named."""
LOOKED_AT = 20
"""Of so many open drafts, the newest, what was said is read."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to look at: `bad` is urgent, `warn` can wait until today is over."""

    kind: Literal["bad", "warn"]
    said: str
    address: str


async def matters(office: Office) -> list[Matter]:
    """Return everything that needs attention now."""
    found = [*await _paused(office), *_providers(office), *await _budgets(office), *await _work(office)]
    found += [*await _reviews(office), *await _evals(office), *_retiring(office)]
    return sorted(found, key=lambda matter: matter.kind != "bad")


async def _paused(office: Office) -> list[Matter]:
    pause = await pause_of(office, await Flags(office.site.database).all())
    said = f"All models are paused by {pause.by} since {moment(pause.since)}; the rules answer."
    return [Matter("bad", said, "/admin/flags")] if pause.on else []


def _providers(office: Office) -> Iterator[Matter]:
    kit = office.site.kit
    now = kit.clock.monotonic()
    for name in sorted({name for names in kit.policy.routes.values() for name in names}) if not kit.offline else ():
        if kit.breakers.of(name).state(now) == "open":
            yield Matter("bad", f"{name} does not answer; it is left out for now.", "/admin/models")


async def _budgets(office: Office) -> list[Matter]:
    plans, today = office.site.kit.policy.plans, office.today()
    units = await Economics(office.site.database).per_business(f"{today:%Y-%m}", plans, office.rate(today))
    used = [(unit, 100 * unit.cost_nano_usd // plans[unit.plan].budget_usd_nano)
            for unit in units if unit.plan in plans and plans[unit.plan].budget_usd_nano]  # fmt: skip
    full = [unit.name for unit, percent in used if percent >= 100]
    nearly = [unit.name for unit, percent in used if NEARLY <= percent < 100]
    found = []
    if full:
        said = f"{_names(full)} used up the month's budget; the rules answer there."
        found.append(Matter("bad", said, "/admin/businesses"))
    if nearly:
        found.append(Matter("warn", f"{_names(nearly)} used more than {NEARLY} % of the budget.", "/admin/businesses"))
    return found


async def _work(office: Office) -> list[Matter]:
    dead = sum(number for _, state, number, _ in await office.store.jobs.counts() if state == "dead")
    return (
        [Matter("warn", f"{plural(dead, 'job')} given up after every attempt.", "/admin/jobs?state=dead")]
        if dead
        else []
    )


async def _reviews(office: Office) -> list[Matter]:
    drafts = await office.life.drafts.open()
    back = [draft for draft in drafts[:LOOKED_AT] if sent_back(draft, await office.life.drafts.notes(draft.id))]
    waiting = (
        ([draft for draft in drafts if draft.state == "in_review"], "waits for a review", "/review"),
        ([draft for draft in drafts if draft.state == "approved"], "is approved and waits for its release", "/review"),
        (back, "came back from review with changes to make", ""),
    )
    return [
        Matter("warn", f"{_title(office, draft.feature)}: “{draft.title}” {said}.", f"/admin/drafts/{draft.id}{page}")
        for found, said, page in waiting
        for draft in found[:NAMED]
    ]


def _title(office: Office, feature: str) -> str:
    known = office.site.kit.catalog.features.get(feature)
    return known.title if known else feature


async def _evals(office: Office) -> list[Matter]:
    runs, _ = await office.life.runs.newest(20)
    newest = {run.feature: run for run in reversed(runs) if run.kind == "examples"}
    features = office.site.kit.catalog.features
    return [
        Matter(
            "warn", f"The newest evaluation of {features[run.feature].title} failed.", f"/admin/evals/{quote(run.id)}"
        )
        for run in newest.values()
        if run.outcome == "failed" and run.feature in features
    ]


def _retiring(office: Office) -> list[Matter]:
    return [
        Matter("warn", f"{name} ends on {shown_day(end)} and is named by {' and '.join(routes)}.", "/admin/models")
        for name, end, routes in retiring(office, office.today())
    ]


def _names(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
