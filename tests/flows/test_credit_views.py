"""Prediction, dashboard and alerts over HTTP: every shop, every state of the model, and what leaves for it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest

from gateway.domain.reply import Fault, UpstreamFault
from tests.fakes import FakeModel
from tests.service import AKWAABA, SANKOFA, VOLTA, Client, Served, assert_problem, serving

PREDICTION, DASHBOARD = "/api/ai/credit/payment-prediction", "/api/ai/credit/dashboard/"
ALERTS, RISK = "/api/ai/credit/alerts/", "/api/ai/credit/risk-assessment/"
OWES = {
    SANKOFA: "c1d35783-854a-4127-88fc-60c2d0f5cc78",
    AKWAABA: "6c30da8c-6290-44aa-8175-461ad56db657",
    VOLTA: "nobody",
}
Serve = Callable[..., AbstractAsyncContextManager[Served]]
MODELS: dict[str, Any] = {
    "answers": None,
    "talks garbage": "certainly! {]",
    "breaks the schema": {"predictions": "none", "alerts": 7, "recommendations": []},
    "is down": UpstreamFault(Fault.CONNECTION, sent=False),
}


@pytest.fixture
def serve(sqlite_url: str) -> Serve:
    return partial(serving, sqlite_url)


async def ask(client: Client, customer_id: str, day: str = "2026-11-20") -> dict[str, Any]:
    limit = {"requested_credit_limit": 5000, "assessment_type": "increase"}
    return {
        "payment_prediction": await client.get(f"{PREDICTION}/{customer_id}/?as_of={day}"),
        "credit_dashboard": await client.get(f"{DASHBOARD}?as_of={day}"),
        "credit_alerts": await client.get(f"{ALERTS}?as_of={day}"),
        "credit_risk": await client.post(RISK, {"customer_id": customer_id, "as_of": day, **limit}),
    }


async def everything_included(served: Served) -> None:
    for business_id in OWES:
        await served.store.businesses.set_plan(business_id, "ENTERPRISE")


@pytest.mark.parametrize("state", MODELS)
async def test_every_shop_gets_a_whole_answer_whatever_the_model_does(serve, state):
    step = MODELS[state]
    model = FakeModel() if step is None else FakeModel(always=step)
    async with serve(models=model, openai_api_key="sk-test", model_proof="warn") as served:
        await everything_included(served)
        features = served.service.site.kit.catalog.features
        for business_id, customer_id in OWES.items():
            for name, answer in (await ask(served.client(business_id), customer_id)).items():
                if customer_id == "nobody" and name in ("payment_prediction", "credit_risk"):
                    assert_problem(answer, 404, "not_found")
                    continue
                assert answer.status == 200, answer.body
                body = answer.json()
                assert (body.pop("meta")["degraded"] is None) is (step is None), name
                assert features[name].response.check(body) == []


@pytest.mark.parametrize("day", ["1970-01-01", "2000-02-29", "2100-12-31", "2199-12-31"])
async def test_any_day_that_can_be_asked_for_is_answered(serve, day):
    async with serve() as served:
        await everything_included(served)
        for name, answer in (await ask(served.client(), OWES[SANKOFA], day)).items():
            assert answer.status == 200 or answer.json()["code"] == "not_found", (name, answer.body)


async def test_no_name_or_invoice_number_leaves_for_the_model(serve):
    model = FakeModel()
    async with serve(models=model, openai_api_key="sk-test", model_proof="warn") as served:
        await everything_included(served)
        answers = await ask(served.client(), OWES[SANKOFA])
    assert all("Blessed Hands Ventures" in answer.body.decode() for answer in answers.values())
    for private in ("Blessed", "Ventures", "Royal Provisions", "Peace & Love", "INV-2026"):
        assert private not in model.sent


@pytest.mark.parametrize(
    ("business_id", "path", "code"),
    [
        (AKWAABA, f"{PREDICTION}/{OWES[AKWAABA]}/", "not_in_plan"),
        (AKWAABA, ALERTS, "not_in_plan"),
        (SANKOFA, DASHBOARD, "not_in_plan"),
    ],
)
async def test_a_plan_without_the_feature_is_told_which_has_it(serve, business_id, path, code):
    async with serve() as served:
        answer = await served.client(business_id).get(path)
        assert_problem(answer, 403, code, more=("plan", "upgrade"))
        assert answer.json()["upgrade"] in ("PROFESSIONAL", "ENTERPRISE")


async def test_a_customer_of_another_shop_is_not_there(serve):
    async with serve() as served:
        assert_problem(await served.client().get(f"{PREDICTION}/{OWES[AKWAABA]}/"), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        (f"{ALERTS}?severity=huge", "/severity"),
        (f"{ALERTS}?customer_id=a%20b", "/customer_id"),
        (f"{ALERTS}?x=1", "/x"),
    ],
)
async def test_a_wrong_parameter_is_named(serve, path, pointer):
    async with serve() as served:
        assert_problem(await served.client().get(path), 422, "validation_failed", pointer)


async def test_alerts_may_be_asked_about_records_in_the_request(serve):
    rows = {
        "customers": [{"id": "k", "name": "Made Up", "credit_limit": "100.00"}],
        "invoices": [
            {"id": "i", "customer": "k", "issue_date": "2026-11-01", "due_date": "2026-12-01", "original_amount": "170"}
        ],
        "payments": [],
    }
    async with serve() as served:
        (alert,) = (await served.client().post(ALERTS, {"as_of": "2026-11-20", "records": rows})).json()["alerts"]
        assert alert["customer"] == {"name": "Made Up", "outstanding_balance": "170.00", "credit_limit": "100.00"}
