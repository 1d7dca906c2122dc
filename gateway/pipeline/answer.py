"""One request, top to bottom.

admit → replay → gather → cache → reserve → mask → render → route → call → judge → restore → remember → settle → answer

Authentication and reading of the body come before, in `gateway.api`. Whatever the model does, the caller gets the same
schema: from the model, from the cache, or from the rules with `meta.degraded` saying why.
"""

from typing import Any

import msgspec

from gateway.domain.answer import Degraded, DegradedReason, Source
from gateway.domain.events import Event
from gateway.domain.ledger import BudgetExhausted, Hold, OptedOut, Settlement, StoredAnswer
from gateway.errors import QuotaExceeded
from gateway.grounding.ground import Grounded
from gateway.library.catalog import PromptVersion
from gateway.masking.restoring import StreamRestorer, restore_tree
from gateway.pipeline.admission import OPTED_OUT, Admission, admit, offering_upgrade
from gateway.pipeline.ask import Answered, Ask
from gateway.pipeline.background import later
from gateway.pipeline.caching import Body, CachedAnswer, cache_key, decode_answer, encode_answer
from gateway.pipeline.calling import Attempts, Called, call_models
from gateway.pipeline.deadline import Deadline, deadline_ms
from gateway.pipeline.gathering import Gathered, gather, remember, remembers
from gateway.pipeline.kit import Kit
from gateway.pipeline.masking import MaskedEvidence, mask
from gateway.pipeline.meta import Made, meta, rate_headers
from gateway.pipeline.metering import Reservation, SettledLater, Spend, audit_entry, claim, reserve, usage_row
from gateway.pipeline.rendering import render, schema_tokens
from gateway.pipeline.routing import Route, cheapest_first, economise, route
from gateway.pipeline.screening import screen
from gateway.pipeline.serving import SafeStream, Show
from gateway.pipeline.validating import Judge

STALE_INSTEAD = frozenset({DegradedReason.UPSTREAM_UNAVAILABLE, DegradedReason.DEADLINE})


class Context(msgspec.Struct, frozen=True):
    """What is fixed once the evidence is there."""

    kit: Kit
    ask: Ask
    admission: Admission
    prompt: PromptVersion | None
    judge: Judge
    gathered: Gathered
    warnings: tuple[str, ...]


async def answer(kit: Kit, ask: Ask, show: Show | None = None) -> Answered:
    """Return the finished answer. With `show`, readable text is handed to it as it is written.

    Raises a GatewayError for the documented refusals; nothing is held or half-written then.
    """
    warnings = tuple(screen(ask.feature, ask.body))
    admission = await admit(kit, ask)
    if ask.idempotency_key is None:
        return await answer_afresh(kit, ask, admission, warnings, show)
    earlier = await replay(kit, ask)
    if earlier is not None:
        return earlier
    try:
        return await answer_afresh(kit, ask, admission, warnings, show)
    except SettledLater:
        raise
    except BaseException:
        await kit.idempotency.abandon(ask.caller.business.id, ask.idempotency_key)
        raise


async def answer_afresh(
    kit: Kit, ask: Ask, admission: Admission, warnings: tuple[str, ...], show: Show | None
) -> Answered:
    """Return the answer to an admitted request that was not answered before."""
    gathered = await gather(kit, ask)
    prompt = live_prompt(kit, ask)
    context = Context(kit, ask, admission, prompt, kit.judge(ask.feature, prompt), gathered, warnings)
    try:
        answered = await _answer(context, show)
    except QuotaExceeded as refused:
        refused.headers = {**refused.headers, **rate_headers(ask, admission, admission.quota_limit, None)}
        raise offering_upgrade(refused, kit.policy, ask.feature, admission.plan) from None
    _keep_question(kit, ask)
    return answered


