"""The first page: what is live, what it does today, what it costs, and whether everything answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from litestar.handlers import HTTPRouteHandler

from admin.attention import matters
from admin.proof import why_unproven
from admin.web.chart import Chart, cedis, chart
from admin.web.faces import Context, Visit, view
from admin.web.money import Cost, amount, cost
from admin.web.office import Office
from admin.web.page import Page
from admin.web.rendering import plural, shown_day
from gateway.domain.money import ExchangeRate
from gateway.library.catalog import Feature
from gateway.library.policy_types import OFFLINE
from gateway.store.businesses import EVERY_BUSINESS
from gateway.store.overview import DayTraffic, Released, Traffic
from gateway.store.usage_days import midnight

PAGE = Page("Home", "/admin", "", 0, "home", key="h")
State = Literal["live", "not live", "off"]


@dataclass(frozen=True, slots=True)
class FeatureLine:
    """One feature: where it stands, why, and today's traffic. `degraded` is a share in percent, None without calls."""

    title: str
    group: str
    state: State
    version: int | None
    why: str
    proof: str
    calls: int
    cost: Cost
    degraded: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the first run, what to do for it, and where."""

    title: str
    how: str
    done: bool
    address: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """One month so far; `ghs` is the sum of its days at each day's exchange rate."""

    days: Sequence[tuple[DayTraffic, Cost]]
    ghs: str
    usd: str
    costs: Chart
    calls: Chart
    rate: ExchangeRate


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the overview."""
    return view(office, "/", "overview.html", load)


async def load(visit: Visit) -> Context:
    """Return what is live, today's traffic, this month's money and the state of the service."""
    office = visit.office
    today = office.today()
    released = await office.overview.released()
    days, traffic = await office.overview.month(today)
    calls = sum(each.calls for each in traffic.values())
    return {
        "features": _features(office, released, traffic),
        "calls": calls,
        "cost_today": cost(sum(each.cost for each in traffic.values()), office.rate(today)),
        "degraded": _share(sum(each.degraded for each in traffic.values()), calls),
        "cached": _share(sum(each.cached for each in traffic.values()), calls),
        "failed": sum(each.failed for each in traffic.values()),
        "slowest": await office.overview.slowest(midnight(today)),
        "businesses": len(office.site.snapshots.current.businesses),
        "money": _money(office, days, _end_of_month(today)),
        "used": _used(office, days),
        "steps": _steps(office, *await office.overview.started()),
        "service": _service(office),
        "today": today,
        "now": office.now(),
        "matters": await matters(office),
    }


def _features(office: Office, released: dict[str, Released], traffic: dict[str, Traffic]) -> list[FeatureLine]:
    ordered = sorted(office.site.kit.catalog.features.values(), key=lambda feature: (feature.group, feature.title))
    return [_line(office, each, released.get(each.name), traffic.get(each.name, Traffic())) for each in ordered]


def _line(office: Office, feature: Feature, live: Released | None, traffic: Traffic) -> FeatureLine:
    state, why = _state(office, feature, live)
    return FeatureLine(
        title=feature.title,
        group=feature.group,
        state=state,
        version=live.version if live and state == "live" else None,
        why=why,
        proof=_proof(live) if live and state == "live" else "",
        calls=traffic.calls,
        cost=cost(traffic.cost, office.rate(office.today())),
        degraded=_share(traffic.degraded, traffic.calls),
    )


def _state(office: Office, feature: Feature, live: Released | None) -> tuple[State, str]:
    kit = office.site.kit
    override = kit.switches.enabled(EVERY_BUSINESS, feature.flag)
    if not (kit.flag_default(feature.flag) if override is None else override):
        return "off", f"`{feature.flag}` switches it off; callers are told so."
    if live is None:
        return "not live", why_unproven(kit.catalog.versions(feature.name)[-1])
    if live.content_hash not in kit.catalog.by_hash:
        return "not live", f"Version {live.version} was released, but its file is not in `prompts/{feature.name}/`."
    return "live", ""


def _proof(live: Released) -> str:
    judge = "the offline rules" if live.model == OFFLINE else live.model
    return f"{live.passed} of {live.cases} examples pass with {judge}"


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _money(office: Office, days: Sequence[DayTraffic], until: date) -> Money:
    ahead = [DayTraffic(days[-1].day + timedelta(days=n)) for n in range(1, (until - days[-1].day).days + 1)]
    month = [*days, *ahead]
    ghs = sum((office.rate(each.day).ghs_from_nano(each.cost) for each in days), start=Decimal(0))
    return Money(
        days=[(each, cost(each.cost, office.rate(each.day))) for each in days],
        ghs=f"GHS {amount(ghs)}",
        usd=cost(sum(each.cost for each in days), office.rate(until)).usd,
        costs=chart(
            [(each.day, each.cost) for each in month],
            lambda day, nano: f"{shown_day(day)}: {cost(nano, office.rate(day)).both}",
            cedis(office.rate),
        ),
        calls=chart(
            [(each.day, each.calls) for each in month],
            lambda day, calls: f"{shown_day(day)}: {plural(calls, 'request')}",
        ),
        rate=office.rate(days[-1].day),
    )


def _used(office: Office, days: Sequence[DayTraffic]) -> int | None:
    """Return how many percent of all plans' budgets this month has cost so far; None without a budget."""
    plans = office.site.kit.policy.plans
    everyone = office.site.snapshots.current.businesses.values()
    allowed = sum(plans[each.plan].budget_usd_nano for each in everyone if each.plan in plans)
    return _share(sum(each.cost for each in days), allowed)


def _end_of_month(day: date) -> date:
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)


def _steps(office: Office, pushed: bool, asked: bool) -> list[Step]:
    current = office.site.snapshots.current
    steps = [
        Step("Add a business", "Name the first shop and its plan.", bool(current.businesses), "/admin/businesses#add",
             "Add a business"),
        Step("Make a service key", "The POS signs in with it; it is shown once.", bool(current.keys),
             "/admin/keys#make", "Make a key"),
        Step("Push records", "The POS sends its rows to `/api/ai/records/`, as the API reference describes.", pushed,
             "/docs", "API reference"),
        Step("Make a request", "Any address of the API reference will do; today's requests appear here.", asked,
             "/docs", "API reference"),
        Step("Connect a model", "Set `OPENAI_API_KEY` on the server and start again. Until then the offline rules "
             "answer, free of charge.", not office.site.kit.offline),
    ]  # fmt: skip
    return [] if all(step.done for step in steps) else steps


def _service(office: Office) -> dict[str, Any]:
    kit = office.site.kit
    routed = {model for names in kit.policy.routes.values() for model in names} if not kit.offline else set()
    now = kit.clock.monotonic()
    return {
        "version": office.site.version,
        "environment": office.settings.app_env,
        "database": {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[office.site.database.dialect],
        "offline": kit.offline,
        "proof": kit.model_proof,
        "models": [(name, kit.breakers.of(name).state(now)) for name in sorted(routed)],
    }
