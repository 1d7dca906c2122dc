"""What a person says of an alert on an unusual pattern: something to it, or not."""

from datetime import date
from typing import Any

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from gateway.api.asking import caller_of
from gateway.api.body import read_object
from gateway.api.once import once
from gateway.api.replies import json_response
from gateway.api.site import Site
from gateway.domain.alert_outcome import OUTCOMES, AlertOutcome
from gateway.errors import FieldError, Forbidden, NotFound, ValidationFailed
from gateway.features.anomalies import alert_id as id_of
from gateway.features.anomalies import found, longest_span
from gateway.library.windows import local_day
from gateway.store.database import Script

FEATURE = "fraud_alerts"
MAX_COMMENT = 2_000


def fraud_feedback_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return the handler of POST /api/ai/fraud-alerts/{alert_id}/feedback/; none where there is no such feature."""
    feature = site.kit.catalog.features.get(FEATURE)
    if feature is None:
        return []
    group = feature.group

    @post(
        "/api/ai/fraud-alerts/{alert_id:str}/feedback", status_code=201, name="fraud_feedback",
        opt={"access": f"scope:{group}"},
    )  # fmt: skip
    async def say(request: Request[Any, Any, Any], alert_id: FromPath[str]) -> Response[bytes]:
        caller = caller_of(site, request)
        if not caller.scopes & {"*", group}:
            raise Forbidden(f"This key has no scope `{group}`. Ask an administrator for a key that has it.")
        body, raw = await read_object(request, site.max_body_bytes)
        _check(body)
        business = caller.business
        day = _day(body.get("as_of")) or local_day(site.kit.clock.now(), business.timezone)
        pos = await site.records.open(business.id, business.currency, day)
        hits = await found(pos, longest_span(day), day)
        hit = next((one for one in hits if id_of(business.id, one) == alert_id), None)
        if hit is None:
            raise NotFound("There is no such alert of this business; send the as_of it was found with.")
        user = site.kit.sign("user", f"{business.id}|{caller.user_id}") if caller.user_id else ""
        said = AlertOutcome(alert_id, hit.pattern, body["outcome"])

        def recorded() -> Script[Response[bytes]]:
            yield from site.alert_outcomes.say(business.id, said, body.get("comment") or "", user)
            return json_response({"alert_id": alert_id, "outcome": said.outcome, "recorded": True}, 201)

        return await once(site, request, business.id, raw, recorded)

    return [say]


def _check(body: dict[str, Any]) -> None:
    """Raise `ValidationFailed` naming every wrong field."""
    errors = [
        FieldError(f"/{name}", "is not taken here") for name in sorted(set(body) - {"outcome", "comment", "as_of"})
    ]
    if body.get("outcome") not in OUTCOMES:
        errors.append(FieldError("/outcome", f"must be one of {', '.join(OUTCOMES)}"))
    comment = body.get("comment")
    if comment is not None and not (isinstance(comment, str) and len(comment) <= MAX_COMMENT and "\x00" not in comment):
        errors.append(FieldError("/comment", f"must be text of at most {MAX_COMMENT:,} characters"))
    if body.get("as_of") is not None and _day(body["as_of"]) is None:
        errors.append(FieldError("/as_of", "must be a day from 2000-01-01 to 2199-12-31"))
    if errors:
        raise ValidationFailed("Correct the named fields and send the request again.", errors=errors)


def _day(text: object) -> date | None:
    try:
        day = date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return day if day and 2000 <= day.year <= 2199 else None