async def _answer(context: Context, show: Show | None) -> Answered:
    kit, ask, admission, prompt = context.kit, context.ask, context.admission, context.prompt
    if admission.degraded is not None or context.gathered.evidence.settled:
        return await answer_by_rules(context, admission.degraded, show)
    if prompt is None:
        detail = "No released version of this prompt carries a passed verdict."
        return await answer_by_rules(context, Degraded(DegradedReason.NO_VERDICT, detail), show)
    models = route(kit, ask, prompt)
    names = tuple(candidate.spec.id for candidate in models.candidates)
    key = cache_key(ask.caller.business.id, ask, prompt, names, context.gathered.digest)
    cacheable = kit.cache_time(ask.feature) > 0 and not any(candidate.offline for candidate in models.candidates)
    if not cacheable:
        return await answer_by_model(context, prompt, models, None, show)
    async with kit.flights.join(key):
        hit = await kit.cache.get(ask.caller.business.id, key)
        kit.telemetry.looked_up(ask.feature.name, kit.recent.look(key, found=hit is not None))
        if hit is None:
            return await answer_by_model(context, prompt, models, key, show)
    # Outside the flight: callers of an answer that is there need not wait for each other.
    return await answer_from_cache(context, decode_answer(hit), show)


async def answer_by_model(
    context: Context, prompt: PromptVersion, models: Route, key: str | None, show: Show | None
) -> Answered:
    """Reserve, mask, render, call, judge, restore and settle; the rules answer where the model's words are no use."""
    kit, ask = context.kit, context.ask
    try:
        held, models = await _reserve(context, prompt, models)
        async with held:
            masked = mask(kit.masker, ask, context.gathered.evidence)
            rendered = render(prompt, masked, kit.canary(prompt))
            deadline = Deadline.after(kit.clock, ask.started, deadline_ms(ask, kit.deadline_ms))
            attempts = Attempts(kit, ask, prompt, rendered, masked, context.judge, held, deadline)
            attempts.priority = context.admission.plan.priority
            if show is not None and ask.feature.stream is not None:
                attempts.open_stream = lambda: _safe_stream(context, masked, show)
            called = await call_models(attempts, economise(models, context.admission, held.hold.budget_left))
            kept = await _stale(context, key, called, held.spend)
            body, made = kept or _compose(context, called, masked, held.spend, rendered.warnings)
            await _hand_on(context, body, None if attempts.streamed else show)
            answered, settlement = _finished(context, body, made, held.hold, held.spend)
            await held.settle(settlement)
            context.kit.telemetry.answered(settlement.row, held.spend.attempted, context.ask.trace)
            if key is not None and made.source is Source.MODEL and made.degraded is None:
                later(_keep(context, key, body, made))
            return answered
    except BudgetExhausted:
        detail = "This month's AI budget is used up; the rules answer until it is raised or the month ends."
        return await answer_by_rules(context, Degraded(DegradedReason.BUDGET, detail), show)
    except OptedOut:
        return await answer_by_rules(context, OPTED_OUT, show)


async def _stale(context: Context, key: str | None, called: Called, spend: Spend) -> tuple[Body, Made] | None:
    """Return what was answered to the same question about the same records, though its time is over."""
    degraded = called.degraded
    if key is None or degraded is None or degraded.reason not in STALE_INSTEAD:
        return None
    found = await context.kit.cache.get(context.ask.caller.business.id, key, stale_ok=True)
    if found is None:
        return None
    hit = decode_answer(found)
    return Body(hit.body), Made(
        source=Source.CACHE, model=hit.model, route=hit.route, reason="answered before", grounding=hit.grounding,
        masked=hit.masked, usage=spend.usage, cost=spend.cost, ai_generated=True, degraded=degraded,
        warnings=(*context.warnings, *hit.warnings, "stale: kept from an earlier answer"),
    )  # fmt: skip


async def answer_from_cache(context: Context, hit: CachedAnswer, show: Show | None) -> Answered:
    """Return an earlier answer to the same question about the same records; free of cost, counted by the meter."""
    made = Made(
        source=Source.CACHE, model=hit.model, route=hit.route, reason="answered before", grounding=hit.grounding,
        masked=hit.masked, ai_generated=True, warnings=(*context.warnings, *hit.warnings),
    )  # fmt: skip
    return await _settle_directly(context, Body(hit.body), made, context.ask.feature.units, show)


