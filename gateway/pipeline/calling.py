"""Step 10: the attempts. One deadline for all of them, each one priced, logged and bounded here.

Per model one call; the first unusable answer of a request earns one repair call; then the next model; then the rules.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial

import structlog

from gateway.domain.answer import Degraded, DegradedReason
from gateway.domain.reply import Attempt, Delta, EgressBlocked, Fault, Message, ModelCall, Reply, UpstreamFault
from gateway.domain.usage import NO_USAGE, Usage
from gateway.errors import UpstreamUnavailable
from gateway.library.catalog import PromptVersion
from gateway.library.policy_types import Priority
from gateway.library.tokens import estimate_tokens
from gateway.masking.egress import guard
from gateway.pipeline.ask import Ask
from gateway.pipeline.bulkhead import NoPlace
from gateway.pipeline.deadline import Deadline
from gateway.pipeline.kit import Kit
from gateway.pipeline.marks import mark
from gateway.pipeline.masking import MaskedEvidence
from gateway.pipeline.metering import Reservation
from gateway.pipeline.rendering import Rendered
from gateway.pipeline.routing import Candidate, Route
from gateway.pipeline.serving import SafeStream
from gateway.pipeline.validating import Judge, Judged

_log = structlog.get_logger("gateway.calling")
MIN_ATTEMPT_S = 0.05
_RESTS = Degraded(DegradedReason.UPSTREAM_UNAVAILABLE, "The model is failing and rests for a while.")
_BLOCKED = "egress_blocked"
_PASSING = frozenset({Fault.CONNECTION, Fault.SERVER_ERROR, Fault.RATE_LIMITED})
REPAIR_TOKENS = 200
"""What the request for a correction may take beside the answer that it corrects."""

SHARE_FOR_FIRST = 0.7
"""An attempt that has a successor may take this share of the time left."""

SHARE_FOR_WAITING = 0.3
"""And this share may be spent on waiting for a place."""


@dataclass(slots=True)
class Attempts:
    """What all attempts need to know."""

    kit: Kit
    ask: Ask
    prompt: PromptVersion
    rendered: Rendered
    masked: MaskedEvidence
    judge: Judge
    held: Reservation
    deadline: Deadline
    open_stream: Callable[[], SafeStream] | None = None
    streamed: bool = False
    repaired: bool = False
    priority: Priority = "normal"
    passing: bool = False
    """Whether the last fault was of a kind that may be over in a moment."""
    last: Degraded = field(
        default_factory=lambda: Degraded(DegradedReason.UPSTREAM_UNAVAILABLE, "No model could be reached.")
    )


@dataclass(frozen=True, slots=True)
class Called:
    """A usable judgement and the model that earned it, or the reason why the rules must answer."""

    judged: Judged | None
    candidate: Candidate | None
    degraded: Degraded | None


async def call_models(attempts: Attempts, route: Route) -> Called:
    """Return the first usable answer along the route. Raises UpstreamUnavailable once text has been streamed."""
    if not route.candidates:
        return Called(None, None, _nobody(route))
    attempts.kit.retries.request()
    asked = 0
    for position, candidate in enumerate(with_second_try(route)):
        if position >= len(route.candidates) and not attempts.passing:
            break
        # Checked before the first attempt too: who waited for an equal request may have no time left.
        if attempts.deadline.remaining() < MIN_ATTEMPT_S:
            return Called(None, candidate, Degraded(DegradedReason.DEADLINE, "The model took too long."))
        if not attempts.kit.breakers.of(candidate.spec.id).allows(attempts.kit.clock.monotonic()):
            attempts.last = _RESTS
            continue
        if asked and not attempts.kit.retries.take():
            break
        asked += 1
        called = await _ask_one(attempts, candidate, is_last=position >= len(route.candidates) - 1)
        if called is not None:
            return called
    return Called(None, None, attempts.last)


def with_second_try(route: Route) -> tuple[Candidate, ...]:
    """Return the candidates; a model without a successor stands there twice."""
    alone = len(route.candidates) == 1 and not route.candidates[0].offline
    return route.candidates * 2 if alone else route.candidates


async def _ask_one(attempts: Attempts, candidate: Candidate, *, is_last: bool) -> Called | None:
    """Return an outcome that ends the search, or None to go on with the next model."""
    messages = attempts.rendered.messages
    while True:
        repairing = len(messages) > len(attempts.rendered.messages)
        bound = candidate.bound(attempts.rendered.input_tokens, attempts.prompt.params.max_output_tokens)
        if repairing:
            bound += candidate.bound(attempts.prompt.params.max_output_tokens + REPAIR_TOKENS, 0)
        if not await attempts.held.cover(bound):
            attempts.last = Degraded(DegradedReason.BUDGET, "The month's budget leaves no room for another attempt.")
            return Called(None, candidate, attempts.last)
        try:
            async with _place(attempts, candidate, is_last=is_last):
                # Its breaker may have opened while this call waited for its place.
                if attempts.kit.breakers.of(candidate.spec.id).state(attempts.kit.clock.monotonic()) == "open":
                    attempts.last = _RESTS
                    return None
                reply = await _attempt(attempts, candidate, messages, bound, is_last=is_last or repairing)
        except NoPlace:
            attempts.last = Degraded(DegradedReason.DEADLINE, "Too many calls wait for the model.")
            return None
        except EgressBlocked:
            return Called(None, candidate, _blocked(attempts))
        except UpstreamFault as fault:
            attempts.last = _after_fault(attempts, candidate, fault)
            return None
        attempts.passing = False
        judged = attempts.judge.judge(reply.text, attempts.masked)
        _tell_breaker(attempts, candidate, judged)
        if judged.usable:
            return Called(judged, candidate, None)
        attempts.last = _unusable(judged)
        _tell(attempts, "answer_unusable", candidate, reason=attempts.last.reason.value)
        if attempts.streamed or attempts.deadline.remaining() < MIN_ATTEMPT_S:
            return Called(None, candidate, attempts.last)
        # Who gave away its instructions once would do it again.
        if attempts.repaired or judged.leaked or not attempts.kit.retries.take():
            return None
        attempts.repaired = True
        messages = (*attempts.rendered.messages, *_repair(reply.text, judged.problems))


def _place(attempts: Attempts, candidate: Candidate, *, is_last: bool) -> AbstractAsyncContextManager[None]:
    """Return a place among the calls to this model, waiting for it in the fair queue when there is none."""
    if candidate.offline:
        return nullcontext()
    remaining = attempts.deadline.remaining() - MIN_ATTEMPT_S
    patience = max(0.0, remaining if is_last else remaining * SHARE_FOR_WAITING)
    ask = attempts.ask
    bulkhead = attempts.kit.bulkheads.of(candidate.spec.id)
    return bulkhead.place(ask.caller.business.id, attempts.priority, patience, background=ask.background)


async def _attempt(
    attempts: Attempts, candidate: Candidate, messages: tuple[Message, ...], bound: int, *, is_last: bool
) -> Reply:
    call = _call(attempts, candidate, messages, is_last=is_last)
    model = attempts.kit.models[candidate.spec.dialect]
    if not candidate.offline:
        await attempts.held.about_to_send()
    attempts.held.spend.started(candidate.spec.id, bound)
    noted = partial(_note, attempts, candidate, attempts.kit.clock.now(), attempts.kit.clock.monotonic())
    try:
        if attempts.open_stream is None:
            reply = await model.complete(call)
        else:
            reply = await _stream(attempts, attempts.open_stream(), model.stream(call))
    except UpstreamFault as fault:
        noted(fault.usage, fault=fault.fault.value)
        raise
    except EgressBlocked:
        noted(NO_USAGE, fault=_BLOCKED)
        raise
    usage = reply.usage if reply.usage != NO_USAGE else _estimated(attempts, messages, reply)
    noted(usage, reply=reply)
    attempts.held.spend.model = reply.model or candidate.spec.id
    return reply


def _note(
    attempts: Attempts,
    candidate: Candidate,
    began_at: int,
    began: float,
    usage: Usage,
    *,
    fault: str = "",
    reply: Reply | None = None,
) -> None:
    """Put a finished attempt on the bill and on record."""
    cost = candidate.price.cost(usage)
    attempts.held.spend.finished(usage, cost)
    seconds = attempts.kit.clock.monotonic() - began
    spec, by, reason = candidate.spec, reply.model if reply else "", reply.finish_reason if reply else ""
    attempts.held.spend.attempted.append(
        Attempt(spec.id, spec.dialect, began_at, seconds, usage, cost, fault, by, reason)
    )
    if fault:
        _tell(attempts, "model_call_failed", candidate, fault=fault, seconds=round(seconds, 3))


def _tell(attempts: Attempts, event: str, candidate: Candidate, **more: object) -> None:
    """Write a line about a call that gave no answer; it holds codes and names, never the upstream's words."""
    asked, number = attempts.ask, len(attempts.held.spend.attempted)
    _log.warning(
        event, request_id=asked.request_id, feature=asked.feature.name, model=candidate.spec.id, attempt=number, **more
    )


