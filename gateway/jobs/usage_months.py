"""Files usage away by month each hour, and drops the months that are no longer kept."""

from gateway.domain.jobs import Job
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import Every, JobKind, Outcome
from gateway.store.usage_months import file_away


async def run(context: JobContext, job: Job) -> Outcome:
    """Move what is due; doing it again moves nothing."""
    return Outcome(result={"moved": await file_away(context.tools.database, context.now())})


KIND = JobKind("usage_months", run, schedule=Every(3600), timeout_s=3600.0)
