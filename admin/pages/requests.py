"""What happened to single requests: filters, newest first, and one request with every step that is known of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from admin.examples import anonymised, inputs_in_words
from admin.web.faces import Context, Visit, found, view
from admin.web.money import Cost, cost
from admin.web.office import Office
from admin.web.page import Page
from admin.web.ranges import PRESETS, range_of
from gateway.domain.answer import DegradedReason, Source
from gateway.store.holdings import DAY
from gateway.store.requests import About, Filter, Mark, Request, Requests
from gateway.store.usage_days import midnight

PAGE = Page("Requests", "/admin/requests", "Traffic", 10, "requests", key="r")
PER_PAGE = 50
SECOND = 1_000_000
SOURCES = {
    Source.MODEL: "a model",
    Source.CACHE: "the cache",
    Source.RULES: "the rules",
    Source.OFFLINE: "the offline rules",
}
REASONS = {
    DegradedReason.NO_VERDICT: "no proven prompt",
    DegradedReason.UPSTREAM_UNAVAILABLE: "the provider did not answer",
    DegradedReason.DEADLINE: "no answer in time",
    DegradedReason.BUDGET: "the month's budget is used up",
    DegradedReason.PLAN: "the plan has it by the rules",
    DegradedReason.OPTED_OUT: "the business opted out of models",
    DegradedReason.OUTPUT_INVALID: "the model's answer had the wrong form",
    DegradedReason.UNGROUNDED: "the model's figures were not in the evidence",
    DegradedReason.EGRESS_BLOCKED: "a personal value was about to leave",
    "crashed": "the process ended before the request did",
    "cancelled": "the caller hung up",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One request as the table shows it."""

    request: Request
    business: str
    feature: str
    source: str
    reason: str
    cost: Cost
    address: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request: `state` is `good`, `warn`, `bad` or `none` for one that was left out."""

    title: str
    state: str
    said: str


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the table and the page of one request."""
    return [
        *view(office, "/requests", "requests.html", load),
        *view(office, "/requests/{business:str}/{call:str}", "request.html", load_one),
    ]


async def load(visit: Visit) -> Context:
    """Return a page of requests and what they can be filtered by."""
    office, span = visit.office, range_of(visit)
    store = Requests(office.site.database)
    wanted = visit.query("id").strip()
    which = Filter(midnight(span.since), midnight(span.until) + DAY, **_chosen(visit))
    rows = await store.named(wanted) if wanted else await store.page(which, PER_PAGE + 1, _mark(visit))
    shown, more = rows[:PER_PAGE], len(rows) > PER_PAGE and not wanted
    kit, everyone = office.site.kit, office.site.snapshots.current.businesses
    chosen = {name: value for name, value in _chosen(visit).items() if value}
    address = "/admin/requests?" + "&".join(filter(None, (span.query, urlencode(chosen))))
    return {
        "lines": [_line(office, row) for row in shown],
        "span": span,
        "presets": PRESETS,
        "chosen": {**_chosen(visit), "id": wanted},
        "filtered": len(chosen) + bool(wanted),
        "businesses": sorted(((each.id, each.name) for each in everyone.values()), key=lambda pair: pair[1].lower()),
        "features": sorted(((each.name, each.title) for each in kit.catalog.features.values()), key=lambda it: it[1]),
        "sources": [(str(name), words) for name, words in SOURCES.items()],
        "reasons": [(str(name), words) for name, words in REASONS.items()],
        "models": sorted(kit.policy.models),
        "next": f"{address}&after={shown[-1].created_at}.{shown[-1].request_id}" if more else "",
        "first": address if visit.query("after") else "",
        "wider": "/admin/requests?" + "&".join(filter(None, ("range=90", urlencode(chosen)))),
    }


async def load_one(visit: Visit) -> Context:
    """Return one request with its steps and everything that is kept about it."""
    office = visit.office
    store = Requests(office.site.database)
    request = found(await store.get(visit.path["business"], visit.path["call"]), "request")
    about = await store.about(request)
    sample = await _sample(office, request)
    line, feature = _line(office, request), office.site.kit.catalog.features.get(request.feature)
    return {
        "line": line,
        "call": request,
        "steps": _steps(office, request, about),
        "figures": _figures(request.grounding),
        "about": about,
        "details": [(entry, json.loads(entry.details)) for entry in about.audit],
        "sample": inputs_in_words({"request": sample}) if sample is not None else None,
        "curl": _curl(request, feature.path if feature else "", feature.method if feature else "POST", sample),
        "rate": office.rate(office.today()),
    }


def _chosen(visit: Visit) -> dict[str, str]:
    outcome = visit.query("outcome") if visit.query("outcome") in ("ok", "failed") else ""
    named = {name: visit.query(name)[:100] for name in ("business", "feature", "source", "degraded", "model")}
    return {**named, "outcome": outcome}


def _mark(visit: Visit) -> Mark | None:
    at, _, request_id = visit.query("after").partition(".")
    return Mark(int(at), request_id) if at.isascii() and at.isdigit() and len(at) < 18 and request_id else None


