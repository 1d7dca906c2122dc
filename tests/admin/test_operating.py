"""Models, jobs and health: what may answer at which price, what was given up, and settings without a secret."""

import pytest

from gateway.domain.jobs import NewJob
from tests.admin.visiting import text
from tests.service import SANKOFA, SECRET

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_models_are_shown_with_rules_prices_and_their_end(place):
    page = text(await (await place.signed_in("viewer")).get("/admin/models"))
    assert "Route gpt-4: ask gpt-6.1-sol, then gpt-6.1-terra" in page
    assert "GHS 32.00 USD 2.00 since 1 Nov 2026" in page
    assert "gpt-4 no route · 8,192 tokens shut down by its provider" in page
    assert "No provider key is set" in page


async def test_a_job_is_stopped_once_and_noted(place):
    store, admin = place.service.store, await place.signed_in()
    job = await store.jobs.add(SANKOFA, NewJob("erasure", {}, run_at=place.clock.now() + 10**12))
    page = text(await admin.get("/admin/jobs?state=queued&kind=erasure"))
    assert job.id in page and "Sankofa Stores Ltd" in page
    body = {"business": SANKOFA, "job": job.id}
    assert (await admin.api("POST", "/admin/api/jobs/cancel", body)).status == 200
    assert (await admin.api("POST", "/admin/api/jobs/cancel", body)).status == 409
    assert (await admin.api("POST", "/admin/api/jobs/retry", body)).status == 409
    assert "stopped" in text(await admin.get("/admin/jobs?kind=erasure"))
    lines = await store.database.fetch("SELECT object_id FROM audit WHERE action = 'job.cancel'")
    assert (job.id,) in lines


async def test_a_job_that_was_given_up_is_started_again(place):
    store, admin = place.service.store, await place.signed_in()
    job = await store.jobs.add("", NewJob("usage_days", {}, run_at=place.clock.now() + 10**12))
    await store.database.execute("UPDATE job SET state = 'dead', fault = 'Boom' WHERE id = $1", job.id)
    assert "given up Boom" in text(await admin.get("/admin/jobs?state=dead"))
    answer = await admin.api("POST", "/admin/api/jobs/retry", {"business": "service", "job": job.id})
    assert answer.status == 200
    assert (await (await place.signed_in("releaser")).api("POST", "/admin/api/jobs/retry", {})).status == 403


async def test_settings_are_told_without_a_secret(place):
    answer = await (await place.signed_in("viewer")).get("/admin/health")
    page = text(answer)
    assert SECRET not in page and place.service.site.database.url not in page
    assert "SECRET_KEY set" in page and "OPENAI_API_KEY not set" in page and "AI_DEADLINE_MS 3000" in page
    assert "OIDC_ROLES not set" in page, "never the brackets of a programmer"
