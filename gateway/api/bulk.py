"""Many requests of one feature as one background job, for each feature whose file says `bulk`."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from gateway.api.asking import caller_of, make_ask
from gateway.api.body import read_object
from gateway.api.jobs import PRIORITY, accepted
from gateway.api.replies import json_response
from gateway.api.site import Site
from gateway.domain.jobs import NewJob
from gateway.domain.ledger import UNLIMITED
from gateway.domain.money import usd_from_nano
from gateway.errors import FieldError, GatewayError, ValidationFailed
from gateway.library.catalog import Feature
from gateway.library.windows import local_day
from gateway.pipeline.admission import Admission, admit
from gateway.pipeline.answer import live_prompt
from gateway.pipeline.ask import Ask
from gateway.pipeline.calling import REPAIR_TOKENS, with_second_try
from gateway.pipeline.checking import check_input
from gateway.pipeline.rendering import schema_tokens
from gateway.pipeline.routing import route

BULK = "feature_bulk"
"""The job kind that answers many requests of a feature."""

AnyRequest = Request[Any, Any, Any]
LATE_DAYS = 30


def bulk_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return POST <path>bulk/ of every feature that takes many at once."""
    return [_route(site, feature) for feature in site.kit.catalog.features.values() if feature.bulk]


def bulk_path(feature: Feature) -> str:
    """Return the address of a feature's bulk jobs."""
    return f"{feature.path}bulk/"


def _route(site: Site, feature: Feature) -> HTTPRouteHandler:
    @post(bulk_path(feature), status_code=202, name=f"{feature.name}_bulk", opt={"access": f"scope:{feature.group}"})
    async def handle(request: AnyRequest) -> Response[bytes]:
        started = site.kit.clock.monotonic()
        caller = caller_of(site, request)
        body, raw = await read_object(request, site.max_body_bytes)
        _check(body, feature)
        probe = {**feature.example_request, **({"as_of": body["as_of"]} if "as_of" in body else {})}
        ask, _ = make_ask(site, feature, request, caller, probe, b"bulk\0" + raw, started)
        admission = await admit(site.kit, ask)
        if body.get("dry_run"):
            return json_response(await _preview(site, ask, admission, body["items"]))
        payload = {
            "feature": feature.name,
            "items": body["items"],
            "more": {
                "as_of": ask.as_of.isoformat(),
                "key_id": caller.key_id,
                "service": caller.service,
                "scopes": sorted(caller.scopes),
                "user_id": caller.user_id,
            },
        }
        job = NewJob(
            BULK,
            payload,
            dedupe_key=None if ask.idempotency_key is None else f"key:{ask.idempotency_key}",
            priority=PRIORITY[admission.plan.priority],
            scope=feature.group,
            total=len(body["items"]),
            subjects=tuple(subject for subject in (caller.user_id,) if subject),
        )
        return await accepted(site, caller, job, hashlib.sha256(ask.request_hash.encode()).hexdigest())

    return handle


def _check(body: Mapping[str, Any], feature: Feature) -> None:
    """Raise `ValidationFailed` naming what is wrong with the whole; items are judged one by one."""
    errors = [FieldError(f"/{name}", "is not taken here") for name in sorted(set(body) - {"items", "dry_run", "as_of"})]
    items = body.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= feature.bulk:
        errors.append(FieldError("/items", f"must be a list of 1 to {feature.bulk} requests"))
    elif wrong := [at for at, item in enumerate(items) if not isinstance(item, dict)]:
        errors += [FieldError(f"/items/{at}", "must be an object") for at in wrong[:20]]
    if not isinstance(body.get("dry_run", False), bool):
        errors.append(FieldError("/dry_run", "must be true or false"))
    if errors:
        raise ValidationFailed("Correct the fields named in `errors` and send the request again.", errors=errors)


async def _preview(site: Site, ask: Ask, admission: Admission, items: list[Any]) -> dict[str, Any]:
    """Return what the job would take: units and the most it can cost, and the items that would be refused."""
    refused = []
    for at, item in enumerate(items):
        try:
            check_input(ask.feature, item)
        except GatewayError as error:
            refused.append(error_of(at, error))
    valid = len(items) - len(refused)
    units = valid * ask.feature.units
    usual = await _usual(site, ask, admission)
    window = admission.quota_window.key
    used = (await site.usage.counters(ask.caller.business.id, [window])).get((ask.feature.meter or "", window), 0)
    limit = admission.quota_limit
    return {
        "dry_run": True,
        "items": len(items),
        "valid": valid,
        "errors": refused,
        "units": units if ask.feature.meter else 0,
        "meter": ask.feature.meter,
        "remaining": UNLIMITED if limit == UNLIMITED else max(0, limit - used),
        "cost_usd_expected": None if usual is None else f"{usd_from_nano(usual * valid):f}",
        "cost_usd_at_most": f"{usd_from_nano(_most(site, ask, admission) * valid):f}",
    }


async def _usual(site: Site, ask: Ask, admission: Admission) -> int | None:
    """Return what an answer has cost this business on average of late, in nano-USD; None where there was none."""
    if admission.degraded is not None:
        return 0
    business = ask.caller.business
    today = local_day(ask.received_at, business.timezone)
    totals = await site.usage.totals(business.id, today - timedelta(days=LATE_DAYS), today, business.timezone)
    found = next((row for row in totals if row.feature == ask.feature.name and row.counted), None)
    return None if found is None else round(found.cost / found.counted)


def _most(site: Site, ask: Ask, admission: Admission) -> int:
    """Return the most one item can cost, in nano-USD: every call of the route, and one repair.

    Nothing where the rules answer.
    """
    prompt = live_prompt(site.kit, ask)
    if prompt is None or admission.degraded is not None:
        return 0
    candidates, written = with_second_try(route(site.kit, ask, prompt)), prompt.params.max_output_tokens
    most = prompt.token_budget + schema_tokens(prompt.wire_schema)
    calls = [one.bound(most, written) for one in candidates]
    repairs = [one.bound(most + written + REPAIR_TOKENS, written) for one in candidates]
    return sum(calls) + max(repairs, default=0)


def error_of(index: int, error: GatewayError) -> dict[str, Any]:
    """Return a refused item as the job shows it."""
    named = [{"pointer": one.pointer, "message": one.message} for one in error.errors]
    return {"index": index, "code": error.code, "status": error.status, "detail": error.detail, "errors": named}
