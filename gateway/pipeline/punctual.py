"""Answers that somebody is waiting for at a till: at the latest moment there is one, whatever else happened.

A feature with `answer_within_ms` is answered from its request alone when records, ledger or model are not there in
time. Its module says with `bare()` what the request alone gives. Refusals of the request itself stay refusals.
"""

import asyncio

import structlog

from gateway.domain.answer import Degraded, DegradedReason, Source
from gateway.errors import GatewayError
from gateway.library.windows import kind_of_meter, window
from gateway.pipeline.admission import Admission, plan_of
from gateway.pipeline.answer import answer, live_prompt
from gateway.pipeline.ask import Answered, Ask
from gateway.pipeline.background import later
from gateway.pipeline.caching import Body
from gateway.pipeline.kit import Kit
from gateway.pipeline.meta import Made, meta

log = structlog.get_logger("gateway.punctual")
_LATE = "The answer was not ready in time; this one was made from the request alone."
_FAILED = "Something failed inside; this answer was made from the request alone."


async def answer_in_time(kit: Kit, ask: Ask) -> Answered:
    """Return the answer, or the bare one at the latest moment. Raises only refusals of the request (4xx)."""
    within = ask.feature.answer_within_ms
    if within is None:
        return await answer(kit, ask)
    work = asyncio.ensure_future(answer(kit, ask))
    done, _ = await asyncio.wait({work}, timeout=within / 1000)
    if not done:
        later(_finish(work))
        return bare_answer(kit, ask, Degraded(DegradedReason.DEADLINE, _LATE))
    try:
        return work.result()
    except Exception as error:
        if isinstance(error, GatewayError) and error.status < 500:
            raise
        log.warning("answered_from_the_request_alone", feature=ask.feature.name, error=type(error).__name__)
        return bare_answer(kit, ask, Degraded(DegradedReason.UPSTREAM_UNAVAILABLE, _FAILED))


def bare_answer(kit: Kit, ask: Ask, degraded: Degraded) -> Answered:
    """Return what the rules make of the request alone: no store is asked, nothing is counted."""
    feature, business = ask.feature, ask.caller.business
    module, prompt = kit.features[feature.name], live_prompt(kit, ask)
    assert module is not None
    evidence = module.bare(ask.body, ask.as_of, business.currency)
    judge = kit.judge(feature, prompt)
    body, _ = judge.compose(judge.rules_words(evidence.facts), evidence)
    plan = plan_of(kit.policy, business, ask.received_at)
    quota = window(kind_of_meter(feature.meter or ""), ask.received_at, business.timezone)
    month = window("month", ask.received_at, business.timezone)
    admission = Admission(plan, feature.limit(plan), quota, month, plan.requests_per_minute, degraded)
    made = Made(Source.RULES, "", "", degraded.reason.value, degraded, warnings=evidence.warnings)
    latency_ms = round((kit.clock.monotonic() - ask.started) * 1000)
    return Answered(200, Body.of(body).with_meta(meta(kit, ask, admission, prompt, made, 0, latency_ms)), {})


async def _finish(work: "asyncio.Future[Answered]") -> None:
    """Let late work come to its end, so that what it reserved is settled."""
    (error,) = await asyncio.gather(work, return_exceptions=True)
    if isinstance(error, BaseException):
        log.warning("late_work_failed", error=type(error).__name__)
