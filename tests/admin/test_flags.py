"""Switches: pausing makes the rules answer at once, says who did it, and needs the right role and a typed word."""

import pytest

from tests.admin.test_prompt_life import BODY, released
from tests.admin.visiting import text
from tests.service import RISK, SANKOFA, Client

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ask(place):
    key, _ = await place.service.store.keys.create("test", SANKOFA)
    return await Client(place.service.asgi).as_caller(key).post(RISK, BODY)


async def test_pausing_makes_the_rules_answer_from_the_next_request_on(place):
    await released(place)
    assert (await ask(place)).meta["degraded"] is None
    releaser = await place.signed_in("releaser")
    await releaser.get("/admin/flags")
    assert (await releaser.send_form("/admin/flags/pause", confirm="Pause", reason="a test")).status == 303
    answer = await ask(place)
    assert answer.status == 200 and answer.meta["degraded"]["detail"].startswith("AI models are paused")
    page = text(await releaser.get("/admin/flags"))
    assert "Every answer comes from the rules Paused by person" in page and "since 20 Nov 2026" in page
    assert (await releaser.send_form("/admin/flags/resume")).status == 303
    assert (await ask(place)).meta["degraded"] is None
    lines = await place.service.store.database.fetch("SELECT action FROM audit WHERE business_id = '' ORDER BY seq")
    assert [line[0] for line in lines if line[0].startswith("models.")] == ["models.paused", "models.resumed"]


@pytest.mark.parametrize("role", ["viewer", "editor", "reviewer"])
async def test_who_may_not_release_may_not_pause(place, role):
    visitor = await place.signed_in(role)
    assert (await visitor.api("POST", "/admin/api/flags/pause", {"confirm": "pause"})).status == 403
    assert b"Only releasers" in (await visitor.get("/admin/flags")).body


async def test_without_the_word_nothing_is_paused(place):
    admin = await place.signed_in()
    refused = await admin.api("POST", "/admin/api/flags/pause", {"confirm": "yes"})
    assert refused.status == 422 and refused.json()["errors"][0]["pointer"] == "/confirm"
    assert not (await admin.api("GET", "/admin/api/flags")).json()["pause"]["on"]


async def test_a_switch_holds_for_everyone_or_for_one_business(place):
    admin = await place.signed_in()
    body = {"flag": "AI_CREDIT_ENABLED", "state": "off", "business": SANKOFA}
    assert (await admin.api("POST", "/admin/api/flags/set", body)).status == 200
    assert (await ask(place)).status == 409
    assert "Sankofa Stores Ltd: off" in text(await admin.get("/admin/flags"))
    await admin.api("POST", "/admin/api/flags/set", {**body, "state": "default"})
    assert (await ask(place)).status == 200


@pytest.mark.parametrize("wrong", [{"flag": "AI_PAUSED"}, {"flag": "x"}, {"state": "maybe"}, {"business": "nobody"}])
async def test_a_switch_that_makes_no_sense_is_refused(place, wrong):
    body = {"flag": "AI_CREDIT_ENABLED", "state": "off", **wrong}
    admin = await place.signed_in()
    assert (await admin.api("POST", "/admin/api/flags/set", body)).status == 422
    assert (await (await place.signed_in("releaser")).api("POST", "/admin/api/flags/set", body)).status == 403
