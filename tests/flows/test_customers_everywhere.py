"""Insights, segments, receipts and the sales assistant answer on every tenant, whatever the model does."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest

from gateway.domain.reply import Fault, UpstreamFault
from tests.fakes import FakeModel
from tests.service import AKWAABA, SANKOFA, VOLTA, Served, catalog_of, serving
from tests.service import assert_problem as refused

DAY = {"as_of": "2026-11-20"}
INSIGHTS = "/api/ai/customer-insights/"
ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("customer_insights", INSIGHTS, {"query": "How were sales this month?"}),
    ("customer_insights", INSIGHTS, {"query": "Who are my best 3 customers?"}),
    ("customer_insights", INSIGHTS, {"query": "What is the meaning of life?"}),
    ("customer_segmentation", "/api/ai/customer-segmentation/", {"rfm_segments": [{"segment_name": "Lost"}]}),
    ("customer_segmentation", "/api/ai/customer-segmentation/", {}),
    ("receipt_enhancement", "/api/ai/receipt-enhancement/", {"items": [{"name": "Royal Grain Rice 5kg"}]}),
    ("sales_assistant", "/api/ai/sales-assistant/", {"message": "rice under 200 cedis"}),
]
MODELS = {
    "no model": None,
    "a good model": FakeModel,
    "garbage": lambda: FakeModel(always="\u0000 {garbage"),
    "a wrong shape": lambda: FakeModel(always={"answer": [1], "x": {"y": "GHS 1,000,000"}}),
    "down": lambda: FakeModel(always=UpstreamFault(Fault.SERVER_ERROR)),
}
Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(sqlite_url: str) -> Serve:
    return partial(serving, sqlite_url)


@pytest.mark.parametrize("kind", MODELS)
async def test_every_tenant_gets_a_valid_answer_or_a_documented_refusal(serve: Serve, kind: str) -> None:
    make = MODELS[kind]
    async with serve(models=make() if make else None) as served:
        features = served.service.site.kit.catalog.features
        for business in (SANKOFA, AKWAABA, VOLTA):
            for name, path, body in ASKED:
                answer = await served.client(business).post(path, {**body, **DAY})
                if answer.status != 200:
                    assert answer.json()["code"] in ("insufficient_data", "not_in_plan"), answer.body
                    continue
                found = answer.json()
                found.pop("meta")
                assert features[name].response.check(found) == []
                assert "1,000,000" not in answer.body.decode()


async def test_insights_stream_and_end_with_the_plain_answer(serve: Serve) -> None:
    ask = {"query": "How were sales in October compared to September?", **DAY}
    async with serve(models=FakeModel()) as served:
        plain = (await served.client().post(INSIGHTS, ask)).json()
        streamed = (await served.client().post(INSIGHTS, ask, headers={"accept": "text/event-stream"})).events
    assert [name for name, _ in streamed][-1] == "final"
    text = "".join(event["text"] for name, event in streamed if name == "delta")
    assert text == streamed[-1][1]["answer"] == plain["answer"]
    assert "GHS 196,164.50" in text


async def test_what_needs_no_model_asks_none_and_is_not_counted(serve: Serve) -> None:
    model = FakeModel()
    async with serve(models=model) as served:
        answer = await served.client().post(INSIGHTS, {"query": "What is the meaning of life?", **DAY})
    assert (answer.meta["source"], answer.meta["degraded"], answer.meta["quota"]["used"]) == ("rules", None, 0)
    assert model.calls == []


async def test_customers_named_in_a_question_do_not_leave(serve: Serve) -> None:
    model = FakeModel()
    async with serve(models=model) as served:
        answer = await served.client().post(INSIGHTS, {"query": "how much does adom minni mart owe?", **DAY})
    assert "Adom Mini Mart" in answer.json()["answer"]
    assert len(model.calls) == 1
    assert "adom" not in model.sent.lower() and "minni" not in model.sent.lower()


WITH_LANGUAGE = [one for one in catalog_of().features.values() if "language" in one.input.raw.get("properties", {})]


@pytest.mark.parametrize("language", ["tw", "ga"])
@pytest.mark.parametrize("feature", WITH_LANGUAGE, ids=lambda feature: feature.name)
async def test_languages_without_reviewed_texts_are_refused_by_data_alone(
    serve: Serve, feature: Any, language: str
) -> None:
    assert "en" in feature.languages
    async with serve() as served:
        body = {**dict(feature.example_request), "language": language}
        answer = await served.client(VOLTA).post(feature.path, body)
    refused(answer, 422, "language_not_supported", "/language")
