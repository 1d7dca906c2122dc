"""The attempts of one request: one deadline, one repair, the next model, and never more than the budget allows."""

import msgspec
import pytest

from gateway.domain.reply import EgressBlocked, Fault, UpstreamFault
from gateway.domain.usage import NO_USAGE, Usage
from gateway.pipeline.answer import answer
from tests.fakes import TYPICAL, FakeClock, FakeModel, MemoryLedger, by_rules
from tests.pipeline.making import make_ask, make_kit, policy

SOL, TERRA = policy().routes["gpt-4"]


async def asked(model, **changes):
    """Return the answer's meta, and the kit it was made with."""
    kit = make_kit(model, **changes)
    answered = await answer(kit, make_ask())
    return msgspec.json.decode(answered.body)["meta"], kit


def models_of(model):
    return [call.model for call in model.calls]


async def test_a_good_answer_takes_one_call():
    model = FakeModel()
    meta, kit = await asked(model)
    assert (models_of(model), meta["source"]) == ([SOL], "model")
    assert kit.ledger.log == ["reserve", "mark_sent", "settle"]


async def test_an_unusable_answer_is_repaired_by_the_same_model_with_the_reasons():
    model = FakeModel(['{"explanation": 1}'])
    meta, _ = await asked(model)
    assert (models_of(model), meta["source"]) == ([SOL, SOL], "model")
    *first, said, wanted = model.calls[1].messages
    assert tuple(first) == model.calls[0].messages
    assert (said.role, said.content) == ("assistant", '{"explanation": 1}')
    assert "conditions" in wanted.content


async def test_there_is_one_repair_in_a_request_then_the_next_model_then_the_rules():
    model = FakeModel(always="no")
    meta, kit = await asked(model)
    assert models_of(model)[:3] == [SOL, SOL, TERRA]
    assert models_of(model).count(TERRA) == 1
    assert meta["degraded"]["reason"] == "output_invalid"
    assert kit.ledger.settled[0].row.attempts == len(model.calls)


async def test_after_a_fault_the_next_model_is_asked_the_same():
    model = FakeModel([UpstreamFault(Fault.SERVER_ERROR)])
    meta, _ = await asked(model)
    assert (models_of(model), meta["route"]["model"]) == ([SOL, TERRA], TERRA)
    assert model.calls[0].messages == model.calls[1].messages


async def test_an_attempt_with_a_successor_leaves_it_a_share_of_the_time():
    clock = FakeClock()

    def slow(call):
        clock.advance(2.0)
        return UpstreamFault(Fault.TIMEOUT)

    model = FakeModel([slow])
    await asked(model, clock=clock)
    assert [round(call.timeout, 2) for call in model.calls] == [2.1, 0.7]


async def test_when_the_time_is_over_nobody_else_is_asked():
    clock = FakeClock()

    def too_slow(call):
        clock.advance(2.99)
        return UpstreamFault(Fault.TIMEOUT)

    model = FakeModel(always=too_slow)
    meta, kit = await asked(model, clock=clock)
    assert models_of(model) == [SOL]
    assert meta["degraded"]["reason"] == "deadline"
    assert kit.ledger.open == {}


async def test_a_resting_model_is_passed_over():
    model = FakeModel()
    kit = make_kit(model)
    kit.breakers.of(SOL).failed(kit.clock.monotonic(), Fault.AUTHENTICATION)
    await answer(kit, make_ask())
    assert models_of(model) == [TERRA]


async def test_when_all_rest_the_rules_answer_and_nothing_is_paid():
    model = FakeModel()
    kit = make_kit(model)
    for name in policy().models:
        kit.breakers.of(name).failed(kit.clock.monotonic(), Fault.AUTHENTICATION)
    meta = msgspec.json.decode((await answer(kit, make_ask())).body)["meta"]
    assert (model.calls, meta["degraded"]["reason"]) == ([], "upstream_unavailable")
    assert kit.ledger.spent == 0


