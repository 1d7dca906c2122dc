"""Work that is sold has no stock: nothing calls it sold out, and nobody is told to order it."""

import json
from typing import Any

from gateway.features import customer_insights, inventory_forecast, sales_assistant
from gateway.features.receipt_words import tip_for
from tests.features.fakes import DEMO_DAY, InlinePos

REPAIR = {"id": "p", "name": "Phone Repair", "category": "Services", "retail_price": "150.00", "unit_cost": "0"}
SALES = [
    {
        "id": f"s{day}", "created_at": f"2026-11-{day:02}T10:00:00Z", "total_amount": "150.00", "status": "COMPLETED",
        "items": [{"product": "p", "quantity": 1, "unit_price": "150.00"}],
    }
    for day in range(1, 20)
]  # fmt: skip


def shop(**product: Any) -> InlinePos:
    return InlinePos.of(as_of=DEMO_DAY, products=[REPAIR | product], sales=SALES)


async def test_no_order_is_suggested_for_a_service() -> None:
    evidence = await inventory_forecast.gather(shop(), {"product_id": "p"}, DEMO_DAY)
    told = evidence.computed
    assert told["recommendations"] == {"action": "HOLD", "suggested_quantity": 0, "urgency": "LOW"}
    assert told["forecast"]["predicted_stockout_date"] is None
    assert told["forecast"]["next_30_days"]["predicted_units"] > 0
    words = inventory_forecast.fallback(json.loads(json.dumps(evidence.facts)))["recommendations"]["reasoning"]
    assert words.startswith("This is a service") and "shelf" not in words


async def test_goods_of_the_same_count_are_ordered() -> None:
    evidence = await inventory_forecast.gather(shop(category="Phones", current_stock=0), {"product_id": "p"}, DEMO_DAY)
    assert evidence.computed["recommendations"]["action"] == "REORDER"


async def test_the_assistant_offers_a_service_in_any_quantity() -> None:
    evidence = await sales_assistant.gather(
        shop(unit="hours", category="Work"), {"message": "3 phone repairs"}, DEMO_DAY
    )
    answer = sales_assistant.merge(sales_assistant.fallback(json.loads(json.dumps(evidence.facts))), evidence)
    assert [one["name"] for one in answer["recommendations"]] == ["Phone Repair"]
    assert "a service" in answer["reply"] and "out of stock" not in answer["reply"] and "missing" not in answer["reply"]


async def test_questions_about_stock_leave_services_out() -> None:
    for query, absent in (
        ("what should I restock", "Phone Repair"),
        ("how many phone repairs did we sell", "in stock"),
    ):
        evidence = await customer_insights.gather(shop(), {"query": query}, DEMO_DAY)
        assert absent not in customer_insights.fallback(json.loads(json.dumps(evidence.facts)))["answer"]


def test_a_service_needs_no_care() -> None:
    assert tip_for("Phone Repair", "Services") is None
    assert tip_for("Phone Case", "Phones") is not None
