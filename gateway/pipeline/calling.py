"""Step 10: the attempts. One deadline for all of them, each one priced, logged and bounded here.

Per model one call; the first unusable answer of a request earns one repair call; then the next model; then the rules.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial

from gateway.domain.answer import Degraded, DegradedReason
from gateway.domain.reply import Delta, EgressBlocked, Fault, Message, ModelCall, Reply, UpstreamFault
from gateway.domain.usage import NO_USAGE, Usage
from gateway.errors import UpstreamUnavailable
from gateway.library.catalog import PromptVersion
from gateway.library.tokens import estimate_tokens
from gateway.masking.egress import guard
from gateway.pipeline.ask import Ask
from gateway.pipeline.deadline import Deadline
from gateway.pipeline.kit import Kit
from gateway.pipeline.masking import MaskedEvidence
from gateway.pipeline.metering import Reservation
from gateway.pipeline.rendering import Rendered
from gateway.pipeline.routing import Candidate, Route
from gateway.pipeline.serving import SafeStream
from gateway.pipeline.validating import Judge, Judged

MIN_ATTEMPT_S = 0.05
SHARE_FOR_FIRST = 0.7
"""An attempt that has a successor may take this share of the time left."""


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
    for position, candidate in enumerate(route.candidates):
        is_last = position == len(route.candidates) - 1
        # Checked before the first attempt too: who waited for an equal request may have no time left.
        if attempts.deadline.remaining() < MIN_ATTEMPT_S:
            return Called(None, candidate, Degraded(DegradedReason.DEADLINE, "The model took too long."))
        if not attempts.kit.breakers.of(candidate.spec.id).allows(attempts.kit.clock.monotonic()):
            attempts.last = Degraded(DegradedReason.UPSTREAM_UNAVAILABLE, "The model is failing and rests for a while.")
            continue
        called = await _ask_one(attempts, candidate, is_last=is_last)
        if called is not None:
            return called
    return Called(None, None, attempts.last)


async def _ask_one(attempts: Attempts, candidate: Candidate, *, is_last: bool) -> Called | None:
    """Return an outcome that ends the search, or None to go on with the next model."""
    messages = attempts.rendered.messages
    while True:
        repairing = len(messages) > len(attempts.rendered.messages)
        bound = candidate.bound(attempts.rendered.input_tokens, attempts.prompt.params.max_output_tokens)
        if repairing:
            bound += candidate.bound(attempts.prompt.params.max_output_tokens + 200, 0)
        if not await attempts.held.cover(bound):
            attempts.last = Degraded(DegradedReason.BUDGET, "The month's budget leaves no room for another attempt.")
            return Called(None, candidate, attempts.last)
        try:
            reply = await _attempt(attempts, candidate, messages, bound, is_last=is_last or repairing)
        except EgressBlocked:
            degraded = Degraded(DegradedReason.EGRESS_BLOCKED, "A personal value was about to leave; nothing was sent.")
            return Called(None, candidate, degraded)
        except UpstreamFault as fault:
            attempts.last = _after_fault(attempts, candidate, fault)
            return None
        judged = attempts.judge.judge(reply.text, attempts.masked)
        _tell_breaker(attempts, candidate, judged)
        if judged.usable:
            return Called(judged, candidate, None)
        attempts.last = _unusable(judged)
        if attempts.streamed or attempts.deadline.remaining() < MIN_ATTEMPT_S:
            return Called(None, candidate, attempts.last)
        if attempts.repaired:
            return None
        attempts.repaired = True
        messages = (*attempts.rendered.messages, *_repair(reply.text, judged.problems))


async def _attempt(
    attempts: Attempts, candidate: Candidate, messages: tuple[Message, ...], bound: int, *, is_last: bool
) -> Reply:
    call = _call(attempts, candidate, messages, is_last=is_last)
    model = attempts.kit.models[candidate.spec.dialect]
    if not candidate.offline:
        await attempts.held.about_to_send()
    attempts.held.spend.started(candidate.spec.id, bound)
    try:
        if attempts.open_stream is None:
            reply = await model.complete(call)
        else:
            reply = await _stream(attempts, attempts.open_stream(), model.stream(call))
    except UpstreamFault as fault:
        attempts.held.spend.finished(fault.usage, candidate.price.cost(fault.usage))
        raise
    except EgressBlocked:
        attempts.held.spend.finished(NO_USAGE, 0)
        raise
    usage = reply.usage if reply.usage != NO_USAGE else _estimated(attempts, messages, reply)
    attempts.held.spend.finished(usage, candidate.price.cost(usage))
    attempts.held.spend.model = reply.model or candidate.spec.id
    return reply


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
        prompt_cache_key=f"{prompt.label}:{prompt.content_hash[:16]}",
        safety_identifier=attempts.kit.sign("safety", f"{ask.caller.business.id}|{ask.caller.user_id or ''}"),
        guard=partial(guard, vault=attempts.masked.vault),
        timeout=remaining if is_last else remaining * SHARE_FOR_FIRST,
        request_id=ask.request_id,
        headers=ask.trace,
    )


def _after_fault(attempts: Attempts, candidate: Candidate, fault: UpstreamFault) -> Degraded:
    attempts.kit.breakers.of(candidate.spec.id).failed(attempts.kit.clock.monotonic(), fault.fault)
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
