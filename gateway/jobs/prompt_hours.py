"""Sums up the closed hours of each prompt version, for its page and for the search in requests."""

from gateway.domain.jobs import Job
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import Every, JobKind, Outcome
from gateway.store.prompt_hours import PromptHours


async def run(context: JobContext, job: Job) -> Outcome:
    """Sum what has closed since; doing it again changes nothing."""
    hours = await PromptHours(context.tools.database).sum_up(context.now())
    return Outcome(result={"hours": hours})


KIND = JobKind("prompt_hours", run, schedule=Every(3600))
