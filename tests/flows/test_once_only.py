"""Asked twice is answered once: idempotency keys, the answer cache, and equal questions at the same moment."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from tests.flows.asking import CREDIT, DESCRIPTION, credit, description
from tests.flows.loading import Request, hammer
from tests.flows.processes import running
from tests.flows.upstream import honest, says, status


@pytest.fixture(scope="module")
def service(site, upstream):
    with running(site, upstream.url) as started:
        yield started


@pytest.fixture(autouse=True)
def slow(upstream):
    """Let every call take long enough for others to arrive meanwhile."""
    upstream.reset(says(honest, after=0.3))


def together(service, requests):
    """Return the outcomes of requests that are all sent at once."""
    return asyncio.run(hammer(service.port, service.site.tenant("PROFESSIONAL").key, requests, len(requests)))


def rows_of(service, feature):
    return service.site.rows("SELECT source, cost FROM usage WHERE feature = ?", feature)


def test_twenty_parallel_requests_with_one_key_make_one_call_and_one_charge(service, upstream):
    key, before = {"Idempotency-Key": "one-and-only"}, len(rows_of(service, "credit_risk"))
    body = credit(service.site.tenant("PROFESSIONAL").customer_id, 12_000)
    outcomes = together(service, [Request(CREDIT, body, key)] * 20)
    assert set(Counter(outcome.status for outcome in outcomes)) == {200, 409}
    assert {outcome.json["code"] for outcome in outcomes if outcome.status == 409} == {"idempotency_conflict"}
    assert all("retry-after: " in outcome.headers.lower() for outcome in outcomes if outcome.status == 409)
    again = together(service, [Request(CREDIT, body, key)] * 5)
    assert {outcome.status for outcome in again} == {200}
    assert all("idempotent-replayed: true" in outcome.headers.lower() for outcome in again)
    assert len({outcome.body for outcome in outcomes + again if outcome.status == 200}) == 1
    assert len(upstream.calls) == 1
    assert len(rows_of(service, "credit_risk")) == before + 1
    other = together(service, [Request(CREDIT, {**body, "requested_credit_limit": 1}, key)])
    assert [(outcome.status, outcome.json["code"]) for outcome in other] == [(422, "idempotency_mismatch")]


def test_an_answer_of_the_rules_is_replayed_as_well(service, upstream):
    upstream.behave = status(400)
    body = credit(service.site.tenant("PROFESSIONAL").customer_id, 12_100)
    first, second = (service.client().post(CREDIT, body, Idempotency_Key="ruled") for _ in range(2))
    assert first.meta["source"] == "rules"
    assert second.body == first.body
    assert second.headers["idempotent-replayed"] == "true"


def test_fifty_equal_questions_at_once_make_one_call_and_all_are_counted(service, upstream):
    outcomes = together(service, [Request(DESCRIPTION, description(shelf="A7"))] * 50)
    assert {outcome.status for outcome in outcomes} == {200}
    assert Counter(outcome.source for outcome in outcomes) == {"model": 1, "cache": 49}
    assert len(upstream.calls) == 1
    assert len({outcome.json["description"] for outcome in outcomes}) == 1
    used = sorted(outcome.json["meta"]["quota"]["used"] for outcome in outcomes)
    assert used == list(range(used[0], used[0] + 50))
    costs = Counter(cost > 0 for _, cost in rows_of(service, "product_description"))
    assert costs == {True: 1, False: 49}
    assert service.site.open_holds() == (0, 0)


def test_equal_questions_of_two_businesses_share_nothing(service, upstream):
    answers = [service.client(plan).post(DESCRIPTION, description(shelf="B1")) for plan in ("PROFESSIONAL", "STARTER")]
    assert [answer.meta["source"] for answer in answers] == ["model", "model"]
    assert len(upstream.calls) == 2


def test_a_question_is_asked_afresh_once_the_records_have_changed(service, upstream):
    tenant = service.site.tenant("PROFESSIONAL")
    client, body = service.client(), credit(tenant.customer_id, 12_300)
    first, cached = client.post(CREDIT, body), client.post(CREDIT, body)
    assert (first.meta["source"], cached.meta["source"]) == ("model", "cache")
    assert (cached.meta["usage"]["cost_usd"], cached.meta["ai_generated"]) == ("0.000000000", True)
    assert {k: v for k, v in cached.json.items() if k != "meta"} == {k: v for k, v in first.json.items() if k != "meta"}
    assert client.put("/api/ai/records/payments/", [new_payment(service.site, tenant)]).status == 200
    fresh = client.post(CREDIT, body)
    assert fresh.meta["source"] == "model"
    assert len(upstream.calls) == 2


def new_payment(site, tenant):
    """Return a payment of the customer that is not in the records yet."""
    ((invoice,),) = site.rows(
        "SELECT id FROM pos_invoices WHERE business_id = ? AND customer = ? ORDER BY id LIMIT 1",
        tenant.id,
        tenant.customer_id,
    )
    paid = {"amount": "50.00", "payment_date": "2026-11-19", "payment_method": "CASH"}
    return {"id": str(UUID(int=7)), "invoice": invoice, "customer": tenant.customer_id, **paid}
