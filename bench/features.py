"""What is asked of every feature when its evidence is measured."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.domain.evidence import Evidence
from gateway.domain.support import Conversation
from gateway.features import (
    collection_message,
    collection_priority,
    collection_strategy,
    credit_alerts,
    credit_dashboard,
    credit_risk,
    customer_insights,
    customer_segmentation,
    fraud_alerts,
    inventory_forecast,
    payment_prediction,
    pricing_optimizer,
    product_description,
    receipt_enhancement,
    report_narrative,
    sales_assistant,
    support_chat,
)
from gateway.features.support_question import understand
from gateway.ports import PosData

Gather = Callable[[PosData, Any, date], Awaitable[Evidence]]
QUESTIONS = (
    "How were sales last month compared to the month before?",
    "Which products sold best this month?",
    "Who are my best customers?",
    "What should I reorder?",
    "Which customers owe me money?",
    "What are my busiest hours?",
    "Which products have the best margin?",
    "Which customers have not bought for a long time?",
    "How much did categories sell this month?",
)
REPORT = {"revenue": "150,000.00", "previous_revenue": "130,434.78"}


@dataclass(frozen=True)
class Asked:
    """A feature's `gather`, and requests that are taken in turn."""

    gather: Gather
    requests: list[dict[str, Any]]


def asked(customers: list[str], products: list[str], sale: str) -> Mapping[str, Asked]:
    """Return every feature, asked about these customers, products and this sale."""
    one = {"requested_credit_limit": 5000, "assessment_type": "increase"}
    letter = {"message_type": "first_reminder", "tone": "firm"}
    price = {"optimization_goal": "volume"}
    return {
        "credit_risk": Asked(credit_risk.gather, _each("customer_id", customers, one)),
        "payment_prediction": Asked(payment_prediction.gather, _each("customer_id", customers)),
        "credit_dashboard": Asked(credit_dashboard.gather, [{}]),
        "credit_alerts": Asked(credit_alerts.gather, [{}, {"severity": "HIGH"}]),
        "collection_priority": Asked(collection_priority.gather, [{}]),
        "collection_strategy": Asked(collection_strategy.gather, _each("customer_id", customers)),
        "collection_message": Asked(collection_message.gather, _each("customer_id", customers, letter)),
        "customer_insights": Asked(customer_insights.gather, _each("query", list(QUESTIONS))),
        "customer_segmentation": Asked(customer_segmentation.gather, [{}]),
        "inventory_forecast": Asked(inventory_forecast.gather, _each("product_id", products)),
        "pricing_optimizer": Asked(pricing_optimizer.gather, _each("product_id", products, price)),
        "fraud_alerts": Asked(fraud_alerts.gather, [{}]),
        "sales_assistant": Asked(
            sales_assistant.gather,
            [{"message": "Something for a customer who buys rice", "context": {"customer_id": customers[0]}}],
        ),
        "receipt_enhancement": Asked(receipt_enhancement.gather, [{"sale_id": sale}]),
        "product_description": Asked(
            product_description.gather,
            [{"product_name": "Rice 5 kg", "category": "Rice", "tone": "casual", "attributes": {"weight": "5 kg"}}],
        ),
        "report_narrative": Asked(report_narrative.gather, [{"report_type": "financial_summary", "data": REPORT}]),
        "support_chat": Asked(_support, [{"message": "How much does customer credit cost me?"}]),
    }


def _each(field: str, values: list[str], rest: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    return [{field: value, **(rest or {})} for value in values]


async def _support(pos: PosData, request: dict[str, Any], as_of: date) -> Evidence:
    conversation = Conversation("bench", "u")
    recalled = support_chat.Recalled(conversation, understand(request["message"], ()))
    return await support_chat.gather(pos, request, as_of, recalled)
