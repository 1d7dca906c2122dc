"""Files the audit log away by month each hour."""

from gateway.domain.jobs import Job
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import Every, JobKind, Outcome
from gateway.store.audit_months import file_lines


async def run(context: JobContext, job: Job) -> Outcome:
    """Move what is due; doing it again moves nothing."""
    return Outcome(result={"moved": await file_lines(context.tools.database, context.now())})


KIND = JobKind("audit_months", run, schedule=Every(3600), timeout_s=3600.0)