async def answer_by_rules(context: Context, degraded: Degraded | None, show: Show | None) -> Answered:
    """Return the answer that code alone can give: same schema, no model, no cost, not counted by the meter.

    `degraded` is None where the evidence is settled, so that no model was wanted.
    """
    evidence = context.gathered.evidence
    body, _ = context.judge.compose(context.judge.rules_words(evidence.facts), evidence)
    made = Made(
        source=Source.RULES, model="", route="", reason=degraded.reason.value if degraded else "nothing to word",
        degraded=degraded, warnings=(*context.warnings, *evidence.warnings),
    )  # fmt: skip
    return await _settle_directly(context, Body.of(body), made, 0, show)


def live_prompt(kit: Kit, ask: Ask) -> PromptVersion | None:
    """Return the version released for this business; None when none carries a passed verdict."""
    business = ask.caller.business
    content_hash = kit.switches.live(ask.feature.name, business.id, business.plan)
    return None if content_hash is None else kit.catalog.by_hash.get(content_hash)


def _keep_question(kit: Kit, ask: Ask) -> None:
    """Let the journal keep the question of a business that takes part; nobody waits for it."""
    business, feature, journal = ask.caller.business, ask.feature.name, kit.journal
    if journal is None or ask.inline is not None or kit.switches.opted_out(business.id, feature):
        return
    if journal.due(feature):
        later(journal.note(business.id, feature, ask.body, ask.as_of.isoformat()))


async def replay(kit: Kit, ask: Ask) -> Answered | None:
    """Return the stored outcome of this Idempotency-Key; None for its first use, which owns the key from then on."""
    business_id, key = ask.caller.business.id, str(ask.idempotency_key)
    stored = await kit.idempotency.begin(business_id, key, ask.feature.name, ask.request_hash)
    if stored is None:
        return None
    status, body = stored
    return Answered(status, body, {"Idempotent-Replayed": "true"})


async def _reserve(context: Context, prompt: PromptVersion, models: Route) -> tuple[Reservation, Route]:
    def bound(route: Route) -> int:
        first = route.candidates[0] if route.candidates else None
        most = prompt.token_budget + schema_tokens(prompt.wire_schema)
        return first.bound(most, prompt.params.max_output_tokens) if first else 0

    try:
        return await reserve(context.kit, context.ask, context.admission, bound(models)), models
    except BudgetExhausted:
        cheap = cheapest_first(models, "the budget has room for the economy model only")
        if bound(cheap) >= bound(models):
            raise
        return await reserve(context.kit, context.ask, context.admission, bound(cheap)), cheap


def _compose(
    context: Context, called: Called, masked: MaskedEvidence, spend: Spend, warnings: tuple[str, ...]
) -> tuple[Body, Made]:
    evidence, candidate = context.gathered.evidence, called.candidate
    warnings = (*context.warnings, *evidence.warnings, *warnings)
    judged = called.judged
    if judged is not None and judged.words is not None and judged.grounded is not None and candidate is not None:
        body, _ = context.judge.compose(restore_tree(judged.words, masked.vault), evidence)
        if not context.ask.feature.response.check(body):
            offline = candidate.offline
            if not candidate.proven:
                warnings = (*warnings, f"model_unproven: {candidate.spec.id}")
            return Body.of(body), Made(
                source=Source.OFFLINE if offline else Source.MODEL, model=spend.model, route=candidate.route,
                reason=candidate.reason, grounding=_figures(judged.grounded, judged.corrected),
                masked=len(masked.vault), usage=spend.usage, cost=spend.cost, ai_generated=not offline,
                warnings=warnings,
            )  # fmt: skip
        called = Called(
            None, candidate, Degraded(DegradedReason.OUTPUT_INVALID, "The answer broke the response schema.")
        )
    grounded = context.judge.rules_judged(masked.facts, masked)
    body, _ = context.judge.compose(restore_tree(grounded.answer, masked.vault), evidence)
    return Body.of(body), Made(
        source=Source.RULES, model=spend.model, route=candidate.route if candidate else "", degraded=called.degraded,
        reason=called.degraded.reason.value if called.degraded else "", grounding=_figures(grounded, 0),
        masked=len(masked.vault), usage=spend.usage, cost=spend.cost, warnings=warnings,
    )  # fmt: skip


