"""Switches, quotas, rates and repeated calls: what stands between a good request and its answer."""

import asyncio
import re
import secrets
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from gateway.domain.caller import Business
from tests.service import (
    AKWAABA,
    ASSISTANT,
    CUSTOMER,
    DESCRIPTION,
    RISK,
    SANKOFA,
    Client,
    Served,
    assert_problem,
    serving,
)
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}
DESCRIBE = {"product_name": "Blender", "category": "Kitchen", "attributes": {"colour": "red"}, "tone": "casual"}
TALK = {"message": "Which rice do we have?", "context": {"chat_history": []}}


async def test_an_idempotency_key_replays_the_same_bytes(client: Client):
    headers = {"idempotency-key": secrets.token_hex(8)}
    first = await client.post(RISK, ASK, headers=headers)
    again = await client.post(RISK, ASK, headers=headers)
    assert (first.status, again.status) == (200, 200)
    assert first.body == again.body
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


async def test_an_idempotency_key_is_bound_to_its_payload(client: Client):
    headers = {"idempotency-key": secrets.token_hex(8)}
    await client.post(RISK, ASK, headers=headers)
    answer = await client.post(RISK, {**ASK, "requested_credit_limit": 1}, headers=headers)
    assert_problem(answer, 422, "idempotency_mismatch")


async def test_a_second_call_while_the_first_runs_is_a_conflict(client: Client, served: Served):
    headers = {"idempotency-key": secrets.token_hex(8)}
    first, second = await asyncio.gather(
        client.post(RISK, ASK, headers=headers), client.post(RISK, ASK, headers=headers)
    )
    conflict = first if first.status == 409 else second
    assert {first.status, second.status} == {200, 409}
    assert_problem(conflict, 409, "idempotency_conflict")
    assert int(conflict.headers["retry-after"]) >= 1


async def test_a_refused_call_leaves_its_idempotency_key_free(client: Client):
    headers = {"idempotency-key": secrets.token_hex(8)}
    unknown = {**ASK, "customer_id": "nobody"}
    assert_problem(await client.post(RISK, unknown, headers=headers), 404, "not_found")
    assert (await client.post(RISK, ASK, headers=headers)).status == 200


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "\xfc"])
async def test_an_odd_idempotency_key_is_named(client: Client, key: str):
    answer = await client.post(RISK, ASK, headers={"idempotency-key": key})
    assert_problem(answer, 422, "validation_failed", "/headers/Idempotency-Key")


async def test_a_used_up_quota_says_when_to_return_and_what_to_buy(served: Served, client: Client):
    caller = served.client(AKWAABA)
    day = {
        "customer_id": await _customer_of(served, AKWAABA),
        "requested_credit_limit": 500,
        "assessment_type": "renewal",
    }
    statuses = [(await caller.post(RISK, day)).status for _ in range(10)]
    answer = await caller.post(RISK, day)
    assert statuses == [200] * 10
    body = assert_problem(answer, 429, "quota_exceeded", more=set(answer.json()) - {"type"})
    assert (body["plan"], body["upgrade"]) == ("STARTER", "PROFESSIONAL")
    assert 0 < int(answer.headers["retry-after"]) <= 11 * 86_400
    assert '"credit_assessments_per_month";r=0;t=' in answer.headers["ratelimit"]
    assert '"credit_assessments_per_month";q=10;' in answer.headers["ratelimit-policy"]


async def test_too_many_calls_in_a_minute_are_limited(served: Served, client: Client):
    business = Business(str(uuid4()), "A new shop", "STARTER")
    await served.store.businesses.put(business)
    caller = await served.caller(business.id)
    answers = [await caller.post(ASSISTANT, TALK) for _ in range(31)]
    assert [answer.status for answer in answers] == [200] * 30 + [429]
    assert_problem(answers[-1], 429, "rate_limited")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


async def test_one_person_cannot_take_the_whole_minute(served: Served, client: Client):
    person, other = (served.client(SANKOFA, X_User_Id=name) for name in ("kofi", "ama"))
    statuses = [(await person.post(DESCRIPTION, DESCRIBE)).status for _ in range(31)]
    assert statuses[-1] == 429
    assert (await other.post(DESCRIPTION, DESCRIBE)).status == 200


