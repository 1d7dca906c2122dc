"""No route shows one business anything of another: every operation of the API, as every kind of caller."""

import json
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from gateway.domain.caller import Business
from tests.fakes import FakeModel
from tests.service import AKWAABA, ASSISTANT, CUSTOMER, RISK, SANKOFA, VOLTA, Answer, Client, Served, serving
from tests.service import assert_problem as refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}
ROWS = {"id": "row-1", "name": "Something"}


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def everything_in_the_plan(served: Served) -> None:
    """No plan stands in the way: what is refused is refused for another reason."""
    for business_id in (SANKOFA, VOLTA):
        await served.store.businesses.set_plan(business_id, "ENTERPRISE")


async def operations(served: Served) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return operation id → (method, path, operation) of everything that wants a key."""
    document = (await served.client(None).get("/openapi.json")).json()
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if operation.get("security") != []
    }


async def call(served: Served, client: Client, method: str, path: str, operation: dict[str, Any]) -> Answer:
    """Send the documented example, or for records a harmless row, about things of Sankofa's."""
    target = await served.target(path)
    media = operation.get("requestBody", {}).get("content", {})
    if "application/x-ndjson" in media:
        headers = {"content-type": "application/x-ndjson"}
        return await client.send(method, target, json.dumps(ROWS).encode(), headers=headers)
    if "application/json" not in media:
        return await client.send(method, target)
    example = media["application/json"].get("example", {"ids": ["row-1"]})
    if "request_id" in example:
        example = {**example, "request_id": await served.recommended()}
    return await client.send(method, target, example)


async def test_every_operation_serves_its_own_business(served: Served, client: Client):
    for name, operation in (await operations(served)).items():
        answer = await call(served, client, *operation)
        assert answer.status in (200, 201, 202) and str(answer.status) in operation[2]["responses"], (name, answer.body)


async def test_every_operation_is_closed_to_strangers_and_revoked_keys(served: Served):
    key, made = await served.store.keys.create("to be revoked", SANKOFA)
    await served.store.keys.revoke(made.id)
    for client in (served.client(None), served.client(None).as_caller(key)):
        for operation in (await operations(served)).values():
            refused(await call(served, client, *operation), 401, "unauthenticated")


async def test_every_operation_with_a_scope_is_closed_to_other_scopes(served: Served, client: Client):
    caller = await served.caller(SANKOFA, scopes=["nothing"])
    for operation in (await operations(served)).values():
        if "x-scope" in operation[2]:
            refused(await call(served, caller, *operation), 403, "forbidden")
        else:
            assert (await call(served, caller, *operation)).status in (200, 201)


async def test_a_key_cannot_act_for_another_business_on_any_route(served: Served, client: Client):
    stranger = served.client(VOLTA, x_business_id=SANKOFA)
    for operation in (await operations(served)).values():
        refused(await call(served, stranger, *operation), 404, "not_found")


async def test_another_businesss_ids_bring_nothing_to_light(served: Served, client: Client):
    names = "SELECT name FROM pos_customers WHERE business_id = $1"
    theirs, ours = [{row[0] for row in await served.store.database.fetch(names, b)} for b in (SANKOFA, VOLTA)]
    for name, (method, path, operation) in (await operations(served)).items():
        answer = await call(served, served.client(VOLTA), method, path, operation)
        example = json.dumps(operation.get("requestBody", {}).get("content", {}))
        shown = [secret for secret in theirs - ours if secret.encode() in answer.body and secret not in example]
        assert not shown, name
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if {"customer_id", "request_id"} & set(schema.get("required", ())) or "_id}" in path:
            assert (answer.status, answer.json()["code"]) == (404, "not_found"), name


async def test_deleting_anothers_rows_deletes_nothing(served: Served, client: Client):
    theirs = await served.client(VOLTA).send("DELETE", "/api/ai/records/customers/", {"ids": [CUSTOMER]})
    assert theirs.json()["deleted"] == 0
    assert (await client.post(RISK, ASK)).status == 200


async def test_a_row_cannot_be_pushed_into_another_business(served: Served, client: Client):
    row = json.dumps({**ROWS, "business": SANKOFA}).encode()
    answer = await served.client(VOLTA).send(
        "PUT", "/api/ai/records/customers/", row, headers={"content-type": "application/x-ndjson"}
    )
    refused(answer, 422, "validation_failed", "line 1: /business")


