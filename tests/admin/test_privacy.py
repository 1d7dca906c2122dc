"""Privacy: the test box masks and keeps nothing, opt-outs and erasures are shown, with what is kept how long."""

import pytest

from tests.admin.visiting import text
from tests.service import SANKOFA, VOLTA
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
SAID = "Call Kwame Mensah on 0244123456 about the rice."


async def test_the_test_box_shows_what_a_model_would_see_and_keeps_nothing(place):
    visitor = await place.signed_in("viewer")
    await visitor.get("/admin/privacy")
    answer = await visitor.send_form("/admin/privacy/test", text=SAID)
    assert answer.status == 200 and b'<mark class="person">' in answer.body
    parts = (await visitor.api("POST", "/admin/api/privacy/test", {"text": SAID})).json()["parts"]
    shown = "".join(part["text"] for part in parts)
    assert "0244123456" not in shown and "Mensah" not in shown and "about the rice." in shown
    assert "phone" in {part["kind"] for part in parts}


async def test_markup_in_the_test_box_stays_text_and_a_long_text_is_refused(place):
    visitor = await place.signed_in("viewer")
    await visitor.get("/admin/privacy")
    answer = await visitor.send_form("/admin/privacy/test", text="</textarea><script>alert(1)</script>")
    assert b"<script>alert" not in answer.body
    await visitor.get("/admin/privacy")
    assert (await visitor.send_form("/admin/privacy/test", text="x" * 2001)).status == 422
    assert (await visitor.post("/admin/privacy/test", {"text": "x"})).status == 403


async def test_opt_outs_and_retention_are_told_as_the_service_follows_them(place):
    await place.service.store.businesses.opt_out(VOLTA)
    page = text(await (await place.signed_in("viewer")).get("/admin/privacy"))
    assert "Volta Fresh Foods from all models" in page
    assert "usage deleted 400 days after its created_at" in page and "nothing is overdue" in page


async def test_an_erasure_ends_with_a_signed_receipt(place):
    admin = await place.signed_in()
    body = {"type": "customer", "subject": "somebody-unknown", "confirm": "forget"}
    made = (await admin.api("POST", f"/admin/api/businesses/{SANKOFA}/erasure", body)).json()

    async def done():
        erasures = (await admin.api("GET", "/admin/api/privacy")).json()["erasures"]
        return erasures if erasures and erasures[0]["state"] == "completed" else None

    found = await eventually(done)
    assert (found[0]["id"], found[0]["business"]) == (made["job"], "Sankofa Stores Ltd")
    assert len(found[0]["receipt"]) > 60
    assert "somebody-unknown" not in (await admin.get("/admin/privacy")).body.decode()
