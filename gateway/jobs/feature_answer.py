"""Answers a feature's request later: `Prefer: respond-async`."""

from gateway.domain.jobs import Job
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import JobKind, Outcome


async def run(context: JobContext, job: Job) -> Outcome:
    """Give the very bytes that the plain answer would have had."""
    given = dict(job.payload)
    answered = await context.answer(given.pop("feature"), given.pop("body"), **given)
    return Outcome(result=answered.body)


KIND = JobKind("feature_answer", run, public=True)
