"""Sums made by the database are those of the rows, whether they were pushed or came with the request."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.sums import baskets_of, sum_lines, sum_sales
from gateway.ports import PosData
from gateway.store.database import Database
from gateway.store.records import RecordStore
from tests.store.record_rows import AS_OF, Row, line, ndjson, sale

KEYS = ("day", "customer", "hour", "payment_type")


async def opened(database: Database, rows: list[Row], as_of: date = AS_OF) -> tuple[PosData, PosData]:
    """Return the pushed and the inline view of the same sales."""
    store, business = RecordStore(database), str(uuid4())
    await store.upsert(business, "sales", ndjson(rows))
    pushed = await store.open(business, "GHS", as_of)
    return pushed, await store.open(business, "GHS", as_of, store.parse_inline(business, {"sales": rows}))


async def test_only_sales_that_count_are_summed(database: Database) -> None:
    rows = [
        sale("s1", total_amount="10.00", items=[line("rice", quantity=2.5, unit_price="4.00", cost_price="3.00")]),
        sale("s2", total_amount="20.00", status="REFUNDED", amount_refunded="20.00", items=[line("oil")]),
        sale("s3", total_amount="40.00", status="DRAFT", items=[line("rice")]),
        sale("s4", total_amount="80.00", currency="USD", items=[line("rice")]),
        sale("s5", total_amount="160.00", status="CANCELLED", cancelled_at="2026-10-01T10:00:00Z", items=[line()]),
        sale("s6", total_amount="320.00", status="CANCELLED", cancelled_at="2026-11-21T00:00:00Z", items=[line("oil")]),
        sale("s7", "2026-11-21T00:00:00Z", total_amount="640.00", items=[line("rice")]),
    ]
    for pos in await opened(database, rows):
        [day] = await pos.sale_sums("day")
        assert (day.key, day.sales, day.amount, day.refunded) == ("2026-10-01", 3, Decimal(350), Decimal(20))
        found = {one.product: one for one in await pos.line_sums()}
        assert (found["rice"].units, found["rice"].amount, found["rice"].cost) == (2.5, Decimal(10), Decimal("7.5"))
        assert found["oil"].lines == 2


async def test_a_period_and_a_product_narrow_the_sums(database: Database) -> None:
    rows = [sale(f"s{day}", f"2026-10-{day:02}T09:00:00Z", items=[line("rice"), line("oil")]) for day in range(1, 11)]
    for pos in await opened(database, rows):
        [paid] = await pos.sale_sums("payment_type", since=date(2026, 10, 3), until=date(2026, 10, 5))
        assert (paid.sales, paid.first, paid.last) == (3, date(2026, 10, 3), date(2026, 10, 5))
        days = await pos.line_sums(since=date(2026, 10, 9), product_id="oil", daily=True)
        assert [(one.product, one.day) for one in days] == [("oil", date(2026, 10, 9)), ("oil", date(2026, 10, 10))]
        assert list(await pos.line_sums(product_id="none\x00")) == []


SALES = st.lists(
    st.builds(
        lambda day, hour, total, discount, status, who, later, items: sale(
            "s", f"2026-11-{day:02}T{hour:02}:59:59Z", total_amount=str(total), discount_amount=str(discount),
            status=status, currency=None, items=items, **({"customer": who} if who else {}),
            **({"cancelled_at": f"2026-11-{later:02}T00:00:00Z"} if status == "CANCELLED" and later else {}),
        ),
        st.integers(1, 28), st.integers(0, 23), st.decimals(0, 10**6, places=2), st.decimals(0, 50, places=2),
        st.sampled_from(["COMPLETED", "PARTIAL", "REFUNDED", "CANCELLED", "DRAFT", "PENDING"]),
        st.sampled_from(["", "c1", "é2"]), st.integers(0, 28),
        st.lists(
            st.builds(
                lambda product, quantity, price: line(product, quantity=quantity, unit_price=str(price)),
                st.sampled_from("ab"), st.integers(0, 9) | st.floats(0, 40), st.decimals(0, 999, places=2),
            ), max_size=3,
        ),
    ), max_size=8,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=SALES, since=st.none() | st.integers(1, 28).map(lambda day: date(2026, 11, day)))
async def test_the_database_and_the_rows_give_the_same_sums(
    database: Database, rows: list[dict[str, Any]], since: date | None
) -> None:
    numbered = [{**row, "id": f"s{number}"} for number, row in enumerate(rows)]
    pushed, inline = await opened(database, numbered)
    known = await inline.sales()
    for by in KEYS:
        expected = sum_sales(known, by, since, AS_OF)  # type: ignore[arg-type]
        assert list(await pushed.sale_sums(by, since=since)) == expected  # type: ignore[arg-type]
        assert list(await inline.sale_sums(by, since=since)) == expected  # type: ignore[arg-type]
        theirs = sum_sales([one for one in known if one.customer == "c1"], by, since, AS_OF)  # type: ignore[arg-type]
        for pos in (pushed, inline):
            assert list(await pos.sale_sums(by, since=since, customers=["c1", "c9"])) == theirs  # type: ignore[arg-type]
            assert list(await pos.sale_sums(by, since=since, customers=[])) == []  # type: ignore[arg-type]
    expected_baskets = baskets_of(known, since, AS_OF)
    assert list(await pushed.baskets(since=since)) == list(await inline.baskets(since=since)) == expected_baskets
    for daily in (False, True):
        lines = sum_lines(known, since, AS_OF, daily=daily)
        assert list(await pushed.line_sums(since=since, daily=daily)) == lines
        assert list(await inline.line_sums(since=since, daily=daily)) == lines


@pytest.mark.parametrize("by", KEYS)
async def test_an_empty_shop_has_no_sums(database: Database, by: Any) -> None:
    for pos in await opened(database, [sale(status="DRAFT")]):
        assert list(await pos.sale_sums(by)) == list(await pos.line_sums()) == []
