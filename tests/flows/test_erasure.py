"""After an erasure nothing anywhere speaks of the person: no table, no cache, no kept answer, no result of a job."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.domain.events import Event
from gateway.store.audit import canonical
from gateway.store.crypto import Unreadable
from gateway.store.holdings import holdings
from tests.fakes import FakeModel
from tests.service import RISK, SANKOFA, VOLTA, Client, Served, serving
from tests.service import assert_problem as refused
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

ERASE = "/api/ai/privacy/erasure/"
CUSTOMER = "7d1c9a52-94f1-4d6e-9df8-b10000000001"
NAME, CONTACT, PHONE, MAIL = "Zuwerakwaa Provisions", "Yawbrekete Domfehqua", "+233279990417", "domfeh@example.com"
USER = "cashier-bediakoxu"
MARKS = (CUSTOMER, "zuwerakwaa", "yawbrekete", "279990417", "domfeh", "bediakoxu")
ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 900, "assessment_type": "increase", "as_of": "2026-11-20"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(shop_url: str) -> AsyncIterator[Served]:
    """The service with a model that answers, and a customer who has left marks wherever one can."""
    async with serving(shop_url, models=FakeModel()) as served:
        client = served.client(SANKOFA, x_user_id=USER)
        await push(client)
        hook = await client.post("/api/ai/webhooks/", {"url": "https://pos.example.com/", "events": ["*"]})
        assert hook.status == 201
        answered = await client.post(RISK, ASK, headers={"idempotency-key": "once"})
        assert NAME in answered.body.decode() and answered.meta["source"] == "model"
        await ended(client, await client.post(RISK, ASK, headers={"prefer": "respond-async"}))
        said = {"request_id": answered.meta["request_id"], "rating": 1, "comment": f"{NAME} was angry"}
        assert (await client.post("/api/ai/feedback/", said)).status == 201
        decided = {"decision": "approve", "reason": f"{CONTACT} called"}
        assert (await client.post(f"/api/ai/decisions/{answered.meta['request_id']}/", decided)).status == 201
        told = Event("credit.alert", CUSTOMER, {"customer_id": CUSTOMER, "summary": f"{NAME} pays late"})
        await served.store.events.tell(SANKOFA, told)
        yield served


async def push(client: Client) -> None:
    customer = {"id": CUSTOMER, "name": NAME, "contact_person": CONTACT, "phone": PHONE, "email": MAIL,
                "credit_limit": "5000.00", "created_at": "2025-01-05T09:00:00Z"}  # fmt: skip
    invoices = [
        {"id": f"i{m}", "customer": CUSTOMER, "issue_date": f"2026-{m:02}-01", "due_date": f"2026-{m:02}-25",
         "original_amount": "400.00", "amount_paid": "400.00", "amount_outstanding": "0.00", "status": "PAID"}
        for m in range(1, 11)
    ]  # fmt: skip
    payments = [
        {"id": f"p{m}", "invoice": f"i{m}", "customer": CUSTOMER, "payment_date": f"2026-{m:02}-20", "amount": "400.00",
         "payment_method": "CASH"} for m in range(1, 11)
    ]  # fmt: skip
    reminders = [{"invoice": "i1", "customer": CUSTOMER, "date": "2026-02-01", "channel": "SMS", "outcome": NAME}]
    tables = {"customers": [customer], "invoices": invoices, "payments": payments, "reminders": reminders}
    for table, rows in tables.items():
        body = "\n".join(json.dumps(row) for row in rows).encode()
        ndjson = {"content-type": "application/x-ndjson"}
        pushed = await client.send("PUT", f"/api/ai/records/{table}/", body, headers=ndjson)
        assert pushed.status == 200, pushed.body


async def ended(client: Client, job: Any) -> dict[str, Any]:
    async def over() -> dict[str, Any] | None:
        shown = (await client.get(job.json()["url"])).json()
        return dict(shown) if shown["status"] in ("completed", "failed") else None

    return dict(await eventually(over))


async def erased(client: Client, kind: str, subject_id: str) -> dict[str, Any]:
    asked = await client.post(ERASE, {"subject": {"type": kind, "id": subject_id}, "reason": "asked for it"})
    assert asked.status == 202, asked.body
    done = await ended(client, asked)
    assert done["status"] == "completed", done
    return dict(done["result"])


async def found(served: Served, *spared: str) -> list[tuple[str, str]]:
    """Return (table, mark) of every row in which a mark can be read, with what is sealed opened."""
    hits = []
    for holding in holdings():
        rows = await served.store.database.fetch(f"SELECT * FROM {holding.table}")
        texts = [repr(row).lower() for row in rows]
        keys = ["business_id", *holding.key] if holding.scoped else []
        for sealed in holding.sealed if keys else ():
            sql = f"SELECT {', '.join(keys)}, {sealed.column} FROM {holding.table} WHERE {sealed.column} IS NOT NULL"
            for business_id, *key, value in await served.store.database.fetch(sql):
                try:
                    plain = served.store.sealer.open(sealed.purpose, business_id, sealed.row(tuple(key)), value)
                except Unreadable:
                    continue
                texts.append(plain.decode("utf-8", "replace").lower())
        hits += [(holding.table, mark) for mark in MARKS for text in texts if mark in text]
    return sorted({hit for hit in hits if hit[1] not in spared})


async def sums(served: Served) -> tuple[Any, ...]:
    database = served.store.database
    usage = await database.fetch("SELECT COUNT(*), SUM(cost), SUM(tokens_used) FROM usage")
    owed = await database.fetch("SELECT COUNT(*), SUM(original_amount), SUM(amount_paid) FROM pos_invoices")
    return (*usage[0], *owed[0])


async def test_the_marks_are_everywhere_before_and_nowhere_after(shop: Served):
    client = shop.client()
    before = {table for table, _ in await found(shop)}
    assert before >= {"answer_cache", "idempotency", "job", "event", "feedback", "decision", "pos_customers",
                      "pos_invoices", "pos_reminders"}  # fmt: skip
    counted = await sums(shop)
    receipt = await erased(client, "customer", CUSTOMER)
    assert await found(shop, "bediakoxu") == []
    assert await sums(shop) == counted
    assert set(receipt["tables"]) >= {table for table in before if not table.startswith("pos_")}
    pushed = {table: count for table, count in receipt["tables"].items() if table.startswith("pos_")}
    assert pushed == {"pos_customers": 1, "pos_invoices": 10, "pos_payments": 10, "pos_reminders": 1}
    assert receipt["rows"] == sum(receipt["tables"].values()) > 9
    refused(await client.post(RISK, ASK), 404, "not_found")
    assert not [mark for mark in MARKS if mark in json.dumps(receipt).lower()]
    signed = canonical({k: v for k, v in receipt.items() if k not in ("algorithm", "public_key", "signature")})
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(receipt["public_key"]))
    key.verify(base64.b64decode(receipt["signature"]), signed.encode())
    assert shop.store.sealer.signed_by_us(signed, receipt["signature"])
    assert not shop.store.sealer.signed_by_us(signed + " ", receipt["signature"])
    told = await shop.store.database.fetch("SELECT type FROM event WHERE type = 'privacy.erased'")
    assert len(told) == 1
    assert await shop.store.audit.verify(SANKOFA) is None


async def test_a_second_run_finds_nothing(shop: Served):
    await erased(shop.client(), "customer", CUSTOMER)
    again = await erased(shop.client(), "customer", CUSTOMER)
    assert (again["rows"], again["tables"]) == (0, {})


async def test_a_user_is_forgotten_and_their_calls_are_nobodys(shop: Served):
    client = shop.client(SANKOFA, x_user_id=USER)
    await client.post("/api/ai/product-description/", {"product_name": "Lamp", "category": "Home", "attributes": {},
                                                      "tone": "casual"})  # fmt: skip
    who = shop.service.site.kit.sign("user", f"{SANKOFA}|{USER}")
    hashes = "SELECT COUNT(*) FROM usage WHERE user_hash = $1"
    assert (await shop.store.database.fetch(hashes, who))[0][0] >= 1
    counted = await sums(shop)
    receipt = await erased(shop.client(), "user", USER)
    assert receipt["tables"]["usage"] >= 1
    assert (await shop.store.database.fetch(hashes, who))[0][0] == 0
    assert await sums(shop) == counted
    assert (await erased(shop.client(), "user", USER))["rows"] == 0
    assert await found(shop) == []


async def test_another_business_erases_nothing_of_ours(shop: Served):
    await push(shop.client())
    receipt = await erased(shop.client(VOLTA), "customer", CUSTOMER)
    assert receipt["rows"] == 0
    assert ("pos_customers", "zuwerakwaa") in await found(shop)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/subject"]),
        ({"subject": {"type": "shop", "id": ""}}, ["/subject/type", "/subject/id"]),
        ({"subject": {"type": "user", "id": "u", "name": "x"}, "why": 1}, ["/why", "/subject/name"]),
    ],
)
async def test_an_erasure_that_names_nobody_is_refused_by_its_field(shop: Served, body, pointers):
    refused(await shop.client().post(ERASE, body), 422, "validation_failed", *pointers)
