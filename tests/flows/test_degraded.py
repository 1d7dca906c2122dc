"""Whatever keeps a model from answering, the caller gets the same shape from the rules, and is told why."""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.answer import LABELS, Source
from gateway.domain.reply import EgressBlocked, Fault, UpstreamFault
from gateway.domain.usage import Usage
from gateway.domain.verdict import Verdict
from gateway.library.policy import load_policy
from gateway.settings import ROOT
from tests.fakes import TYPICAL, FakeModel, by_rules
from tests.service import CUSTOMER, DESCRIPTION, RISK, SANKOFA, Answer, Served, serving

ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}
DESCRIBE = {"product_name": "Blender", "category": "Kitchen", "attributes": {"colour": "red"}, "tone": "casual"}
META = {
    "request_id", "feature", "prompt", "source", "route", "degraded", "grounding", "pii", "usage", "quota",
    "latency_ms", "ai_generated", "label", "decision_status", "as_of", "warnings",
}  # fmt: skip
INSIDE = {
    "prompt": {"name", "version", "hash"},
    "route": {"name", "model", "reason"},
    "grounding": {"ok", "checked", "corrected", "dropped"},
    "pii": {"masked"},
    "usage": {"input_tokens", "cached_tokens", "output_tokens", "cost_usd", "cost_ghs"},
    "quota": {"meter", "limit", "used", "remaining", "resets_at"},
}
Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(sqlite_url: str) -> Serve:
    return partial(serving, sqlite_url)


def assert_whole(answer: Answer, served: Served, feature: str = "credit_risk") -> dict[str, Any]:
    """Check status, shape and the exact keys of `meta`; returns it."""
    assert answer.status == 200, answer.body
    body = answer.json()
    meta: dict[str, Any] = body.pop("meta")
    assert served.service.site.kit.catalog.features[feature].response.check(body) == []
    assert set(meta) == META
    for name, keys in INSIDE.items():
        assert meta[name] is None or set(meta[name]) == keys
    return meta


def assert_degraded(answer: Answer, served: Served, reason: str) -> dict[str, Any]:
    """Check that the rules answered for this reason, and that the meter did not count it."""
    meta = assert_whole(answer, served)
    assert (meta["source"], meta["degraded"]["reason"]) == ("rules", reason)
    assert meta["degraded"]["detail"].endswith(".")
    assert meta["quota"]["used"] == 0
    assert (meta["ai_generated"], meta["label"]) == (False, LABELS[Source.RULES])
    assert answer.json()["recommendation"]["suggested_limit"] == 8900
    assert "Adom Mini Mart" in answer.json()["explanation"]
    return meta


async def test_a_models_answer_has_its_cost_its_route_and_its_place_in_the_quota(serve: Serve):
    model = FakeModel()
    async with serve(models=model) as served:
        meta = assert_whole(await served.client().post(RISK, ASK), served)
        assert await served.reserved() == 0
    price = load_policy(ROOT / "gateway" / "policy").models["gpt-6.1-sol"].price(day(served))
    assert price is not None
    assert (meta["source"], meta["ai_generated"], meta["degraded"]) == ("model", True, None)
    assert meta["route"] == {"name": "gpt-4", "model": "gpt-6.1-sol", "reason": "the prompt's route"}
    assert round(float(meta["usage"]["cost_usd"]) * 1e9) == price.cost(TYPICAL)
    assert meta["usage"]["input_tokens"] == TYPICAL.input_tokens
    assert meta["quota"]["used"] == 1
    assert meta["decision_status"] == "recommendation"
    assert meta["pii"]["masked"] >= 1
    assert "Adom" not in model.sent


async def test_a_second_equal_question_is_answered_from_the_cache_for_nothing(serve: Serve):
    model = FakeModel()
    async with serve(models=model) as served:
        first, second = [await served.client().post(RISK, ASK) for _ in range(2)]
        meta = assert_whole(second, served)
        costs = [row[3] for row in await served.usage()]
    assert len(model.calls) == 1
    assert (meta["source"], meta["usage"]["cost_usd"], meta["quota"]["used"]) == ("cache", "0.000000000", 2)
    assert {**first.json(), "meta": 0} == {**second.json(), "meta": 0}
    assert sorted(costs)[0] == 0 < sorted(costs)[1]


async def test_evidence_is_shown_on_demand_only(serve: Serve):
    async with serve(models=FakeModel()) as served:
        plain, explained = [await served.client().post(f"{RISK}{q}", ASK) for q in ("", "?explain=1")]
    assert "evidence" not in plain.meta
    assert set(explained.meta) == META | {"evidence"}
    assert explained.meta["evidence"]["score"]["value"] == explained.json()["risk_score"]


