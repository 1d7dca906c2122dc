"""Many requests of a feature as one job: in order, each judged, counted and answered by itself."""

import asyncio

import pytest
import pytest_asyncio

from gateway.jobs.context import JobContext
from gateway.jobs.kinds import job_kinds
from gateway.jobs.runner import Runner
from gateway.pipeline.deferred import from_payload
from tests.service import AKWAABA, DESCRIPTION, Served, assert_problem, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

BULK = f"{DESCRIPTION}bulk/"


@pytest_asyncio.fixture(loop_scope="module")
async def still(shop_url: str):
    """The service without a runner; tests do the jobs themselves."""
    async with serving(shop_url, jobs_in_process="off") as running:
        yield running


def product(name: str, **changes):
    return {"product_name": name, "category": "Groceries", "attributes": {"weight": "5kg"}, "tone": "casual", **changes}


async def finished(served: Served, client, answer):
    assert answer.status == 202, answer.body
    await Runner(served.service.tools, job_kinds(), dice=lambda: 0.5).drain()
    return (await client.get(answer.headers["location"])).json()


async def used(served: Served, business_id: str = AKWAABA) -> int:
    sql = "SELECT used FROM quota_counter WHERE business_id = $1 AND meter = 'descriptions_per_month'"
    rows = await served.store.database.fetch(sql, business_id)
    return int(rows[0][0]) if rows else 0


async def test_results_come_in_order_and_a_wrong_item_stops_no_other(still: Served):
    client, before = still.client(AKWAABA), await used(still)
    items = [product("Gari"), product("Rice", tone="angry"), product("Shito"), {}, product("Koobi")]
    job = await finished(still, client, await client.post(BULK, {"items": items}))
    assert (job["status"], job["progress"]) == ("completed", {"done": 5, "total": 5})
    results = job["result"]["results"]
    assert [one["index"] for one in results] == [0, 1, 2, 3, 4]
    assert [one["status"] for one in results] == ["completed", "failed", "completed", "failed", "completed"]
    assert "Shito" in results[2]["result"]["description"]
    assert results[1]["error"]["errors"][0]["pointer"] == "/tone"
    assert [error["index"] for error in job["errors"]] == [1, 3]
    assert await used(still) - before == 3


async def test_a_dry_run_tells_what_it_would_take_and_counts_nothing(still: Served):
    client, before = still.client(AKWAABA), await used(still)
    answer = await client.post(BULK, {"items": [product("Gari"), product("Rice", tone="angry")], "dry_run": True})
    assert answer.status == 200
    told = answer.json()
    assert (told["items"], told["valid"], told["units"], told["meter"]) == (2, 1, 1, "descriptions_per_month")
    assert told["errors"][0]["index"] == 1
    assert told["remaining"] == 50 - before
    assert float(told["cost_usd_at_most"]) >= 0
    assert await used(still) == before


async def test_the_same_idempotency_key_is_the_same_job(still: Served):
    client = still.client(AKWAABA)
    headers = {"idempotency-key": "bulk-1"}
    first, again = [await client.post(BULK, {"items": [product("Gari")]}, headers=headers) for _ in range(2)]
    assert first.json()["job_id"] == again.json()["job_id"]
    assert again.headers["idempotent-replayed"] == "true"
    other = await client.post(BULK, {"items": [product("Rice")]}, headers=headers)
    assert (other.status, other.json()["code"]) == (422, "idempotency_mismatch")
    await finished(still, client, first)


async def test_what_was_answered_before_a_job_is_cancelled_is_kept(still: Served, monkeypatch):
    progress = JobContext.progress

    async def cancelling(context: JobContext, done: int, total: int) -> None:
        if done == 4:
            await still.store.jobs.cancel(AKWAABA, context.job.id)
        await progress(context, done, total)

    monkeypatch.setattr(JobContext, "progress", cancelling)
    client, before = still.client(AKWAABA), await used(still)
    asked = await client.post(BULK, {"items": [product(f"Kept {n}") for n in range(9)]})
    assert asked.json()["progress"] == {"done": 0, "total": 9}
    job = await finished(still, client, asked)
    assert job["status"] == "cancelled"
    assert (job["result"]["completed"], [one["index"] for one in job["result"]["results"]]) == (4, [0, 1, 2, 3])
    assert await used(still) - before == 4


