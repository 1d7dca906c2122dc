"""`Prefer: respond-async`, jobs and webhooks over HTTP, up to an address that checks the signature."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.adapters.webhook_sender import Sent, WebhookSender
from gateway.domain.events import Event
from gateway.jobs.deliver_webhook import RETRY
from tests.service import AKWAABA, CUSTOMER, DESCRIPTION, RISK, SANKOFA, VOLTA, Answer, Client, Served, serving
from tests.service import assert_problem as refused
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOOKS = "/api/ai/webhooks/"
ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase", "as_of": "2026-11-20"}
LAMP = {"product_name": "Lamp", "category": "Home", "attributes": {"colour": "white"}, "tone": "casual"}
LATER = {"prefer": "respond-async"}


class Postbox(WebhookSender):
    """Stands in for the internet: keeps what was sent and answers as told, 200 by default."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.says: list[int] = []

    async def post(self, url: str, headers: Any, body: bytes) -> Sent:
        self.got.append((url, dict(headers), body))
        return Sent(self.says.pop(0) if self.says else 200, "", 3)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posted(shop_url: str) -> AsyncIterator[tuple[Served, Postbox]]:
    box = Postbox()
    async with serving(shop_url, sender=box) as running:
        yield running, box


async def ended(client: Client, job: Answer) -> dict[str, Any]:
    """Ask for the job until it has ended."""

    async def over() -> dict[str, Any] | None:
        shown = await client.get(job.json()["url"])
        if shown.json()["status"] in ("completed", "failed", "cancelled"):
            return dict(shown.json())
        assert shown.headers["retry-after"] == "1"
        return None

    return dict(await eventually(over))


async def arrived(box: Postbox, number: int, about: str = "") -> list[tuple[str, dict[str, str], bytes]]:
    def found() -> list[tuple[str, dict[str, str], bytes]]:
        return [post for post in box.got if about.encode() in post[2]]

    await eventually(lambda: len(found()) >= number)
    return found()


async def delivered(client: Client, hook_id: str, attempts: int) -> dict[str, Any] | None:
    """Return the newest line of a webhook's log once it tells of so many attempts."""
    entry: dict[str, Any] = (await client.get(f"{HOOKS}{hook_id}/deliveries/")).json()["deliveries"][0]
    return entry if entry["attempts"] == attempts else None


async def hook(client: Client, *events: str, url: str = "https://pos.example.com/hook") -> dict[str, Any]:
    made = await client.post(HOOKS, {"url": url, "events": list(events or ("*",))})
    assert made.status == 201, made.body
    return dict(made.json())


async def test_a_request_answered_later_gets_what_the_plain_one_gets(posted):
    served, _ = posted
    client = served.client()
    plain = (await client.post(RISK, ASK)).json()
    told = await client.post(RISK, ASK, headers=LATER)
    assert (told.status, told.headers["location"]) == (202, told.json()["url"])
    job = await ended(client, told)
    assert (job["status"], job["errors"], job["error"]) == ("completed", [], None)
    assert job["progress"] == {"done": 1, "total": 1}
    assert {**job["result"], "meta": None} == {**plain, "meta": None}
    assert set(job["result"]["meta"]) == set(plain["meta"])
    assert job["result"]["meta"]["quota"]["used"] == plain["meta"]["quota"]["used"] + 1


async def test_inline_records_and_explain_reach_the_later_answer_too(posted):
    served, _ = posted
    client = served.client()
    customer = {"id": "c1", "name": "Adwoa", "credit_limit": "500.00", "created_at": "2025-01-01T00:00:00Z"}
    body = {**ASK, "customer_id": "c1", "records": {"customers": [customer]}}
    job = await ended(client, await client.post(f"{RISK}?explain=1", body, headers=LATER))
    assert job["result"]["customer"]["name"] == "Adwoa"
    assert job["result"]["meta"]["evidence"]


async def test_what_is_refused_at_once_is_refused_at_once_and_the_rest_is_told_by_the_job(posted):
    served, _ = posted
    client = served.client()
    refused(await client.post(RISK, {}, headers=LATER), 422, "validation_failed",
            "/customer_id", "/requested_credit_limit", "/assessment_type")  # fmt: skip
    scoped = await served.caller(SANKOFA, scopes=["records"])
    refused(await scoped.post(RISK, ASK, headers=LATER), 403, "forbidden")
    job = await ended(client, await client.post(RISK, {**ASK, "customer_id": "nobody"}, headers=LATER))
    assert (job["status"], job["result"], job["error"]["code"]) == ("failed", None, "not_found")


