"""Answers many requests of one feature, each metered and charged by itself; a refused one does not stop the others."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from gateway.domain.jobs import Job
from gateway.errors import GatewayError, NotReady
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import JobKind, Outcome
from gateway.store.jobs import Lost

AT_ONCE = 4
_decode = msgspec.json.Decoder().decode


async def run(context: JobContext, job: Job) -> Outcome:
    """Give the results in the order of the items; after a crash, items that were answered are not asked again."""
    feature, items, more = job.payload["feature"], job.payload["items"], job.payload["more"]
    results: list[dict[str, Any]] = []
    try:
        await context.progress(0, len(items))
        for first in range(0, len(items), AT_ONCE):
            block = list(enumerate(items))[first : first + AT_ONCE]
            results += await asyncio.gather(*(_one(context, feature, at, item, more) for at, item in block))
            await context.progress(len(results), len(items))
    except (Lost, asyncio.CancelledError):
        await context.leave(*_told(results))  # what was answered before it was cancelled is counted and paid for
        raise
    result, failed = _told(results)
    return Outcome(result=result, errors=failed)


def _told(results: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[Any]]:
    """Return the job's result, and the errors of the items that failed."""
    failed = [result["error"] for result in results if result["status"] == "failed"]
    return {"completed": len(results) - len(failed), "failed": len(failed), "results": results}, failed


async def _one(
    context: JobContext, feature: str, at: int, item: Mapping[str, Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    try:
        answered = await context.answer(feature, item, step=str(at), **more)
    except NotReady:
        raise
    except GatewayError as refused:
        return {"index": at, "status": "failed", "error": _error(at, refused)}
    return {"index": at, "status": "completed", "result": _decode(answered.body)}


def _error(at: int, refused: GatewayError) -> dict[str, Any]:
    named = [{"pointer": one.pointer, "message": one.message} for one in refused.errors]
    return {"index": at, "code": refused.code, "status": refused.status, "detail": refused.detail, "errors": named}


KIND = JobKind("feature_bulk", run, public=True, timeout_s=3600)
