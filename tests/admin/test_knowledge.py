"""Knowledge and chats: a question finds its sources, and whoever reads a conversation is noted."""

import pytest

from gateway.domain.support import Conversation, Escalation, Exchange
from tests.admin.visiting import text
from tests.service import SANKOFA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_question_shows_its_sources_or_that_there_is_none(place):
    visitor = await place.signed_in("viewer")
    shown = (await visitor.api("GET", "/admin/api/knowledge?question=How+do+I+refund+a+sale")).json()
    assert shown["documents"] and shown["passages"] and shown["passages"][0]["text"]
    page = text(await visitor.get("/admin/knowledge?question=zzzz+qqqq"))
    assert "No source was found" in page
    assert (await visitor.get("/admin/knowledge?business=nobody")).status == 404


async def test_a_conversation_that_waits_is_read_noted_and_closed(place):
    talks = place.service.store.conversations
    talk = Conversation("talk-1", "user-hash")
    asked = "<script>alert(1)</script> Where is my money?"
    await talks.add(SANKOFA, Exchange(talk, asked, "A person will answer.", Escalation("no_source", "T-100")))
    viewer, admin = await place.signed_in("viewer"), await place.signed_in()
    assert "T-100 Sankofa Stores Ltd no document answers it 1" in text(await viewer.get("/admin/knowledge"))
    here = f"/admin/knowledge/chats/{SANKOFA}/T-100"
    assert (await viewer.get(here)).status == 403
    answer = await admin.get(here)
    assert "Where is my money?" in text(answer) and b"<script>alert" not in answer.body
    assert (await admin.send_form(f"{here}/close")).status == 303
    assert (await admin.get(here)).status == 404
    chain = text(await admin.get(f"/admin/audit?business={SANKOFA}"))
    assert "chat.read" in chain and "chat.close" in chain