async def test_the_same_idempotency_key_gives_the_same_job_and_another_body_is_refused(posted):
    served, _ = posted
    client, headers = served.client(), {**LATER, "idempotency-key": "later-1"}
    first, again = [await client.post(DESCRIPTION, LAMP, headers=headers) for _ in range(2)]
    assert first.json()["job_id"] == again.json()["job_id"]
    assert again.headers["idempotent-replayed"] == "true"
    refused(await client.post(DESCRIPTION, {**LAMP, "tone": "technical"}, headers=headers), 422, "idempotency_mismatch")


async def test_a_job_of_another_business_or_scope_is_closed(posted):
    served, _ = posted
    told = await served.client().post(DESCRIPTION, LAMP, headers=LATER)
    for business in (VOLTA, AKWAABA):
        refused(await served.client(business).get(told.json()["url"]), 404, "not_found")
        refused(await served.client(business).send("DELETE", told.json()["url"]), 404, "not_found")
    refused(await served.client().get("/api/ai/jobs/nothing/"), 404, "not_found")
    refused(await (await served.caller(SANKOFA, scopes=["records"])).get(told.json()["url"]), 403, "forbidden")


async def test_completion_is_told_with_a_signature_that_the_reference_verifier_accepts(posted):
    served, box = posted
    client = served.client()
    made = await hook(client, "job.completed")
    box.got.clear()
    told = await client.post(DESCRIPTION, LAMP, headers=LATER)
    await ended(client, told)
    url, headers, body = (await arrived(box, 1, told.json()["job_id"]))[0]
    assert url == "https://pos.example.com/hook"
    now = datetime.fromtimestamp(served.clock.now() // 1_000_000, UTC)
    assert headers["webhook-signature"] == Webhook(made["secret"]).sign(headers["webhook-id"], now, body.decode())
    event = json.loads(body)
    assert (event["type"], event["business_id"]) == ("job.completed", SANKOFA)
    assert event["data"] == {
        "job_id": told.json()["job_id"], "kind": "feature_answer", "status": "completed", "url": told.json()["url"]
    }  # fmt: skip
    await client.send("DELETE", f"{HOOKS}{made['id']}/")


async def test_the_secret_is_shown_once_and_two_sign_while_one_is_rolled(posted):
    served, box = posted
    client = served.client()
    made = await hook(client, "fraud.alert")
    listed = await client.get(HOOKS)
    assert made["secret"].encode() not in listed.body and "secret" not in listed.json()["webhooks"][0]
    rolled = (await client.post(f"{HOOKS}{made['id']}/secret/", None)).json()
    assert rolled["secret"] != made["secret"] and rolled["two_secrets_until"] is not None
    for number, wanted in ((1, 2), (2, 1)):
        box.got.clear()
        await served.store.events.tell(SANKOFA, Event("fraud.alert", f"roll-{number}"))
        _, headers, body = (await arrived(box, 1))[0]
        signatures = headers["webhook-signature"].split(" ")
        assert len(signatures) == wanted
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        accepted = [Webhook(s["secret"]).sign(headers["webhook-id"], at, body.decode()) for s in (rolled, made)]
        assert signatures == accepted[:wanted]
        served.clock.advance(86_401)
    rows = await served.store.database.fetch("SELECT * FROM webhook")
    assert made["secret"][6:] not in repr(rows) and "pos.example.com" not in repr(rows)
    await client.send("DELETE", HOOKS, {"ids": [made["id"]]})


async def test_a_delivery_that_fails_is_sent_again_with_the_same_id_and_its_log_tells_it(posted):
    served, box = posted
    client = served.client()
    made = await hook(client, "credit.alert")
    box.got.clear()
    box.says = [500, 302, 200]
    await served.store.events.tell(SANKOFA, Event("credit.alert", "again", {"summary": "Look"}))
    for number in (1, 2, 3):
        await arrived(box, number)
        entry = await eventually(lambda number=number: delivered(client, made["id"], number))
        served.clock.advance(3600)
        served.store.jobs.nudge()
    assert len({headers["webhook-id"] for _, headers, _ in box.got}) == 1
    assert len({body for _, _, body in box.got}) == 1
    assert len({headers["webhook-timestamp"] for _, headers, _ in box.got}) == 3
    assert (entry["state"], [attempt["status"] for attempt in entry["log"]]) == ("delivered", [500, 302, 200])
    replayed = await client.post(f"{HOOKS}{made['id']}/replay/", {"event_ids": [entry["event_id"], "unknown"]})
    assert (replayed.status, replayed.json()) == (202, {"replayed": 1})
    assert (await arrived(box, 4))[3][1]["webhook-id"] == entry["event_id"]
    await client.send("DELETE", f"{HOOKS}{made['id']}/")


async def disabled(client: Client, hook_id: str) -> bool:
    shown = {entry["id"]: entry for entry in (await client.get(HOOKS)).json()["webhooks"]}
    return bool(shown[hook_id]["status"] == "disabled")


async def test_an_address_that_says_it_is_gone_is_told_nothing_more(posted):
    served, box = posted
    client = served.client()
    made = await hook(client, "support.escalated")
    box.got.clear()
    box.says = [410]
    await served.store.events.tell(SANKOFA, Event("support.escalated", "gone-1"))
    await arrived(box, 1)

    await eventually(lambda: disabled(client, made["id"]))
    await served.store.events.tell(SANKOFA, Event("support.escalated", "gone-2"))
    await asyncio.sleep(0.1)
    assert len(box.got) == 1
    rolled = await client.post(f"{HOOKS}{made['id']}/secret/", None)
    assert (rolled.status, rolled.json()["status"]) == (200, "active")


async def test_what_waits_for_an_address_that_is_switched_off_is_a_dead_letter_and_can_be_replayed(posted):
    served, box = posted
    client = served.client()
    made = await hook(client, "privacy.erased")
    box.got.clear()
    box.says = [500, 410]
    for number in (1, 2):
        await served.store.events.tell(SANKOFA, Event("privacy.erased", f"waits-{number}", {"rows": number}))
        await arrived(box, number)
    await eventually(lambda: disabled(client, made["id"]))
    served.clock.advance(3600)
    served.store.jobs.nudge()

    async def dead() -> list[dict[str, Any]]:
        shown = (await client.get(f"{HOOKS}{made['id']}/deliveries/?state=dead")).json()["deliveries"]
        return shown if len(shown) == 2 else []

    letters = await eventually(dead)
    assert [one["log"][-1]["fault"] for one in letters] == ["", "switched_off"]
    assert len(box.got) == 2
    await client.post(f"{HOOKS}{made['id']}/secret/", None)
    ids = [one["event_id"] for one in letters]
    assert (await client.post(f"{HOOKS}{made['id']}/replay/", {"event_ids": ids})).json() == {"replayed": 2}
    assert len(await arrived(box, 4)) == 4


async def test_another_businesss_webhooks_are_not_there(posted):
    served, _ = posted
    made = await hook(served.client())
    other = served.client(VOLTA)
    assert (await other.get(HOOKS)).json() == {"webhooks": []}
    for method, rest, body in (("DELETE", "", None), ("POST", "secret/", None), ("GET", "deliveries/", None),
                               ("POST", "replay/", {"event_ids": ["x"]})):  # fmt: skip
        refused(await other.send(method, f"{HOOKS}{made['id']}/{rest}", body), 404, "not_found")
    assert (await other.send("DELETE", HOOKS, {"ids": [made["id"]]})).json() == {"deleted": 0}
    assert (await served.client().send("DELETE", f"{HOOKS}{made['id']}/")).json() == {"deleted": 1}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/url"]),
        ({"url": "http://127.0.0.1/"}, ["/url"]),
        ({"url": "https://example.com/", "events": ["nothing"]}, ["/events/0"]),
        ({"url": "https://example.com/", "events": []}, ["/events"]),
        ({"url": "https://example.com/", "secret": "mine"}, ["/secret"]),
    ],
)
async def test_a_wrong_webhook_is_refused_by_its_field(posted, body, pointers):
    refused(await posted[0].client().post(HOOKS, body), 422, "validation_failed", *pointers)


async def test_attempts_go_on_for_more_than_a_day():
    assert RETRY.attempts >= 8
    assert sum(delay * (1 - RETRY.jitter) for delay in RETRY.delays) > 24 * 3600
    assert RETRY.pause(1, 0.0) < RETRY.pause(1, 1.0)


async def test_a_signature_that_is_old_or_not_ours_is_refused_by_the_verifier():
    secret, other = "whsec_" + "QUJD" * 8, "whsec_" + "REVG" * 8
    now = datetime.now(UTC)
    for secret_used, at in ((other, now), (secret, datetime(2026, 1, 1, tzinfo=UTC))):
        stamped = {"webhook-id": "m", "webhook-timestamp": str(int(at.timestamp()))}
        stamped["webhook-signature"] = Webhook(secret_used).sign("m", at, "{}")
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify("{}", stamped)
