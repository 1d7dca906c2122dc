"""The POS backend's own AI client, served from the same features: its paths, flat shapes, credits and error bodies.

Optional (`POS_DIALECT=on`) and closed in itself: the core knows nothing of it. Credits are only shown: what counts is
the plan's quota, and an answer by rules costs none.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ExceptionHandlersMap

from gateway.api.asking import make_ask
from gateway.api.auth import authenticate, key_of
from gateway.api.body import read_object
from gateway.api.dialect_shapes import Asked, Dialect, Endpoint, answer_of, request_of
from gateway.api.problems import HANDLERS, handle_http_exception, handle_unexpected, in_our_words
from gateway.api.site import Site
from gateway.domain.caller import Caller
from gateway.domain.ledger import UNLIMITED
from gateway.domain.records import Product
from gateway.errors import FieldError, GatewayError, NotFound, ValidationFailed
from gateway.library.catalog import Feature
from gateway.library.windows import kind_of_meter, local_day, window
from gateway.pipeline.admission import plan_of
from gateway.pipeline.answer import answer

AnyRequest = Request[Any, Any, Any]
PREFIX = "/ai/api/"
MAX_DAYS = 92
NEED_PRODUCT = frozenset({"product_description", "inventory_forecast"})
"""Features of ours whose dialect names a product by its id alone."""
_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder().decode


def dialect_routes(site: Site, dialect: Dialect) -> list[HTTPRouteHandler]:
    """Return the handlers of every endpoint whose feature exists, of usage and of availability."""
    features = site.kit.catalog.features
    served = [one for one in dialect.endpoints if one.feature in features]
    asking = [_route(site, dialect, one, features[one.feature]) for one in served]
    return [*asking, _usage_route(site, dialect), _availability_route(site, dialect)]


def dialect_handlers(site: Site, dialect: Dialect) -> ExceptionHandlersMap:
    """Return the handlers of failures: below the dialect's prefix the framework's refusals too are in its words."""

    def handle(request: AnyRequest, error: Exception) -> Response[bytes]:
        refused = in_our_words(error)
        if refused is None or not request.scope["path"].startswith(PREFIX):
            return handle_http_exception(request, error)
        return _refusal(site, dialect, None, request, refused)

    return {**HANDLERS, HTTPException: handle}


def _route(site: Site, dialect: Dialect, endpoint: Endpoint, feature: Feature) -> HTTPRouteHandler:
    async def handle(request: AnyRequest) -> Response[bytes]:
        try:
            return await _answer(site, dialect, endpoint, feature, request)
        except Exception as error:
            return _refusal(site, dialect, endpoint, request, error)

    access = {"access": f"scope:{feature.group}"}
    return post(endpoint.path, status_code=200, name=f"dialect_{endpoint.name}", opt=access)(handle)


async def _answer(
    site: Site, dialect: Dialect, endpoint: Endpoint, feature: Feature, request: AnyRequest
) -> Response[bytes]:
    started = site.kit.clock.monotonic()
    key_of(site, request)
    body, raw = await read_object(request, site.max_body_bytes)
    caller = authenticate(site, request, _wanted_business(request, body))
    asked = Asked(body, await _product(site, caller, body) if endpoint.feature in NEED_PRODUCT else None)
    ours = request_of(endpoint, dialect, asked)
    ask, _ = make_ask(site, feature, request, caller, ours, endpoint.path.encode() + raw, started)
    answered = await answer(site.kit, msgspec.structs.replace(ask, explain=True))
    found: dict[str, Any] = _decode(answered.body)
    meta = found.pop("meta")
    evidence = meta.pop("evidence", {})
    if body.get("storefront_id") and endpoint.feature == "customer_insights":
        meta["warnings"].append("storefront_id is not applied: the answer is about the whole business")
    counted = meta["degraded"] is None and meta["source"] != "rules"
    shaped = {
        **answer_of(endpoint, dialect, asked, found, evidence),
        "credits_used": endpoint.credits if counted else 0.0,
        "new_balance": _balance(endpoint, meta["quota"]["remaining"] if meta["quota"]["meter"] else UNLIMITED),
        "processing_time_ms": meta["latency_ms"],
        "meta": meta,
    }
    return _reply(shaped, 200, answered.headers)


async def _product(site: Site, caller: Caller, body: Mapping[str, Any]) -> Product:
    """Return the product that a request is about, from the day's records. Raises ValidationFailed or NotFound."""
    product_id = body.get("product_id")
    if not isinstance(product_id, str) or not 0 < len(product_id) <= 64:
        raise ValidationFailed("Name the product.", [FieldError("/product_id", "must be a product's id")])
    business = caller.business
    today = local_day(site.kit.clock.now(), business.timezone)
    inline = site.records.parse_inline(business.id, body["records"]) if "records" in body else None
    records = await site.kit.records.open(business.id, business.currency, today, inline)
    product = await records.product(product_id)
    if product is None:
        raise NotFound("There is no product with this id.")
    return product


def _wanted_business(request: AnyRequest, body: Mapping[str, Any] = MappingProxyType({})) -> str | None:
    """Return the business that query or body name, as the client does where it sends no header.

    Raises ValidationFailed for what is no UUID.
    """
    given = [(name, each.get(name)) for each in (request.query_params, body) for name in ("business", "business_id")]
    name, named = next((one for one in given if one[1]), ("", None))
    try:
        return None if named is None else str(UUID(named))
    except (ValueError, AttributeError, TypeError):
        raise ValidationFailed("Name the business by its id.", [FieldError(f"/{name}", "must be a UUID")]) from None


