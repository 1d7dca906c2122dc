"""Looks every morning for unusual patterns of each business's last week and tells of each once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.domain.events import Event
from gateway.domain.jobs import Job
from gateway.errors import NotInPlan
from gateway.features.anomalies import alert_id, found, weighed
from gateway.features.anomaly_rules import LOW
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import Daily, JobKind, Outcome
from gateway.pipeline.admission import plan_of
from gateway.store.database import Script

FEATURE = "fraud_alerts"
TELL_DAYS = 7
MOST = 100


async def run(context: JobContext, job: Job) -> Outcome:
    """Give how many alerts there are; what people dismissed is not told, nor what is for information only."""
    business, tools = context.business, context.tools
    try:
        plan = plan_of(tools.kit.policy, business, context.now())
    except NotInPlan:
        return Outcome(result={"alerts": 0, "left_out": "not_in_plan"})
    if tools.kit.catalog.features[FEATURE].mode(plan) == "none":
        return Outcome(result={"alerts": 0, "left_out": "not_in_plan"})
    given = job.payload.get("as_of")
    zone = ZoneInfo(business.timezone)
    day = (
        date.fromisoformat(given) if given else datetime.fromtimestamp(context.now() / 1e6, UTC).astimezone(zone).date()
    )
    pos = await tools.records.open(business.id, business.currency, day)
    pos.utc_offset = business.utc_offset(day)
    said = () if tools.kit.alert_outcomes is None else await tools.kit.alert_outcomes.of(business.id)
    hits = weighed(await found(pos, day - timedelta(days=TELL_DAYS), day), said, business.id)
    worth = [hit for hit in hits if hit.severity != LOW][:MOST]
    events = [
        Event(
            "fraud.alert",
            dedupe_key=alert_id(business.id, hit),
            data={
                "alert_id": alert_id(business.id, hit),
                "severity": hit.severity,
                "type": hit.type,
                "summary": hit.fact,
            },
        )
        for hit in worth
    ]

    def tell() -> Script[None]:
        for event in events:
            yield from tools.events.emit(business.id, event)

    return Outcome(result={"as_of": day.isoformat(), "alerts": len(worth)}, then=[tell])


KIND = JobKind("fraud_scan", run, schedule=Daily(6, per_business=True))
