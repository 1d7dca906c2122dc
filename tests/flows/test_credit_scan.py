"""Credit alerts are found by a background scan and told once by webhook; some plans watch in real time."""

import json
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from gateway.domain.jobs import NewJob
from gateway.features.alert_repeats import worth_telling
from gateway.jobs.kinds import job_kinds
from gateway.jobs.runner import Runner
from gateway.jobs.schedule import due_turns
from tests.service import AKWAABA, SANKOFA, VOLTA, Client, Served, serving
from tests.service import assert_problem as refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCAN = "/api/ai/credit/alerts/scan/"
HOUR = 3_600_000_000


@pytest_asyncio.fixture(loop_scope="module")
async def still(shop_url: str):
    """The service without a runner; tests do the jobs themselves."""
    async with serving(shop_url, jobs_in_process="off") as running:
        yield running


async def work(served: Served) -> int:
    return await Runner(served.service.tools, job_kinds(), dice=lambda: 0.5).drain()


async def scanned(served: Served, client: Client, **body: Any) -> dict[str, Any]:
    asked = await client.post(SCAN, body)
    assert (asked.status, asked.headers["location"]) == (202, asked.json()["url"])
    await work(served)
    shown = (await client.get(asked.json()["url"])).json()
    assert (shown["status"], shown["error"]) == ("completed", None)
    return dict(shown["result"])


async def told(served: Served, business_id: str = SANKOFA) -> list[str]:
    rows = await served.store.database.fetch(
        "SELECT type FROM event WHERE business_id = $1 AND type = 'credit.alert'", business_id
    )
    return [row[0] for row in rows]


async def test_a_scan_tells_each_alert_once_and_again_when_it_is_graver_or_two_weeks_old(still: Served):
    client = still.client()
    listed = (await client.get("/api/ai/credit/alerts/?as_of=2026-11-20")).json()["alerts"]
    first = await scanned(still, client, as_of="2026-11-20")
    assert first["new"] == first["found"] == len(listed) == len(await told(still))
    shown = [{k: v for k, v in one.items() if k not in ("alert_id", "customer_id")} for one in first["alerts"]]
    assert shown == listed
    again = await scanned(still, client, as_of="2026-11-20")
    assert (again["found"], again["new"], again["alerts"]) == (first["found"], 0, [])
    assert (await scanned(still, client, as_of="2026-11-21"))["new"] == 0
    await still.store.database.execute(
        "UPDATE credit_alert SET severity = 'LOW' WHERE business_id = $1 AND customer_id = $2",
        SANKOFA, first["alerts"][0]["customer_id"],
    )  # fmt: skip
    graver = await scanned(still, client, as_of="2026-11-21")
    assert [one["customer_id"] for one in graver["alerts"]] == [first["alerts"][0]["customer_id"]]
    assert (await scanned(still, client, as_of="2026-12-04"))["new"] >= first["new"] - 1


async def test_the_event_names_the_customer_for_the_business_alone(still: Served):
    client = still.client()
    await scanned(still, client, as_of="2026-11-20")
    events = await still.store.database.fetch("SELECT data FROM event WHERE type = 'credit.alert'")
    assert events and not any(b"Blessed" in bytes(row[0]) for row in events)
    alerts = await still.store.database.fetch("SELECT * FROM credit_alert WHERE business_id = $1", SANKOFA)
    assert "Blessed" not in json.dumps([list(map(str, row)) for row in alerts])


async def test_a_plan_without_alerts_is_refused_and_its_daily_turn_is_left_out(still: Served):
    starter = still.client(AKWAABA)
    refused(await starter.post(SCAN, {}), 403, "not_in_plan", more=("plan", "upgrade"))
    job = await still.store.jobs.add(AKWAABA, NewJob("credit_scan_daily"))
    await work(still)
    view = await still.store.jobs.get(AKWAABA, job.id)
    assert view.state == "completed"
    assert json.loads(view.outcome or b"{}")["result"]["left_out"] == "not_in_plan"


async def test_a_scan_takes_only_a_day(still: Served):
    client = still.client()
    refused(await client.post(SCAN, {"severity": "HIGH"}), 422, "validation_failed", "/severity")
    refused(await client.post(SCAN, {"records": {"invoices": []}}), 422, "validation_failed", "/records")


