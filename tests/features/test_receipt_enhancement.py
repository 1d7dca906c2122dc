import asyncio
import json
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import NotReady
from gateway.features import receipt_enhancement as feature
from gateway.features.receipt_words import tips
from gateway.library.tokens import estimate_tokens
from tests.features.answering import CATALOG, broken_rules, thawed, whole
from tests.features.fakes import DEMO_DAY, DEMO_DIR, SANKOFA, InlinePos

NAME = "receipt_enhancement"
DEMO = InlinePos.from_dir(DEMO_DIR, SANKOFA)


def good(key: str, name: str, category: str, cost: str, price: str, stock: int) -> dict[str, Any]:
    figures = {"unit_cost": cost, "retail_price": price, "current_stock": stock}
    return {"id": key, "name": name, "category": category, **figures}


GOODS = [
    good("rice", "Rice 5kg", "Food", "90.00", "118.00", 9),
    good("oil", "Cooking Oil 5L", "Food", "50", "66.5", 4),
    good("soap", "Bar Soap", "Home", "5", "9", 0),
]
PEOPLE = [
    {"id": "ama", "name": "Madam Ama Mensah"}, {"id": "shop", "name": "Adom Ventures", "customer_type": "WHOLESALE"},
]  # fmt: skip


def sales(n: int, *products: str, customer: str | None = None) -> list[dict[str, Any]]:
    lines = [{"product": one, "quantity": 1, "unit_price": "1.00"} for one in products]
    who = {"customer": customer} if customer else {}
    return [
        {"id": f"s{i}", "created_at": "2026-11-19T10:00:00Z", "total_amount": "1.00", "items": lines, **who}
        for i in range(n)
    ]  # fmt: skip


def shop(**tables: Any) -> InlinePos:
    return InlinePos.of(as_of=DEMO_DAY, **({"products": GOODS, "customers": PEOPLE} | tables))


async def enhanced(receipt: dict[str, Any], pos: InlinePos | None = None) -> dict[str, Any]:
    evidence = await feature.gather(pos or shop(), receipt, DEMO_DAY)
    body = whole(feature, evidence)
    assert broken_rules(NAME, body, evidence, receipt) == []
    lines: dict[str, Any] = body["ai_enhancements"]
    return lines


async def test_the_example_of_the_documentation_is_the_real_answer() -> None:
    documented = CATALOG.features[NAME]
    request = thawed(documented.example_request)
    assert whole(feature, await feature.gather(DEMO, request, DEMO_DAY)) == thawed(documented.example_response)


async def test_companions_come_from_receipts_in_stock_at_the_true_price() -> None:
    lines = await enhanced({"items": [{"product_id": "rice"}]}, shop(sales=sales(300, "rice", "oil", "soap")))
    assert lines["recommendations"] == ["Customers who bought this also purchased: Cooking Oil 5L - GHS 66.50"]


async def test_below_300_receipts_nothing_is_said_of_other_customers() -> None:
    lines = await enhanced({"items": [{"name": "rice 5KG "}]}, shop(sales=sales(299, "rice", "oil")))
    assert lines["recommendations"] == ["You may also like: Cooking Oil 5L - GHS 66.50"]


async def test_the_first_name_is_used_only_where_the_sale_has_a_customer() -> None:
    pos = shop(sales=sales(1, "rice", customer="ama"))
    assert "us, Ama!" in (await enhanced({"sale_id": "s0"}, pos))["personalized_message"]
    assert "us!" in (await enhanced({"items": [{"product_id": "rice"}]}, pos))["personalized_message"]
    assert "us, Adom Ventures!" in (await enhanced({"customer_id": "shop"}, pos))["personalized_message"]
    evidence = await feature.gather(pos, {"sale_id": "s0"}, DEMO_DAY)
    assert (evidence.subjects, evidence.pii["/customer/first_name"]) == (("ama",), "person")
    assert "Mensah" not in json.dumps(evidence.facts)


