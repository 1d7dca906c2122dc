"""Who may ask what: keys, scopes, plans, businesses and the ids that callers send along."""

import secrets
from uuid import UUID

import pytest

from tests.service import (
    AKWAABA,
    CUSTOMER,
    DESCRIPTION,
    NARRATIVE,
    RISK,
    SANKOFA,
    Client,
    Served,
    assert_problem,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}
DESCRIBE = {"product_name": "Blender", "category": "Kitchen", "attributes": {"colour": "red"}, "tone": "casual"}
TALK = {"message": "Which rice do we have?", "context": {"chat_history": []}}


async def test_no_wrong_unknown_and_revoked_keys_are_refused(served: Served):
    key, made = await served.store.keys.create("to be revoked", SANKOFA)
    await served.store.keys.revoke(made.id)
    anonymous = served.client(None)
    answers = [
        await anonymous.post(RISK, ASK, headers={"authorization": value})
        for value in (None, "", "Basic YTpi", "Bearer", "Bearer ", "Bearer wrong", "Bearer \xff\xfe", f"Bearer {key}")
    ]
    for answer in answers:
        assert_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_an_unknown_and_a_revoked_key_get_the_same_words(served: Served):
    key, made = await served.store.keys.create("to be revoked", SANKOFA)
    await served.store.keys.revoke(made.id)
    anonymous = served.client(None)
    bodies = [
        {**(await anonymous.post(RISK, ASK, headers={"authorization": f"Bearer {k}"})).json(), "request_id": ""}
        for k in (key, f"gw_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}", "nonsense")
    ]
    assert bodies[0] == bodies[1] == bodies[2]


async def test_the_token_scheme_of_the_pos_backend_is_understood(served: Served, client: Client):
    headers = {"authorization": f"Token {served.keys[SANKOFA]}"}
    assert (await served.client(None).post(RISK, ASK, headers=headers)).status == 200


async def test_a_key_without_the_scope_is_forbidden(served: Served, client: Client):
    caller = await served.caller(SANKOFA, scopes=["content"])
    assert_problem(await caller.post(RISK, ASK), 403, "forbidden")
    assert_problem(await caller.get("/api/ai/records/"), 403, "forbidden")
    assert (await caller.post(DESCRIPTION, DESCRIBE)).status == 200


async def test_a_feature_outside_the_plan_names_the_plan_that_has_it(served: Served, client: Client):
    answer = await served.client(AKWAABA).post(NARRATIVE, {"report_type": "sales", "data": {"revenue": 10}})
    body = assert_problem(answer, 403, "not_in_plan", more=["plan", "upgrade"])
    assert (body["plan"], body["upgrade"]) == ("STARTER", "PROFESSIONAL")


async def test_anothers_customer_looks_exactly_like_one_that_does_not_exist(served: Served, client: Client):
    theirs = await served.client(AKWAABA).post(RISK, ASK)
    nobodys = await served.client(AKWAABA).post(RISK, {**ASK, "customer_id": "00000000-0000-4000-8000-000000000000"})
    bodies = [{**assert_problem(answer, 404, "not_found"), "request_id": ""} for answer in (theirs, nobodys)]
    assert bodies[0] == bodies[1]


async def test_a_service_key_acts_for_the_business_it_names(served: Served, client: Client):
    service = await served.caller()
    answer = await service.post(RISK, ASK, headers={"x-business-id": SANKOFA})
    assert answer.status == 200
    assert answer.json()["customer"]["name"] == "Adom Mini Mart"
    assert (await service.post(RISK, ASK, headers={"x-business-id": SANKOFA.upper()})).status == 200
    assert_problem(await service.post(RISK, ASK, headers={"x-business-id": AKWAABA}), 404, "not_found")


@pytest.mark.parametrize("wanted", [None, "", "not-a-uuid", "1234"])
async def test_a_service_key_must_name_a_business(served: Served, client: Client, wanted: str | None):
    service = await served.caller()
    answer = await service.post(RISK, ASK, headers={"x-business-id": wanted})
    assert_problem(answer, 422, "validation_failed", "/headers/X-Business-Id")


async def test_the_key_of_one_business_cannot_name_another(client: Client):
    for other in (AKWAABA, "00000000-0000-4000-8000-000000000000"):
        assert_problem(await client.post(RISK, ASK, headers={"x-business-id": other}), 404, "not_found")


@pytest.mark.parametrize("person", ["", "two words", "x" * 129, "\xe4", "tab\t"])
async def test_an_odd_user_id_is_named(client: Client, person: str):
    answer = await client.post(RISK, ASK, headers={"x-user-id": person})
    assert_problem(answer, 422, "validation_failed", "/headers/X-User-Id")


@pytest.mark.parametrize("given", ["abc", "A.b_c:9-1", "x" * 64])
async def test_a_fit_request_id_is_echoed(client: Client, given: str):
    answer = await client.post(RISK, ASK, headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == answer.meta["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "<script>", "-x", "\xe4"])
async def test_an_unfit_request_id_is_replaced(client: Client, given: str):
    answer = await client.post(RISK, ASK, headers={"x-request-id": given})
    assert UUID(answer.headers["x-request-id"]).version == 7


async def test_the_same_request_id_may_be_sent_twice(client: Client):
    answers = [await client.post(RISK, ASK, headers={"x-request-id": "mine"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_monitors_may_ask_for_the_head_alone(served: Served, path: str):
    answer = await served.client(None).send("HEAD", path)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    refused = await served.client(None).send("POST", path)
    assert sorted(refused.headers["allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]
