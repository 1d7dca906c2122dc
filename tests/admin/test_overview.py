"""The overview shows what the database says, for everyone who signed in."""

from pathlib import Path

import pytest

from admin.lifecycle import sync
from gateway.domain.verdict import Verdict
from tests.admin.visiting import text, used
from tests.service import VOLTA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_before_any_use_the_page_says_what_to_do_first(place):
    page = text(await (await place.signed_in()).get("/admin/"))
    assert "to do Make a service key The POS signs in with it; it is shown once. Make a key" in page
    assert "done Push records" in page
    assert "Nothing was spent this month." in page
    assert "Businesses 3" in page


async def test_a_feature_without_a_passed_verdict_says_how_to_get_one(place):
    page = text(await (await place.signed_in()).get("/admin/"))
    assert "Credit risk assessment credit not live the rules answer" in page
    assert "credit_risk@1 has no passed verdict on its present content" in page
    assert "python -m evals gate --feature credit_risk --write" in page


async def test_a_released_feature_shows_its_version_and_its_proof(place):
    prompt = place.service.site.kit.catalog.versions("credit_risk")[-1]
    figures = {"cases": 38, "passed": 37}
    verdict = Verdict("credit_risk", prompt.version, prompt.content_hash, "offline", "suite", "passed", figures)
    releases = place.service.store.releases
    await sync(place.service.site.kit.catalog, Path("/nonexistent"), releases)
    await releases.record_verdicts([verdict], "a test")
    await releases.release(verdict, released_by="a test")
    page = text(await (await place.signed_in()).get("/admin/"))
    assert "live: version 1 37 of 38 examples pass with the offline rules" in page


async def test_todays_requests_and_the_months_money_are_summed_over_businesses(place):
    await used(place, 1, cost=250_000_000)
    await used(place, 2, cost=250_000_000, degraded="deadline", owner=VOLTA)
    await used(place, 3, cost=1_000_000_000, days_ago=2)
    await used(place, 4, cost=9_000_000_000, days_ago=30)
    page = text(await (await place.signed_in()).get("/admin/"))
    assert "Requests today 2 50 % degraded Cost today GHS 8.00 USD 0.50 Cost this month GHS 24.00 USD 1.50" in page
    assert "Refused or failed 0.0 %" in page and "From the cache –" in page and "Time to answer" in page
    assert "2 GHS 8.00 USD 0.50 50 %" in page


async def test_every_day_of_the_month_so_far_is_in_the_table(place):
    page = text(await (await place.signed_in()).get("/admin/"))
    assert "1 Nov 2026 0 0.00 0.00" in page
    assert "18 Nov 2026 1 16.00 1.00" in page
    assert "20 Nov 2026 2 8.00 0.50" in page
    assert "21 Nov 2026" not in page


async def test_a_feature_that_was_switched_off_is_shown_as_off(place):
    await place.service.store.businesses.switch("AI_CREDIT_ENABLED", False)
    page = text(await (await place.signed_in()).get("/admin/"))
    await place.service.store.businesses.switch("AI_CREDIT_ENABLED", None)
    assert "Credit risk assessment credit switched off AI_CREDIT_ENABLED switches it off" in page


async def test_a_key_and_a_request_tick_off_their_steps(place):
    await place.service.store.keys.create("pos-backend")
    page = text(await (await place.signed_in()).get("/admin/"))
    assert "done Make a service key done Push records done Make a request to do Connect a model" in page


async def test_the_service_says_that_no_model_is_connected(place):
    page = text(await (await place.signed_in()).get("/admin/"))
    assert "Model offline no provider key is set; the rules answer" in page
    assert "Database answers" in page
