"""A support conversation over HTTP: kept, continued, streamed, closed to others, and passed on to a person."""

from typing import Any
from uuid import uuid4

import pytest

from gateway.domain.reply import Fault, ModelCall, UpstreamFault
from gateway.library.markdown_chunks import Chunk
from gateway.store.conversations import KEPT
from gateway.store.knowledge import Document
from tests.fakes import FakeModel, by_rules
from tests.service import AKWAABA, SANKOFA, VOLTA, Client, Served, assert_problem, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHAT = "/api/ai/support-chat/"
HOW = {"user_id": "u-1", "message": "How do I refund a customer?"}


async def ask(client: Client, message: str, conversation: str | None = None, user: str = "u-1", **options: Any) -> Any:
    body = {"user_id": user, "message": message} | ({"conversation_id": conversation} if conversation else {})
    return await client.post(CHAT, body, **options)


async def test_a_conversation_goes_on_under_its_id(served: Served, client: Client):
    first = (await ask(client, "What does the Starter plan cost?")).json()
    second = (await ask(client, "And Enterprise?", first["conversation_id"])).json()
    assert "GHS 99" in first["reply"]
    assert "Enterprise" in second["reply"]
    assert second["conversation_id"] == first["conversation_id"]
    kept = await served.store.conversations.messages(SANKOFA, first["conversation_id"])
    assert [turn.content for turn in kept] == [
        "What does the Starter plan cost?", first["reply"], "And Enterprise?", second["reply"],
    ]  # fmt: skip


async def test_a_conversation_is_closed_to_other_users_and_businesses(served: Served, client: Client):
    talk = (await ask(client, "Hello")).json()["conversation_id"]
    assert (await ask(client, "hello again", talk)).status == 200
    assert_problem(await ask(client, "hi", talk, user="u-2"), 404, "not_found")
    assert_problem(await ask(served.client(AKWAABA), "hi", talk), 404, "not_found")
    assert_problem(await ask(client, "hi", str(uuid4())), 404, "not_found")
    assert (await ask(client, "hi", "no-uuid")).status == 422


async def test_a_conversation_ends_90_days_after_its_last_word(served: Served, client: Client):
    talk = (await ask(client, "Hello")).json()["conversation_id"]
    served.clock.advance(KEPT / 1e6)
    assert_problem(await ask(client, "hi", talk), 404, "not_found")


async def test_every_tenant_is_answered_whatever_it_has(served: Served):
    for business in (SANKOFA, AKWAABA, VOLTA):
        client = served.client(business)
        for message in (
            "How do I sell on credit?",
            "which plan am I on",
            "How much do customers owe me?",
            "zzzz",
            "Hello",
        ):
            served.clock.advance(61)
            answer = await ask(client, message)
            assert answer.status == 200
            body = answer.json()
            assert body["escalated"] or body["sources"] or message == "Hello"


async def test_a_question_without_an_answer_becomes_a_ticket(served: Served, client: Client):
    body = (await ask(client, "How do I knit a jumper out of llama wool?")).json()
    [ticket] = [
        one for one in await served.store.conversations.tickets() if one.conversation_id == body["conversation_id"]
    ]
    assert body["escalation"] == {"reason": "no_source", "ticket_ref": ticket.ticket_ref}
    assert (ticket.business_id, ticket.reason, ticket.state) == (SANKOFA, "no_source", "open")
    assert body["meta"]["source"] == "rules" and body["meta"]["degraded"] is None
    assert body["meta"]["quota"]["used"] == (await ask(client, "llama wool jumper")).json()["meta"]["quota"]["used"]


async def test_a_repeated_idempotency_key_keeps_one_exchange(served: Served, client: Client):
    key = {"idempotency-key": str(uuid4())}
    first = await ask(client, "How do I refund a customer?", headers=key)
    again = await ask(client, "How do I refund a customer?", headers=key)
    assert first.body == again.body
    assert len(await served.store.conversations.messages(SANKOFA, first.json()["conversation_id"])) == 2


async def test_it_streams_what_the_final_answer_says(client: Client):
    answer = await client.post(CHAT, HOW, headers={"accept": "text/event-stream"})
    names = [name for name, _ in answer.events]
    assert (names[0], names[-1]) == ("delta", "final")
    assert "".join(data["text"] for name, data in answer.events if name == "delta") == answer.events[-1][1]["reply"]