async def test_failures_and_unreadable_answers_count_against_a_model_refusals_do_not():
    for step, counted in ((UpstreamFault(Fault.CONNECTION), 1), ("no", 1), (UpstreamFault(Fault.REFUSED), 0)):
        kit = make_kit(FakeModel([step, UpstreamFault(Fault.REFUSED)]))
        await answer(kit, make_ask())
        assert sum(not ok for _, ok in kit.breakers.of(SOL).attempts) == counted


async def test_every_attempt_is_covered_by_the_reserve_before_it_is_made():
    ledger = MemoryLedger()
    promised = []

    def costly(call):
        promised.append(sum(ledger.open.values()))
        return "no"

    model = FakeModel(always=costly, usage=Usage(input_tokens=2000, output_tokens=1500))
    await asked(model, ledger=ledger)
    price = policy().models[SOL].price(make_ask().as_of)
    spent_before = price.cost(model.usage)
    assert promised[1] >= spent_before + price.upper_bound(0, 1500)
    assert ledger.open == {}


async def test_without_room_for_another_attempt_the_rules_answer():
    roomy = MemoryLedger()
    reserved = []
    await asked(FakeModel([lambda call: reserved.append(sum(roomy.open.values())) or by_rules(call)]), ledger=roomy)
    tight = MemoryLedger(cap=reserved[0])
    model = FakeModel(always="no", usage=Usage(input_tokens=3000, output_tokens=1500))
    meta, _ = await asked(model, ledger=tight)
    assert meta["degraded"]["reason"] == "budget"
    assert 0 < tight.spent <= tight.cap


async def test_an_answer_without_a_bill_is_priced_by_what_was_sent_and_said():
    meta, kit = await asked(FakeModel(usage=NO_USAGE))
    assert meta["usage"]["input_tokens"] > 500
    assert meta["usage"]["output_tokens"] > 50
    assert kit.ledger.spent > 0


async def test_a_blocked_egress_ends_the_request_and_costs_nothing():
    model = FakeModel(always=EgressBlocked("phone"))
    meta, kit = await asked(model)
    assert (len(model.calls), meta["degraded"]["reason"], kit.ledger.spent) == (1, "egress_blocked", 0)


async def test_a_call_that_is_blocked_after_another_went_out_does_not_say_that_nothing_was_sent():
    only, _ = await asked(FakeModel(always=EgressBlocked("phone")))
    second, kit = await asked(FakeModel(["no", EgressBlocked("phone")]))
    assert "nothing was sent" in only["degraded"]["detail"]
    assert second["degraded"]["reason"] == "egress_blocked"
    assert "nothing was sent" not in second["degraded"]["detail"]
    assert "an earlier one" in second["degraded"]["detail"]
    assert kit.ledger.settled[0].row.attempts == 2


async def test_the_call_names_neither_the_business_nor_the_person():
    model = FakeModel()
    kit, ask = make_kit(model), make_ask(user_id="kofi", trace={"traceparent": "00-1-2-01"})
    await answer(kit, ask)
    call = model.calls[0]
    assert ask.caller.business.id not in repr(call)
    assert "kofi" not in repr(call)
    assert len(call.safety_identifier) == 64
    assert call.headers == {"traceparent": "00-1-2-01"}
    assert call.prompt_cache_key.startswith("credit_risk@1:")


@pytest.mark.parametrize("step", ["no", UpstreamFault(Fault.TRUNCATED, usage=TYPICAL)])
async def test_what_a_lost_attempt_used_is_paid_once_with_the_rest(step):
    meta, kit = await asked(FakeModel([step]))
    costs = [policy().models[name].price(make_ask().as_of).cost(TYPICAL) for name in (SOL, TERRA)]
    repaired = step == "no"
    assert kit.ledger.spent == (2 * costs[0] if repaired else sum(costs))
    assert meta["usage"]["input_tokens"] == 2 * TYPICAL.input_tokens


async def test_the_rules_answer_is_the_same_whatever_the_model_said():
    bodies = []
    for step in ("no", UpstreamFault(Fault.CONNECTION), {"explanation": "Owes GHS 987,654.", "conditions": []}):
        answered = await answer(make_kit(FakeModel(always=step)), make_ask())
        bodies.append({**msgspec.json.decode(answered.body), "meta": None})
    assert bodies[0] == bodies[1] == bodies[2]