async def _settle_directly(context: Context, body: Body, made: Made, units: int, show: Show | None) -> Answered:
    spend = Spend(model=made.model)
    wanted = claim(context.kit, context.ask, context.admission, 0)
    await _hand_on(context, body, show)

    def finished(hold: Hold) -> tuple[tuple[Answered, Settlement], Settlement]:
        answered, settlement = _finished(context, body, made, hold, spend, units=units)
        return (answered, settlement), settlement

    answered, settlement = await context.kit.ledger.settle_direct(wanted, units, finished)
    context.kit.telemetry.answered(settlement.row, (), context.ask.trace)
    return answered


def _finished(
    context: Context, body: Body, made: Made, hold: Hold, spend: Spend, *, units: int | None = None
) -> tuple[Answered, Settlement]:
    """Return the bytes for the caller and the settlement that belongs to them."""
    kit, ask = context.kit, context.ask
    if units is None:
        units = ask.feature.units if ask.feature.meter and made.degraded is None else 0
    latency_ms = round((kit.clock.monotonic() - ask.started) * 1000)
    used = hold.quota_used - (hold.claim.units - units)
    about = meta(kit, ask, context.admission, context.prompt, made, used, latency_ms)
    if ask.explain:
        about["evidence"] = context.gathered.evidence.facts
    encoded = body.with_meta(about)
    row = usage_row(
        ask, spend, cost=made.cost, source=made.source, status=200, latency_ms=latency_ms, route=made.route,
        degraded=made.degraded.reason.value if made.degraded else "", grounding=dict(made.grounding),
        prompt=context.prompt.label if context.prompt else "",
        prompt_hash=context.prompt.content_hash if context.prompt else "",
    )  # fmt: skip
    stored = None
    if ask.idempotency_key is not None:
        stored = StoredAnswer(ask.caller.business.id, ask.idempotency_key, 200, encoded)
    headers = rate_headers(ask, context.admission, used, hold.budget_left + hold.claim.amount - made.cost)
    return Answered(200, encoded, headers), Settlement(
        made.cost, units, row, audit_entry(ask, row), stored, events=_events(context, body)
    )


def _events(context: Context, body: Body) -> tuple[Event, ...]:
    """Return what the feature wants told of its answer: its module may have `events(facts, body)`."""
    told = getattr(context.kit.features[context.ask.feature.name], "events", None)
    return () if told is None else tuple(told(context.gathered.evidence.facts, body.tree))


async def _keep(context: Context, key: str, body: Body, made: Made) -> None:
    kept = CachedAnswer(
        body.raw, made.source.value, made.model, made.route, dict(made.grounding), made.masked, list(made.warnings)
    )
    business_id, feature = context.ask.caller.business.id, context.ask.feature
    subjects = context.gathered.evidence.subjects
    await context.kit.cache.put(business_id, key, encode_answer(kept), context.kit.cache_time(feature), subjects)


def _safe_stream(context: Context, masked: MaskedEvidence, show: Show) -> SafeStream:
    grounder = context.judge.stream_grounder(masked)
    leaks = context.judge.leaks
    return SafeStream(str(context.ask.feature.stream), grounder, StreamRestorer(masked.vault), show, leaks)


async def _hand_on(context: Context, body: Body, show: Show | None) -> None:
    """Show a reader the text that was not streamed, and let the feature keep what its next request may need."""
    text = body.tree.get(context.ask.feature.stream or "") if show is not None else None
    if show is not None and isinstance(text, str) and text:
        await show(text)
    if remembers(context.kit, context.ask):
        await remember(context.kit, context.ask, context.gathered, body.tree)


def _figures(grounded: Grounded, corrected: int) -> dict[str, Any]:
    return {
        "ok": grounded.ok,
        "checked": grounded.checked,
        "corrected": grounded.corrected + corrected,
        "dropped": grounded.dropped,
    }
