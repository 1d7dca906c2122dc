"""A served request is found again in /metrics."""

import re

import pytest

from tests.service import CUSTOMER

ASK = {"customer_id": CUSTOMER, "requested_credit_limit": 12000, "assessment_type": "increase"}


@pytest.mark.asyncio(loop_scope="module")
async def test_an_answered_request_is_counted_by_feature_and_route(client):
    await client.post("/api/ai/credit/risk-assessment/", ASK)
    text = (await client.get("/metrics")).body.decode()
    assert re.search(r'gateway_answers_total\{degraded="",feature="credit_risk",source="offline"\} [1-9]', text)
    route = r'route="/api/ai/credit/risk-assessment",status="200"'
    assert re.search(rf'gateway_http_requests_total\{{method="POST",{route}\}} [1-9]', text)
    assert re.search(
        r'gen_ai_client_operation_duration_seconds_count\{[^}]*gen_ai_request_model="offline"\} [1-9]', text
    )
    assert 'gateway_breaker_state{model="offline"} 0.0' in text