async def _stream(attempts: Attempts, safe: SafeStream, pieces: AsyncIterator[Delta | Reply]) -> Reply:
    try:
        async for piece in pieces:
            if isinstance(piece, Reply):
                await safe.close()
                return piece
            await safe.feed(piece.text)
    finally:
        attempts.streamed = safe.shown
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()  # closes the upstream now and not at some later collection
    raise UpstreamFault(Fault.TRUNCATED)


def _call(attempts: Attempts, candidate: Candidate, messages: tuple[Message, ...], *, is_last: bool) -> ModelCall:
    ask, prompt = attempts.ask, attempts.prompt
    remaining = attempts.deadline.remaining()
    return ModelCall(
        model=candidate.spec.id,
        dialect=candidate.spec.dialect,
        messages=messages,
        params=prompt.params,
        schema_name=prompt.feature,
        wire_schema=prompt.wire_schema,
        feature=prompt.feature,
        prompt_cache_key=f"{prompt.label}:{mark(prompt.content_hash[:16])}",
        safety_identifier=mark(attempts.kit.sign("safety", f"{ask.caller.business.id}|{ask.caller.user_id or ''}")),
        guard=partial(guard, vault=attempts.masked.vault),
        timeout=remaining if is_last else remaining * SHARE_FOR_FIRST,
        request_id=ask.request_id,
        headers=ask.trace,
    )


