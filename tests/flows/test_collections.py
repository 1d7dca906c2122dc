"""Collection over HTTP: every shop, every state of the model, and refusals that name their field."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest

from gateway.domain.reply import Fault, UpstreamFault
from tests.fakes import FakeModel, by_rules
from tests.service import AKWAABA, SANKOFA, VOLTA, Served, assert_problem, serving

PRIORITY = "/api/ai/credit/collection-priority/"
STRATEGY = "/api/ai/credit/collection-strategy/"
MESSAGE = "/api/ai/credit/communication/"
DRIFTING = "c1d35783-854a-4127-88fc-60c2d0f5cc78"
OWES = {SANKOFA: DRIFTING, AKWAABA: "6c30da8c-6290-44aa-8175-461ad56db657"}
Serve = Callable[..., AbstractAsyncContextManager[Served]]
MODELS: dict[str, Any] = {
    "answers": None,
    "talks garbage": "certainly! {]",
    "breaks the schema": {"priority_list": "none", "ai_insights": 7, "message": []},
    "is down": UpstreamFault(Fault.CONNECTION, sent=False),
}


def message(customer_id: str, **more: Any) -> dict[str, Any]:
    kind = {"message_type": "first_reminder", "tone": "firm"}
    return {"customer_id": customer_id, "as_of": "2026-11-20", **kind, **more}


@pytest.fixture
def serve(sqlite_url: str) -> Serve:
    return partial(serving, sqlite_url)


@pytest.mark.parametrize("business", [SANKOFA, AKWAABA, VOLTA])
@pytest.mark.parametrize("state", MODELS)
async def test_every_shop_gets_a_whole_answer_whatever_the_model_does(serve, state, business):
    step = MODELS[state]
    model = FakeModel() if step is None else FakeModel(always=step)
    async with serve(models=model, openai_api_key="sk-test", model_proof="warn") as served:
        client, features = served.client(business), served.service.site.kit.catalog.features
        customer_id = OWES.get(business, "nobody")
        asked = {
            "collection_priority": await client.get(f"{PRIORITY}?as_of=2026-11-20"),
            "collection_strategy": await client.post(STRATEGY, {"customer_id": customer_id, "as_of": "2026-11-20"}),
            "collection_message": await client.post(MESSAGE, message(customer_id)),
        }
        for name, answer in asked.items():
            if answer.status == 200:
                body = answer.json()
                body.pop("meta")
                assert features[name].response.check(body) == []
            else:
                assert answer.json()["code"] in ("not_found", "insufficient_data")
        assert asked["collection_priority"].status == 200


async def test_the_list_can_be_asked_for_by_query_and_by_body(serve):
    async with serve() as served:
        client = served.client()
        by_query = (await client.get(f"{PRIORITY}?min_amount=8,000.00&overdue_only=true&as_of=2026-11-20")).json()
        asked = {"min_amount": "8,000.00", "overdue_only": True, "as_of": "2026-11-20"}
        by_body = (await client.post(PRIORITY, asked)).json()
        slashless = (await client.post(PRIORITY.rstrip("/"), asked)).json()
        for one in (by_query, by_body, slashless):
            del one["meta"]
        assert by_query == by_body == slashless
        assert by_query["summary"]["prioritized_amount"] == "50,223.20"


async def test_a_body_may_bring_its_own_records_and_a_query_may_not(serve):
    rows = {"customers": [{"id": "k", "name": "Made Up"}], "invoices": [
        {"id": "i", "customer": "k", "issue_date": "2026-09-01", "due_date": "2026-10-01", "original_amount": "70.00",
         "amount_outstanding": "70.00"}]}  # fmt: skip
    async with serve() as served:
        client = served.client(VOLTA)
        answer = await client.post(PRIORITY, {"as_of": "2026-11-20", "records": rows})
        assert answer.json()["summary"]["total_overdue_amount"] == "70.00"
        assert_problem(await client.get(f"{PRIORITY}?records=1"), 422, "validation_failed", "/records")


async def test_a_starter_gets_the_order_and_the_letter_of_the_rules(serve):
    async with serve() as served:
        client = served.client(AKWAABA)
        for answer in (
            await client.get(f"{PRIORITY}?as_of=2026-11-20"),
            await client.post(STRATEGY, {"customer_id": OWES[AKWAABA], "as_of": "2026-11-20"}),
            await client.post(MESSAGE, message(OWES[AKWAABA], message_type="payment_plan_offer")),
        ):
            assert answer.status == 200, answer.body
            assert (answer.meta["source"], answer.meta["degraded"]["reason"]) == ("rules", "plan")


@pytest.mark.parametrize("language", ["tw", "ga", "fr"])
async def test_languages_without_reviewed_letters_are_refused(serve, language):
    async with serve() as served:
        answer = await served.client().post(MESSAGE, message(DRIFTING, language=language))
        assert_problem(answer, 422, "language_not_supported", "/language")
        assert (await served.client().post(MESSAGE, message(DRIFTING, language="en"))).status == 200


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"message_type": "threat"}, "/message_type"), ({"tone": "rude"}, "/tone"),
        ({"customer_id": 5}, "/customer_id"),
        ({"include_payment_plan": "yes"}, "/include_payment_plan"), ({"as_of": "2026-02-30"}, "/as_of"),
    ],
)  # fmt: skip
async def test_a_wrong_field_is_named(serve, change, pointer):
    async with serve() as served:
        assert_problem(
            await served.client().post(MESSAGE, message(DRIFTING) | change), 422, "validation_failed", pointer
        )


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("min_amount=-1", "/min_amount"), ("min_amount=lots", "/min_amount"), ("overdue_only=perhaps", "/overdue_only"),
     ("limit=5", "/limit")],
)  # fmt: skip
async def test_a_wrong_parameter_is_named(serve, query, pointer):
    async with serve() as served:
        assert_problem(await served.client().get(f"{PRIORITY}?{query}"), 422, "validation_failed", pointer)


async def test_what_is_not_there_is_said_to_be_missing(serve):
    async with serve() as served:
        client = served.client()
        theirs = OWES[AKWAABA]
        assert_problem(await client.post(STRATEGY, {"customer_id": theirs}), 404, "not_found", "/customer_id")
        assert_problem(await client.post(MESSAGE, message(theirs)), 404, "not_found", "/customer_id")
        assert_problem(await client.get(f"{PRIORITY}?storefront_id=no"), 404, "not_found", "/storefront_id")
        prompt_payer = message("ab56d962-0e4d-445f-9aa7-8cf5de40bad9")
        assert_problem(await client.post(MESSAGE, prompt_payer), 422, "insufficient_data", "/customer_id")


async def test_a_threat_of_the_model_never_reaches_the_customer_and_is_counted(serve):
    def threatening(call):
        words = by_rules(call)
        words["message"]["body"] += "\n\nOtherwise we will inform the police and tell your family."
        return words

    async with serve(models=FakeModel(always=threatening), openai_api_key="sk-test", model_proof="warn") as served:
        answer = await served.client().post(MESSAGE, message(DRIFTING))
        assert "police" not in answer.body.decode() and "your family" not in answer.json()["message"]["body"]
        assert answer.meta["grounding"]["dropped"] == 1 and answer.meta["source"] == "model"


@pytest.mark.parametrize(
    ("name", "kind", "tone"),
    [
        ("First Choice", "first_reminder", "firm"),
        ("Final Touch", "final_notice", "professional_friendly"),
        ("Firm Foundation Ent.", "second_reminder", "firm"),
        ("Formal Wear", "payment_plan_offer", "formal_legal"),
        ("Payment Plus", "payment_plan_offer", "firm"),
    ],
)
async def test_a_customer_may_be_called_as_a_kind_or_a_tone(serve, name, kind, tone):
    due = {"id": "i1", "customer": "c1", "issue_date": "2026-09-01", "due_date": "2026-10-01"}
    async with serve() as served:
        bodies = {}
        for who in (name, "Quommbo"):
            records = {
                "customers": [{"id": "c1", "name": who, "customer_type": "WHOLESALE", "credit_limit": "900.00"}],
                "invoices": [due | {"invoice_number": "N1", "original_amount": "700.00"}],
            }
            asked = message("c1", message_type=kind, tone=tone, records=records)
            answer = await served.client(VOLTA).post(MESSAGE, asked)
            assert (answer.status, answer.meta["degraded"]) == (200, None), answer.body
            bodies[who] = answer.json()["message"]["body"].replace(who, "*")
        assert bodies[name] == bodies["Quommbo"]
