"""Asking for a scan for credit alerts, and the scan that follows changed records where a plan is real-time."""

from typing import Any

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from gateway.api.asking import read_ask
from gateway.api.jobs import PRIORITY, accepted
from gateway.api.site import Site
from gateway.domain.caller import Business
from gateway.domain.jobs import NewJob
from gateway.errors import FieldError, NotInPlan, ValidationFailed
from gateway.pipeline.admission import admit, plan_of

FEATURE = "credit_alerts"
WATCHED = frozenset({"customers", "invoices", "payments"})
"""Tables whose change can raise an alert."""
SETTLE = 60_000_000
"""Changes within the same minute lead to one scan at its end, in microseconds."""


def credit_alert_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return the handler of POST /api/ai/credit/alerts/scan/; none where the library has no such feature."""
    feature = site.kit.catalog.features.get(FEATURE)
    if feature is None:
        return []

    @post("/api/ai/credit/alerts/scan", status_code=202, name="credit_scan", opt={"access": f"scope:{feature.group}"})
    async def scan(request: Request[Any, Any, Any]) -> Response[bytes]:
        ask, records = await read_ask(site, feature, request)
        if surplus := sorted({*ask.body, *(("records",) if records is not None else ())}):
            wrong = [FieldError(f"/{name}", "is not taken here") for name in surplus]
            raise ValidationFailed("A scan looks at all stored records. Send {} or an as_of.", errors=wrong)
        admission = await admit(site.kit, ask)
        job = NewJob(
            "credit_scan",
            {"as_of": ask.as_of.isoformat()},
            dedupe_key=None if ask.idempotency_key is None else f"key:{ask.idempotency_key}",
            priority=PRIORITY[admission.plan.priority],
            scope=feature.group,
        )
        return await accepted(site, ask.caller, job, ask.request_hash)

    return [scan]


async def records_changed(site: Site, business: Business, table: str) -> None:
    """Ask for one scan at the end of this minute when the table matters and the plan watches in real time."""
    if table not in WATCHED or FEATURE not in site.kit.catalog.features:
        return
    now = site.kit.clock.now()
    try:
        plan = plan_of(site.kit.policy, business, now)
    except NotInPlan:
        return
    if plan.real_time and site.kit.catalog.features[FEATURE].mode(plan) != "none":
        minute = now // SETTLE
        await site.jobs.add(
            business.id,
            NewJob("credit_scan_changed", dedupe_key=f"minute:{minute}", run_at=(minute + 1) * SETTLE),
        )