def _after_fault(attempts: Attempts, candidate: Candidate, fault: UpstreamFault) -> Degraded:
    attempts.kit.breakers.of(candidate.spec.id).failed(attempts.kit.clock.monotonic(), fault.fault)
    waits = fault.retry_after is not None and fault.retry_after > attempts.deadline.remaining()
    attempts.passing = fault.fault in _PASSING and not waits
    if attempts.streamed:
        raise UpstreamUnavailable("The model stopped in the middle of its answer. Ask again.")
    if fault.fault is Fault.TIMEOUT:
        return Degraded(DegradedReason.DEADLINE, "The model took too long.")
    if fault.fault in {Fault.REFUSED, Fault.TRUNCATED, Fault.INVALID}:
        return Degraded(DegradedReason.OUTPUT_INVALID, "The model gave no usable answer.")
    return Degraded(DegradedReason.UPSTREAM_UNAVAILABLE, "The model could not be reached.")


def _tell_breaker(attempts: Attempts, candidate: Candidate, judged: Judged) -> None:
    breaker = attempts.kit.breakers.of(candidate.spec.id)
    now = attempts.kit.clock.monotonic()
    if judged.words is None:
        breaker.failed(now, Fault.INVALID)
    else:
        breaker.succeeded(now)


def _blocked(attempts: Attempts) -> Degraded:
    """Return the refusal of the last check, which tells apart a request that never left and one that did before."""
    earlier = any(one.fault != _BLOCKED for one in attempts.held.spend.attempted)
    sent = "this call was not sent, an earlier one had passed the check." if earlier else "nothing was sent."
    return Degraded(DegradedReason.EGRESS_BLOCKED, f"A personal value was about to leave; {sent}")


def _unusable(judged: Judged) -> Degraded:
    if judged.ungrounded:
        return Degraded(DegradedReason.UNGROUNDED, "The model's figures or claims were not in the evidence.")
    return Degraded(DegradedReason.OUTPUT_INVALID, "The model's answer broke the rules of this prompt.")


def _repair(text: str, problems: tuple[str, ...]) -> tuple[Message, Message]:
    wanted = "\n".join(f"- {problem}" for problem in problems)
    return (
        Message("assistant", text),
        Message("user", f"That answer cannot be used:\n{wanted}\nGive the whole corrected JSON object, nothing else."),
    )


def _estimated(attempts: Attempts, messages: tuple[Message, ...], reply: Reply) -> Usage:
    """Price a reply whose usage was not reported by what was sent and received: never by nothing."""
    if reply.model == "offline":
        return NO_USAGE
    return Usage(sum(estimate_tokens(m.content) for m in messages), 0, 0, estimate_tokens(reply.text))


def _nobody(route: Route) -> Degraded:
    if route.unproven:
        return Degraded(DegradedReason.NO_VERDICT, "No model has passed this prompt's evaluations yet.")
    return Degraded(DegradedReason.UPSTREAM_UNAVAILABLE, "No model is available for this prompt today.")
