"""Who spends what, and where the month is heading: per day, feature, business and model, with the range before it."""

import asyncio
import csv
import io
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from admin.pages.requests import SOURCES
from admin.web.chart import HEIGHT, Stacked, cedis, chart, stacked
from admin.web.faces import Context, Visit, view
from admin.web.money import Cost, amount, cost
from admin.web.office import Office
from admin.web.page import Page
from admin.web.ranges import PRESETS, Range, range_of
from admin.web.rendering import plural, shown_day
from gateway.domain.answer import Source
from gateway.domain.money import usd_from_nano
from gateway.library.policy_types import OFFLINE
from gateway.store.usage_days import DaySums, Sums

PAGE = Page("Usage and cost", "/admin/usage", "Traffic", 20, "usage", key="u")
K = TypeVar("K")
TOP = 50
KINDS = ("s1", "s2", "s3", "s7", "s8", "s9")
"""Colours of features, none of which says that something is wrong; grey is for all others."""
RECENT = 7
"""Days whose pace tells where the month is heading."""

COLUMNS = (
    "day", "feature", "model", "source", "requests", "degraded", "failed", "input_tokens", "cached_tokens",
    "output_tokens", "cost_usd", "cost_ghs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """One feature, business or model: `percent` of the cost, or of the requests where nothing was spent; `change`
    of the cost against the range before, None where there was none."""

    title: str
    address: str
    sums: Sums
    cost: Cost
    percent: int
    change: int | None


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the month is heading: spent so far, by its end at the pace of the last days, and what plans allow."""

    spent: Cost
    projected: Cost
    allowed: Cost
    percent: int
    over: bool


@dataclass(frozen=True, slots=True)
class Savings:
    """What the caches spared: answers that were kept, at the average of their feature, and tokens at a lower price."""

    answers: int
    percent: int | None
    cost: Cost
    tokens: int


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page and its export."""

    @get("/admin/usage/export.csv", name="usage export", opt={"access": "role:viewer"}, **office.fence)
    async def export(request: Request[Any, Any, Any]) -> Response[bytes]:
        span = range_of(Visit(office, request, {}), "30")
        rows = await office.overview.days.by_day(span.since, span.until)
        name = f"usage-{span.since.isoformat()}-{span.until.isoformat()}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(office, rows).encode(), media_type="text/csv; charset=utf-8", headers=headers)

    return [*view(office, "/usage", "usage.html", load), export]


async def load(visit: Visit) -> Context:
    """Return the sums of a range, split in every way, beside those of the range before."""
    office, span = visit.office, range_of(visit, "30")
    days, today = office.overview.days, visit.office.today()
    month = today.replace(day=1)
    everything, owners, owners_before = await asyncio.gather(
        days.by_day(min(span.before.since, month), today),
        days.by_business(span.since, span.until),
        days.by_business(span.before.since, span.before.until),
    )
    rows = [row for row in everything if span.since <= row.day <= span.until]
    before = [row for row in everything if span.before.since <= row.day <= span.before.until]
    now, then = _money(office, rows), _money(office, before)
    total, total_before = _total(rows), _total(before)
    per_day = [span.since + timedelta(days=n) for n in range(span.days)]
    by_day = _by(rows, lambda row: row.day)
    table = [(day, by_day.get(day, Sums())) for day in per_day]
    return {
        "span": span, "presets": PRESETS, "total": total, "cost": now, "cost_before": then,
        "change": _change(now.nano, then.nano), "calls_change": _change(total.calls, total_before.calls),
        "had_before": total_before.calls > 0,
        "chart": _chart(office, per_day, rows),
        "calls_chart": chart([(day, by_day.get(day, Sums()).calls) for day in per_day], _calls_text),
        "days": [(day, sums, cost(sums.cost, office.rate(day))) for day, sums in table],
        "features": _shares(office, _by(rows, lambda row: row.feature), _by(before, lambda row: row.feature),
                            lambda name: _feature(office, name), lambda name: f"feature={name}", span),
        "models": _shares(office, _by(rows, _model), _by(before, _model), lambda name: name, None, span),
        "businesses": _shares(office, owners, owners_before, lambda owner: _business(office, owner),
                              lambda owner: f"business={owner}", span)[:TOP],
        "business_count": len(owners),
        "savings": _savings(office, rows),
        "heading": _heading(office, [row for row in everything if row.day >= month], today),
        "rate": office.rate(today),
    }  # fmt: skip


def as_csv(office: Office, rows: Iterable[DaySums]) -> str:
    """Return the sums as a table for other programs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in sorted(rows, key=lambda each: (each.day, each.feature, each.model, each.source)):
        sums, rate = row.sums, office.rate(row.day)
        # A spreadsheet would take a name that begins like a formula for one.
        names = [f"'{name}" if name[:1] in "=+-@" and name else name for name in (row.feature, row.model, row.source)]
        figures = (sums.calls, sums.degraded, sums.failed, sums.input_tokens, sums.cached_tokens, sums.output_tokens)
        writer.writerow([row.day, *names, *figures, f"{usd_from_nano(sums.cost):f}", rate.ghs_from_nano(sums.cost)])
    return out.getvalue()


def _by(rows: Iterable[DaySums], key: Callable[[DaySums], K]) -> dict[K, Sums]:
    found: dict[K, list[int]] = {}
    for row in rows:  # thousands of them: no object is made for each
        sums, of = row.sums, found.setdefault(key(row), [0] * 7)
        of[0] += sums.calls
        of[1] += sums.degraded
        of[2] += sums.failed
        of[3] += sums.cost
        of[4] += sums.input_tokens
        of[5] += sums.cached_tokens
        of[6] += sums.output_tokens
    return {name: Sums(*of) for name, of in found.items()}


def _total(rows: Iterable[DaySums]) -> Sums:
    return _by(rows, lambda _: "").get("", Sums())


def _money(office: Office, rows: Iterable[DaySums]) -> Cost:
    """Return what rows cost, each day at its own exchange rate."""
    nano, ghs = 0, Decimal(0)
    for day, sums in _by(rows, lambda row: row.day).items():
        nano, ghs = nano + sums.cost, ghs + office.rate(day).ghs_from_nano(sums.cost)
    return Cost(nano, f"GHS {amount(ghs)}", f"USD {amount(usd_from_nano(nano))}")


def _change(now: int, then: int) -> int | None:
    return round(100 * (now - then) / then) if then else None


def _chart(office: Office, days: list[date], rows: list[DaySums]) -> Stacked:
    """Return what each day cost, stacked by the features that cost most; all others are one series."""
    spent = _by(rows, lambda row: (row.day, row.feature))
    whole = _by(rows, lambda row: row.feature)
    ranked = sorted((name for name in whole if whole[name].cost), key=lambda name: (-whole[name].cost, name))
    # One more than are named is named too: it would be the only one of the others.
    named = ranked if len(ranked) <= len(KINDS) else ranked[: len(KINDS) - 1]
    kinds = {name: (_feature(office, name), kind) for name, kind in zip(named, KINDS, strict=False)}
    series = [(*kinds[name], [spent[day, name].cost if (day, name) in spent else 0 for day in days]) for name in named]
    total = {day: sums.cost for day, sums in _by(rows, lambda row: row.day).items()}
    if len(named) < len(ranked):
        left = [total.get(day, 0) - sum(values[n] for _, _, values in series) for n, day in enumerate(days)]
        series.append((f"{len(ranked) - len(named)} others", "s4", left))

    def text(n: int) -> str:
        rate = office.rate(days[n])
        parts = [f"{name} {cost(values[n], rate).ghs}" for name, _, values in series if values[n]]
        said = f"{shown_day(days[n])}: {cost(total.get(days[n], 0), rate).both}"
        return f"{said} – {', '.join(parts)}" if len(parts) > 1 else said

    return stacked(days, series or [("", "s1", [0] * len(days))], text, {}, cedis(office.rate), HEIGHT)


def _calls_text(day: date, calls: int) -> str:
    return f"{shown_day(day)}: {plural(calls, 'request')}"


def _shares(
    office: Office,
    now: Mapping[str, Sums],
    then: Mapping[str, Sums],
    title: Callable[[str], str],
    query: Callable[[str], str] | None,
    span: Range,
) -> list[Share]:
    # Where nothing was spent, the share is one of requests: a column of noughts tells nothing.
    weighed = {name: sums.cost for name, sums in now.items()}
    if not any(weighed.values()):
        weighed = {name: sums.calls for name, sums in now.items()}
    whole = sum(weighed.values())
    rate = office.rate(office.today())
    ordered = sorted(now.items(), key=lambda pair: (-pair[1].cost, -pair[1].calls, pair[0]))
    return [
        Share(
            title=title(name),
            address=f"/admin/requests?{span.query}&{query(name)}" if query else "",
            sums=sums,
            cost=cost(sums.cost, rate),
            percent=round(100 * weighed[name] / whole) if whole else 0,
            change=_change(sums.cost, then[name].cost) if name in then else None,
        )
        for name, sums in ordered
    ]


def _savings(office: Office, rows: list[DaySums]) -> Savings:
    spared, answers = 0, 0
    asked = _by([row for row in rows if row.source == Source.MODEL], lambda row: row.feature)
    for feature, sums in _by([row for row in rows if row.source == Source.CACHE], lambda row: row.feature).items():
        answers += sums.calls
        if (paid := asked.get(feature)) and paid.calls:
            spared += sums.calls * paid.cost // paid.calls
    total = _total(rows)
    percent = round(100 * answers / total.calls) if total.calls else None
    return Savings(answers, percent, cost(spared, office.rate(office.today())), total.cached_tokens)


def _heading(office: Office, rows: list[DaySums], today: date) -> Heading:
    rate, plans = office.rate(today), office.site.kit.policy.plans
    spent = _total(rows).cost
    since = max(today - timedelta(days=RECENT - 1), today.replace(day=1))
    recent = _total([row for row in rows if row.day >= since]).cost // ((today - since).days + 1)
    left = monthrange(today.year, today.month)[1] - today.day
    everyone = office.site.snapshots.current.businesses.values()
    allowed = sum(plans[each.plan].budget_usd_nano for each in everyone if each.plan in plans)
    projected = spent + recent * left
    percent = min(100, 100 * projected // allowed) if allowed else 0
    return Heading(cost(spent, rate), cost(projected, rate), cost(allowed, rate), percent, 0 < allowed < projected)


def _feature(office: Office, name: str) -> str:
    feature = office.site.kit.catalog.features.get(name)
    return feature.title if feature else name


def _business(office: Office, owner: str) -> str:
    business = office.site.snapshots.current.business(owner)
    return business.name if business else owner


def _model(row: DaySums) -> str:
    if row.model == OFFLINE:
        return SOURCES[Source.OFFLINE]
    if row.model:
        return f"{row.model} (kept answers)" if row.source == Source.CACHE else row.model
    return f"no model: {SOURCES.get(Source(row.source), '')}" if row.source in list(Source) else "no model"
