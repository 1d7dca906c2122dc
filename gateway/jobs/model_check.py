"""Tells of models that will be, or are, shut down while a route still names them: `model.retiring`."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from gateway.domain.events import Event
from gateway.domain.jobs import Job
from gateway.domain.reply import EgressBlocked, UpstreamFault
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import Daily, JobKind, Outcome
from gateway.library.policy_types import OFFLINE, Policy
from gateway.store.database import Script
from gateway.store.events import SERVICE

NOTICE = timedelta(days=60)
"""How long before its last day a model is told of."""


async def run(context: JobContext, job: Job) -> Outcome:
    """Compare the routes with the models' dates and with what the provider lists today."""
    policy = context.tools.kit.policy
    today = datetime.fromtimestamp(context.now() / 1e6, UTC).date()
    found = retiring(policy, today, await _listed(context))

    def told() -> Script[None]:
        for event in found:
            yield from context.tools.events.emit(SERVICE, event)

    return Outcome(result={"retiring": [event.data["model"] for event in found]}, then=[told])


def retiring(policy: Policy, today: date, listed: frozenset[str]) -> list[Event]:
    """Return an event for each routed model that ends within the notice, or that a provider with a list lacks."""
    events: list[Event] = []
    for model, routes in sorted(_routed(policy).items()):
        last = policy.models[model].shutdown_date
        data: dict[str, Any] = {"model": model, "shutdown_date": None, "routes": routes}
        if last is not None and last - NOTICE <= today:
            day = last.isoformat()
            events.append(Event("model.retiring", f"{model}:{day}", {**data, "shutdown_date": day}))
        elif listed and model not in listed:
            events.append(Event("model.retiring", f"{model}:unlisted:{today.isoformat()[:7]}", data))
    return events


def _routed(policy: Policy) -> dict[str, list[str]]:
    routed: dict[str, list[str]] = {}
    for route, models in policy.routes.items():
        for model in models:
            if model != OFFLINE:
                routed.setdefault(model, []).append(route)
    return routed


async def _listed(context: JobContext) -> frozenset[str]:
    """Return the ids that the provider lists; nothing when it cannot be asked, or when there is none."""
    for model in {id(one): one for one in context.tools.kit.models.values()}.values():
        listing = getattr(model, "available", None)
        if listing is not None:
            try:
                found: frozenset[str] = await listing()
            except (UpstreamFault, EgressBlocked):
                return frozenset()
            return found
    return frozenset()


KIND = JobKind("model_check", run, schedule=Daily(5))