async def test_a_business_that_opted_out_reaches_no_model(serve: Serve):
    model = FakeModel()
    async with serve(models=model) as served:
        await served.store.businesses.opt_out(SANKOFA)
        meta = assert_degraded(await served.client().post(RISK, ASK), served, "opted_out")
        assert assert_whole(await served.client().post(DESCRIPTION, DESCRIBE), served, "product_description")[
            "degraded"
        ]
    assert model.calls == []
    assert meta["usage"]["cost_usd"] == "0.000000000"


async def test_a_business_may_opt_out_of_one_feature(serve: Serve):
    model = FakeModel()
    async with serve(models=model) as served:
        await served.store.businesses.opt_out(SANKOFA, feature="credit_risk")
        assert_degraded(await served.client().post(RISK, ASK), served, "opted_out")
        assert (await served.client().post(DESCRIPTION, DESCRIBE)).meta["source"] == "model"
    assert {call.feature for call in model.calls} == {"product_description"}


async def test_an_opt_out_also_holds_for_what_was_cached_before(serve: Serve):
    async with serve(models=FakeModel()) as served:
        await served.client().post(RISK, ASK)
        await served.store.businesses.opt_out(SANKOFA)
        assert (await served.client().post(RISK, ASK)).meta["source"] == "rules"


async def test_a_plan_that_serves_by_rules_says_so(serve: Serve, tmp_path: Path):
    policy = Path(shutil.copytree(ROOT / "gateway" / "policy", tmp_path / "policy"))
    plans = (policy / "plans.yaml").read_text("utf-8")
    changed = plans.replace(
        "      credit_dashboard: none\n", "      credit_dashboard: none\n      credit_risk: rules\n"
    )
    (policy / "plans.yaml").write_text(changed, "utf-8")
    model = FakeModel()
    async with serve(models=model, policy_dir=policy) as served:
        assert_degraded(await served.client().post(RISK, ASK), served, "plan")
    assert model.calls == []


async def test_a_used_up_budget_is_no_refusal(serve: Serve):
    model = FakeModel()
    async with serve(models=model) as served:
        await spend(served, 10_000_000_000)
        meta = assert_degraded(await served.client().post(RISK, ASK), served, "budget")
    assert model.calls == []
    assert meta["usage"]["cost_usd"] == "0.000000000"


async def test_the_last_of_a_budget_goes_to_the_economy_model(serve: Serve):
    model = FakeModel()
    async with serve(models=model) as served:
        await spend(served, 10_000_000_000 - 3_000_000)
        meta = assert_whole(await served.client().post(RISK, ASK), served)
    assert meta["route"]["name"] == "gpt-3.5"
    assert "budget" in meta["route"]["reason"]


REASONS = {
    Fault.TIMEOUT: "deadline",
    Fault.REFUSED: "output_invalid",
    Fault.TRUNCATED: "output_invalid",
    Fault.INVALID: "output_invalid",
}


@pytest.mark.parametrize("fault", Fault)
async def test_a_failing_model_is_replaced_by_the_rules(serve: Serve, fault: Fault):
    model = FakeModel(always=UpstreamFault(fault))
    async with serve(models=model) as served:
        meta = assert_degraded(
            await served.client().post(RISK, ASK), served, REASONS.get(fault, "upstream_unavailable")
        )
        assert await served.reserved() == 0
    assert len({call.model for call in model.calls}) > 1, "the next model was not tried"
    assert meta["usage"]["cost_usd"] == "0.000000000"


async def test_tokens_that_a_failed_attempt_reported_are_paid_for_once(serve: Serve):
    usage = Usage(input_tokens=900, output_tokens=50)
    model = FakeModel([UpstreamFault(Fault.TRUNCATED, usage=usage)])
    async with serve(models=model) as served:
        meta = assert_whole(await served.client().post(RISK, ASK), served)
        [row] = await served.usage()
    assert meta["usage"]["input_tokens"] == 900 + TYPICAL.input_tokens
    assert round(float(meta["usage"]["cost_usd"]) * 1e9) == row[3]
    assert row[4] == 2


async def test_an_answer_that_is_no_json_is_repaired_once_then_given_up(serve: Serve):
    model = FakeModel(always="I am sorry, I cannot do that.")
    async with serve(models=model) as served:
        meta = assert_degraded(await served.client().post(RISK, ASK), served, "output_invalid")
        [row] = await served.usage()
    models = [call.model for call in model.calls]
    assert all(models.count(name) <= 2 for name in models)
    assert row[4] == len(models)
    assert float(meta["usage"]["cost_usd"]) > 0


