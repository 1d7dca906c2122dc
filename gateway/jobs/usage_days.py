"""Sums up the usage of closed days each hour, for the pages that show what the whole service costs."""

from gateway.domain.jobs import Job
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import Every, JobKind, Outcome
from gateway.store.usage_days import UsageDays


async def run(context: JobContext, job: Job) -> Outcome:
    """Sum what has closed since; doing it again changes nothing."""
    days = await UsageDays(context.tools.database).sum_up(context.now())
    return Outcome(result={"days": days})


KIND = JobKind("usage_days", run, schedule=Every(3600))
