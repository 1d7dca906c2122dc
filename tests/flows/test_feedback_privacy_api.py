"""Feedback, decisions and opt-outs over HTTP: kept for whom they belong to, in force from the next request on."""

import json

import pytest

from gateway.store.feedback import COMMENT, CONTENT
from tests.fakes import FakeModel
from tests.service import CUSTOMER, DESCRIPTION, RISK, SANKOFA, VOLTA, Served, serving
from tests.service import assert_problem as refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}
LAMP = {"product_name": "Lamp", "category": "Home", "attributes": {"colour": "white"}, "tone": "casual"}
FEEDBACK, OPT_OUT = "/api/ai/feedback/", "/api/ai/privacy/opt-out/"
REASON = "Known to us: Yaa Plantedmark"


async def rows(served, table):
    return await served.store.database.fetch(f"SELECT * FROM {table} ORDER BY created_at")


@pytest.mark.parametrize("own_id", [None, "my-own-id"])
async def test_feedback_is_kept_and_a_second_word_replaces_the_first(served: Served, own_id):
    served.clock.advance(61)
    client = served.client(SANKOFA, x_user_id="u1")
    answered = await client.post(RISK, ASK, headers={"x-request-id": own_id} if own_id else {})
    before = len(await rows(served, "feedback"))
    said = {"request_id": answered.meta["request_id"], "rating": 2, "outcome": "paid", "comment": REASON}
    for rating in (2, 5):
        told = await client.post(FEEDBACK, {**said, "rating": rating})
        assert (told.status, told.json()["feature"]) == (201, "credit_risk")
    kept = await rows(served, "feedback")
    assert len(kept) == before + 1
    _, request_id, user_hash, _, rating, outcome, comment, _ = kept[-1]
    assert (rating, outcome) == (5, "paid")
    assert served.store.sealer.open(COMMENT, SANKOFA, f"{request_id}|{user_hash}", comment).decode() == REASON
    assert "Plantedmark" not in repr(kept) and "u1" not in repr(kept)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/request_id"]),
        ({"request_id": "x"}, ["/rating"]),
        ({"request_id": "x", "rating": 6}, ["/rating"]),
        ({"request_id": "x", "rating": True}, ["/rating"]),
        ({"request_id": "x", "outcome": "Yaa Mensah"}, ["/outcome"]),
        ({"request_id": "x", "comment": "x" * 2001, "stars": 1}, ["/stars", "/comment"]),
    ],
)
async def test_feedback_that_cannot_be_meant_is_refused_by_its_field(served: Served, body, pointers):
    refused(await served.client().post(FEEDBACK, body), 422, "validation_failed", *pointers)


async def test_another_businesss_request_is_not_there(served: Served, client):
    request_id = (await client.post(RISK, ASK)).meta["request_id"]
    other = served.client(VOLTA)
    refused(await other.post(FEEDBACK, {"request_id": request_id, "rating": 1}), 404, "not_found")
    decided = {"decision": "approve", "reason": "x"}
    refused(await other.post(f"/api/ai/decisions/{request_id}/", decided), 404, "not_found")
    refused(await client.post("/api/ai/decisions/unknown/", decided), 404, "not_found")


async def test_a_decision_is_kept_with_its_reason_and_a_line_in_the_audit_chain(served: Served, client):
    request_id = (await client.post(RISK, ASK)).meta["request_id"]
    body = {"decision": "override", "value": {"limit": 3000.5}, "reason": REASON}
    told = await client.post(f"/api/ai/decisions/{request_id}/", body)
    assert told.status == 201
    assert {key: told.json()[key] for key in body} == body
    kept = (await rows(served, "decision"))[-1]
    opened = served.store.sealer.open(CONTENT, SANKOFA, kept[1], kept[5])
    assert json.loads(opened) == {"value": {"limit": 3000.5}, "reason": REASON}
    assert "Plantedmark" not in repr(kept)
    lines = await served.store.database.fetch("SELECT action, details FROM audit ORDER BY at DESC, seq DESC LIMIT 1")
    assert lines[0][0] == "decision.override" and "Plantedmark" not in lines[0][1]
    assert await served.store.audit.verify(SANKOFA) is None


async def test_a_decision_needs_its_scope_and_something_to_decide(served: Served, client):
    request_id = (await client.post(RISK, ASK)).meta["request_id"]
    path, body = f"/api/ai/decisions/{request_id}/", {"decision": "approve", "reason": "fine"}
    for scope, status in (("catalogue", 403), ("records", 403), ("credit", 201), ("decisions", 201)):
        caller = await served.caller(SANKOFA, scopes=[scope])
        assert (await caller.post(path, body)).status == status, scope
    lamp = (await client.post(DESCRIPTION, LAMP)).meta["request_id"]
    refused(await client.post(f"/api/ai/decisions/{lamp}/", body), 422, "validation_failed", "/request_id")
    refused(await client.post(path, {"decision": "override", "reason": "x"}), 422, "validation_failed", "/value")
    refused(await client.post(path, {"decision": "maybe"}), 422, "validation_failed", "/decision", "/reason")


