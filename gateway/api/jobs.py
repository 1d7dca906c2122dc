"""Background jobs as callers see them, and `Prefer: respond-async`, which makes one of a request."""

import re
from typing import Any

import msgspec
from litestar import Request, Response, delete, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from gateway.api.asking import caller_of
from gateway.api.edge import header
from gateway.api.site import Site
from gateway.domain.caller import Caller
from gateway.domain.jobs import FINISHED, JobView, NewJob
from gateway.errors import Forbidden, IdempotencyMismatch
from gateway.pipeline.admission import admit, plan_of
from gateway.pipeline.ask import Ask
from gateway.pipeline.deferred import to_payload
from gateway.pipeline.meta import instant

ANSWER = "feature_answer"
"""The job kind that answers a feature's request later."""

PRIORITY = {"normal": 0, "high": 1}
_PREFERS = re.compile(r"(?:^|,)\s*respond-async\s*(?:[,;]|$)", re.IGNORECASE)
_encode = msgspec.json.Encoder().encode


def job_routes(site: Site) -> list[HTTPRouteHandler]:
    """Return the handlers under /api/ai/jobs/."""

    @get("/api/ai/jobs/{job_id:str}", name="job", opt={"access": "key"})
    async def show(request: Request[Any, Any, Any], job_id: FromPath[str]) -> Response[bytes]:
        return _shown(await _own(site, request, job_id))

    @delete("/api/ai/jobs/{job_id:str}", status_code=200, name="job_cancel", opt={"access": "key"})
    async def cancel(request: Request[Any, Any, Any], job_id: FromPath[str]) -> Response[bytes]:
        caller = caller_of(site, request)
        await _own(site, request, job_id)
        await site.jobs.cancel(caller.business.id, job_id)
        return _shown(await site.jobs.get(caller.business.id, job_id))

    return [show, cancel]


def wants_later(request: Request[Any, Any, Any]) -> bool:
    """Tell whether the caller asks for `Prefer: respond-async` (RFC 7240)."""
    return bool(_PREFERS.search(header(request, b"prefer") or ""))


async def answer_later(site: Site, ask: Ask, records: Any) -> Response[bytes]:
    """Admit the request as usual, make a job of it and say where it is. Raises the documented 4xx."""
    await admit(site.kit, ask)
    plan = plan_of(site.kit.policy, ask.caller.business, ask.received_at)
    job = NewJob(
        ANSWER,
        to_payload(ask, records),
        dedupe_key=None if ask.idempotency_key is None else f"key:{ask.idempotency_key}",
        priority=PRIORITY[plan.priority],
        scope=ask.feature.group,
        subjects=(ask.user_hash,) if ask.user_hash else (),
    )
    return await accepted(site, ask.caller, job, ask.request_hash)


async def accepted(site: Site, caller: Caller, job: NewJob, request_hash: str = "") -> Response[bytes]:
    """Put a job into the table and return 202 with its address; the same wish gives the same job.

    Raises IdempotencyMismatch when another request has used the job's key.
    """
    added = await site.jobs.add(caller.business.id, job, request_hash)
    if added.request_hash != request_hash:
        raise IdempotencyMismatch("This Idempotency-Key was used with another request. Use a new key for this one.")
    return _shown(await site.jobs.get(caller.business.id, added.id), 202, replayed=not added.new)


async def _own(site: Site, request: Request[Any, Any, Any], job_id: str) -> JobView:
    caller = caller_of(site, request)
    job = await site.jobs.get(caller.business.id, job_id)
    if job.scope and not caller.scopes & {"*", job.scope}:
        raise Forbidden(f"This key has no scope `{job.scope}`. Ask an administrator for a key that has it.")
    return job


def _shown(job: JobView, status: int = 200, *, replayed: bool = False) -> Response[bytes]:
    address = f"/api/ai/jobs/{job.id}/"
    headers = {"Location": address} if status == 202 else {}
    if job.state not in FINISHED:
        headers["Retry-After"] = "1"
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    body = {
        "job_id": job.id,
        "kind": job.kind,
        "status": "failed" if job.state == "dead" else job.state,
        "progress": {"done": job.done, "total": job.total},
        "created_at": instant(job.created_at),
        "finished_at": None if job.finished_at is None else instant(job.finished_at),
        "url": address,
    }
    outcome = job.outcome or b'{"result":null,"errors":[],"error":null}'
    whole = _encode(body)[:-1] + b"," + outcome[1:]
    return Response(whole, status_code=status, media_type="application/json", headers=headers)
