"""Tables that are kept decoded and brought up to date read like tables that are read anew."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.features.remembering import Remembered
from gateway.store import records_changes
from gateway.store.database import Database
from gateway.store.records import RecordStore
from gateway.store.records_erasing import forget
from gateway.store.records_memo import Memo
from tests.store.record_rows import AS_OF, customer, invoice, movement, ndjson, payment, sale

WHOLE = ("customers", "invoices", "payments", "reminders", "products", "stock_movements")
DAYS = ("2026-09-30", "2026-10-15", "2026-11-19", "2026-11-25")
numbers = st.integers(0, 5)


def row_of(table: str, number: int, day: str, amount: int) -> dict[str, Any]:
    name = f"x{number}"
    return {
        "customers": customer(name, credit_limit=f"{amount}.00", created_at=f"{day}T08:00:00Z"),
        "invoices": invoice(
            name, customer=f"x{amount % 3}", issue_date=day, due_date="2026-12-24", original_amount=f"{amount}.50",
            currency="USD" if amount == 7 else "GHS",
        ),
        "payments": payment(name, invoice=f"x{amount % 6}", customer=f"x{amount % 3}", payment_date=day),
        "reminders": {"customer": f"x{amount % 3}", "invoice": name, "date": day, "channel": "sms"},
        "products": {"id": name, "name": f"Product {amount}"},
        "stock_movements": movement(amount, product=name, date=day),
        "sales": sale(name, f"{day}T09:00:00Z", total_amount=f"{amount}.00"),
    }[table]  # fmt: skip


pushes = st.tuples(
    st.just("push"),
    st.sampled_from((*WHOLE, "sales")),
    st.lists(
        st.tuples(numbers, st.sampled_from(DAYS), st.integers(1, 9)), min_size=1, max_size=4, unique_by=lambda t: t[0]
    ),
)
deletions = st.tuples(st.just("delete"), st.sampled_from(WHOLE), st.lists(numbers, min_size=1, max_size=3))
erasures = st.tuples(st.just("erase"), st.just("customers"), numbers)


async def change(store: RecordStore, db: Database, business: str, step: tuple[str, str, Any]) -> None:
    kind, table, what = step
    if kind == "push":
        await store.upsert(business, table, ndjson(row_of(table, *values) for values in what))
    elif kind == "delete":
        known = await db.fetch(f"SELECT id FROM pos_{table} WHERE business_id = $1 ORDER BY id", business)
        await store.delete(business, table, [known[n % len(known)][0] for n in what] if known else [f"x{what[0]}"])
    else:
        await db.run(forget, business, "customer", f"x{what}")


async def everything(store: RecordStore, business: str, as_of: date) -> list[Any]:
    pos = await store.open(business, "GHS", as_of)
    whole = [list(await getattr(pos, name)()) for name in WHOLE]
    return [*whole, *[await pos.customer(f"x{n}") for n in range(4)], await pos.product("x1"), pos.excluded]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(pushes | deletions | erasures, min_size=1, max_size=8), back=st.lists(st.integers(0, 60)))
async def test_kept_and_fresh_views_agree_after_any_changes_on_any_day(
    database: Database, steps: list[tuple[str, str, Any]], back: list[int]
) -> None:
    business, other = str(uuid4()), str(uuid4())
    writer, reader = RecordStore(database), RecordStore(database)  # two processes
    await writer.upsert(other, "customers", ndjson([customer("x1", name="Somebody else's")]))
    for n, step in enumerate(steps):
        await change(writer, database, business, step)
        day = AS_OF - timedelta(days=back[n] if n < len(back) else 0)
        fresh = await everything(RecordStore(database, memo=Memo(limit_bytes=0)), business, day)
        assert await everything(reader, business, day) == fresh
    assert [one.name for one in await (await reader.open(other, "GHS", AS_OF)).customers()] == ["Somebody else's"]


async def test_a_push_reads_only_the_changed_rows_again(database: Database, monkeypatch: Any) -> None:
    store = RecordStore(database)
    await store.upsert("a", "invoices", ndjson(invoice(f"i{n}") for n in range(20)))
    before = await (await store.open("a", "GHS", AS_OF)).invoices()
    await store.upsert("a", "invoices", ndjson([invoice("i3", original_amount="7.00")]))
    rows: list[Any] = []
    fetch = database.fetch

    async def counted(sql: str, *args: Any) -> list[Any]:
        found = await fetch(sql, *args)
        if "FROM pos_invoices" in sql and "currency <>" not in sql:
            rows.extend(found)
        return found

    monkeypatch.setattr(database, "fetch", counted)
    after = await (await store.open("a", "GHS", AS_OF)).invoices()
    assert [row[0] for row in rows] == ["i3"]
    assert [new is old for new, old in zip(after, before, strict=True)].count(False) == 1


async def test_a_reader_that_missed_too_much_reads_the_table_again(database: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(records_changes, "KEPT_REVISIONS", 2)
    writer, reader = RecordStore(database), RecordStore(database)
    await writer.upsert("a", "products", ndjson([{"id": "p", "name": "P"}]))
    assert len(await (await reader.open("a", "GHS", AS_OF)).products()) == 1
    for n in range(6):
        await writer.upsert("a", "products", ndjson([{"id": f"p{n}", "name": "P"}]))
    assert len(await (await reader.open("a", "GHS", AS_OF)).products()) == 7


async def test_an_erased_person_is_in_no_list_of_changes(database: Database) -> None:
    store = RecordStore(database)
    await store.upsert("a", "customers", ndjson([customer("ama-1")]))
    await database.run(forget, "a", "customer", "ama-1")
    assert not await database.fetch("SELECT 1 FROM pos_change WHERE ids LIKE '%ama-1%'")


async def test_what_rests_on_invoices_outlives_a_push_of_sales_and_no_push_of_invoices(database: Database) -> None:
    store, remembered, worked = RecordStore(database), Remembered[int](4), []

    async def ask() -> int:
        pos = await store.open("a", "GHS", AS_OF)

        async def work_out() -> int:
            worked.append(1)
            return len(await pos.payments())

        return await remembered.get(pos, "payments", work_out)

    await ask()
    await store.upsert("a", "sales", ndjson([sale()]))
    await ask()
    assert len(worked) == 1
    await store.upsert("a", "payments", ndjson([payment()]))
    assert await ask() == 1
    await store.upsert("a", "invoices", ndjson([invoice("i1", currency="USD")]))
    assert await ask() == 0, "a payment of an invoice in another currency is left out"
