"""One process on SQLite and a fleet on PostgreSQL and Redis pass one acceptance: callers cannot tell them apart.

The fleet is what `compose.yaml` starts, by hand: four gateways that do no jobs, and a worker that does nothing else.
"""

import asyncio
import contextlib
import itertools
import random
import signal
from collections import Counter
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import yaml

from gateway.settings import ROOT, table
from gateway.store.audit import AuditLog
from tests.backends import available_backends, redis_url
from tests.flows.asking import (
    ASSISTANT,
    CREDIT,
    DESCRIPTION,
    NARRATIVE,
    SUPPORT,
    assistant,
    credit,
    description,
    narrative,
    support,
)
from tests.flows.loading import Request, assert_books_are_right, hammer, same, site_on, watching
from tests.flows.processes import Service, Site, start, start_worker
from tests.flows.upstream import honest, says
from tests.waiting import PATIENCE_S, eventually_here

GATEWAYS = 4
OPT_OUT, PAYMENTS = "/api/ai/privacy/opt-out/", "/api/ai/records/payments/"
FORMS = [
    "one process on SQLite",
    pytest.param(
        "a fleet",
        marks=pytest.mark.skipif(
            "postgresql" not in available_backends() or redis_url() is None, reason="needs PostgreSQL and Redis"
        ),
    ),
]


@dataclass
class Place:
    """Something that serves, on one port or several."""

    site: Site
    services: list[Service]

    def clients(self, plan="PROFESSIONAL"):
        """Yield clients of the gateways in turn, without end."""
        return itertools.cycle([service.client(plan) for service in self.services])

    async def hammered(self, plan, requests, callers=16):
        """Return the outcomes of requests that are dealt out to all gateways at once."""
        key = self.site.tenant(plan).key
        dealt = [requests[at :: len(self.services)] for at in range(len(self.services))]
        told = await asyncio.gather(
            *(hammer(service.port, key, part, callers) for service, part in zip(self.services, dealt, strict=True))
        )
        return [outcome for part in told for outcome in part]


@pytest.fixture(params=FORMS)
async def place(request, tmp_path, upstream):
    upstream.reset()
    limits = {"meters": {"chatbot_messages_per_day": 12}}
    fleet = request.param == "a fleet"
    async with site_on("postgresql" if fleet else "sqlite", tmp_path, **limits) as site:
        with contextlib.ExitStack() as stack:
            if not fleet:
                services = [start(site, upstream.url)]
            else:
                shared = {"REDIS_URL": redis_url(), "JOBS_IN_PROCESS": "off", "SCHEDULES": "off"}
                services = [start(site, upstream.url, **shared) for _ in range(GATEWAYS)]
                worker = start_worker(site, upstream.url, REDIS_URL=redis_url())
                stack.callback(worker.wait, PATIENCE_S)
                stack.callback(worker.terminate)
            for service in services:
                stack.callback(service.kill)
            for service in services:
                await asyncio.to_thread(service.wait_ready)
            yield Place(site, services)
            stopped = {await asyncio.to_thread(service.stop) for service in services}
            assert stopped <= {0, -signal.SIGTERM}


async def test_the_same_acceptance_holds(place, upstream):
    """One scenario rather than many tests, since a fleet takes seconds to start."""
    await asyncio.to_thread(every_feature_is_answered_by_the_model_and_then_from_the_shared_cache, place, upstream)
    payment = await new_payment(place.site)
    await asyncio.to_thread(a_push_through_one_gateway_counts_at_every_other, place, payment)
    await one_key_is_one_call_wherever_it_is_used(place, upstream)
    await a_quota_is_one_for_all(place, upstream)
    await asyncio.to_thread(a_job_asked_of_one_gateway_is_told_by_another, place)
    await asyncio.to_thread(an_opt_out_holds_everywhere_from_the_next_request_on, place, upstream)
    async with watching(place.site) as database:
        await assert_books_are_right(database)
        assert await AuditLog(database).verify_all() == {}


async def new_payment(site):
    """Return a payment of the first tenant's customer that is not in the records yet."""
    tenant = site.tenant("PROFESSIONAL")
    sql = "SELECT id FROM pos_invoices WHERE business_id = $1 AND customer = $2 ORDER BY id LIMIT 1"
    async with watching(site) as database:
        ((invoice,),) = await database.fetch(sql, tenant.id, tenant.customer_id)
    paid = {"amount": "50.00", "payment_date": "2026-11-19", "payment_method": "CASH"}
    return {"id": str(UUID(int=7)), "invoice": invoice, "customer": tenant.customer_id, **paid}