async def test_an_idempotency_key_of_one_business_means_nothing_to_another(served: Served, client: Client):
    headers = {"idempotency-key": "shared-by-chance"}
    assert (await client.post(RISK, ASK, headers=headers)).status == 200
    refused(await served.client(VOLTA).post(RISK, ASK, headers=headers), 404, "not_found")


async def test_usage_counts_only_ones_own_calls(served: Served, client: Client):
    before = (await served.client(VOLTA).get("/api/ai/usage/")).json()
    await client.post(RISK, ASK)
    after = (await served.client(VOLTA).get("/api/ai/usage/")).json()
    assert before["business_id"] == VOLTA
    assert after["rows"] == before["rows"]
    assert after["meters"] == before["meters"]


async def shop(served: Served, customer: str, limit: int) -> Client:
    """Make a business whose only customer has the id `c1`, and a history that depends on `limit`."""
    business = Business(str(uuid4()), f"Shop of {customer}", "ENTERPRISE")
    await served.store.businesses.put(business)
    client = await served.caller(business.id)
    invoice = {"customer": "c1", "original_amount": "400.00", "amount_paid": "400.00", "amount_outstanding": "0.00"}
    payment = {"customer": "c1", "amount": "400.00", "payment_method": "CASH"}
    months = range(1, 11)
    tables = {
        "customers": [{"id": "c1", "name": customer, "credit_limit": str(limit), "created_at": "2025-01-01T00:00:00Z"}],
        "invoices": [
            {**invoice, "id": f"i{m}", "issue_date": f"2026-{m:02}-01", "due_date": f"2026-{m:02}-25", "status": "PAID"}
            for m in months
        ],
        "payments": [{**payment, "id": f"p{m}", "invoice": f"i{m}", "payment_date": f"2026-{m:02}-20"} for m in months],
    }
    for table, rows in tables.items():
        body = "\n".join(json.dumps(row) for row in rows).encode()
        pushed = await client.send(
            "PUT", f"/api/ai/records/{table}/", body, headers={"content-type": "application/x-ndjson"}
        )
        assert pushed.status == 200, pushed.body
    return client


async def test_cached_answers_never_cross_businesses_with_the_same_ids(served: Served):
    model = FakeModel()
    async with serving(served.url, models=model) as other:
        ask = {**ASK, "customer_id": "c1"}
        first, second = await shop(other, "Adwoa Serwaa", 700), await shop(other, "Kwabena Fosu", 900)
        made = [await client.post(RISK, ask) for client in (first, second)]
        again = [await client.post(RISK, ask) for client in (first, second)]
    assert [answer.meta["source"] for answer in made + again] == ["model", "model", "cache", "cache"]
    assert [a.json()["customer"] for a in made] == [a.json()["customer"] for a in again]
    assert [a.json()["customer"]["name"] for a in again] == ["Adwoa Serwaa", "Kwabena Fosu"]
    assert len(model.calls) == 2


async def test_equal_shops_are_asked_about_apart(served: Served):
    model = FakeModel()
    async with serving(served.url, models=model) as other:
        ask = {**ASK, "customer_id": "c1"}
        answers = [await (await shop(other, "Same Name", 500)).post(RISK, ask) for _ in range(2)]
    assert [answer.meta["source"] for answer in answers] == ["model", "model"]


async def test_a_customer_named_like_another_business_is_just_a_customer(served: Served):
    model = FakeModel()
    async with serving(served.url, models=model) as other:
        namesake = (await other.store.businesses.get(AKWAABA)).name
        client = await shop(other, namesake, 700)
        answer = await client.post(RISK, {**ASK, "customer_id": "c1"})
        refused(await other.client(AKWAABA).post(RISK, {**ASK, "customer_id": "c1"}), 404, "not_found")
    assert answer.json()["customer"]["name"] == namesake
    assert namesake in answer.json()["explanation"]
    assert namesake not in model.sent


async def test_a_customer_of_another_business_is_not_found_by_the_assistant_either(served: Served, client: Client):
    ask = {"message": "What shall I offer?", "context": {"customer_id": CUSTOMER, "chat_history": []}}
    assert (await client.post(ASSISTANT, ask)).status == 200
    refused(await served.client(AKWAABA).post(ASSISTANT, ask), 404, "not_found")
