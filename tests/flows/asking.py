"""One request to each of five features, about the demo tenant."""

from typing import Any

from tests.flows.processes import DAY

CREDIT = "/api/ai/credit/risk-assessment/"
DESCRIPTION = "/api/ai/product-description/"
NARRATIVE = "/api/ai/report-narrative/"
ASSISTANT = "/api/ai/sales-assistant/"
SUPPORT = "/api/ai/support-chat/"


def credit(customer_id: str, limit: float = 12_000) -> dict[str, Any]:
    return {"customer_id": customer_id, "requested_credit_limit": limit, "assessment_type": "increase", "as_of": DAY}


def description(**attributes: Any) -> dict[str, Any]:
    stated = {"brand": "Golden Tree", "weight": "5 kg", **attributes}
    return {"product_name": "Golden Tree Rice 5 kg", "category": "Provisions", "attributes": stated, "tone": "casual"}


def narrative(**data: Any) -> dict[str, Any]:
    report = {
        "period": "October 2026",
        "revenue": {"current": "196,164.50", "previous": "201,360.41"},
        "refunds": {"current": "500.00", "previous": "872.50"},
        **data,
    }
    return {"report_type": "financial_summary", "data": report}


def assistant(message: str = "Which TV can I offer below GHS 3000?", **context: Any) -> dict[str, Any]:
    return {"message": message, "context": {"chat_history": [], **context}, "as_of": DAY}


def support(message: str, user: str = "u-1") -> dict[str, Any]:
    return {"user_id": user, "message": message}
