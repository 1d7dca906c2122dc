"""Pushing, deleting and counting records, on every database at hand."""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import Malformed, NotFound, PayloadTooLarge, ValidationFailed
from gateway.ports import PosData, Records
from gateway.store.database import Database
from gateway.store.migrating import migrations
from gateway.store.records import RecordStore, TableCount, UpsertResult
from gateway.store.records_memo import Memo
from gateway.store.records_schema import LINES, SCHEMA, natural_id
from gateway.store.records_write import LINE_COLUMNS
from tests.store.record_rows import AS_OF, customer, invoice, line, movement, ndjson, payment, rows_of, sale, tables

A, B = "business-a", "business-b"
SOME = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def store(database: Database) -> RecordStore:
    return RecordStore(database)


async def everything(store: RecordStore, business: str) -> dict[str, list[object]]:
    pos = await store.open(business, "GHS", AS_OF)
    return {name: list(await getattr(pos, name)()) for name in SCHEMA}


async def test_a_push_says_what_was_new_and_what_was_replaced(store: RecordStore) -> None:
    assert await store.upsert(A, "customers", ndjson([customer("c1"), customer("c2")])) == UpsertResult(2, 0)
    assert await store.upsert(A, "customers", ndjson([customer("c2", name="New"), customer("c3")])) == UpsertResult(
        1, 1
    )
    pos = await store.open(A, "GHS", AS_OF)
    assert [(c.id, c.name) for c in await pos.customers()] == [("c1", "Kiosk"), ("c2", "New"), ("c3", "Kiosk")]


async def test_one_row_tells_that_nothing_was_pushed_and_a_push_of_another_process_is_seen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere, read = RecordStore(database), RecordStore(database), list[int]()
    await elsewhere.upsert(A, "customers", ndjson([customer("c1")]))
    await elsewhere.upsert(A, "sales", ndjson([sale("s1")]))
    lookup = database.lookup

    async def counted(sql: str, *args: object) -> list[tuple[object, ...]]:
        rows = await lookup(sql, *args)
        read.append(len(rows))
        return rows

    monkeypatch.setattr(database, "lookup", counted)
    stamps = [(await here.open(A, "GHS", AS_OF)).stamp({"customers", "sales"}) for _ in range(2)]
    assert (stamps[0] == stamps[1], read) == (True, [3, 1])
    await elsewhere.upsert(A, "customers", ndjson([customer("c1", name="New")]))
    changed = await here.open(A, "GHS", AS_OF)
    assert changed.stamp({"customers"}) != (await here.open(B, "GHS", AS_OF)).stamp({"customers"})
    assert changed.stamp({"customers", "sales"}) != stamps[1]
    assert [one.name for one in await changed.customers()] == ["New"]


async def test_a_pushed_sale_replaces_its_lines(store: RecordStore) -> None:
    await store.upsert(A, "sales", ndjson([sale("s1", items=[line("rice"), line("oil"), line("salt")]), sale("s2")]))
    await store.upsert(A, "sales", ndjson([sale("s1", items=[line("soap")])]))
    pos = await store.open(A, "GHS", AS_OF)
    assert {s.id: [item.product for item in s.items] for s in await pos.sales()} == {"s1": ["soap"], "s2": ["rice"]}


async def test_lines_keep_their_order_and_exact_prices(store: RecordStore) -> None:
    items = [line(f"p{n}", unit_price=f"0.{n:04}") for n in range(1, 13)]
    await store.upsert(A, "sales", ndjson([sale("s1", items=items)]))
    (found,) = await (await store.open(A, "GHS", AS_OF)).sales()
    assert [(item.product, float(item.unit_price)) for item in found.items] == [
        (f"p{n}", n / 10_000) for n in range(1, 13)
    ]


async def test_one_bad_row_keeps_the_whole_push_out(store: RecordStore) -> None:
    rows = [invoice("i1"), invoice("i2", due_date="soon"), invoice("i3")]
    with pytest.raises(ValidationFailed) as refusal:
        await store.upsert(A, "invoices", ndjson(rows))
    assert [error.pointer for error in refusal.value.errors] == ["line 2: /due_date"]
    assert (await store.counts(A))["invoices"].rows == 0


async def test_an_unreadable_line_keeps_the_whole_push_out(store: RecordStore) -> None:
    with pytest.raises(Malformed) as refusal:
        await store.upsert(A, "customers", ndjson([customer()]) + b'{"id": "c2", "name": NaN}\n')
    assert [error.pointer for error in refusal.value.errors] == ["line 2"]
    assert (await store.counts(A))["customers"].rows == 0


async def test_an_unknown_table_is_not_found_and_the_tables_are_named(store: RecordStore) -> None:
    for call in (store.upsert(A, "orders", b""), store.delete(A, "orders", ["1"])):
        with pytest.raises(NotFound, match="invoices, payments"):
            await call


