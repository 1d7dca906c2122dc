"""Ends a service key at the time that its rotation named, so that the old and the new one overlap for a while."""

from gateway.domain.jobs import Job
from gateway.errors import NotFound
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import JobKind, Outcome
from gateway.store.keys import Keys

END_KEY = "end_key"


async def run(context: JobContext, job: Job) -> Outcome:
    """Revoke the key; one that is gone already is no fault."""
    tools = context.tools
    try:
        await Keys(tools.database, tools.kit.clock, tools.snapshots.refresh).revoke(str(job.payload["key"]))
    except NotFound:
        return Outcome(result={"ended": False})
    return Outcome(result={"ended": True})


KIND = JobKind(END_KEY, run)
