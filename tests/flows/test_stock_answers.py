"""Forecasts, prices and alerts on unusual patterns answer on every shop and day, whatever the model does."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest

from gateway.domain.reply import Fault, UpstreamFault
from tests.fakes import FakeModel
from tests.features.fakes import DEMO_DIR, InlinePos
from tests.service import AKWAABA, SANKOFA, VOLTA, Client, Served, assert_problem, serving

Serve = Callable[..., AbstractAsyncContextManager[Served]]
MODELS: dict[str, Any] = {
    "answers": None,
    "talks garbage": "certainly! {]",
    "breaks the schema": {"recommendations": 7, "alerts": "none"},
    "is down": UpstreamFault(Fault.CONNECTION, sent=False),
}


@pytest.fixture
def serve(sqlite_url: str) -> Serve:
    return partial(serving, sqlite_url)


async def product_of(business_id: str) -> str:
    products = await InlinePos.from_dir(DEMO_DIR, business_id).products()
    return products[0].id if products else "nothing"


async def ask(client: Client, product_id: str, day: str = "2026-11-20") -> dict[str, Any]:
    about = {"product_id": product_id, "as_of": day}
    limits = {"min_margin_percent": 5, "max_discount_percent": 20}
    return {
        "inventory_forecast": await client.post("/api/ai/inventory-forecast/", {**about, "forecast_days": 45}),
        "pricing_optimizer": await client.post(
            "/api/ai/pricing-optimizer/", {**about, "optimization_goal": "volume", "constraints": limits}
        ),
        "fraud_alerts": await client.get(f"/api/ai/fraud-alerts/?as_of={day}"),
    }


@pytest.mark.parametrize("state", MODELS)
async def test_every_shop_gets_a_whole_answer_whatever_the_model_does(serve, state):
    step = MODELS[state]
    model = FakeModel() if step is None else FakeModel(always=step)
    async with serve(models=model, openai_api_key="sk-test", model_proof="warn") as served:
        features = served.service.site.kit.catalog.features
        for business_id in (SANKOFA, AKWAABA, VOLTA):
            await served.store.businesses.set_plan(business_id, "ENTERPRISE")
            product_id = await product_of(business_id)
            for name, answer in (await ask(served.client(business_id), product_id)).items():
                if product_id == "nothing" and name != "fraud_alerts":
                    assert_problem(answer, 404, "not_found")
                    continue
                assert answer.status == 200, answer.body
                body = answer.json()
                assert (body.pop("meta")["degraded"] is None) is (step is None), name
                assert features[name].response.check(body) == []


async def test_no_name_of_staff_or_customers_is_shown_to_the_model(serve):
    model = FakeModel()
    async with serve(models=model, openai_api_key="sk-test", model_proof="warn") as served:
        answer = await served.client().get("/api/ai/fraud-alerts/?as_of=2026-11-20")
        assert "Employee: " in answer.body.decode()
    pos = InlinePos.from_dir(DEMO_DIR, SANKOFA)
    names = [one.name for one in (*await pos.employees(), *await pos.customers())]
    assert model.calls
    assert [name for name in names if name in model.sent] == []


@pytest.mark.parametrize("day", ["1970-01-01", "2000-02-29", "2100-12-31", "2199-12-31"])
async def test_any_day_that_can_be_asked_for_is_answered(serve, day: str):
    async with serve() as served:
        for name, answer in (await ask(served.client(), await product_of(SANKOFA), day)).items():
            assert answer.status == 200 or answer.json()["code"] == "not_found", (name, answer.body)
