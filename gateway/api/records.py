"""Pushing a business's records: NDJSON up, counts back, deletion by id."""

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, delete, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from gateway.api.asking import caller_of
from gateway.api.body import read_bytes, read_object
from gateway.api.credit_alerts import records_changed
from gateway.api.replies import json_response
from gateway.api.site import Site
from gateway.domain.caller import Caller
from gateway.domain.records import TABLES
from gateway.errors import FieldError, Forbidden, NotFound, ValidationFailed

NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")
MAX_DELETE_IDS = 5_000
SCOPE = "records"


def record_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return the handlers under /api/ai/records/."""

    @put("/api/ai/records/{table:str}", status_code=200, name="records_put", opt={"access": f"scope:{SCOPE}"})
    async def push(request: Request[Any, Any, Any], table: FromPath[str]) -> Response[bytes]:
        caller = _allowed(site, request)
        _known(table)
        body = await read_bytes(request, site.max_records_bytes, NDJSON)
        result = await site.records.upsert(caller.business.id, table, body)
        await records_changed(site, caller.business, table)
        return json_response({"table": table, "inserted": result.inserted, "updated": result.updated})

    @delete("/api/ai/records/{table:str}", status_code=200, name="records_delete", opt={"access": f"scope:{SCOPE}"})
    async def remove(request: Request[Any, Any, Any], table: FromPath[str]) -> Response[bytes]:
        caller = _allowed(site, request)
        _known(table)
        body, _ = await read_object(request, site.max_body_bytes)
        deleted = await site.records.delete(caller.business.id, table, _ids(body))
        await records_changed(site, caller.business, table)
        return json_response({"table": table, "deleted": deleted})

    @get("/api/ai/records", name="records_counts", opt={"access": f"scope:{SCOPE}"})
    async def counts(request: Request[Any, Any, Any]) -> Response[bytes]:
        caller = _allowed(site, request)
        found = await site.records.counts(caller.business.id)
        as_of = datetime.fromtimestamp(site.kit.clock.now() / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return json_response({"business_id": caller.business.id, "as_of": as_of, "tables": found})

    return [push, remove, counts]


def _allowed(site: Site, request: Request[Any, Any, Any]) -> Caller:
    caller = caller_of(site, request)
    if not caller.scopes & {"*", SCOPE}:
        raise Forbidden(f"This key has no scope `{SCOPE}`. Ask an administrator for a key that has it.")
    return caller


def _known(table: str) -> None:
    if table not in TABLES:
        raise NotFound(f"There is no such table. Tables: {', '.join(TABLES)}.")


def _ids(body: dict[str, Any]) -> list[str]:
    ids = body.get("ids")
    if set(body) != {"ids"} or not isinstance(ids, list) or not 1 <= len(ids) <= MAX_DELETE_IDS:
        wanted = f"a list of 1 to {MAX_DELETE_IDS} ids, and no other field"
        raise ValidationFailed('Send {"ids": ["…"]}.', errors=[FieldError("/ids", wanted)])
    wrong = [index for index, value in enumerate(ids) if not isinstance(value, str) or not value]
    if wrong:
        raise ValidationFailed("Ids are texts.", errors=[FieldError(f"/ids/{i}", "must be a text") for i in wrong[:50]])
    return ids