async def test_a_process_that_stops_puts_the_job_back_between_items_and_the_next_one_goes_on(still: Served):
    client, before = still.client(AKWAABA), await used(still)
    asked = await client.post(BULK, {"items": [product(f"Stopped {n}") for n in range(6)]})
    leaving = Runner(still.service.tools, job_kinds(), dice=lambda: 0.5)
    (job,) = await leaving._take()
    await leaving.close()
    await leaving._do(job)
    shown = (await client.get(asked.headers["location"])).json()
    assert (shown["status"], shown["progress"]["done"]) == ("queued", 0)
    done = await finished(still, client, asked)
    assert (done["status"], done["result"]["completed"]) == ("completed", 6)
    assert await used(still) - before == 6


async def test_an_item_that_a_crash_cut_short_is_answered_and_not_refused(still: Served):
    client, before = still.client(AKWAABA), await used(still)
    asked = await client.post(BULK, {"items": [product("Cut short"), product("Whole")]})
    (job,) = await still.store.jobs.claim("the dead", ("feature_bulk",), 1)
    tools, payload = still.service.tools, job.payload
    given = {"feature": payload["feature"], "body": payload["items"][0], **payload["more"]}
    context = JobContext(tools, job)
    ask = from_payload(tools.kit, context.business, given, tools.records.parse_inline, f"job:{job.id}:0")
    assert await still.store.idempotency.begin(AKWAABA, ask.idempotency_key, ask.feature.name, ask.request_hash) is None
    # It died: the job's lease ends before that of its item, which ends while the next runner waits for it.
    still.clock.advance(61)
    ending = asyncio.create_task(passing(still, 61))
    done = await finished(still, client, asked)
    await ending
    assert (done["result"]["completed"], done["errors"]) == (2, [])
    assert await used(still) - before == 2


async def passing(served: Served, seconds: float) -> None:
    await asyncio.sleep(0.5)
    served.store.idempotency._begun.clear()  # this process stands in for the one that died
    served.clock.advance(seconds)


async def test_a_dry_run_expects_what_such_answers_have_cost_and_bounds_every_call(still: Served):
    client = still.client(AKWAABA)
    await finished(still, client, await client.post(BULK, {"items": [product("Priced")]}))
    rows = "feature = 'product_description' AND source <> 'rules' AND degraded = ''"
    await still.store.database.execute(f"UPDATE usage SET cost = 160000 WHERE business_id = '{AKWAABA}' AND {rows}")
    told = (await client.post(BULK, {"items": [product("Gari")] * 5, "dry_run": True})).json()
    assert told["cost_usd_expected"] == "0.000800000"


async def test_items_beyond_the_quota_fail_one_by_one(still: Served):
    client = still.client(AKWAABA)
    room = 50 - await used(still)
    job = await finished(still, client, await client.post(BULK, {"items": [product(f"P{n}") for n in range(room + 2)]}))
    assert (job["result"]["completed"], job["result"]["failed"]) == (room, 2)
    assert {error["code"] for error in job["errors"]} == {"quota_exceeded"}
    assert await used(still) == 50


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/items"), ({"items": []}, "/items"), ({"items": [1]}, "/items/0"),
        ({"items": [{}] * 501}, "/items"), ({"items": [{}], "dry_run": "yes"}, "/dry_run"),
        ({"items": [{}], "note": 1}, "/note"),
    ],
)  # fmt: skip
async def test_what_is_no_list_of_requests_is_refused(still: Served, body, pointer: str):
    assert_problem(await still.client(AKWAABA).post(BULK, body), 422, "validation_failed", pointer)


async def test_a_key_without_the_scope_may_not(still: Served):
    stranger = await still.caller(AKWAABA, ("credit",))
    answer = await stranger.post(BULK, {"items": [product("Gari")]})
    assert (answer.status, answer.json()["code"]) == (403, "forbidden")