async def test_an_opt_out_stops_every_call_from_the_next_request_on_in_other_processes_too(served: Served):
    first, second = FakeModel(), FakeModel()
    async with serving(served.url, models=first) as one, serving(served.url, models=second, release=False) as two:
        asked, limit = one.client(), 20_000

        async def reason(place: Served) -> str | None:
            nonlocal limit
            limit += 1
            place.clock.advance(61)
            meta = (await place.client().post(RISK, {**ASK, "requested_credit_limit": limit})).meta
            return None if meta["degraded"] is None else str(meta["degraded"]["reason"])

        assert [await reason(one), await reason(two)] == [None, None]
        calls = len(first.calls), len(second.calls)
        for body in ({}, {"feature": "credit_risk"}, {"features": ["credit_risk", "product_description"]}):
            told = await asked.post(OPT_OUT, body)
            assert told.status == 200, told.body
            assert [await reason(two), await reason(one)] == ["opted_out", "opted_out"]
            assert (len(first.calls), len(second.calls)) == calls
            assert (await asked.post(OPT_OUT, {**body, "opted_out": False})).json()["opted_out"] is False
        assert (await asked.get(OPT_OUT)).json() == {"business_id": SANKOFA, "opted_out": False, "features": []}
        await two.store.snapshots.refresh()
        assert [await reason(one), await reason(two)] == [None, None]
        assert await one.reserved() == 0


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"opted_out": "yes"}, ["/opted_out"]),
        ({"feature": "nothing"}, ["/feature"]),
        ({"features": ["credit_risk", 7]}, ["/features/1"]),
        ({"features": [], "why": 1}, ["/why", "/features"]),
    ],
)
async def test_an_opt_out_that_cannot_be_meant_changes_nothing(served: Served, body, pointers):
    refused(await served.client().post(OPT_OUT, body), 422, "validation_failed", *pointers)
    assert (await served.client().get(OPT_OUT)).json()["opted_out"] is False


async def test_the_same_key_decides_once_and_gives_the_first_answer_again(served: Served, client):
    request_id = (await client.post(RISK, ASK)).meta["request_id"]
    address, key = f"/api/ai/decisions/{request_id}/", {"idempotency-key": f"decide-{request_id}"}
    before = len(await rows(served, "decision"))
    first = await client.post(address, {"decision": "approve", "reason": REASON}, headers=key)
    again = await client.post(address, {"decision": "approve", "reason": REASON}, headers=key)
    assert (first.status, again.status) == (201, 201) and first.body == again.body
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    other = await client.post(address, {"decision": "override", "value": 1, "reason": REASON}, headers=key)
    refused(other, 422, "idempotency_mismatch")
    elsewhere = await client.post(FEEDBACK, {"request_id": request_id, "rating": 5}, headers=key)
    refused(elsewhere, 422, "idempotency_mismatch")
    assert len(await rows(served, "decision")) == before + 1


async def test_a_key_whose_request_failed_is_free_again(served: Served, client):
    key = {"idempotency-key": "feedback-that-failed"}
    refused(await client.post(FEEDBACK, {"request_id": "unknown", "rating": 5}, headers=key), 404, "not_found")
    request_id = (await client.post(RISK, ASK)).meta["request_id"]
    assert (await client.post(FEEDBACK, {"request_id": request_id, "rating": 5}, headers=key)).status == 201


@pytest.mark.parametrize(
    ("path", "body", "id_of"),
    [
        ("/api/ai/webhooks/", {"url": "https://pos.example.com/", "events": ["job.completed"]}, "secret"),
        ("/api/ai/privacy/erasure/", {"subject": {"type": "user", "id": "u-of-nobody"}}, "job_id"),
        (OPT_OUT, {"opted_out": False, "feature": "product_description"}, "business_id"),
    ],
)
async def test_what_a_retry_must_not_do_twice_is_done_once(served: Served, path, body, id_of):
    client, key = served.client(VOLTA), {"idempotency-key": f"once{path}"}
    first, again = [await client.post(path, body, headers=key) for _ in range(2)]
    assert first.json()[id_of] == again.json()[id_of]
    assert first.status == again.status and again.headers["idempotent-replayed"] == "true"
    refused(await client.post(path, {**body, "x": 1}, headers=key), 422, "validation_failed", "/x")
    unusable = await client.post(path, body, headers={"idempotency-key": ""})
    refused(unusable, 422, "validation_failed", "/headers/Idempotency-Key")


async def test_a_repeated_key_rolls_no_second_secret(served: Served):
    client = served.client(VOLTA)
    hook = (await client.post("/api/ai/webhooks/", {"url": "https://pos.example.com/roll"})).json()
    address = f"/api/ai/webhooks/{hook['id']}/secret/"
    secrets = [(await client.post(address, None, headers={"idempotency-key": "roll"})).json()["secret"] for _ in "12"]
    assert secrets[0] == secrets[1] != hook["secret"]