async def test_a_repaired_answer_is_a_models_answer(serve: Serve):
    model = FakeModel(["{", by_rules])
    async with serve(models=model) as served:
        meta = assert_whole(await served.client().post(RISK, ASK), served)
    assert meta["source"] == "model"
    assert [len(call.messages) for call in model.calls] == [2, 4]


async def test_an_invented_figure_never_reaches_the_caller(serve: Serve):
    def inventing(call: Any) -> dict[str, Any]:
        return {**by_rules(call), "explanation": "The customer owes GHS 987,654.32 and paid 77 of 99 invoices late."}

    model = FakeModel(always=inventing)
    async with serve(models=model) as served:
        answer = await served.client().post(RISK, ASK)
        assert_degraded(answer, served, "ungrounded")
    assert b"987,654" not in answer.body


async def test_a_personal_value_on_its_way_out_stops_the_call(serve: Serve):
    model = FakeModel(always=EgressBlocked("phone"))
    async with serve(models=model) as served:
        meta = assert_degraded(await served.client().post(RISK, ASK), served, "egress_blocked")
    assert len(model.calls) == 1, "no other model may be tried with the same text"
    assert meta["usage"]["cost_usd"] == "0.000000000"


async def test_with_proof_required_an_unproven_model_is_not_called(serve: Serve):
    model = FakeModel()
    async with serve(models=model, model_proof="require") as served:
        assert_degraded(await served.client().post(RISK, ASK), served, "no_verdict")
    assert model.calls == []


async def test_with_proof_required_a_proven_model_is_called(serve: Serve):
    model = FakeModel()
    async with serve(models=model, model_proof="require") as served:
        prompt = served.service.site.kit.catalog.prompts["credit_risk", 1]
        verdict = Verdict("credit_risk", 1, prompt.content_hash, "gpt-6.1-sol", "tests", "passed", {})
        await served.store.releases.record_verdicts([verdict], "tests")
        meta = assert_whole(await served.client().post(RISK, ASK), served)
    assert [call.model for call in model.calls] == ["gpt-6.1-sol"]
    assert meta["warnings"] == []


async def test_without_required_proof_an_unproven_model_is_named_in_a_warning(serve: Serve):
    async with serve(models=FakeModel(), model_proof="warn") as served:
        meta = assert_whole(await served.client().post(RISK, ASK), served)
    assert meta["warnings"] == ["model_unproven: gpt-6.1-sol"]


async def test_a_feature_without_a_release_is_served_by_the_rules(serve: Serve):
    model = FakeModel()
    async with serve(models=model, release=False) as served:
        meta = assert_degraded(await served.client().post(RISK, ASK), served, "no_verdict")
    assert model.calls == []
    assert meta["prompt"] is None


async def test_a_degraded_answer_is_replayed_like_any_other(serve: Serve):
    headers = {"idempotency-key": "k-1"}
    async with serve(models=FakeModel(always=UpstreamFault(Fault.CONNECTION))) as served:
        first, again = [await served.client().post(RISK, ASK, headers=headers) for _ in range(2)]
    assert first.body == again.body
    assert again.headers["idempotent-replayed"] == "true"


async def test_what_a_degraded_answer_said_is_not_kept_in_the_cache(serve: Serve):
    model = FakeModel(always=UpstreamFault(Fault.CONNECTION))
    async with serve(models=model) as served:
        assert_degraded(await served.client().post(RISK, ASK), served, "upstream_unavailable")
        model.always = by_rules
        assert (await served.client().post(RISK, ASK)).meta["source"] == "model"


async def test_equal_questions_at_the_same_moment_cost_one_call(serve: Serve):
    model = FakeModel()
    async with serve(models=model) as served:
        answers = await asyncio.gather(*(served.client().post(RISK, ASK) for _ in range(5)))
    assert sorted(answer.meta["source"] for answer in answers) == ["cache"] * 4 + ["model"]
    assert len(model.calls) == 1


async def spend(served: Served, nano: int) -> None:
    sql = "INSERT INTO budget (business_id, period, spent, reserved) VALUES ($1, '2026-11', $2, 0)"
    await served.store.database.execute(sql, SANKOFA, nano)


def day(served: Served) -> date:
    return datetime.fromtimestamp(served.clock.now() / 1e6, UTC).date()
