"""What the operations that are no feature really answer fits the schema that the document gives for it."""

import json
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from tests.service import CUSTOMER, DESCRIPTION, RISK, Answer, Client, Served

pytestmark = pytest.mark.asyncio(loop_scope="module")


HOOK = {"url": "https://pos.example.com/hooks/ai", "events": ["job.completed"]}


def described(document: dict[str, Any], operation_id: str, answer: Answer) -> dict[str, Any]:
    """Return the schema of an answer, after a look that the answer fits it."""
    found = [op for item in document["paths"].values() for op in item.values() if op["operationId"] == operation_id]
    schema: dict[str, Any] = found[0]["responses"][str(answer.status)]["content"]["application/json"]["schema"]
    assert schema != {"type": "object"}
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())
    return schema


async def test_no_operation_answers_just_any_object(served: Served):
    document = (await served.client(None).get("/openapi.json")).json()
    for item in document["paths"].values():
        for operation in item.values():
            for status, response in operation["responses"].items():
                schema = response["content"].get("application/json", {"schema": {"$ref": ""}})["schema"]
                assert {"properties", "$ref", "anyOf", "allOf", "oneOf"} & set(schema), (
                    operation["operationId"],
                    status,
                )


async def test_what_is_answered_fits_what_is_documented(served: Served, client: Client):
    document = (await served.client(None).get("/openapi.json")).json()
    row = json.dumps({"id": "till-9", "name": "Corner"}).encode() + b"\n"
    ndjson = {"content-type": "application/x-ndjson"}
    asked = await client.post(
        RISK, {"customer_id": CUSTOMER, "requested_credit_limit": 9, "assessment_type": "new_credit"}
    )
    said = {"request_id": asked.meta["request_id"], "rating": 4}
    hook = await client.post("/api/ai/webhooks/", HOOK)
    one = f"/api/ai/webhooks/{hook.json()['id']}/"
    table = "/api/ai/records/storefronts/"
    bulk = {"items": [{}, {"product_name": "Lamp", "category": "Home", "attributes": {}}], "dry_run": True}
    decided = {"decision": "override", "value": {"limit": 3}, "reason": "known"}
    answers = {
        "records_put": await client.send("PUT", table, row, headers=ndjson),
        "records_counts": await client.get("/api/ai/records/"),
        "records_delete": await client.send("DELETE", table, {"ids": ["till-9"]}),
        "usage": await client.get("/api/ai/usage/"),
        "webhook_create": hook,
        "webhooks": await client.get("/api/ai/webhooks/"),
        "webhook_roll": await client.post(one + "secret/", None),
        "webhook_deliveries": await client.get(one + "deliveries/"),
        "webhook_replay": await client.post(one + "replay/", {"event_ids": ["none"]}),
        "webhook_delete": await client.send("DELETE", one),
        "webhooks_delete": await client.send("DELETE", "/api/ai/webhooks/", {"ids": ["none"]}),
        "feedback": await client.post("/api/ai/feedback/", said),
        "decision": await client.post(f"/api/ai/decisions/{asked.meta['request_id']}/", decided),
        "opt_out_state": await client.get("/api/ai/privacy/opt-out/"),
        "opt_out": await client.post("/api/ai/privacy/opt-out/", {"opted_out": False}),
        "product_description_bulk": await client.post(DESCRIPTION + "bulk/", bulk),
        "health_live": await client.get("/health/live"),
        "health_ready": await client.get("/health/ready"),
    }
    for name, answer in answers.items():
        assert answer.status < 300, (name, answer.body)
        described(document, name, answer)
    assert answers["usage"].json()["rows"]
    assert answers["product_description_bulk"].json()["errors"]