async def test_a_key_of_another_group_may_not_scan(still: Served):
    client = await still.caller(SANKOFA, scopes=("sales",))
    refused(await client.post(SCAN, {}), 403, "forbidden")


async def test_the_same_key_is_the_same_scan(still: Served):
    client = still.client()
    one, two = [await client.post(SCAN, {}, headers={"idempotency-key": "scan-1"}) for _ in range(2)]
    assert one.json()["job_id"] == two.json()["job_id"]


async def test_an_empty_shop_has_nothing_to_tell(still: Served):
    result = await scanned(still, still.client(VOLTA))
    assert (result["found"], result["new"]) == (0, 0)


async def push(client: Client, table: str, *rows: dict[str, Any]) -> None:
    body = "\n".join(json.dumps(row) for row in rows).encode()
    answer = await client.send(
        "PUT", f"/api/ai/records/{table}/", body, headers={"content-type": "application/x-ndjson"}
    )
    assert answer.status == 200, answer.body


async def waiting(served: Served, business_id: str) -> int:
    rows = await served.store.database.fetch(
        "SELECT COUNT(*) FROM job WHERE business_id = $1 AND kind = 'credit_scan_changed'", business_id
    )
    return int(rows[0][0])


async def test_changed_records_lead_to_one_scan_a_minute_where_the_plan_watches_in_real_time(still: Served):
    volta = still.client(VOLTA)
    customer = {"id": "v1", "name": "Makola Stores", "credit_limit": "100.00"}
    invoice = {"id": "i1", "customer": "v1", "issue_date": "2026-11-01", "due_date": "2027-02-01"}
    await push(volta, "customers", customer)
    await push(volta, "invoices", invoice | {"original_amount": "150.00"})
    await push(volta, "products", {"id": "p1", "name": "Rice"})
    assert await waiting(still, VOLTA) == 1
    assert await told(still, VOLTA) == []
    still.clock.advance(61)
    await work(still)
    assert await told(still, VOLTA) == ["credit.alert"]


async def test_a_customer_whose_id_cannot_stand_in_a_question_is_told_of_too(still: Served):
    volta = still.client(VOLTA)
    await push(volta, "customers", {"id": "shop 2/b", "name": "Kaneshie Stores", "credit_limit": "100.00"})
    invoice = {"id": "i2", "customer": "shop 2/b", "issue_date": "2026-11-01", "due_date": "2027-02-01"}
    await push(volta, "invoices", invoice | {"original_amount": "150.00"})
    result = await scanned(still, volta, as_of="2026-11-22")
    assert "shop 2/b" in [one["customer_id"] for one in result["alerts"]]
    assert all(one["customer"]["name"] in ("Kaneshie Stores", "Makola Stores") for one in result["alerts"])


async def test_a_plan_without_real_time_waits_for_the_morning(still: Served):
    await push(still.client(), "customers", {"id": "s1", "name": "Makola Stores", "credit_limit": "100.00"})
    assert await waiting(still, SANKOFA) == 0


async def test_every_business_has_its_morning_scan(still: Served):
    kinds = [kind for name, kind in job_kinds().items() if name == "credit_scan_daily"]
    businesses = still.store.snapshots.current.businesses.values()
    seven = still.clock.now() // (24 * HOUR) * 24 * HOUR + 7 * HOUR
    assert {turn[1] for turn in due_turns(kinds, businesses, seven)} >= {SANKOFA, AKWAABA, VOLTA}


@pytest.mark.parametrize(
    ("severity", "day", "told_again"),
    [
        *(("HIGH", 1, False), ("HIGH", 13, False), ("HIGH", 14, True), ("CRITICAL", 1, True)),
        *(("LOW", 13, False), ("LOW", 14, True), ("CRITICAL", -3, False)),
    ],
)
async def test_a_repeat_must_be_graver_or_two_weeks_later(severity, day, told_again):
    last = date(2026, 11, 20)
    assert worth_telling(severity, date.fromordinal(last.toordinal() + day), "HIGH", last) is told_again
