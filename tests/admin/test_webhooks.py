"""Webhooks in the admin: an address is added, tested, given a new secret and removed; its deliveries are shown."""

import pytest

from admin.pages.webhooks import _in_words
from tests.admin.visiting import text
from tests.service import SANKOFA, VOLTA

pytestmark = pytest.mark.asyncio(loop_scope="module")
URL = "https://hooks.example.com/ai"


async def call(visitor, path, body=None):
    answer = await visitor.api("POST", f"/admin/api/webhooks/{path}", body or {})
    return answer.status, answer.json()


async def test_an_address_is_added_tested_rolled_and_removed(place):
    admin = await place.signed_in()
    status, made = await call(admin, "create", {"url": URL, "business": SANKOFA, "event-job.completed": True})
    assert status == 200 and made["secret"].startswith("whsec_")
    here = f"{SANKOFA}/{made['id']}"
    status, sent = await call(admin, f"{here}/test")
    assert status == 200
    page = text(await admin.get(f"/admin/webhooks/{here}"))
    assert "Webhook of Sankofa Stores Ltd" in page and f"webhook.test {sent['event_id']} on its way" in page
    assert (await call(admin, f"{here}/resend", {"event": sent["event_id"]}))[0] == 200
    assert (await call(admin, f"{here}/resend", {"event": "nothing"}))[0] == 404
    status, rolled = await call(admin, f"{here}/secret")
    assert status == 200 and rolled["secret"] != made["secret"]
    listed = text(await admin.get("/admin/webhooks"))
    assert f"{URL} Sankofa Stores Ltd job.completed" in listed and rolled["secret"] not in listed
    assert (await call(admin, f"{here}/delete"))[0] == 200
    assert (await admin.get(f"/admin/webhooks/{here}")).status == 404


async def test_an_address_that_is_not_reached_says_so(place):
    admin, store = await place.signed_in(), place.service.store
    _, made = await call(admin, "create", {"url": URL, "business": VOLTA})
    assert "nothing sent yet" in text(await admin.get("/admin/webhooks"))
    _, sent = await call(admin, f"{VOLTA}/{made['id']}/test")
    assert f"{URL} Volta Fresh Foods all on its way" in text(await admin.get("/admin/webhooks"))
    await store.database.execute("UPDATE webhook_delivery SET attempts = 2 WHERE event_id = $1", sent["event_id"])
    assert "not reached 1 delivery is tried again" in text(await admin.get("/admin/webhooks"))
    assert f"{sent['event_id']} tried again 2 attempts" in text(
        await admin.get(f"/admin/webhooks/{VOLTA}/{made['id']}")
    )


async def test_an_address_of_the_operators_belongs_to_no_business(place):
    admin = await place.signed_in()
    _, made = await call(admin, "create", {"url": URL})
    assert (await admin.get(f"/admin/webhooks/operators/{made['id']}")).status == 200
    assert (await admin.get(f"/admin/webhooks/{VOLTA}/{made['id']}")).status == 404


@pytest.mark.parametrize("url", ["http://hooks.example.com", "https://127.0.0.1/", "javascript:alert(1)", ""])
async def test_an_address_that_must_not_be_called_is_refused(place, url):
    assert (await call(await place.signed_in(), "create", {"url": url}))[0] == 422


async def test_only_administrators_change_addresses(place):
    releaser = await place.signed_in("releaser")
    assert (await call(releaser, "create", {"url": URL}))[0] == 403
    assert (await releaser.get("/admin/webhooks")).status == 200


async def test_what_came_of_an_attempt_is_said_in_words():
    assert _in_words({"at": 1, "status": 500, "fault": "", "ms": 1200}) == "HTTP status 500 after 1,200 ms"
    assert _in_words({"at": 1, "status": 0, "fault": "private_address", "ms": 6}) == "private address after 6 ms"
