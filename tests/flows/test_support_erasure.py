"""Whoever is forgotten leaves no support conversation, no ticket and no message that speaks of them."""

import json
from typing import Any

from tests.service import SANKOFA, Client, Served, serving
from tests.waiting import eventually

CHAT = "/api/ai/support-chat/"
TABLES = ("conversation", "conversation_message", "escalation")


async def erased(client: Client, subject: dict[str, str]) -> None:
    asked = await client.post("/api/ai/privacy/erasure/", {"subject": subject})
    assert asked.status == 202, asked.body

    async def over() -> dict[str, Any] | None:
        shown = (await client.get(asked.headers["location"])).json()
        return dict(shown) if shown["status"] not in ("queued", "running") else None

    job = await eventually(over)
    assert job["status"] == "completed", job


async def kept(served: Served) -> dict[str, int]:
    rows = {}
    for table in TABLES:
        found = await served.store.database.fetch(f"SELECT COUNT(*) FROM {table} WHERE business_id = $1", SANKOFA)
        rows[table] = int(found[0][0])
    return rows


async def say(client: Client, user: str, message: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.post(CHAT, {"user_id": user, "message": message})).json()
    return answer


async def test_a_user_s_conversations_and_tickets_go_and_others_stay(sqlite_url: str):
    async with serving(sqlite_url) as served:
        client = served.client()
        await say(client, "cashier-1", "How do I knit a llama jumper?")
        stays = await say(client, "cashier-2", "let me talk to a human")
        await erased(client, {"type": "user", "id": "cashier-1"})
        assert await kept(served) == {"conversation": 1, "conversation_message": 2, "escalation": 1}
        assert await served.store.conversations.messages(SANKOFA, stays["conversation_id"])


async def test_messages_that_name_a_forgotten_customer_go(sqlite_url: str):
    customer = {"id": "c-zuwera", "name": "Zuwerakwaa Provisions", "created_at": "2025-01-05T09:00:00Z"}
    async with serving(sqlite_url) as served:
        client = served.client()
        ndjson = {"content-type": "application/x-ndjson"}
        await client.send("PUT", "/api/ai/records/customers/", json.dumps(customer).encode(), headers=ndjson)
        about = await say(client, "cashier-1", "How much does Zuwerakwaa Provisions owe?")
        other = await say(client, "cashier-1", "How do I sell on credit?")
        assert "Zuwerakwaa" in about["reply"]
        await erased(client, {"type": "customer", "id": "c-zuwera"})
        left = await served.store.conversations.messages(SANKOFA, about["conversation_id"])
        assert not any("zuwerakwaa" in turn.content.lower() for turn in left)
        assert len(await served.store.conversations.messages(SANKOFA, other["conversation_id"])) == 2
