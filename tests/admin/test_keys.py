"""Keys: shown once, hold at once, rotate with overlap, end at once, and only administrators make them."""

import pytest

from gateway.jobs.end_key import END_KEY
from gateway.store.key_ends import planned_ends
from tests.admin.visiting import text
from tests.service import SANKOFA, VOLTA, Client

pytestmark = pytest.mark.asyncio(loop_scope="module")
USAGE = "/api/ai/usage/"


async def accepted(place, key, business=SANKOFA):
    answer = await Client(place.service.asgi).as_caller(key, x_business_id=business).send("GET", USAGE)
    return answer.status != 401


async def made(admin, **fields):
    answer = await admin.api("POST", "/admin/api/keys/create", {"name": "pos-backend", **fields})
    assert answer.status == 200, answer.body
    return answer.json()


async def test_a_key_is_shown_once_and_works_at_once(place):
    admin = await place.signed_in()
    await admin.get("/admin/keys")
    assert (await admin.send_form("/admin/keys/create", name="till", business=SANKOFA)).status == 303
    key = await made(admin)
    assert await accepted(place, key["key"])
    page = await admin.get("/admin/keys")
    assert key["key"] not in page.body.decode() and "pos-backend gw_" in text(page)
    assert "Sankofa Stores Ltd everything" in text(page)


async def test_chosen_scopes_are_the_only_ones(place):
    admin = await place.signed_in()
    key = await made(admin, **{"scope-credit": True, "scope-records": True})
    lines = (await admin.api("GET", "/admin/api/keys")).json()["lines"]
    assert next(line for line in lines if line["key"]["id"] == key["id"])["scopes"] == ["credit", "records"]


async def test_a_rotated_key_works_beside_the_new_one_until_its_job_ends_it(place):
    admin = await place.signed_in()
    old = await made(admin)
    new = (await admin.api("POST", f"/admin/api/keys/{old['id']}/rotate", {"hours": "24"})).json()
    assert await accepted(place, old["key"]) and await accepted(place, new["key"])
    ends = await planned_ends(place.service.store.database, END_KEY)
    assert ends[old["id"]] == place.clock.now() + 86_400_000_000
    assert "being replaced ends 21 Nov 2026" in text(await admin.get("/admin/keys"))


async def test_an_ended_key_is_refused_at_once_and_needs_its_letters_typed(place):
    admin = await place.signed_in()
    key = await made(admin, business=VOLTA)
    refused = await admin.api("POST", f"/admin/api/keys/{key['id']}/revoke", {"confirm": "yes"})
    assert refused.status == 422 and await accepted(place, key["key"], VOLTA)
    prefix = key["key"].split("_")[1]
    assert (await admin.api("POST", f"/admin/api/keys/{key['id']}/revoke", {"confirm": prefix})).status == 200
    assert not await accepted(place, key["key"], VOLTA)
    assert (await admin.api("POST", f"/admin/api/keys/{key['id']}/rotate", {"hours": "1"})).status == 409


@pytest.mark.parametrize("role", ["viewer", "editor", "reviewer", "releaser"])
async def test_others_see_keys_and_change_none(place, role):
    visitor = await place.signed_in(role)
    assert b"Make the key" not in (await visitor.get("/admin/keys")).body
    for path in ("create", "x/rotate", "x/revoke"):
        assert (await visitor.api("POST", f"/admin/api/keys/{path}", {"name": "x"})).status == 403


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 81}, {"business": "nobody"}])
async def test_a_key_that_makes_no_sense_is_refused(place, wrong):
    answer = await (await place.signed_in()).api("POST", "/admin/api/keys/create", {"name": "a", **wrong})
    assert answer.status == 422
