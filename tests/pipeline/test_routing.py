"""Which model may answer, in which order, and why."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from gateway.domain.reply import ModelParams
from gateway.pipeline.admission import admit
from gateway.pipeline.routing import cheapest_first, economise, route
from tests.fakes import NOON, Switches
from tests.pipeline.making import make_ask, make_kit, policy, prompt_of

DAY_US = 86_400_000_000


def ids(found):
    return [candidate.spec.id for candidate in found.candidates]


def with_model(name: str, **changes):
    models = {**policy().models, name: replace(policy().models[name], **changes)}
    return replace(policy(), models=MappingProxyType(models))


def test_the_prompts_own_route_comes_first_then_the_economy_route():
    found = route(make_kit(), make_ask(), prompt_of())
    strong, economy = policy().routes["gpt-4"], policy().routes["gpt-3.5"]
    assert ids(found)[: len(strong)] == list(strong)
    assert set(ids(found)) <= {*strong, *economy}
    assert found.candidates[0].reason == "the prompt's route"


def test_a_model_that_refuses_the_prompts_parameters_is_left_out():
    prompt = replace(prompt_of(), params=ModelParams(max_output_tokens=500, temperature=0.7))
    assert "gpt-6.1-sol" not in ids(route(make_kit(), make_ask(), prompt))


def test_a_model_is_left_out_from_its_last_day_on_and_before_its_first_price():
    spec = policy().models["gpt-6.1-sol"]
    gone = with_model("gpt-6.1-sol", shutdown_date=make_ask().as_of)
    unpriced = with_model(
        "gpt-6.1-sol", prices=(replace(spec.prices[-1], valid_from=make_ask().as_of.replace(year=2027)),)
    )
    for changed in (gone, unpriced):
        assert "gpt-6.1-sol" not in ids(route(make_kit(policy=changed), make_ask(), prompt_of()))
    assert "gpt-6.1-sol" in ids(route(make_kit(policy=gone), make_ask(received_at=NOON - DAY_US), prompt_of()))


def test_required_proof_leaves_out_what_is_unproven_and_says_when_nothing_is_left():
    some = route(make_kit(switches=Switches(unproven={"gpt-6.1-sol"})), make_ask(), prompt_of())
    none = route(make_kit(switches=Switches(unproven=set(policy().models))), make_ask(), prompt_of())
    assert "gpt-6.1-sol" not in ids(some)
    assert not some.unproven
    assert (ids(none), none.unproven) == ([], True)


def test_wanted_proof_keeps_the_unproven_and_marks_them():
    kit = make_kit(switches=Switches(unproven={"gpt-6.1-sol"}), model_proof="warn")
    first = route(kit, make_ask(), prompt_of()).candidates[0]
    assert (first.spec.id, first.proven) == ("gpt-6.1-sol", False)


def test_a_verdict_that_comes_or_goes_counts_from_the_next_request_on():
    kit = make_kit(switches=(switches := Switches(unproven={"gpt-6.1-sol"})))
    before, switches.unproven = ids(route(kit, make_ask(), prompt_of())), set()
    after, switches.unproven = ids(route(kit, make_ask(), prompt_of())), {"gpt-6.1-sol"}
    assert ("gpt-6.1-sol" in before, "gpt-6.1-sol" in after) == (False, True)
    assert ids(route(kit, make_ask(), prompt_of())) == before


def test_a_price_counts_from_its_first_day_on_in_a_process_that_runs_over_midnight():
    spec, today = policy().models["gpt-6.1-sol"], make_ask().as_of
    kit = make_kit(policy=with_model("gpt-6.1-sol", prices=(replace(spec.prices[-1], valid_from=today),)))
    days = [make_ask(received_at=NOON + days * DAY_US) for days in (-1, 0, -1, 1)]
    assert ["gpt-6.1-sol" in ids(route(kit, ask, prompt_of())) for ask in days] == [False, True, False, True]


def test_without_a_provider_only_the_offline_rules_are_left():
    found = route(make_kit(offline=True), make_ask(), prompt_of())
    assert ids(found) == ["offline"]
    assert found.candidates[0].offline
    assert found.candidates[0].bound(1000, 1000) == 0


@pytest.mark.parametrize(("left_share", "economic"), [(1.0, False), (0.21, False), (0.2, True), (0.0, True)])
async def test_from_four_fifths_of_the_budget_on_the_cheapest_comes_first(left_share, economic):
    kit, ask = make_kit(), make_ask()
    admission, found = await admit(kit, ask), route(kit, ask, prompt_of())
    cap = admission.plan.budget_usd_nano
    chosen = economise(found, admission, round(cap * left_share))
    assert (chosen != found) == economic
    assert sorted(ids(chosen)) == sorted(ids(found))
    if economic:
        assert "budget" in chosen.candidates[0].reason
        bounds = [candidate.bound(1000, 1000) for candidate in chosen.candidates]
        assert bounds == sorted(bounds)


def test_the_cheapest_first_keeps_what_is_known_of_each_model():
    found = route(make_kit(), make_ask(), prompt_of())
    cheap = cheapest_first(found, "why")
    assert {(c.spec.id, c.route, c.proven) for c in cheap.candidates} == {
        (c.spec.id, c.route, c.proven) for c in found.candidates
    }
