"""Sums and days of sales that are kept and brought up to date read like those that are read anew."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.features.anomaly_days import reduce_day
from gateway.features.anomaly_rules import sale_hits
from gateway.store import sale_marks
from gateway.store.database import Database
from gateway.store.records import RecordStore
from gateway.store.records_erasing import forget
from gateway.store.records_memo import Memo
from tests.store.record_rows import AS_OF, customer, line, ndjson, sale

SINCE = AS_OF - timedelta(days=40)


def sold(number: int, back: int, who: int, amount: int, status: str, currency: str | None) -> dict[str, Any]:
    moment = f"{AS_OF - timedelta(days=back)}T{9 + number % 9:02}:00:00Z"
    items = [line(f"p{amount % 3}", quantity=amount, unit_price="2.00"), line(f"p{who}", unit_price="1.50")]
    more = {"cancelled_at": f"{AS_OF - timedelta(days=min(back, 3))}T20:30:00Z"} if status == "CANCELLED" else {}
    buyer = {"customer": f"x{who}"} if who else {}
    return sale(
        f"s{number}",
        moment,
        items=items,
        total_amount=f"{amount}.00",
        status=status,
        currency=currency,
        **buyer,
        **more,
    )


a_sale = st.builds(
    sold,
    st.integers(0, 9),
    st.integers(-2, 45),
    st.integers(0, 3),
    st.integers(1, 99),
    st.sampled_from(("COMPLETED", "COMPLETED", "REFUNDED", "CANCELLED", "DRAFT")),
    st.sampled_from((None, None, "GHS", "USD")),
)
pushes = st.tuples(st.just("push"), st.lists(a_sale, min_size=1, max_size=5, unique_by=lambda row: row["id"]))
deletions = st.tuples(st.just("delete"), st.lists(st.integers(0, 9).map("s{}".format), min_size=1, max_size=3))
erasures = st.tuples(st.just("erase"), st.integers(1, 3).map("x{}".format))


async def change(store: RecordStore, db: Database, business: str, step: tuple[str, Any]) -> None:
    kind, what = step
    if kind == "push":
        await store.upsert(business, "sales", ndjson(what))
    elif kind == "delete":
        await store.delete(business, "sales", what)
    else:
        await store.upsert(business, "customers", ndjson([customer(what)]))
        await db.run(forget, business, "customer", what)


async def everything(store: RecordStore, business: str, as_of: date) -> list[Any]:
    pos = await store.open(business, "GHS", as_of)
    days = await pos.sale_days(SINCE, reduce_day)
    return [
        await pos.sale_sums("customer", since=SINCE),
        await pos.sale_sums("customer"),
        *[await pos.sale_sums(key, since=SINCE) for key in ("day", "hour", "payment_type")],
        await pos.sale_sums("day", customers=["x1", "x2"]),
        await pos.sale_sums("payment_type", since=SINCE, until=as_of - timedelta(days=2)),
        await pos.line_sums(since=SINCE),
        await pos.line_sums(since=SINCE, daily=True),
        await pos.line_sums(product_id="p1"),
        await pos.baskets(since=SINCE),
        await pos.daily_units(since=SINCE),
        await pos.daily_units(products=["p1", "p2"]),
        await pos.units_sold(),
        days,
        list(sale_hits(days, "GHS")),
    ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(pushes | pushes | deletions | erasures, min_size=1, max_size=8), back=st.lists(st.integers(0, 9)))
async def test_what_is_kept_of_sales_is_what_would_be_read_anew_after_any_changes_on_any_day(
    database: Database, steps: list[tuple[str, Any]], back: list[int]
) -> None:
    business, other = str(uuid4()), str(uuid4())
    writer, reader = RecordStore(database), RecordStore(database)  # two processes
    await writer.upsert(other, "sales", ndjson([sold(0, 1, 1, 5, "COMPLETED", None)]))
    for n, step in enumerate(steps):
        await change(writer, database, business, step)
        day = AS_OF - timedelta(days=back[n] if n < len(back) else 0)
        fresh = await everything(RecordStore(database, memo=Memo(limit_bytes=0)), business, day)
        assert await everything(reader, business, day) == fresh
    assert [one.sales for one in await (await reader.open(other, "GHS", AS_OF)).sale_sums("customer")] == [1]


async def test_a_push_reads_only_the_days_and_customers_that_it_touches(database: Database, monkeypatch: Any) -> None:
    store = RecordStore(database)
    rows = [sold(n, n, 1 + n % 3, 5, "COMPLETED", None) for n in range(1, 10)]
    await store.upsert("a", "sales", ndjson(rows))
    await everything(store, "a", AS_OF)
    await store.upsert("a", "sales", ndjson([sold(4, 2, 3, 7, "COMPLETED", None)]))  # from day 4 and customer 2
    reduced: list[date] = []

    def noted(day: date, sales: Any) -> Any:
        reduced.append(day)
        return reduce_day(day, sales)

    pos = await store.open("a", "GHS", AS_OF)
    await pos.sale_days(SINCE, noted)
    reduced.clear()
    await store.upsert("a", "sales", ndjson([sold(4, 3, 3, 7, "COMPLETED", None)]))
    await (await store.open("a", "GHS", AS_OF)).sale_days(SINCE, noted)
    assert sorted(reduced) == [AS_OF - timedelta(days=3), AS_OF - timedelta(days=2)]
    asked: list[tuple[Any, ...]] = []
    fetch = database.fetch

    async def counted(sql: str, *args: Any) -> list[Any]:
        if "FROM pos_sales " in sql and "GROUP BY customer" in sql:
            asked.append(args[5:])
        return await fetch(sql, *args)

    monkeypatch.setattr(database, "fetch", counted)
    await (await store.open("a", "GHS", AS_OF)).sale_sums("customer", since=SINCE)
    assert asked == [("x2", "x3")]


async def test_a_push_of_today_reads_no_sum_of_earlier_days_again(database: Database, monkeypatch: Any) -> None:
    store = RecordStore(database)
    await store.upsert("a", "sales", ndjson([sold(n, n, 1, 5, "COMPLETED", None) for n in range(10)]))
    await everything(store, "a", AS_OF)
    await store.upsert("a", "sales", ndjson([sold(0, 0, 1, 7, "COMPLETED", None)]))
    days: list[tuple[str, str]] = []
    fetch = database.fetch

    async def noted(sql: str, *args: Any) -> list[Any]:
        if "SUM(" in sql and "FROM pos_sale" in sql:
            days.append(args[1:3])
        return await fetch(sql, *args)

    monkeypatch.setattr(database, "fetch", noted)
    pos = await store.open("a", "GHS", AS_OF)
    [paid] = await pos.sale_sums("payment_type", since=SINCE)
    [one] = [line for line in await pos.line_sums(since=SINCE) if line.product == "p1"]
    assert (paid.sales, paid.amount, one.units) == (10, 52, 27)
    assert days == [((AS_OF - timedelta(days=2)).isoformat(), AS_OF.isoformat())] * 2


async def test_too_many_changes_are_read_whole_and_nothing_is_lost(database: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(sale_marks, "MOST_CHANGED", 2)
    writer, reader = RecordStore(database), RecordStore(database)
    await writer.upsert("a", "sales", ndjson([sold(0, 1, 1, 5, "COMPLETED", None)]))
    await everything(reader, "a", AS_OF)
    await writer.upsert("a", "sales", ndjson([sold(n, n, 1 + n % 3, 5, "COMPLETED", None) for n in range(1, 9)]))
    assert await everything(reader, "a", AS_OF) == await everything(RecordStore(database), "a", AS_OF)


async def test_an_erased_person_is_in_no_mark(database: Database) -> None:
    store = RecordStore(database)
    await store.upsert("a", "customers", ndjson([customer("x1")]))
    await store.upsert("a", "sales", ndjson([sold(0, 1, 1, 5, "COMPLETED", None)]))
    assert await database.fetch("SELECT 1 FROM pos_sale_mark WHERE key = 'x1'")
    await database.run(forget, "a", "customer", "x1")
    assert not await database.fetch("SELECT 1 FROM pos_sale_mark WHERE key = 'x1'")