def _usage_route(site: Site, dialect: Dialect) -> HTTPRouteHandler:
    @get("/ai/api/usage/stats/", name="dialect_usage", opt={"access": "key"})
    async def handle(request: AnyRequest) -> Response[bytes]:
        try:
            caller = authenticate(site, request, _wanted_business(request))
            return _reply(await _usage(site, dialect, caller, _days(request)), 200)
        except Exception as error:
            return _refusal(site, dialect, None, request, error)

    return handle


async def _usage(site: Site, dialect: Dialect, caller: Caller, days: int) -> dict[str, Any]:
    today = local_day(site.kit.clock.now(), caller.business.timezone)
    since = today - timedelta(days=days - 1)
    totals = await site.usage.totals(caller.business.id, since, today, caller.business.timezone)
    by_feature = {one.feature: one for one in dialect.endpoints}
    breakdown, credits = [], 0.0
    for row in totals:
        endpoint = by_feature.get(row.feature)
        used = (endpoint.credits if endpoint else 0.0) * row.counted
        credits += used
        name = endpoint.name if endpoint else row.feature
        breakdown.append({"feature": name, "count": row.requests, "credits_used": round(used, 2)})
    requests = sum(row.requests for row in totals)
    failed = sum(row.failed for row in totals)
    cost = sum((site.kit.policy.rate(today).ghs_from_nano(row.cost) for row in totals), Decimal(0))
    return {
        "period_days": days,
        "current_balance": None,
        "total_requests": requests,
        "successful_requests": requests - failed,
        "failed_requests": failed,
        "total_credits_used": round(credits, 2),
        "total_cost_ghs": f"{cost:.4f}",
        "avg_processing_time_ms": round(sum(row.latency_ms for row in totals) / requests) if requests else 0,
        "feature_breakdown": breakdown,
    }


def _days(request: AnyRequest) -> int:
    given = request.query_params.get("days", "30")
    if not given.isdecimal() or len(given) > 4 or not 1 <= int(given) <= MAX_DAYS:
        raise ValidationFailed("Correct the query.", [FieldError("/days", f"must be a number from 1 to {MAX_DAYS}")])
    return int(given)


def _availability_route(site: Site, dialect: Dialect) -> HTTPRouteHandler:
    @get("/ai/api/check-availability/", name="dialect_availability", opt={"access": "key"})
    async def handle(request: AnyRequest) -> Response[bytes]:
        try:
            caller = authenticate(site, request, _wanted_business(request))
            named = request.query_params.get("feature", "")
            endpoint = next((one for one in dialect.endpoints if one.name == named), None)
            if endpoint is None or endpoint.feature not in site.kit.catalog.features:
                names = ", ".join(one.name for one in dialect.endpoints)
                raise ValidationFailed("Name the feature.", [FieldError("/feature", f"must be one of: {names}")])
            return _reply(await _availability(site, endpoint, caller), 200)
        except Exception as error:
            return _refusal(site, dialect, None, request, error)

    return handle


async def _availability(site: Site, endpoint: Endpoint, caller: Caller) -> dict[str, Any]:
    """Return whether one more answer is in the plan and its quota; nothing is counted by asking."""
    feature, business, now = site.kit.catalog.features[endpoint.feature], caller.business, site.kit.clock.now()
    plan = plan_of(site.kit.policy, business, now)
    switched = site.kit.switches.enabled(business.id, feature.flag)
    allowed = feature.mode(plan) != "none" and (site.kit.flag_default(feature.flag) if switched is None else switched)
    left = UNLIMITED
    if feature.meter and feature.limit(plan) != UNLIMITED:
        period = window(kind_of_meter(feature.meter), now, business.timezone).key
        used = (await site.usage.counters(business.id, [period])).get((feature.meter, period), 0)
        left = max(0, feature.limit(plan) - used)
    available = allowed and (left == UNLIMITED or left >= feature.units)
    return {
        "available": available,
        "feature": endpoint.name,
        "cost": endpoint.credits,
        "current_balance": _balance(endpoint, left),
        "shortage": 0.0 if available else endpoint.credits,
    }


def _balance(endpoint: Endpoint, units_left: int) -> float | None:
    """Return what is left of the quota in the client's credits; None where the plan sets no limit."""
    return None if units_left == UNLIMITED else round(units_left * endpoint.credits, 2)


def _refusal(
    site: Site, dialect: Dialect, endpoint: Endpoint | None, request: AnyRequest, error: Exception
) -> Response[bytes]:
    """Return a refusal as `{error, message}` with the client's status and code; no fault of ours shows its text."""
    if not isinstance(error, GatewayError):
        handle_unexpected(request, error)
        error = GatewayError("Something went wrong here. No credits were deducted.")
    status, code = dialect.errors.get(error.code, (error.status, error.code))
    if error.code == "not_found" and endpoint is not None:
        code = endpoint.missing
    body: dict[str, Any] = {"error": code, "message": error.detail}
    if status == 402 and endpoint is not None:
        body |= {"current_balance": 0.0, "required_credits": endpoint.credits}
    if status == 503:
        body["message"] = f"{error.detail} No credits were deducted."
    if error.errors:
        body["errors"] = {one.pointer.strip("/") or "body": [one.message] for one in error.errors}
    return _reply(body, status, error.headers)


def _reply(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(_encode(body), status_code=status, media_type="application/json", headers=dict(headers or {}))
