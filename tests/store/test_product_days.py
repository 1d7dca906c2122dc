"""Units sold by day: the stored aggregate and the inline twin say the same, whatever was pushed, changed or removed."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.store.database import Database
from gateway.store.product_days import select_days
from gateway.store.records import RecordStore
from tests.store.record_rows import ndjson

DAY = date(2026, 11, 20)


def sold(number, *, day=0, product="rice", quantity=2, price="10.00", **columns):
    moment = f"{DAY - timedelta(days=day)}T10:00:00Z"
    item = {"product": product, "quantity": quantity, "unit_price": price}
    return {"id": f"s{number}", "created_at": moment, "total_amount": "20.00", "items": [item], **columns}


async def both(database, rows, as_of=DAY, **asked):
    store, business = RecordStore(database), str(uuid4())
    await store.upsert(business, "sales", ndjson(rows))
    inline = {"sales": store.parse_inline(business, {"sales": rows})["sales"]}
    views = [await store.open(business, "GHS", as_of), await store.open(business, "GHS", as_of, inline)]
    pushed, brought = [list(await view.daily_units(**asked)) for view in views]
    assert pushed == brought
    return pushed


def test_of_named_days_only_the_known_ones_of_the_span_are_read_and_no_range_beside_them():
    days = [f"{DAY - timedelta(days=back)}" for back in (9, 3, 0, -1)]
    [(sql, args)] = select_days("b", "GHS", DAY, None, DAY - timedelta(days=5), days)
    assert [day for day in days if day in args] == days[1:3]
    assert '"day" IN' in sql
    assert "<=" not in sql
    assert select_days("b", "GHS", DAY, None, None, days[3:]) == []


async def test_units_and_amounts_are_added_up_by_day_and_type_of_sale(database: Database):
    rows = [sold(1), sold(2, quantity=3), sold(3, type="WHOLESALE", price="8.00"), sold(4, day=1, product="oil")]
    found = await both(database, rows)
    assert [(one.day, one.type, one.units, one.amount) for one in found] == [
        (DAY - timedelta(days=1), "RETAIL", 2, Decimal(20)),
        (DAY, "RETAIL", 5, Decimal(50)),
        (DAY, "WHOLESALE", 2, Decimal(16)),
    ]


async def test_only_the_asked_products_and_days_count(database: Database):
    rows = [sold(1), sold(2, product="oil"), sold(3, day=40)]
    assert sum(one.units for one in await both(database, rows, products=["rice"])) == 4
    assert sum(one.units for one in await both(database, rows, products=["rice"], since=DAY)) == 2
    assert await both(database, rows, products=[]) == []
    assert await both(database, rows, products=["unknown", "\x00"]) == []


@pytest.mark.parametrize("status", ["CANCELLED", "DRAFT", "PENDING"])
async def test_what_was_not_sold_does_not_count(database: Database, status: str):
    assert await both(database, [sold(1, status=status)]) == []


async def test_a_sale_cancelled_later_still_counts_on_an_earlier_day(database: Database):
    rows = [sold(1, day=3, status="CANCELLED", cancelled_at=f"{DAY}T09:00:00Z")]
    assert await both(database, rows) == []
    assert [one.units for one in await both(database, rows, as_of=DAY - timedelta(days=1))] == [2]


async def test_sales_in_another_currency_and_later_days_are_left_out(database: Database):
    rows = [sold(1, currency="USD"), sold(2, currency="GHS"), sold(3, day=-1)]
    assert [one.units for one in await both(database, rows)] == [2]


async def test_a_replaced_and_a_removed_sale_leave_nothing_behind(database: Database):
    store, business = RecordStore(database), str(uuid4())
    await store.upsert(business, "sales", ndjson([sold(1), sold(2)]))
    await store.upsert(business, "sales", ndjson([sold(1, day=5, quantity=7)]))
    units = [(one.day, one.units) for one in await (await store.open(business, "GHS", DAY)).daily_units()]
    assert units == [(DAY - timedelta(days=5), 7), (DAY, 2)]
    await store.delete(business, "sales", ["s1"])
    units = [(one.day, one.units) for one in await (await store.open(business, "GHS", DAY)).daily_units()]
    assert units == [(DAY, 2)]


async def test_another_business_does_not_count(database: Database):
    store, ours, theirs = RecordStore(database), str(uuid4()), str(uuid4())
    await store.upsert(theirs, "sales", ndjson([sold(1)]))
    assert list(await (await store.open(ours, "GHS", DAY)).daily_units()) == []


a_sale = st.fixed_dictionaries(
    {
        "day": st.integers(-2, 9),
        "product": st.sampled_from(["rice", "oil"]),
        "quantity": st.integers(0, 50),
        "price": st.decimals(0, 999, places=2).map(str),
        "type": st.sampled_from(["RETAIL", "WHOLESALE"]),
        "status": st.sampled_from(["COMPLETED", "PARTIAL", "REFUNDED", "CANCELLED", "DRAFT"]),
        "cancelled_at": st.sampled_from([None, f"{DAY}T09:00:00Z", f"{DAY - timedelta(days=4)}T09:00:00Z"]),
        "currency": st.sampled_from([None, "GHS", "USD"]),
    }
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales=st.lists(a_sale, max_size=12), back=st.integers(0, 6))
async def test_pushed_and_inline_sales_always_add_up_alike(database: Database, sales, back):
    rows = [sold(number, **columns) for number, columns in enumerate(sales)]
    if rows:
        await both(database, rows, as_of=DAY - timedelta(days=back), products=["rice"])