async def test_more_than_5000_rows_are_too_many_and_5000_are_not(store: RecordStore) -> None:
    rows = ndjson(movement(reference=str(uuid4())) for number in range(5000))
    assert await store.upsert(A, "stock_movements", rows) == UpsertResult(5000, 0)
    with pytest.raises(PayloadTooLarge):
        await store.upsert(A, "stock_movements", rows + ndjson([movement()]))


async def test_equal_movements_of_a_day_both_survive_and_a_second_push_does_not_double_them(store: RecordStore) -> None:
    rows = ndjson([movement(5), movement(5), movement(-1, type="ADJUSTMENT")])
    assert await store.upsert(A, "stock_movements", rows) == UpsertResult(3, 0)
    assert await store.upsert(A, "stock_movements", rows) == UpsertResult(0, 3)
    pos = await store.open(A, "GHS", AS_OF)
    assert sorted(m.quantity for m in await pos.stock_movements()) == [-1, 5, 5]


async def test_equal_ids_of_two_businesses_stay_apart(store: RecordStore) -> None:
    await store.upsert(A, "customers", ndjson([customer("same", name="A's")]))
    await store.upsert(B, "customers", ndjson([customer("same", name="B's")]))
    await store.upsert(B, "sales", ndjson([sale("s1", customer="same")]))
    assert await store.delete(B, "customers", ["same"]) == 1
    ours, theirs = await store.open(A, "GHS", AS_OF), await store.open(B, "GHS", AS_OF)
    assert [c.name for c in await ours.customers()] == ["A's"]
    assert await theirs.customer("same") is None
    assert (await ours.sales(), await ours.sales(customer_id="same"), await ours.sales(product_id="rice")) == ((),) * 3


async def test_equal_sale_ids_of_two_businesses_keep_their_own_lines(store: RecordStore) -> None:
    await store.upsert(A, "sales", ndjson([sale("same", items=[line("rice")])]))
    await store.upsert(B, "sales", ndjson([sale("same", items=[line("oil"), line("salt")])]))
    await store.upsert(B, "sales", ndjson([sale("same", items=[line("soap")])]))
    sold = [await (await store.open(business, "GHS", AS_OF)).sales() for business in (A, B)]
    assert [[item.product for found in sales for item in found.items] for sales in sold] == [["rice"], ["soap"]]
    assert await (await store.open(A, "GHS", AS_OF)).sales(product_id="soap") == ()


async def test_equal_movements_of_a_day_keep_the_order_in_which_they_were_sent(store: RecordStore) -> None:
    rows = ndjson([movement(number) for number in range(1, 13)])
    await store.upsert(A, "stock_movements", rows)
    await store.delete(A, "stock_movements", ["rice|2026-10-01|RECEIPT|"])
    await store.upsert(A, "stock_movements", rows)
    pos = await store.open(A, "GHS", AS_OF)
    assert [found.quantity for found in await pos.stock_movements()] == list(range(1, 13))


async def test_rows_that_name_another_business_are_refused(store: RecordStore) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        await store.upsert(A, "customers", ndjson([customer(business=A), customer("c2", business=B)]))
    assert [error.pointer for error in refusal.value.errors] == ["line 2: /business"]


async def test_deleting_counts_only_what_was_there_and_takes_the_lines_along(
    store: RecordStore, database: Database
) -> None:
    await store.upsert(A, "sales", ndjson([sale("s1"), sale("s2")]))
    assert await store.delete(A, "sales", ["s1", "s1", "nothing", "bad\x00id", "\ud800"]) == 1
    assert [s.id for s in await (await store.open(A, "GHS", AS_OF)).sales()] == ["s2"]
    assert await database.fetch("SELECT DISTINCT sale FROM pos_sale_items") == [("s2",)]


async def test_rows_without_an_id_are_deleted_by_their_key(store: RecordStore) -> None:
    await store.upsert(A, "stock_movements", ndjson([movement(5), movement(6), movement(7, reference="a|b#c%")]))
    gone = ["rice|2026-10-01|RECEIPT|#2", "rice|2026-10-01|RECEIPT|a%7Cb%23c%25"]
    assert await store.delete(A, "stock_movements", gone) == 2
    assert [m.quantity for m in await (await store.open(A, "GHS", AS_OF)).stock_movements()] == [5]


async def test_the_longest_key_that_is_taken_can_be_stored_and_deleted(store: RecordStore) -> None:
    longest = {"invoice": "%" * 128, "customer": "é" * 128, "channel": "\U0001f600" * 128, "date": "2026-10-01"}
    assert await store.upsert(A, "reminders", ndjson([longest])) == UpsertResult(1, 0)
    made = natural_id([longest[part] for part in ("invoice", "customer", "date", "channel")])
    assert await store.delete(A, "reminders", [made]) == 1
    with pytest.raises(ValidationFailed):
        await store.upsert(A, "reminders", ndjson([{**longest, "channel": "x" * 129}]))


