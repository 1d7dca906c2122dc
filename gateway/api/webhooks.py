"""Webhooks: register an address, roll its secret, read what became of each delivery, send again."""

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from gateway.api.asking import caller_of
from gateway.api.body import read_object
from gateway.api.once import once
from gateway.api.replies import json_response
from gateway.api.site import Site
from gateway.domain.caller import Caller
from gateway.domain.events import EVENTS
from gateway.errors import FieldError, Forbidden, NotFound, ValidationFailed
from gateway.pipeline.meta import instant
from gateway.store.database import Script
from gateway.store.webhooks import Webhook

SCOPE = "webhooks"
ACCESS = {"access": f"scope:{SCOPE}"}
MAX_REPLAY = 100
STATES = ("pending", "delivered", "dead")
AnyRequest = Request[Any, Any, Any]


def webhook_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return the handlers under /api/ai/webhooks/."""
    return [*_registering(site), *_delivering(site)]


def _registering(site: Site) -> list[HTTPRouteHandler]:
    @get("/api/ai/webhooks", name="webhooks", opt=ACCESS)
    async def listed(request: AnyRequest) -> Response[bytes]:
        caller = _allowed(site, request)
        return json_response({"webhooks": [_json(hook) for hook in await site.webhooks.all_of(caller.business.id)]})

    @post("/api/ai/webhooks", status_code=201, name="webhook_create", opt=ACCESS)
    async def create(request: AnyRequest) -> Response[bytes]:
        caller = _allowed(site, request)
        body, raw = await read_object(request, site.max_body_bytes)
        url, events = _wanted(site, body)

        def made() -> Script[Response[bytes]]:
            hook, secret = yield from site.webhooks.creating(caller.business.id, url, events)
            return json_response({**_json(hook), "secret": secret}, 201)

        return await once(site, request, caller.business.id, raw, made)

    @delete("/api/ai/webhooks", status_code=200, name="webhooks_delete", opt=ACCESS)
    async def delete_many(request: AnyRequest) -> Response[bytes]:
        caller = _allowed(site, request)
        body, _ = await read_object(request, site.max_body_bytes)
        gone = [await site.webhooks.delete(caller.business.id, one) for one in _texts(body, "ids")]
        return json_response({"deleted": sum(gone)})

    @delete("/api/ai/webhooks/{webhook_id:str}", status_code=200, name="webhook_delete", opt=ACCESS)
    async def delete_one(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
        caller = _allowed(site, request)
        if not await site.webhooks.delete(caller.business.id, webhook_id):
            raise NotFound("There is no such webhook.")
        return json_response({"deleted": 1})

    @post("/api/ai/webhooks/{webhook_id:str}/secret", status_code=200, name="webhook_roll", opt=ACCESS)
    async def roll(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
        caller = _allowed(site, request)

        def rolled() -> Script[Response[bytes]]:
            hook, secret = yield from site.webhooks.rolling(caller.business.id, webhook_id)
            return json_response({**_json(hook), "secret": secret})

        return await once(site, request, caller.business.id, b"", rolled)

    return [listed, create, delete_many, delete_one, roll]


def _delivering(site: Site) -> list[HTTPRouteHandler]:
    @get("/api/ai/webhooks/{webhook_id:str}/deliveries", name="webhook_deliveries", opt=ACCESS)
    async def deliveries(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
        caller = _allowed(site, request)
        state, since = _filter(request)
        await site.webhooks.get(caller.business.id, webhook_id)
        rows = await site.webhooks.deliveries(caller.business.id, webhook_id, state=state, since=since)
        return json_response({"deliveries": [_delivery(row) for row in rows]})

    @post("/api/ai/webhooks/{webhook_id:str}/replay", status_code=202, name="webhook_replay", opt=ACCESS)
    async def replay(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
        caller = _allowed(site, request)
        body, raw = await read_object(request, site.max_body_bytes)
        event_ids = _texts(body, "event_ids")
        await site.webhooks.get(caller.business.id, webhook_id)

        def replayed() -> Script[Response[bytes]]:
            count = yield from site.webhooks.replaying(caller.business.id, webhook_id, event_ids)
            return json_response({"replayed": count}, 202)

        done = await once(site, request, caller.business.id, raw, replayed)
        site.jobs.nudge()
        return done

    return [deliveries, replay]


def _allowed(site: Site, request: AnyRequest) -> Caller:
    caller = caller_of(site, request)
    if not caller.scopes & {"*", SCOPE}:
        raise Forbidden(f"This key has no scope `{SCOPE}`. Ask an administrator for a key that has it.")
    return caller


def _wanted(site: Site, body: dict[str, Any]) -> tuple[str, list[str]]:
    errors = [FieldError(f"/{name}", "is not known here") for name in sorted(set(body) - {"url", "events"})]
    url, events = body.get("url"), body.get("events", ["*"])
    if not isinstance(url, str):
        errors.append(FieldError("/url", "must be an https:// address"))
    known = {*EVENTS, "*"}
    if not isinstance(events, list) or not 1 <= len(events) <= len(known):
        errors.append(FieldError("/events", 'must be a list of event types, or ["*"] for all'))
    else:
        wrong = [index for index, name in enumerate(events) if not isinstance(name, str) or name not in known]
        errors += [FieldError(f"/events/{index}", f"must be one of {', '.join(EVENTS)}") for index in wrong]
    if errors or not isinstance(url, str):
        raise ValidationFailed("Correct the webhook.", errors=errors)
    site.sender.check(url)
    return url, list(dict.fromkeys(events))


def _texts(body: dict[str, Any], name: str) -> list[str]:
    values = body.get(name)
    if set(body) != {name} or not isinstance(values, list) or not 1 <= len(values) <= MAX_REPLAY:
        wanted = f"a list of 1 to {MAX_REPLAY} ids, and no other field"
        raise ValidationFailed(f'Send {{"{name}": ["…"]}}.', errors=[FieldError(f"/{name}", wanted)])
    wrong = [index for index, value in enumerate(values) if not isinstance(value, str) or not value]
    if wrong:
        errors = [FieldError(f"/{name}/{index}", "must be a text") for index in wrong]
        raise ValidationFailed("Ids are texts.", errors=errors)
    return values


def _filter(request: AnyRequest) -> tuple[str, int]:
    unknown = set(request.query_params) - {"state", "since"}
    errors = [FieldError(f"/{name}", "is not known here; use state and since") for name in sorted(unknown)]
    state, since = request.query_params.get("state", ""), request.query_params.get("since", "")
    if state and state not in STATES:
        errors.append(FieldError("/state", f"must be one of {', '.join(STATES)}"))
    micros = 0
    if since:
        try:
            found = datetime.fromisoformat(since)
            micros = int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1_000_000)
        except (ValueError, OverflowError):
            errors.append(FieldError("/since", "must be an instant such as 2026-11-01T00:00:00Z"))
    if errors:
        raise ValidationFailed("Correct the query.", errors=errors)
    return state, micros


def _json(hook: Webhook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "url": hook.url,
        "events": list(hook.events),
        "status": "active" if hook.disabled_at is None else "disabled",
        "two_secrets_until": None if hook.rolling_until is None else instant(hook.rolling_until),
        "created_at": instant(hook.created_at),
    }


def _delivery(row: dict[str, Any]) -> dict[str, Any]:
    log = [{**entry, "at": instant(entry["at"])} for entry in row["log"]]
    return {
        "event_id": row["event_id"],
        "type": row["type"],
        "state": row["state"],
        "attempts": row["attempts"],
        "log": log,
        "created_at": instant(row["created_at"]),
        "changed_at": instant(row["changed_at"]),
    }
