"""Further attempts are rationed, a passing fault is tried again, and an old answer is better than none."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.reply import Fault, UpstreamFault
from gateway.pipeline.answer import answer
from gateway.pipeline.background import drain
from gateway.pipeline.retries import MOST, PER_SECOND, SHARE_OF_REQUESTS, RetryBudget
from tests.fakes import FakeClock, FakeModel, MemoryCache
from tests.pipeline.making import DESCRIBE, make_ask, make_kit, policy

BROKEN = UpstreamFault(Fault.SERVER_ERROR)
(LUNA,) = policy().routes["gpt-3.5"]


def describe():
    return make_ask("product_description", DESCRIBE)


async def meta_of(kit, ask):
    return msgspec.json.decode((await answer(kit, ask)).body)["meta"]


@given(st.lists(st.one_of(st.none(), st.floats(0, 5)), max_size=200))
def test_never_more_attempts_than_earned(steps):
    clock, taken, requests, seconds = FakeClock(), 0, 0, 0.0
    budget = RetryBudget(clock.monotonic)
    for step in steps:
        if step is None:
            budget.request()
            requests += 1
        else:
            clock.advance(step)
            seconds += step
            taken += budget.take()
    assert taken <= MOST + SHARE_OF_REQUESTS * requests + PER_SECOND * seconds + 1e-3


def test_an_empty_budget_fills_again_with_time():
    clock = FakeClock()
    budget = RetryBudget(clock.monotonic)
    while budget.take():
        pass
    clock.advance(1)
    assert [budget.take() for _ in range(4)] == [True, True, True, False]


async def test_a_model_without_a_successor_is_asked_again_after_a_passing_fault():
    model = FakeModel([BROKEN])
    meta = await meta_of(make_kit(model), describe())
    assert ([call.model for call in model.calls], meta["source"]) == ([LUNA, LUNA], "model")


async def test_it_is_not_asked_again_when_the_fault_will_stay():
    for fault in (Fault.REFUSED, Fault.BAD_REQUEST, Fault.AUTHENTICATION, Fault.TIMEOUT):
        model = FakeModel(always=UpstreamFault(fault))
        await meta_of(make_kit(model), describe())
        assert len(model.calls) == 1, fault


async def test_it_is_not_asked_again_before_it_wants_to_be():
    model = FakeModel(always=UpstreamFault(Fault.RATE_LIMITED, retry_after=30.0))
    meta = await meta_of(make_kit(model), describe())
    assert (len(model.calls), meta["source"]) == (1, "rules")


async def test_in_a_brown_out_attempts_stay_below_one_and_a_half_a_request():
    clock, model, requests = FakeClock(), FakeModel(always=BROKEN), 200
    kit = make_kit(model, clock=clock)
    for _ in range(requests):
        clock.advance(1 / 50)
        for name in policy().models:  # it is the budget that counts here
            kit.breakers.of(name).succeeded(clock.monotonic())
        assert (await meta_of(kit, make_ask(started=clock.monotonic())))["source"] == "rules"
    assert requests < len(model.calls) <= 1.5 * requests


class Expired(MemoryCache):
    """Gives nothing but what is too old."""

    async def get(self, business_id, key, *, stale_ok=False):
        return await super().get(business_id, key) if stale_ok else None


async def test_an_old_answer_about_the_same_records_is_better_than_the_rules():
    cache = Expired()
    fresh = msgspec.json.decode((await answer(make_kit(cache=cache), describe())).body)
    await drain()
    kit = make_kit(FakeModel(always=BROKEN), cache=cache)
    stale = msgspec.json.decode((await answer(kit, describe())).body)
    meta = stale.pop("meta")
    assert stale == {key: value for key, value in fresh.items() if key != "meta"}
    assert (meta["source"], meta["degraded"]["reason"]) == ("cache", "upstream_unavailable")
    assert any(warning.startswith("stale") for warning in meta["warnings"])
    assert kit.ledger.open == {}


async def test_an_old_answer_never_stands_in_for_words_that_were_refused():
    cache = Expired()
    await answer(make_kit(cache=cache), describe())
    await drain()
    meta = await meta_of(make_kit(FakeModel(always="no"), cache=cache), describe())
    assert (meta["source"], meta["degraded"]["reason"]) == ("rules", "output_invalid")