async def test_counts_tell_rows_and_the_last_day_of_every_table(store: RecordStore) -> None:
    await store.upsert(A, "sales", ndjson([sale("s1"), sale("s2", "2026-11-01T23:59:59Z")]))
    await store.upsert(A, "employees", ndjson([{"id": "e1", "name": "E"}]))
    found = await store.counts(A)
    assert set(found) == set(SCHEMA)
    assert found["sales"] == TableCount(2, AS_OF.replace(day=1))
    assert found["employees"] == TableCount(1, None)
    assert found["refunds"] == TableCount(0, None)


async def test_the_revision_moves_with_every_change_of_this_business_alone(store: RecordStore) -> None:
    async def revisions() -> tuple[str, str]:
        return (await store.open(A, "GHS", AS_OF)).revision, (await store.open(B, "GHS", AS_OF)).revision

    before = await revisions()
    await store.upsert(A, "customers", ndjson([customer()]))
    pushed = await revisions()
    await store.delete(A, "customers", ["c1"])
    deleted = await revisions()
    assert len({before[0], pushed[0], deleted[0]}) == 3
    assert before[1] == pushed[1] == deleted[1]


async def test_a_repeated_question_costs_one_query_for_the_revision(
    store: RecordStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.upsert(A, "sales", ndjson([sale()]))
    first = await (await store.open(A, "GHS", AS_OF)).sales(since=AS_OF.replace(month=1))
    asked: list[str] = []
    for name, ask in (("fetch", database.fetch), ("lookup", database.lookup)):
        noted = lambda sql, *args, ask=ask: asked.append(sql) or ask(sql, *args)  # noqa: E731
        monkeypatch.setattr(database, name, noted)
    assert await (await store.open(A, "GHS", AS_OF)).sales(since=AS_OF.replace(month=1)) == first
    assert len(asked) == 1 and "pos_revision" in asked[0]


async def test_a_memo_without_room_asks_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RecordStore(database, memo=Memo(limit_bytes=0))
    asked: list[str] = []
    fetch = database.fetch
    monkeypatch.setattr(database, "fetch", lambda sql, *args: asked.append(sql) or fetch(sql, *args))
    for _ in range(2):
        await (await store.open(A, "GHS", AS_OF)).products()
    assert sum("pos_products" in sql for sql in asked) == 2


async def test_pushes_at_the_same_time_count_each_new_row_once(store: RecordStore) -> None:
    body = ndjson([customer(f"c{number}") for number in range(50)])
    results = await asyncio.gather(*(store.upsert(A, "customers", body) for _ in range(5)))
    assert (sum(r.inserted for r in results), sum(r.updated for r in results)) == (50, 200)
    assert (await store.open(A, "GHS", AS_OF)).revision == "5"


async def test_a_store_is_what_the_port_asks_for(store: RecordStore) -> None:
    port: Records = store
    pos: PosData = await port.open(A, "GHS", AS_OF)
    assert (pos.business_id, pos.currency, pos.as_of, pos.revision, pos.excluded) == (A, "GHS", AS_OF, "0", 0)


async def test_a_push_is_seen_by_the_next_view(store: RecordStore) -> None:
    await store.upsert(A, "payments", ndjson([payment("p1")]))
    await (await store.open(A, "GHS", AS_OF)).payments()
    await store.upsert(A, "payments", ndjson([payment("p2")]))
    assert [p.id for p in await (await store.open(A, "GHS", AS_OF)).payments()] == ["p1", "p2"]


async def test_the_migrated_tables_have_the_columns_of_the_row_types(database: Database) -> None:
    for table in SCHEMA.values():
        columns = ", ".join(f'"{name}"' for name in (*table.derived, *table.names))
        assert await database.fetch(f"SELECT business_id, {columns} FROM pos_{table.name}") == []
    columns = ", ".join(f'"{name}"' for name in LINE_COLUMNS)
    assert await database.fetch(f"SELECT business_id, {columns} FROM pos_sale_items") == []
    assert set(LINES.names) < set(LINE_COLUMNS)
    assert any(migration.description == "POS records" for migration in migrations())


@SOME
@given(pushed=tables())
async def test_pushing_twice_changes_nothing(database: Database, pushed: dict[str, list[dict]]) -> None:
    store, business = RecordStore(database), str(uuid4())
    for name, rows in pushed.items():
        assert await store.upsert(business, name, ndjson(rows)) == UpsertResult(len(rows), 0)
    once = await everything(store, business)
    for name, rows in pushed.items():
        assert await store.upsert(business, name, ndjson(rows)) == UpsertResult(0, len(rows))
    assert await everything(store, business) == once


@SOME
@given(rows=rows_of("payments"), at=st.integers(0, 6))
async def test_a_bad_row_anywhere_leaves_no_trace(database: Database, rows: list[dict], at: int) -> None:
    store, business = RecordStore(database), str(uuid4())
    broken = [*rows[:at], payment("bad", amount="-1"), *rows[at:]]
    with pytest.raises(ValidationFailed):
        await store.upsert(business, "payments", ndjson(broken))
    assert (await store.counts(business))["payments"].rows == 0
    assert (await store.open(business, "GHS", AS_OF)).revision == "0"
