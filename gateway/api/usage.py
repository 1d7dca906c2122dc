"""What a business used and what is left: per feature, model, prompt version and day."""

from datetime import date, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from gateway.api.asking import caller_of
from gateway.api.replies import json_response
from gateway.api.site import Site
from gateway.domain.money import usd_from_nano
from gateway.errors import FieldError, ValidationFailed
from gateway.library.windows import local_day, window
from gateway.pipeline.admission import plan_of
from gateway.pipeline.meta import instant
from gateway.store.economics import Economics

MAX_DAYS = 92


def usage_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return GET /api/ai/usage/."""

    @get("/api/ai/usage", name="usage", opt={"access": "key"})
    async def usage(request: Request[Any, Any, Any]) -> Response[bytes]:
        caller = caller_of(site, request)
        business, now = caller.business, site.kit.clock.now()
        today = local_day(now, business.timezone)
        since, until = _range(request, today)
        plan = plan_of(site.kit.policy, business, now)
        month, day = window("month", now, business.timezone), window("day", now, business.timezone)
        rows = await site.usage.by_day(business.id, since, until, business.timezone)
        counters = await site.usage.counters(business.id, [month.key, day.key])
        budget = await site.usage.budget(business.id, month.key)
        meters = {
            meter: {
                "limit": limit,
                "used": (used := counters.get((meter, (day if meter.endswith("_per_day") else month).key), 0)),
                "remaining": -1 if limit < 0 else max(0, limit - used),
                "resets_at": instant((day if meter.endswith("_per_day") else month).resets_at),
            }
            for meter, limit in plan.meters.items()
        }
        cap = plan.budget_usd_nano
        heading = await Economics(site.database).projection(business.id, today, business.timezone, cap)
        return json_response(
            {
                "business_id": business.id,
                "plan": plan.name,
                "since": since.isoformat(),
                "until": until.isoformat(),
                "meters": meters,
                "budget": {
                    "cap_usd": f"{usd_from_nano(cap):f}",
                    "spent_usd": f"{usd_from_nano(budget.spent):f}",
                    "reserved_usd": f"{usd_from_nano(budget.reserved):f}",
                    "remaining_usd": f"{usd_from_nano(max(0, cap - budget.spent - budget.reserved)):f}",
                    "projected_usd": f"{usd_from_nano(heading.projected):f}",
                    "exhausted_on": heading.exhausted_on.isoformat() if heading.exhausted_on else None,
                    "resets_at": instant(month.resets_at),
                },
                "rows": rows,
            }
        )

    return [usage]


def _range(request: Request[Any, Any, Any], today: date) -> tuple[date, date]:
    unknown = set(request.query_params) - {"since", "until"}
    errors = [FieldError(f"/{name}", "is not known here; use since and until") for name in sorted(unknown)]
    days = {"since": today.replace(day=1), "until": today}
    for name in days:
        if name in request.query_params:
            try:
                days[name] = date.fromisoformat(request.query_params[name])
            except ValueError:
                errors.append(FieldError(f"/{name}", "must be a date such as 2026-11-01"))
    if not errors and not timedelta(0) <= days["until"] - days["since"] <= timedelta(days=MAX_DAYS):
        errors.append(FieldError("/since", f"must lie 0 to {MAX_DAYS} days before until"))
    if errors:
        raise ValidationFailed("Correct the query.", errors=errors)
    return days["since"], days["until"]