async def test_a_customer_who_came_before_is_greeted_so() -> None:
    first = shop(sales=sales(1, "rice", customer="ama"))
    again = shop(sales=sales(2, "rice", customer="ama"))
    assert "see you again." in (await enhanced({"sale_id": "s0"}, again))["personalized_message"]
    assert "good to see you again" not in (await enhanced({"sale_id": "s0"}, first))["personalized_message"]


class Broken(InlinePos):
    async def products(self) -> Any:
        raise NotReady("The database is locked.")


class Slow(InlinePos):
    async def products(self) -> Any:
        await asyncio.sleep(60)


@pytest.mark.parametrize("kind", [Broken, Slow])
async def test_records_that_fail_or_hang_do_not_keep_the_receipt(
    kind: type[InlinePos], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature, "READ_SECONDS", 0.01)
    evidence = await feature.gather(kind(), {"items": [{"name": "Rice 5kg"}]}, DEMO_DAY)
    assert evidence.warnings == ("records_not_read_in_time",)
    assert whole(feature, evidence)["ai_enhancements"]["personalized_message"].startswith("Thank you")


def test_a_tip_is_given_once_and_at_most_three() -> None:
    goods = ["Rice", "Sugar", "Television", "Kettle", "Cement"]
    found = tips([{"name": name} for name in goods])
    assert len(found) == 3 and len(set(found)) == 3


def test_promises_and_unshown_habits_are_not_supported() -> None:
    assert feature.unsupported("Enjoy a discount next time.", {})
    assert feature.unsupported("Customers also bought oil.", {"basis": "sells well"})
    assert feature.unsupported("Customers also bought oil.", {"basis": "bought together"}) == []


async def test_evidence_is_small_and_the_same_each_time() -> None:
    receipt = {"items": [{"name": f"Thing number {n} in a long wording"} for n in range(200)]}
    first, second = [json.dumps((await feature.gather(DEMO, receipt, DEMO_DAY)).facts) for _ in "ab"]
    assert first == second
    assert estimate_tokens(first) <= 900


ITEMS = st.lists(
    st.dictionaries(
        st.sampled_from(["product_id", "product", "name", "quantity"]),
        st.sampled_from(["rice", "oil", "Rice 5kg", "soap", "", "gone"]) | st.integers() | st.none(), max_size=3,
    ), max_size=5,
)  # fmt: skip
STOCK = st.integers(0, 3)


@settings(max_examples=80, deadline=None)
@given(
    ITEMS,
    STOCK,
    STOCK,
    st.sampled_from([0, 5, 300]),
    st.text("abs0-", max_size=5),
    st.sampled_from([None, "ama", "nobody"]),
)
async def test_whatever_is_bought_the_receipt_keeps_its_promises(
    items: list[dict[str, Any]], rice: int, oil: int, receipts: int, sale: str, customer: str | None
) -> None:
    goods = [{**GOODS[0], "current_stock": rice}, {**GOODS[1], "current_stock": oil}, GOODS[2]]
    pos = shop(products=goods, sales=sales(receipts, "rice", "oil"))
    receipt = {"items": items, "sale_id": sale, **({"customer_id": customer} if customer else {})}
    lines = await enhanced(receipt, pos)
    for text in lines["recommendations"]:
        assert text.endswith(("Rice 5kg - GHS 118", "Cooking Oil 5L - GHS 66.50"))
        assert rice if "Rice" in text else oil
        assert "also purchased" not in text or receipts >= 300
    if any(item.get("product_id") == "rice" for item in items):
        assert not any("Rice 5kg - " in text for text in lines["recommendations"])
    assert ("Ama" in lines["personalized_message"]) == (customer == "ama")


async def test_records_that_cannot_be_read_leave_a_printable_receipt_and_a_log_line_without_their_text():
    class Broken(InlinePos):
        async def products(self):
            raise ValueError("Ama Mensah 0244123456")

    with structlog.testing.capture_logs() as lines:
        evidence = await feature.gather(Broken.of(), {"items": [{"name": "Rice"}]}, DEMO_DAY)
    assert evidence.warnings == ("records_not_read_in_time",)
    assert [(line["event"], line["error"]) for line in lines] == [("receipt_records_not_read", "ValueError")]
    assert "Ama" not in str(lines)