async def test_a_switched_off_feature_is_a_conflict_until_it_is_on_again(served: Served, client: Client):
    await served.store.businesses.switch("AI_CREDIT_ENABLED", False, SANKOFA)
    assert_problem(await client.post(RISK, ASK), 409, "feature_disabled")
    await served.store.businesses.switch("AI_CREDIT_ENABLED", None, SANKOFA)
    assert (await client.post(RISK, ASK)).status == 200


async def test_a_switch_thrown_in_another_process_is_in_force_within_seconds(served: Served, client: Client):
    sql = (
        "INSERT INTO feature_setting (business_id, name, enabled, changed_at) VALUES ($1, 'AI_CREDIT_ENABLED', $2, 1) "
        "ON CONFLICT (business_id, name) DO UPDATE SET enabled = excluded.enabled"
    )
    await served.store.database.execute(sql, SANKOFA, False)
    seen = served.store.snapshots.current
    await served.store.database.execute("UPDATE revision SET n = n + 1")
    await eventually(lambda: served.store.snapshots.current is not seen)
    answer = await client.post(RISK, ASK)
    await served.store.businesses.switch("AI_CREDIT_ENABLED", None, SANKOFA)
    assert_problem(answer, 409, "feature_disabled")


async def test_the_environment_switches_a_feature_off(served: Served):
    async with serving(served.url, flags_off=frozenset({"AI_CREDIT_ENABLED"})) as other:
        assert_problem(await other.client().post(RISK, ASK), 409, "feature_disabled")
        await other.store.businesses.switch("AI_CREDIT_ENABLED", True, SANKOFA)
        assert (await other.client().post(RISK, ASK)).status == 200
        await other.store.businesses.switch("AI_CREDIT_ENABLED", None, SANKOFA)


_ITEM = re.compile(r'"[a-z_]+"(;[a-z]+=(\d+|"[a-z-]+"))+')


async def test_rate_limit_headers_are_lists_of_structured_strings_with_parameters(client: Client):
    answer = await client.post(RISK, ASK)
    policies = answer.headers["ratelimit-policy"].split(", ")
    states = answer.headers["ratelimit"].split(", ")
    assert all(_ITEM.fullmatch(item) for item in policies + states)
    named = {item.split(";")[0] for item in policies}
    assert {item.split(";")[0] for item in states} <= named
    assert {'"calls"', '"budget"', '"credit_assessments_per_month"'} <= named
    assert all(";q=" in policy for policy in policies)
    assert all(";r=" in state and ";t=" in state for state in states)
    assert {item.split(";")[0] for item in states} == named


async def _customer_of(served: Served, business_id: str) -> str:
    sql = "SELECT customer FROM pos_invoices WHERE business_id = $1 GROUP BY customer ORDER BY COUNT(*) DESC LIMIT 1"
    return str((await served.store.database.fetch(sql, business_id))[0][0])


async def test_a_daily_quota_ends_at_the_business_s_own_midnight_and_a_plan_counts_from_its_change(
    served: Served,
):
    business = Business(str(uuid4()), "A shop far east", "TRIAL", "Pacific/Auckland")
    businesses = served.store.businesses
    await businesses.put(business)
    caller = await served.caller(business.id)

    async def ask():
        served.clock.advance(4)  # below the limit per minute
        return await caller.post(ASSISTANT, TALK)

    assert {(await ask()).status for _ in range(20)} == {200}
    refused = await ask()
    assert_problem(refused, 429, "quota_exceeded", more=set(refused.json()) - {"type"})
    await businesses.set_plan(business.id, "STARTER")
    assert (await ask()).meta["quota"]["remaining"] == 100 - 21
    await businesses.set_plan(business.id, "TRIAL")
    refused = await ask()
    assert (refused.status, refused.json()["used"], refused.json()["limit"]) == (429, 21, 20)
    midnight = datetime.fromisoformat(refused.json()["resets_at"]).astimezone(ZoneInfo("Pacific/Auckland"))
    assert (midnight.hour, midnight.minute) == (0, 0)
    left = int(refused.headers["retry-after"])
    served.clock.advance(left - 10)
    assert (await ask()).status == 429
    served.clock.advance(10)
    assert (await ask()).meta["quota"]["used"] == 1
