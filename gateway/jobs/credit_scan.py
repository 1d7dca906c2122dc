"""Looks for new credit alerts of a business, words them in one answer, and tells of each once."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.domain.ids import new_id
from gateway.domain.jobs import Job
from gateway.errors import FeatureDisabled, NotInPlan
from gateway.features.alert_repeats import worth_telling
from gateway.features.credit_alerts import Warned, warned
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import JobKind, Outcome, TryLater
from gateway.pipeline.admission import plan_of
from gateway.store.credit_alerts import NewAlert, SentAlert, remember, sent_alerts

FEATURE = "credit_alerts"
MOST = 100
"""Alerts of one scan; the gravest come first, and the rest is found by the next one."""
_NAMEABLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_decode = msgspec.json.Decoder().decode


async def run(context: JobContext, job: Job) -> Outcome:
    """Give the new alerts; a business whose plan has none, or that has switched them off, is left out."""
    business, tools = context.business, context.tools
    try:
        plan = plan_of(tools.kit.policy, business, context.now())
        if tools.kit.catalog.features[FEATURE].mode(plan) == "none":
            return _left_out("not_in_plan")
        day = _day(job.payload.get("as_of"), context.now(), business.timezone)
        pos = await tools.records.open(business.id, business.currency, day)
        found = await warned(pos, day)
        new = news(found, await sent_alerts(business.id, tools.database), day)[:MOST]
        items = await _worded(context, found, new, day) if new else []
    except (NotInPlan, FeatureDisabled) as refused:
        return _left_out(refused.code)
    alerts = [{"alert_id": new_id(), "customer_id": one.customer.id} for one in new]
    told = [
        NewAlert(alert["alert_id"], one.customer.id, one.severity, day, item["ai_analysis"]["summary"])
        for alert, one, item in zip(alerts, new, items, strict=True)
    ]
    return Outcome(
        result={
            "as_of": day.isoformat(),
            "found": len(found),
            "new": len(new),
            "alerts": [{**alert, **item} for alert, item in zip(alerts, items, strict=True)],
        },
        then=[partial(remember, business.id, alert, context.now(), tools.events.emit) for alert in told],
    )


def news(found: Sequence[Warned], sent: Mapping[str, SentAlert], day: date) -> list[Warned]:
    """Return the alerts that are worth telling, in the order in which they were found."""
    chosen = []
    for one in found:
        last = sent.get(one.customer.id)
        if last is None or worth_telling(one.severity, day, last.severity, last.day):
            chosen.append(one)
    return chosen


async def _worded(
    context: JobContext, found: Sequence[Warned], new: Sequence[Warned], day: date
) -> list[dict[str, Any]]:
    """Return the new alerts as the feature answers them: one question for all, masked, grounded and charged.

    An id that cannot stand in a question is no reason to tell nothing: then all alerts are asked for.
    """
    nameable = all(_NAMEABLE.fullmatch(one.customer.id) for one in new)
    asked = new if nameable else found
    body = {"customer_id": ",".join(one.customer.id for one in new)} if nameable else {}
    answered = await context.answer(FEATURE, body, as_of=day.isoformat())
    items: list[dict[str, Any]] = _decode(answered.body)["alerts"]
    if [item["severity"] for item in items] != [one.severity for one in asked]:
        raise TryLater("records_changed", seconds=5, uncounted=True)
    wanted = {one.customer.id for one in new}
    return [item for item, one in zip(items, asked, strict=True) if one.customer.id in wanted]


def _left_out(why: str) -> Outcome:
    return Outcome(result={"as_of": None, "found": 0, "new": 0, "alerts": [], "left_out": why})


def _day(given: str | None, now: int, timezone: str) -> date:
    if given:
        return date.fromisoformat(given)
    return datetime.fromtimestamp(now / 1e6, UTC).astimezone(ZoneInfo(timezone)).date()


KIND = JobKind("credit_scan", run, public=True)
