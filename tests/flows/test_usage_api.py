"""A business can see what it used, per day, feature, model and prompt version, and what is left."""

from decimal import Decimal
from uuid import uuid4

import pytest

from gateway.domain.caller import Business
from tests.fakes import FakeModel
from tests.service import CUSTOMER, DESCRIPTION, RISK, SANKOFA, Client, Served, assert_problem, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}
DESCRIBE = {"product_name": "Blender", "category": "Kitchen", "attributes": {"colour": "red"}, "tone": "casual"}
USAGE = "/api/ai/usage/"


async def test_a_new_business_has_used_nothing(served: Served):
    business = Business(str(uuid4()), "A new shop", "STARTER")
    await served.store.businesses.put(business)
    body = (await (await served.caller(business.id)).get(USAGE)).json()
    assert set(body) == {"business_id", "plan", "since", "until", "meters", "budget", "rows"}
    assert (body["plan"], body["since"], body["until"], body["rows"]) == ("STARTER", "2026-11-01", "2026-11-20", [])
    meter = {"limit": 10, "used": 0, "remaining": 10, "resets_at": "2026-12-01T00:00:00Z"}
    assert body["meters"]["credit_assessments_per_month"] == meter
    assert body["meters"]["chatbot_messages_per_day"]["resets_at"] == "2026-11-21T00:00:00Z"
    assert body["budget"]["remaining_usd"] == body["budget"]["cap_usd"] == "2.000000000"


async def test_a_paid_call_is_in_the_row_of_its_day_and_in_the_budget(served: Served):
    async with serving(served.url, models=FakeModel()) as other:
        answer = await other.client().post(RISK, ASK)
        body = (await other.client().get(USAGE)).json()
    cost = answer.meta["usage"]["cost_usd"]
    [row] = [row for row in body["rows"] if (row["feature"], row["source"]) == ("credit_risk", "model")]
    assert Decimal(cost) > 0
    assert Decimal(body["budget"]["spent_usd"]) == sum(Decimal(row["cost_usd"]) for row in body["rows"])
    assert row == {
        "day": "2026-11-20", "feature": "credit_risk", "model": answer.meta["route"]["model"], "source": "model",
        "prompt": "credit_risk@1", "calls": 1, "degraded": 0, "input_tokens": 1000, "cached_tokens": 200,
        "output_tokens": 300, "tokens_used": 1300, "cost_usd": cost,
    }  # fmt: skip


async def test_the_header_and_the_page_agree_on_what_is_left(served: Served):
    async with serving(served.url, models=FakeModel()) as other:
        answer = await other.client().post(DESCRIPTION, DESCRIBE)
        left = (await other.client().get(USAGE)).json()
    budget = next(item for item in answer.headers["ratelimit"].split(", ") if item.startswith('"budget"'))
    assert budget.split(";")[1] == f"r={int(Decimal(left['budget']['remaining_usd']) * 1_000_000)}"
    assert left["meters"]["descriptions_per_month"]["used"] == answer.meta["quota"]["used"]


async def test_a_day_outside_the_range_is_left_out(served: Served, client: Client):
    await client.post(RISK, ASK)
    assert (await client.get(f"{USAGE}?since=2026-11-20&until=2026-11-20")).json()["rows"]
    assert (await client.get(f"{USAGE}?since=2026-11-01&until=2026-11-19")).json()["rows"] == []


async def test_a_day_is_the_businesss_own_day(served: Served):
    business = Business(str(uuid4()), "A shop in Auckland", "STARTER", timezone="Pacific/Auckland")
    await served.store.businesses.put(business)
    caller = await served.caller(business.id)
    await caller.post("/api/ai/sales-assistant/", {"message": "Any rice?", "context": {"chat_history": []}})
    body = (await caller.get(USAGE)).json()
    assert [row["day"] for row in body["rows"]] == ["2026-11-21"]
    assert body["meters"]["chatbot_messages_per_day"]["resets_at"] == "2026-11-21T11:00:00Z"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("since=yesterday", "/since"), ("until=2026-02-30", "/until"), ("days=3", "/days"), ("since=20261101x", "/since"),
     ("since=2026-11-30", "/since"), ("since=2020-01-01", "/since"), ("since=%00", "/since"), ("since=", "/since")],
)  # fmt: skip
async def test_a_query_that_cannot_be_read_is_refused_by_name(client: Client, query: str, pointer: str):
    assert_problem(await client.get(f"{USAGE}?{query}"), 422, "validation_failed", pointer)


async def test_any_key_of_the_business_may_look(served: Served, client: Client):
    caller = await served.caller(SANKOFA, scopes=["content"])
    assert (await caller.get(USAGE)).status == 200


async def test_a_call_that_was_refused_is_not_charged(served: Served, client: Client):
    before = (await client.get(USAGE)).json()
    assert_problem(await client.post(RISK, {**ASK, "customer_id": "nobody"}), 404, "not_found")
    after = (await client.get(USAGE)).json()
    assert before == after
