"""One contract for the read view, whether its rows were pushed or came with the request."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ports import PosData
from gateway.store.database import Database
from gateway.store.records import RecordStore
from gateway.store.records_schema import SCHEMA
from tests.store.record_rows import AS_OF, Row, customer, invoice, line, movement, ndjson, payment, sale, tables

Opened = Callable[..., Awaitable[PosData]]


async def open_pushed(store: RecordStore, as_of: date, pushed: dict[str, list[Row]]) -> PosData:
    business = str(uuid4())
    for name, rows in pushed.items():
        await store.upsert(business, name, ndjson(rows))
    return await store.open(business, "GHS", as_of)


async def open_inline(store: RecordStore, as_of: date, brought: dict[str, list[Row]]) -> PosData:
    business = str(uuid4())
    return await store.open(business, "GHS", as_of, store.parse_inline(business, brought))


@pytest.fixture(params=[open_pushed, open_inline], ids=["pushed", "inline"])
def opened(request: pytest.FixtureRequest, database: Database) -> Opened:
    store = RecordStore(database)

    async def open_at(as_of: date = AS_OF, **rows: list[Row]) -> PosData:
        return await request.param(store, as_of, rows)

    return open_at


async def test_a_business_without_records_answers_with_nothing(opened: Opened) -> None:
    pos = await opened()
    assert [len(await getattr(pos, name)()) for name in SCHEMA] == [0] * len(SCHEMA)
    assert (await pos.customer("c1"), await pos.product("rice"), pos.excluded) == (None, None, 0)


async def test_values_come_back_exact(opened: Opened) -> None:
    row = customer(
        credit_limit="1,234,567.89", credit_terms_days=14, phone=None, created_at="2026-01-02T03:04:05.678901Z"
    )
    pos = await opened(customers=[row])
    found = await pos.customer("c1")
    assert (str(found.credit_limit), found.credit_terms_days, found.phone) == ("1234567.89", 14, "")
    assert found.created_at.isoformat() == "2026-01-02T03:04:05.678901+00:00"
    assert found.business is None


async def test_queries_are_narrowed_by_customer_product_and_day(opened: Opened) -> None:
    sales = [
        sale("s1", "2026-09-30T23:59:59Z", customer="c1"),
        sale("s2", "2026-10-01T00:00:00Z", customer="c1", items=[line("oil"), line("rice")]),
        sale("s3", "2026-10-02T10:00:00Z", items=[line("salt")]),
    ]
    pos = await opened(sales=sales)

    async def ids(**where: Any) -> list[str]:
        return [found.id for found in await pos.sales(**where)]

    assert await ids(customer_id="c1") == ["s1", "s2"]
    assert await ids(product_id="rice") == ["s1", "s2"]
    assert await ids(product_id="rice", since=date(2026, 10, 1)) == ["s2"]
    assert await ids(customer_id="c2") == await ids(product_id="none") == []
    assert [len(found.items) for found in await pos.sales(product_id="oil")] == [2]


async def test_ids_that_no_column_can_hold_are_simply_unknown(opened: Opened) -> None:
    pos = await opened(customers=[customer()], invoices=[invoice()])
    for strange in ("", "a\x00b", "\ud800", "x" * 5000):
        assert await pos.customer(strange) is None
        assert len(await pos.invoices(customer_id=strange)) == 0


async def test_rows_after_the_day_are_left_out(opened: Opened) -> None:
    pos = await opened(
        date(2026, 10, 1),
        customers=[customer("old"), customer("new", created_at="2026-10-02T00:00:00Z")],
        sales=[sale("s1", "2026-10-01T23:59:59Z"), sale("s2", "2026-10-02T00:00:00Z")],
        invoices=[invoice("i1"), invoice("i2", issue_date="2026-10-02")],
        stock_movements=[movement(1), movement(2, date="2026-10-02")],
    )
    assert [c.id for c in await pos.customers()] == ["old"]
    assert ([s.id for s in await pos.sales()], [i.id for i in await pos.invoices()]) == (["s1"], ["i1"])
    assert [m.quantity for m in await pos.stock_movements()] == [1]


async def test_an_invoice_is_told_as_it_stood_before_later_payments(opened: Opened) -> None:
    paid = invoice("i1", amount_paid="100.00", amount_outstanding="0.00", status="PAID")
    payments = [payment("p1", payment_date="2026-10-15"), payment("p2", amount="60.00", payment_date="2026-11-10")]
    tables = {"customers": [customer()], "invoices": [paid], "payments": payments}
    stages = {}
    for day in (date(2026, 10, 14), date(2026, 10, 15), date(2026, 11, 10)):
        (found,) = await (await opened(day, **tables)).invoices()
        stages[day] = (str(found.amount_paid), str(found.amount_outstanding), found.status)
    assert list(stages.values()) == [
        ("0.00", "100.00", "PENDING"),
        ("40.00", "60.00", "PARTIAL"),
        ("100.00", "0.00", "PAID"),
    ]


async def test_a_written_off_invoice_stays_written_off(opened: Opened) -> None:
    lost = invoice("i1", amount_paid="40.00", amount_outstanding="60.00", status="WRITTEN_OFF")
    pos = await opened(date(2026, 10, 2), customers=[customer()], invoices=[lost], payments=[payment()])
    (found,) = await pos.invoices()
    assert (found.status, found.amount_outstanding) == ("WRITTEN_OFF", Decimal(100))
    assert (await pos.customer("c1")).outstanding_balance == 0


async def test_later_reminders_are_taken_back(opened: Opened) -> None:
    sent = [{"customer": "c1", "invoice": "i1", "channel": "SMS", "date": day} for day in ("2026-11-03", "2026-11-14")]
    reminded = invoice("i1", reminder_count=2, last_reminder_sent="2026-11-14")
    pos = await opened(date(2026, 11, 5), invoices=[reminded], reminders=sent)
    (found,) = await pos.invoices(customer_id="c1")
    assert (found.reminder_count, found.last_reminder_sent) == (1, date(2026, 11, 3))
    (before,) = await (await opened(date(2026, 11, 1), invoices=[reminded], reminders=sent)).invoices()
    assert (before.reminder_count, before.last_reminder_sent) == (0, None)


async def test_a_balance_follows_the_invoices_of_its_day(opened: Opened) -> None:
    tables = {
        "customers": [customer("c1", outstanding_balance="260.00"), customer("c2", outstanding_balance="7.00")],
        "invoices": [
            invoice("i1", amount_paid="40.00", amount_outstanding="60.00", status="PARTIAL"),
            invoice("i2", issue_date="2026-11-01", due_date="2026-11-30", original_amount="200.00"),
        ],
        "payments": [payment()],
    }
    early = await opened(date(2026, 10, 10), **tables)
    assert [str(c.outstanding_balance) for c in await early.customers()] == ["100.00", "7.00"]
    assert str((await early.customer("c1")).outstanding_balance) == "100.00"
    assert str((await (await opened(**tables)).customer("c1")).outstanding_balance) == "260.00"


async def test_a_sale_that_was_cancelled_later_still_stood(opened: Opened) -> None:
    voided = sale("s1", status="CANCELLED", cancelled_at="2026-10-05T10:00:00Z")
    (then,) = await (await opened(date(2026, 10, 4), sales=[voided])).sales()
    (now,) = await (await opened(date(2026, 10, 5), sales=[voided])).sales()
    assert (then.status, then.cancelled_at, now.status) == ("COMPLETED", None, "CANCELLED")


async def test_rows_in_another_currency_are_left_out_and_counted(opened: Opened) -> None:
    pos = await opened(
        customers=[customer()],
        invoices=[invoice("i1"), invoice("i2", currency="USD"), invoice("i3", currency="GHS")],
        payments=[payment("p1"), payment("p2", invoice="i2")],
        sales=[sale("s1", currency="USD"), sale("s2")],
        refunds=[{"id": "r1", "amount": "1", "created_at": "2026-10-02T10:00:00Z", "sale": "s1"}],
    )
    assert ([i.id for i in await pos.invoices()], [s.id for s in await pos.sales()]) == (["i1", "i3"], ["s2"])
    assert ([p.id for p in await pos.payments()], list(await pos.refunds())) == (["p1"], [])
    assert pos.excluded == 2


async def test_an_inline_table_replaces_the_stored_one_and_leaves_the_others(database: Database) -> None:
    store = RecordStore(database)
    await store.upsert("a", "customers", ndjson([customer("c1"), customer("c2")]))
    await store.upsert("a", "invoices", ndjson([invoice("i1", amount_paid="40", amount_outstanding="60")]))
    brought = store.parse_inline("a", {"customers": [customer("c9")], "payments": [payment()]})
    pos = await store.open("a", "GHS", date(2026, 10, 10), brought)
    assert [c.id for c in await pos.customers()] == ["c9"]
    assert [str(i.amount_outstanding) for i in await pos.invoices()] == ["100.00"]


async def test_the_revision_tells_inline_rows_apart(database: Database) -> None:
    store = RecordStore(database)
    brought = [store.parse_inline("a", {"customers": [customer(name=name)]}) for name in ("x", "y", "x")]
    x, y, again = [(await store.open("a", "GHS", AS_OF, rows)).revision for rows in brought]
    assert x == again
    assert len({x, y, (await store.open("a", "GHS", AS_OF)).revision}) == 3


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=tables(), as_of=st.dates(date(2026, 1, 1), date(2026, 12, 31)))
async def test_pushed_and_inline_rows_read_the_same(
    database: Database, rows: dict[str, list[Row]], as_of: date
) -> None:
    store = RecordStore(database)
    pushed, brought = await open_pushed(store, as_of, rows), await open_inline(store, as_of, rows)
    for name in SCHEMA:
        assert list(await getattr(pushed, name)()) == list(await getattr(brought, name)())
    assert pushed.excluded == brought.excluded