async def test_an_account_answer_is_the_caller_s_own(served: Served):
    other = (await ask(served.client(AKWAABA), "which plan am I on")).json()
    own = (await ask(served.client(SANKOFA), "which plan am I on")).json()
    assert "Starter plan at GHS 99" in other["reply"]
    assert "Professional plan at GHS 199" in own["reply"]


async def test_documents_of_one_business_answer_no_other(served: Served):
    chunk = Chunk("Our shop", "Opening hours", "https://shop.example/hours", "We open at seven and close at nine.")
    await served.store.knowledge.replace(AKWAABA, "handbook", [Document("hours", [chunk])])
    own = (await ask(served.client(AKWAABA), "what are your opening hours")).json()
    other = (await ask(served.client(SANKOFA), "what are your opening hours")).json()
    assert own["sources"][0] == {
        "title": "Our shop: Opening hours",
        "url": "https://shop.example/hours",
        "snippet": "We open at seven and close at nine.",
    }
    assert other["escalated"]


async def test_every_source_of_the_guides_leads_to_a_page_with_that_anchor(served: Served, client: Client):
    for message in ("How do I refund a customer?", "How do I sell on credit?", "my printer does not print"):
        for source in (await ask(client, message)).json()["sources"]:
            path, _, anchor = source["url"].partition("#")
            page = (await served.client(None).get(path)).body.decode()
            assert f'id="{anchor}"' in page
    listing = (await served.client(None).get("/docs/guides")).body.decode()
    assert 'href="/docs/guides/selling-on-credit"' in listing
    assert_problem(await served.client(None).get("/docs/guides/nothing"), 404, "not_found")


GARBAGE = ["no JSON", {}, {"reply": 1}, [1], UpstreamFault(Fault.CONNECTION), "", {"reply": "x" * 90_000}]


@pytest.mark.parametrize("step", GARBAGE, ids=[str(step)[:20] for step in GARBAGE])
async def test_a_model_of_no_use_leaves_the_same_schema(sqlite_url: str, step: Any):
    async with serving(sqlite_url, models=FakeModel(always=step)) as served:
        answer = await served.client().post(CHAT, HOW)
    assert answer.status == 200
    assert answer.meta["degraded"]["reason"] in ("output_invalid", "upstream_unavailable")
    assert answer.json()["sources"]


async def test_neither_message_nor_history_shows_a_person_to_the_model(sqlite_url: str):
    model = FakeModel()
    async with serving(sqlite_url, models=model) as served:
        client = served.client()
        first = await ask(client, "My customer Kwaku Ananse-Boadi (0244123456) wants a refund, how do I refund him?")
        second = await ask(client, "And how do I void it?", first.json()["conversation_id"])
    assert second.status == 200
    assert second.meta["source"] == "model"
    assert "void" in model.sent
    for personal in ("Kwaku", "Ananse", "Boadi", "0244123456"):
        assert personal not in model.sent


async def test_a_model_s_invention_is_neither_shown_nor_remembered(sqlite_url: str):
    def inventing(call: ModelCall) -> dict[str, Any]:
        words = by_rules(call)
        return {**words, "reply": f"{words['reply']} It costs GHS 4,321."}

    async with serving(sqlite_url, models=FakeModel(always=inventing)) as served:
        answer = await served.client().post(CHAT, HOW)
        kept = await served.store.conversations.messages(SANKOFA, answer.json()["conversation_id"])
    assert "4,321" not in answer.json()["reply"]
    assert kept[-1].content == answer.json()["reply"]


async def test_a_settled_question_asks_no_model(sqlite_url: str):
    model = FakeModel()
    async with serving(sqlite_url, models=model) as served:
        for message in ("Hello", "let me talk to a human", "How do I knit a llama jumper?"):
            assert (await ask(served.client(), message)).meta["source"] == "rules"
    assert model.calls == []


async def test_an_opted_out_business_is_answered_by_rules_from_the_same_sources(sqlite_url: str):
    model = FakeModel()
    async with serving(sqlite_url, models=model) as served:
        await served.store.businesses.opt_out(SANKOFA, feature="support_chat")
        answer = await served.client().post(CHAT, HOW)
    assert answer.meta["degraded"]["reason"] == "opted_out"
    assert answer.json()["sources"]
    assert model.calls == []