def every_feature_is_answered_by_the_model_and_then_from_the_shared_cache(place, upstream):
    customer = place.site.tenant("PROFESSIONAL").customer_id
    fresh = random.SystemRandom().randint(10_000, 10_000_000) / 100  # Redis may remember an earlier run's answers
    bodies = {
        CREDIT: credit(customer, fresh), DESCRIPTION: description(shelf=str(fresh)),
        NARRATIVE: narrative(total={"current": fresh, "previous": 1}), ASSISTANT: assistant(),
        SUPPORT: support("How do I record a sale on credit?"),
    }  # fmt: skip
    clients = place.clients()
    for path, body in bodies.items():
        first = next(clients).post(path, body)
        assert (first.status, first.meta["source"]) in [(200, "model"), (200, "rules")][: 2 if path == SUPPORT else 1]
    for path in (CREDIT, DESCRIPTION):
        before = len(upstream.calls)
        answers = [next(clients).post(path, bodies[path]) for _ in range(2 * GATEWAYS)]
        assert {answer.meta["source"] for answer in answers} == {"cache"}, path
        assert len(upstream.calls) == before
    events = next(clients).stream(ASSISTANT, assistant("What is the cheapest TV?"))
    assert [name for name, _ in events][-1] == "final"


def a_push_through_one_gateway_counts_at_every_other(place, payment):
    tenant, clients = place.site.tenant("PROFESSIONAL"), place.clients()
    body = credit(tenant.customer_id, random.SystemRandom().randint(10_000, 10_000_000) / 100)
    assert next(clients).post(CREDIT, body).meta["source"] == "model"
    seen = {next(clients).post(CREDIT, body).meta["source"] for _ in range(GATEWAYS)}
    assert seen == {"cache"}
    one, other = next(clients), next(clients)
    assert one.put(PAYMENTS, [payment]).status == 200
    assert other.post(CREDIT, body).meta["source"] == "model", "an answer from before the push was given"


async def one_key_is_one_call_wherever_it_is_used(place, upstream):
    upstream.reset(says(honest, after=0.3))
    body = description(shelf=uuid4().hex)
    asked = [Request(DESCRIPTION, body, {"Idempotency-Key": "fleet-1"}) for _ in range(20)]
    outcomes = await place.hammered("PROFESSIONAL", asked, 20)
    assert set(Counter(o.status for o in outcomes)) <= {200, 409}
    assert len(upstream.calls) == 1
    again = await place.hammered("PROFESSIONAL", asked, 20)
    assert {o.status for o in again} == {200}
    assert len({o.body for o in outcomes + again if o.status == 200}) == 1
    assert len(upstream.calls) == 1


async def a_quota_is_one_for_all(place, upstream):
    upstream.reset(says(same()))
    outcomes = await place.hammered("ENTERPRISE", [Request(ASSISTANT, assistant())] * 60)
    assert Counter(o.status for o in outcomes) == {200: 12, 429: 48}
    assert len(upstream.calls) == 12
    upstream.reset()


def a_job_asked_of_one_gateway_is_told_by_another(place):
    clients = place.clients()
    told = next(clients).post(DESCRIPTION, description(shelf=uuid4().hex), Prefer="respond-async")
    assert told.status == 202

    def ended():
        answer = next(clients).get(told.json["url"])
        return answer if answer.json["status"] in ("completed", "failed") else None

    shown = eventually_here(ended)
    assert shown.json["status"] == "completed"
    assert shown.json["result"]["meta"]["source"] == "model"


def an_opt_out_holds_everywhere_from_the_next_request_on(place, upstream):
    clients = place.clients("STARTER")
    assert next(clients).post(OPT_OUT, {}).status == 200
    upstream.reset()
    reasons = {next(clients).post(DESCRIPTION, description(shelf=f"O{n}")).reason for n in range(2 * GATEWAYS)}
    assert reasons == {"opted_out"}
    assert upstream.calls == []


def test_the_compose_file_starts_what_the_settings_know_without_rights_or_secrets():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    known = {name for name, _, _ in table()}
    for name in ("migrate", "gateway", "worker"):
        service = compose["services"][name]
        assert set(service["environment"]) <= known, "a variable that the service does not read"
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["command"] if name != "gateway" else "8000" in service["ports"][0]
        for secret in ("SECRET_KEY", "OPENAI_API_KEY"):
            assert service["environment"][secret].startswith("${"), "a secret in a file"
        role = "gateway:" if name == "migrate" else "gateway_app:"
        assert service["environment"]["DATABASE_URL"].startswith(f"postgresql://{role}"), "row security would not hold"
    assert int(service["stop_grace_period"].rstrip("s")) > 30, "killed before what was begun can end"
    image = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r /tmp/requirements.lock" in image
    assert image.split("USER ", 1)[1].splitlines()[0] == "10001:10001"
    for line in image.splitlines():
        for word in line.split() if line.startswith("COPY") and "--from" not in line else ():
            assert word in ("COPY", ".", "/tmp/") or (ROOT / word).exists(), word
