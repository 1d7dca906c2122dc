"""Alerts that people judge, and the morning scans that tell of unusual patterns and of stock that runs out."""

import json

import pytest
import pytest_asyncio

from gateway.domain.jobs import NewJob
from gateway.jobs.kinds import job_kinds
from gateway.jobs.runner import Runner
from tests.service import AKWAABA, SANKOFA, Served, assert_problem, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALERTS = "/api/ai/fraud-alerts/"
DAY = "2026-11-20"


@pytest_asyncio.fixture(loop_scope="module")
async def still(shop_url: str):
    """The service without a runner; tests do the jobs themselves."""
    async with serving(shop_url, jobs_in_process="off") as running:
        yield running


async def scan(served: Served, kind: str, business_id: str = SANKOFA) -> list[str]:
    await served.store.jobs.add(business_id, NewJob(kind, {"as_of": DAY}))
    await Runner(served.service.tools, job_kinds(), dice=lambda: 0.5).drain()
    sql = "SELECT type FROM event WHERE business_id = $1 AND type IN ('fraud.alert', 'inventory.low_stock')"
    return [row[0] for row in await served.store.database.fetch(sql, business_id)]


async def test_a_dismissed_alert_does_not_come_back_and_its_pattern_is_less_grave(still: Served):
    client = still.client()
    before = (await client.get(f"{ALERTS}?as_of={DAY}&severity=HIGH")).json()["alerts"]
    chosen = next(alert for alert in before if alert["type"] == "UNLINKED_REFUND")
    said = await client.post(f"{ALERTS}{chosen['alert_id']}/feedback/", {"outcome": "false_positive", "as_of": DAY})
    assert (said.status, said.json()["recorded"]) == (201, True)
    after = (await client.get(f"{ALERTS}?as_of={DAY}&severity=HIGH")).json()["alerts"]
    assert chosen["alert_id"] not in [alert["alert_id"] for alert in after]
    assert sum(alert["type"] == "UNLINKED_REFUND" for alert in after) < len(before)


async def test_another_business_cannot_judge_an_alert(still: Served):
    alert = (await still.client().get(f"{ALERTS}?as_of={DAY}")).json()["alerts"][0]
    theirs = still.client(AKWAABA)
    answer = await theirs.post(f"{ALERTS}{alert['alert_id']}/feedback/", {"outcome": "true_positive", "as_of": DAY})
    assert_problem(answer, 404, "not_found")


async def test_a_wrong_judgement_is_refused_by_field(still: Served):
    answer = await still.client().post(f"{ALERTS}x/feedback/", {"outcome": "maybe", "as_of": "soon", "why": 1})
    assert_problem(answer, 422, "validation_failed", "/why", "/outcome", "/as_of")


async def test_a_key_without_the_staff_scope_sees_tills_and_no_names(still: Served):
    plain, manager = await still.caller(SANKOFA, ("fraud",)), await still.caller(SANKOFA, ("fraud", "staff"))
    contexts = [
        [alert["ai_analysis"]["context"] for alert in (await one.get(f"{ALERTS}?as_of={DAY}")).json()["alerts"]]
        for one in (plain, manager)
    ]
    assert not [text for text in contexts[0] if "Employee" in text]
    assert [text for text in contexts[1] if "Employee" in text]


async def test_a_plan_without_alerts_says_so(still: Served):
    answer = await still.client(AKWAABA).get(f"{ALERTS}?as_of={DAY}")
    assert (answer.status, answer.json()["code"]) == (403, "not_in_plan")


async def test_the_morning_scans_tell_each_finding_once(still: Served):
    unusual = await scan(still, "fraud_scan")
    assert unusual.count("fraud.alert") >= 3
    short = await scan(still, "low_stock_scan")
    assert set(short) <= {"fraud.alert", "inventory.low_stock"}
    assert await scan(still, "fraud_scan") == short
    assert await scan(still, "low_stock_scan") == short


async def test_a_product_that_is_out_of_stock_is_told(still: Served):
    client = still.client(AKWAABA)
    product = {"id": "gari", "name": "Gari 1kg", "current_stock": 0}
    sales = [
        {"id": f"gari{n}", "created_at": f"2026-11-{n:02}T10:00:00Z", "total_amount": "8",
         "items": [{"product": "gari", "quantity": 3, "unit_price": "8"}]}
        for n in range(1, 20)
    ]  # fmt: skip
    for table, rows in (("products", [product]), ("sales", sales)):
        body = "\n".join(json.dumps(row) for row in rows).encode()
        pushed = await client.send(
            "PUT", f"/api/ai/records/{table}/", body, headers={"content-type": "application/x-ndjson"}
        )
        assert pushed.status == 200
    assert "inventory.low_stock" in await scan(still, "low_stock_scan", AKWAABA)


async def test_a_plan_without_alerts_is_told_of_none(still: Served):
    assert "fraud.alert" not in await scan(still, "fraud_scan", AKWAABA)
