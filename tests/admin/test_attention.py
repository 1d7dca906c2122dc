"""Home says what needs attention, and nothing when nothing does."""

import pytest

from gateway.domain.jobs import NewJob
from tests.admin.visiting import text, used
from tests.service import AKWAABA, VOLTA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def said(place):
    shown = (await (await place.signed_in()).api("GET", "/admin/api/")).json()["matters"]
    return [(matter["kind"], matter["said"]) for matter in shown]


async def test_when_nothing_is_wrong_nothing_is_said(place):
    assert await said(place) == []
    assert "Needs attention" not in text(await (await place.signed_in()).get("/admin/"))


async def test_budgets_dead_jobs_and_a_pause_are_told_the_urgent_first(place):
    await used(place, 1, cost=1_700_000_000, owner=AKWAABA)
    await used(place, 2, cost=2_500_000_000, owner=VOLTA)
    await place.service.store.businesses.set_plan(VOLTA, "STARTER")
    job = await place.service.store.jobs.add("", NewJob("usage_days", {}, run_at=place.clock.now() + 10**12))
    await place.service.store.database.execute("UPDATE job SET state = 'dead' WHERE id = $1", job.id)
    await (await place.signed_in()).api("POST", "/admin/api/flags/pause", {"confirm": "pause"})
    found = await said(place)
    assert [kind for kind, _ in found] == ["bad", "bad", "warn", "warn"]
    assert found[0][1].startswith("All models are paused by person")
    assert found[1][1] == "Volta Fresh Foods used up the month's budget; the rules answer there."
    assert found[2][1] == "Akwaaba Mini Mart used more than 80 % of the budget."
    assert found[3][1] == "1 job given up after every attempt."
    assert "Needs attention now All models are paused" in text(await (await place.signed_in()).get("/admin/"))


async def test_a_draft_in_review_is_told_to_everyone(place):
    editor = await place.signed_in("editor")
    made = (await editor.api("POST", "/admin/api/prompts/credit_risk/draft", {"title": "Kinder words"})).json()
    await place.service.store.database.execute("UPDATE prompt_draft SET state = 'in_review' WHERE id = $1", made["id"])
    assert ("warn", "Credit risk assessment: “Kinder words” waits for a review.") in await said(place)