def _line(office: Office, request: Request) -> Line:
    business = office.site.snapshots.current.business(request.business_id)
    feature = office.site.kit.catalog.features.get(request.feature)
    return Line(
        request,
        business.name if business else request.business_id,
        feature.title if feature else request.feature,
        SOURCES.get(Source(request.source), request.source) if request.source in list(Source) else request.source,
        REASONS.get(request.degraded, request.degraded),
        cost(request.cost, office.rate(office.today())),
        f"/admin/requests/{request.business_id}/{request.request_id}",
    )


def _steps(office: Office, request: Request, about: About) -> list[Step]:
    """Return what happened in order, as far as the usage row and the audit line tell."""
    names = {key.id: key.name for key in office.site.snapshots.current.keys.values()}
    actor = about.audit[0].actor if about.audit else ""
    by = f"key “{names[actor]}”" if actor in names else (actor or "not in the audit chain")
    asked = request.source in (Source.MODEL, Source.OFFLINE) or request.attempts > 0
    steps = [Step("Came in", "good", f"with {by}"), _admitted(request)]
    if request.status == 429:
        return [*steps, _ended(request)]
    steps.append(Step("Prompt", *_prompt(request)))
    steps.append(_masked(request, asked))
    steps.append(_model(request, asked))
    steps.append(_checked(request))
    return [*steps, _ended(request)]


def _admitted(request: Request) -> Step:
    if request.status == 429:
        return Step("Limits", "bad", "refused: the plan's quota or rate is used up")
    if request.degraded == DegradedReason.BUDGET:
        return Step("Limits", "warn", "the month's budget left no room for a model; the rules answered")
    return Step("Limits", "good", "quota and budget were reserved, and settled afterwards exactly once")


def _prompt(request: Request) -> tuple[str, str]:
    if not request.prompt:
        return "none", "none was needed"
    return "good", f"{request.prompt.replace('@', ', version ')}, by the route {request.route or 'of its file'}"


def _masked(request: Request, asked: bool) -> Step:
    if request.degraded == DegradedReason.EGRESS_BLOCKED:
        sent = "that call was not sent, an earlier one had passed" if request.attempts > 1 else "nothing was sent"
        return Step("Personal values", "bad", f"the last check on the outgoing bytes found one; {sent}")
    if not asked:
        return Step("Personal values", "none", "nothing left the service")
    return Step("Personal values", "good", "replaced before sending, the outgoing bytes checked, the answer restored")


def _model(request: Request, asked: bool) -> Step:
    if request.source == Source.CACHE:
        return Step("Model", "good", f"not asked: the same answer of {request.model or 'a model'} was kept")
    if not asked:
        return Step("Model", "none", REASONS.get(request.degraded, "not asked; the rules answer this"))
    tries = "1 attempt" if request.attempts == 1 else f"{request.attempts} attempts"
    used = f"{request.usage.input_tokens:,} tokens in, {request.usage.output_tokens:,} out"
    if request.degraded:
        return Step("Model", "warn", f"{request.model}: {tries}, {used}; {REASONS.get(request.degraded, '')}")
    return Step("Model", "good", f"{request.model}: {tries}, {used}")


def _checked(request: Request) -> Step:
    figures = request.grounding
    if "checked" not in figures:
        return Step("Figures", "none", "no words of a model to check")
    said = f"{figures['checked']} sentences checked, {figures.get('corrected', 0)} corrected"
    said += f", {figures.get('dropped', 0)} left out"
    return Step("Figures", "good" if figures.get("ok", True) else "warn", said)


def _ended(request: Request) -> Step:
    kind = "good" if request.status < 400 else "bad"
    return Step("Answered", kind, f"HTTP status {request.status} after {request.latency_ms:,} ms")


def _figures(grounding: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = {"checked": "sentences checked", "corrected": "corrected", "dropped": "left out"}
    return [(words, f"{grounding[name]:,}") for name, words in names.items() if isinstance(grounding.get(name), int)]


async def _sample(office: Office, request: Request) -> dict[str, Any] | None:
    """Return the request's kept question without personal values, if it was one of those that are kept."""
    feature = office.site.kit.catalog.features.get(request.feature)
    if feature is None:
        return None
    until = request.created_at + request.latency_ms * 1000 + SECOND
    kept = [
        each
        for each in await office.store.samples.newest(request.feature, 500)
        if each.business_id == request.business_id and request.created_at <= each.created_at <= until
    ]
    # Samples do not name their request; two at the same moment could be either's.
    return anonymised(kept[0].body, feature, office.site.kit.masker) if len(kept) == 1 else None


def _curl(request: Request, path: str, method: str, sample: Mapping[str, Any] | None) -> str:
    body = json.dumps(sample if sample is not None else {}, ensure_ascii=True).replace("'", "'\\''")
    lines = [f'curl -X {method} "$GATEWAY{path}"', '-H "Authorization: Bearer $GATEWAY_KEY"']
    lines.append(f"-H 'X-Business-Id: {request.business_id}'")
    if method == "POST":
        lines += ["-H 'Content-Type: application/json'", f"-d '{body}'"]
    return " \\\n  ".join(lines)
