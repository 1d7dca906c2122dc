"""A business outside Ghana hears nothing of its holidays; goods without a stock on record are never out of stock."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.caller import Business
from tests.service import Client, Databases, serving

LAGOS = Business("5b0c6c7e-98b1-4f0e-9d0e-0f3f0c0a0001", "Okafor Wholesale", "ENTERPRISE", "Africa/Lagos", "NGN")
ABIDJAN = Business("5b0c6c7e-98b1-4f0e-9d0e-0f3f0c0a0003", "Comptoir Yopougon", "ENTERPRISE", "Africa/Abidjan", "XOF")
ACCRA = Business("5b0c6c7e-98b1-4f0e-9d0e-0f3f0c0a0002", "Adom Wholesale", "ENTERPRISE")
FARMERS_DAY = "2026-12-04"
DEBT: dict[str, Any] = {
    "customers": [{"id": "c", "name": "Ngozi Eze", "credit_limit": "900000"}],
    "invoices": [{"id": "i", "customer": "c", "issue_date": "2026-10-01", "due_date": "2026-10-15",
                  "original_amount": "251001", "invoice_number": "NG7"}],
}  # fmt: skip


@pytest.fixture
async def shops(databases: Databases, tmp_path: Path) -> AsyncIterator[dict[str, Client]]:
    async with databases.copy("sqlite", tmp_path) as url, serving(url) as served:
        for business in (LAGOS, ACCRA, ABIDJAN):
            await served.store.businesses.put(business)
        yield {one.id: await served.caller(one.id) for one in (LAGOS, ACCRA, ABIDJAN)}


async def reminded(client: Client) -> Any:
    body = {"customer_id": "c", "message_type": "first_reminder", "tone": "firm", "language": "en"}
    return (await client.post("/api/ai/credit/communication/", {**body, "as_of": FARMERS_DAY, "records": DEBT})).json()


async def test_farmers_day_is_a_holiday_in_ghana_and_not_in_lagos(shops: dict[str, Client]) -> None:
    accra, lagos = await reminded(shops[ACCRA.id]), await reminded(shops[LAGOS.id])
    assert (accra["contact"]["allowed_today"], lagos["contact"]["allowed_today"]) == (False, True)
    assert "Farmers" in accra["contact"]["advice"] and "Farmers" not in json.dumps(lagos)
    assert any("public holidays" in one for one in lagos["meta"]["warnings"])
    assert not any("public holidays" in one for one in accra["meta"]["warnings"])
    assert "NGN 251,001" in lagos["message"]["body"] and "GHS" not in json.dumps(lagos["message"])


SALON = [
    {"id": "braid", "name": "Braiding, long", "category": "Hair", "retail_price": "180.00", "current_stock": None},
    {"id": "cut", "name": "Haircut", "category": "Barber", "retail_price": "30.00"},
    {"id": "butter", "name": "Shea butter 200g", "category": "Shelf", "retail_price": "35.00", "unit_cost": "20.00"},
]
SOLD = [
    {"id": f"s{day}", "created_at": f"2026-11-{day:02d}T10:00:00Z", "total_amount": "245.00",
     "items": [{"product": one["id"], "quantity": 1, "unit_price": one["retail_price"]} for one in SALON]}
    for day in range(2, 21)
]  # fmt: skip
ASKED: dict[str, dict[str, Any]] = {
    "inventory-forecast": {"product_id": "braid"},
    "sales-assistant": {"message": "How much is braiding?", "context": {}},
    "receipt-enhancement": {"receipt_id": "R", "items": [{"product_id": "braid"}]},
    "fraud-alerts": {},
    "support-chat": {"user_id": "u", "message": "What is the price of Shea butter 200g?"},
}
QUESTIONS = ("Which products are slow?", "What should I reorder?", "What is my stock worth?", "What sold best?")


async def pushed(client: Client, **tables: Any) -> None:
    for table, rows in tables.items():
        lines = "\n".join(json.dumps(row) for row in rows).encode()
        answer = await client.send(
            "PUT", f"/api/ai/records/{table}/", lines, headers={"content-type": "application/x-ndjson"}
        )
        assert answer.status == 200, answer.body


async def test_a_salon_that_counts_no_stock_never_hears_of_stock(shops: dict[str, Client]) -> None:
    client = shops[ACCRA.id]
    movement = {"product": "butter", "date": "2026-11-01", "type": "RECEIPT", "quantity": 500}
    await pushed(client, products=SALON, sales=SOLD, stock_movements=[movement])
    asked = list(ASKED.items())
    asked += [("customer-insights", {"query": question}) for question in QUESTIONS]
    told = {}
    for path, body in asked:
        answer = await client.post(f"/api/ai/{path}/", {**body, "as_of": "2026-11-20"})
        assert answer.status == 200, answer.body
        told[body.get("query", path)] = {key: value for key, value in answer.json().items() if key != "meta"}
    everything = json.dumps(told).lower()
    assert "out of stock" not in everything and "in stock" not in everything and "0 units" not in everything
    forecast = told["inventory-forecast"]
    assert forecast["product"]["current_stock"] is None and forecast["recommendations"]["action"] == "HOLD"
    assert forecast["forecast"]["next_7_days"]["predicted_units"] > 0
    assert told["sales-assistant"]["recommendations"][0]["name"] == "Braiding, long"
    assert told["fraud-alerts"]["alerts"] == []
    assert "GHS 35" in told["support-chat"]["reply"] and "service" not in told["support-chat"]["reply"]
    for question in QUESTIONS[:3]:
        assert told[question]["answer"].startswith("No product has a stock on record"), question
    assert "Braiding, long" in told["What sold best?"]["answer"]


async def test_goods_without_a_count_are_named_beside_those_with_one(shops: dict[str, Client]) -> None:
    records = {"products": [*SALON, {"id": "oil", "name": "Oil", "current_stock": 0}], "sales": [
        *SOLD, {"id": "o", "created_at": "2026-11-19T10:00:00Z", "total_amount": "5.00",
                "items": [{"product": "oil", "quantity": 1, "unit_price": "5.00"}]}]}  # fmt: skip
    body = {"query": "What should I reorder?", "as_of": "2026-11-20", "records": records}
    told = (await shops[ACCRA.id].post("/api/ai/customer-insights/", body)).json()
    assert [row["product_id"] for row in told["data"]] == ["oil"]
    assert "3 products without a stock on record are left out." in told["insights"]


async def test_francs_are_told_whole_and_a_sale_without_a_way_of_paying_is_not_called_cash(
    shops: dict[str, Client],
) -> None:
    sales = [
        {"id": str(n), "created_at": f"2026-11-{n + 1:02d}T10:00:00Z", "total_amount": str(1000 + n)} for n in range(18)
    ]
    told = {}
    for query in ("Compare this month with last month", "How do people pay?"):
        body = {"query": query, "as_of": "2026-11-20", "records": {"sales": sales}}
        told[query] = (await shops[ABIDJAN.id].post("/api/ai/customer-insights/", body)).json()
    words = json.dumps([[one["answer"], one["insights"]] for one in told.values()])
    assert "The average sale was XOF 1,009." in words and "GHS" not in words
    assert "Not recorded XOF 18,153 (100%)" in words and "Cash" not in words


async def test_hours_are_told_by_the_clock_of_the_shop(shops: dict[str, Client]) -> None:
    sales = [
        {"id": str(n), "created_at": f"2026-11-{n + 1:02d}T23:30:00Z", "total_amount": "10"} for n in range(18)
    ]  # in Lagos half past midnight of the next day
    body = {"query": "Which hours are busiest?", "as_of": "2026-11-20", "records": {"sales": sales}}
    told = {one: (await shops[one].post("/api/ai/customer-insights/", body)).json() for one in (LAGOS.id, ACCRA.id)}
    assert "from 00:00 to 01:00" in told[LAGOS.id]["answer"] and "from 23:00 to 00:00" in told[ACCRA.id]["answer"]
    assert all(row["average_receipts"] == 1 for row in told[LAGOS.id]["data"])


async def test_a_return_booked_as_a_sale_below_nothing_is_refused_with_the_way_to_tell_it(
    shops: dict[str, Client],
) -> None:
    row = {"id": "r", "created_at": "2026-11-01T10:00:00Z", "total_amount": "-500", "items": [
        {"product": "p", "quantity": -2, "unit_price": "250"}]}  # fmt: skip
    headers = {"content-type": "application/x-ndjson"}
    answer = await shops[LAGOS.id].send("PUT", "/api/ai/records/sales/", json.dumps(row).encode(), headers=headers)
    wrong = {one["pointer"]: one["message"] for one in answer.json()["errors"]}
    assert wrong.keys() == {"line 1: /total_amount", "line 1: /items/0/quantity"}
    assert all(said.endswith("push what came back as a row of refunds") for said in wrong.values())
