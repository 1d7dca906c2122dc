"""A business's own say over its data: no models at all or for one feature, and forgetting a person."""

import hashlib
from typing import Any

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from gateway.api.asking import caller_of, idempotency_key
from gateway.api.body import read_object
from gateway.api.jobs import accepted
from gateway.api.once import once
from gateway.api.replies import json_response
from gateway.api.site import Site
from gateway.domain.caller import Caller
from gateway.domain.jobs import NewJob
from gateway.domain.ledger import AuditEntry
from gateway.errors import FieldError, Forbidden, ValidationFailed
from gateway.store.businesses import EVERY_FEATURE, opted_out
from gateway.store.database import Script

SCOPE = "privacy"
ACCESS = {"access": f"scope:{SCOPE}"}
ERASURE = "erasure"
"""The job kind that forgets a person."""

SUBJECT_TYPES = ("customer", "user")
AnyRequest = Request[Any, Any, Any]


def privacy_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return the handlers under /api/ai/privacy/."""

    @get("/api/ai/privacy/opt-out", name="opt_out_state", opt=ACCESS)
    async def state(request: AnyRequest) -> Response[bytes]:
        business_id = _allowed(site, request).business.id
        return _shown(business_id, *await site.businesses.opted_out(business_id))

    @post("/api/ai/privacy/opt-out", status_code=200, name="opt_out", opt=ACCESS)
    async def opt_out(request: AnyRequest) -> Response[bytes]:
        caller = _allowed(site, request)
        body, raw = await read_object(request, site.max_body_bytes)
        out, features = _opt_out(site, body)

        business_id, now = caller.business.id, site.kit.clock.now()
        details = {"opted_out": out, "features": features}
        line = AuditEntry(business_id, caller.key_id, "privacy.opt_out", business_id, now, details)

        def switched() -> Script[Response[bytes]]:
            yield from site.businesses.opting_out(business_id, features, out=out, line=line)
            return _shown(business_id, *(yield from opted_out(business_id)))

        done = await once(site, request, business_id, raw, switched)
        await site.businesses.changed()
        return done

    @post("/api/ai/privacy/erasure", status_code=202, name="erasure", opt=ACCESS)
    async def erasure(request: AnyRequest) -> Response[bytes]:
        caller = _allowed(site, request)
        body, raw = await read_object(request, site.max_body_bytes)
        content = {"subject": _subject(body), "reason": body.get("reason"), "by": caller.key_id}
        key = idempotency_key(request)
        job = NewJob(ERASURE, content, dedupe_key=None if key is None else f"key:{key}", scope=SCOPE)
        return await accepted(site, caller, job, "" if key is None else hashlib.sha256(b"erasure\0" + raw).hexdigest())

    return [state, opt_out, erasure]


def _allowed(site: Site, request: AnyRequest) -> Caller:
    caller = caller_of(site, request)
    if not caller.scopes & {"*", SCOPE}:
        raise Forbidden(f"This key has no scope `{SCOPE}`. Ask an administrator for a key that has it.")
    return caller


def _shown(business_id: str, everything: bool, features: list[str]) -> Response[bytes]:
    return json_response({"business_id": business_id, "opted_out": everything, "features": features})


def _opt_out(site: Site, body: dict[str, Any]) -> tuple[bool, list[str]]:
    """Return whether the business opts out or in again, and for which features; `*` is all of them."""
    known = {"opted_out", "feature", "features"}
    errors = [FieldError(f"/{name}", "is not known here") for name in sorted(set(body) - known)]
    out = body.get("opted_out", True)
    if not isinstance(out, bool):
        errors.append(FieldError("/opted_out", "must be true or false"))
    one, many = body.get("feature"), body.get("features")
    names = [one] if one is not None else ([EVERY_FEATURE] if many is None else many)
    pointer = "/feature" if one is not None else "/features"
    if one is not None and many is not None:
        errors.append(FieldError("/features", "must be left out where `feature` is given"))
    if not isinstance(names, list) or not 1 <= len(names) <= 100:
        errors.append(FieldError(pointer, "must be a list of features; leave it out for all of them"))
    else:
        features = site.kit.catalog.features
        wrong = [i for i, name in enumerate(names) if not isinstance(name, str) or name not in {*features, "*"}]
        wanted = f"must be one of {', '.join(sorted(features))}"
        errors += [FieldError(pointer if one is not None else f"/features/{index}", wanted) for index in wrong]
    if errors:
        raise ValidationFailed("Correct the opt-out.", errors=errors)
    return out, list(dict.fromkeys(names))


def _subject(body: dict[str, Any]) -> dict[str, str]:
    errors = [FieldError(f"/{name}", "is not known here") for name in sorted(set(body) - {"subject", "reason"})]
    subject, reason = body.get("subject"), body.get("reason")
    if not isinstance(subject, dict):
        errors.append(FieldError("/subject", 'must be {"type": "customer" or "user", "id": "…"}'))
    else:
        errors += [FieldError(f"/subject/{n}", "is not known here") for n in sorted(set(subject) - {"type", "id"})]
        if subject.get("type") not in SUBJECT_TYPES:
            errors.append(FieldError("/subject/type", f"must be one of {', '.join(SUBJECT_TYPES)}"))
        given = subject.get("id")
        if not isinstance(given, str) or not given.strip() or len(given) > 128:
            errors.append(FieldError("/subject/id", "must be a text of 1 to 128 characters"))
    if reason is not None and (not isinstance(reason, str) or len(reason) > 2_000):
        errors.append(FieldError("/reason", "must be a text of at most 2000 characters"))
    if errors or not isinstance(subject, dict):
        raise ValidationFailed("Say who is to be forgotten.", errors=errors)
    return {"type": subject["type"], "id": subject["id"]}
