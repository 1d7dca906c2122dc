"""What people say of an answer and decide on a recommendation."""

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from gateway.api.asking import caller_of
from gateway.api.body import read_object
from gateway.api.once import once
from gateway.api.replies import json_response
from gateway.api.site import Site
from gateway.domain.caller import Caller
from gateway.errors import FieldError, Forbidden, ValidationFailed
from gateway.store.database import Script
from gateway.store.feedback import Feedback

SCOPE = "decisions"
OUTCOMES = (
    "paid", "paid_late", "partly_paid", "not_paid", "unpaid", "defaulted", "accepted", "rejected", "approved",
    "declined", "overridden", "true_positive", "false_positive", "resolved", "unresolved", "sold", "not_sold", "used",
    "not_used", "other",
)  # fmt: skip
DECISIONS = ("approve", "override")
MAX_TEXT, MAX_VALUE = 2_000, 4_096
AnyRequest = Request[Any, Any, Any]


def feedback_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return POST /api/ai/feedback/ and POST /api/ai/decisions/{request_id}/."""

    @post("/api/ai/feedback", status_code=201, name="feedback", opt={"access": "key"})
    async def feedback(request: AnyRequest) -> Response[bytes]:
        caller = caller_of(site, request)
        body, raw = await read_object(request, site.max_body_bytes)
        said = _feedback(body)
        about = await site.feedback.answered(caller.business.id, body["request_id"])

        def recorded() -> Script[Response[bytes]]:
            yield from site.feedback.say(caller.business.id, about, _user(site, caller), said)
            return json_response({"request_id": body["request_id"], "feature": about.feature, "recorded": True}, 201)

        return await once(site, request, caller.business.id, raw, recorded)

    @post("/api/ai/decisions/{request_id:str}", status_code=201, name="decision", opt={"access": f"scope:{SCOPE}"})
    async def decide(request: AnyRequest, request_id: FromPath[str]) -> Response[bytes]:
        caller = caller_of(site, request)
        groups = {feature.group for feature in site.kit.catalog.features.values()}
        if not caller.scopes & {"*", SCOPE, *groups}:
            raise _forbidden(SCOPE)
        body, raw = await read_object(request, site.max_body_bytes)
        _check_decision(body)
        about = await site.feedback.answered(caller.business.id, request_id)
        feature = site.kit.catalog.features.get(about.feature)
        if feature is not None and not caller.scopes & {"*", SCOPE, feature.group}:
            raise _forbidden(feature.group)
        if feature is None or feature.decision_status is None:
            wanted = "the request of a recommendation: one whose meta.decision_status says so"
            raise ValidationFailed("There is nothing to decide here.", errors=[FieldError("/request_id", wanted)])
        content = {"value": body.get("value"), "reason": body["reason"]}

        def decided() -> Script[Response[bytes]]:
            decision_id = yield from site.feedback.decide(
                caller.business.id, about, body["decision"], content,
                user_hash=_user(site, caller), actor=caller.key_id,
            )  # fmt: skip
            shown = {"decision_id": decision_id, "request_id": request_id, "feature": about.feature}
            return json_response({**shown, "decision": body["decision"], **content}, 201)

        return await once(site, request, caller.business.id, raw, decided)

    return [feedback, decide]


def _user(site: Site, caller: Caller) -> str:
    return site.kit.sign("user", f"{caller.business.id}|{caller.user_id}") if caller.user_id else ""


def _forbidden(scope: str) -> Forbidden:
    return Forbidden(f"This key has no scope `{scope}`. Ask an administrator for a key that has it.")


def _feedback(body: dict[str, Any]) -> Feedback:
    errors = _unknown(body, {"request_id", "rating", "outcome", "comment"})
    errors += _text(body, "request_id", 128, required=True)
    errors += _text(body, "comment", MAX_TEXT, required=False)
    rating, outcome = body.get("rating"), body.get("outcome")
    if rating is not None and (isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= 5):
        errors.append(FieldError("/rating", "must be a whole number from 1 to 5"))
    if outcome is not None and outcome not in OUTCOMES:
        errors.append(FieldError("/outcome", f"must be one of {', '.join(OUTCOMES)}"))
    if not errors and rating is None and outcome is None and not body.get("comment"):
        errors.append(FieldError("/rating", "is missing: give a rating, an outcome or a comment"))
    if errors:
        raise ValidationFailed("Correct the feedback.", errors=errors)
    return Feedback(rating, outcome or "", body.get("comment") or "")


def _check_decision(body: dict[str, Any]) -> None:
    errors = _unknown(body, {"decision", "value", "reason"})
    if body.get("decision") not in DECISIONS:
        errors.append(FieldError("/decision", f"must be one of {', '.join(DECISIONS)}"))
    errors += _text(body, "reason", MAX_TEXT, required=True)
    if len(msgspec.json.encode(body.get("value"))) > MAX_VALUE:
        errors.append(FieldError("/value", f"must be JSON of at most {MAX_VALUE} bytes"))
    elif body.get("decision") == "override" and body.get("value") is None:
        errors.append(FieldError("/value", "is missing: say what is decided instead"))
    if errors:
        raise ValidationFailed("Correct the decision.", errors=errors)


def _unknown(body: dict[str, Any], known: set[str]) -> list[FieldError]:
    return [FieldError(f"/{name}", "is not known here") for name in sorted(set(body) - known)]


def _text(body: dict[str, Any], name: str, longest: int, *, required: bool) -> list[FieldError]:
    value = body.get(name)
    if value is None and not required:
        return []
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        return [FieldError(f"/{name}", f"must be a text of 1 to {longest} characters")]
    return []
