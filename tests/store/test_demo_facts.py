"""What is known of the demo tenant, from plain sums over the read view."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.domain.records import Sale
from gateway.store.database import Database
from gateway.store.demo import load_tenant
from gateway.store.records import RecordStore
from gateway.store.records_schema import SCHEMA
from gateway.store.records_view import RecordView

TENANT = Path(__file__).parents[2] / "demo" / "tenant"
SANKOFA = "f8820783-4394-46f9-a877-97243cadc3af"
AKWAABA = "6e9c975b-3ac7-4aaf-b2a0-1653d504e150"
VOLTA = "a73fc548-47e5-4f99-9127-f7b65653bd38"
TODAY = date(2026, 11, 20)


async def no_register(_: object) -> None:
    """The read view needs no row of the business."""


@pytest.fixture
async def store(database: Database) -> RecordStore:
    loaded = RecordStore(database)
    await load_tenant(TENANT, loaded, no_register)
    return loaded


async def revenue(pos: RecordView, first: date, last: date) -> Decimal:
    """Return the completed sales, before refunds, of the days from `first` to `last`."""
    sales = [sale for sale in await pos.sales(since=first) if counts(sale) and sale.created_at.date() <= last]
    return sum((sale.total_amount for sale in sales), Decimal(0))


def counts(sale: Sale) -> bool:
    return sale.status == "COMPLETED"


async def test_the_key_facts_of_the_demo_tenant(store: RecordStore) -> None:
    pos = await store.open(SANKOFA, "GHS", TODAY)
    open_invoices = [i for i in await pos.invoices() if i.status != "WRITTEN_OFF" and i.amount_outstanding]
    overdue = [i for i in open_invoices if i.due_date < TODAY]
    assert sum(i.amount_outstanding for i in open_invoices) == Decimal("238725.66")
    assert sum(c.outstanding_balance for c in await pos.customers()) == Decimal("238725.66")
    assert sum(i.amount_outstanding for i in overdue) == Decimal("88465.66")
    assert len({i.customer for i in overdue}) == 13
    assert sum(c.credit_limit for c in await pos.customers()) == 453_000


async def test_the_months_of_the_demo_tenant(store: RecordStore) -> None:
    pos = await store.open(SANKOFA, "GHS", TODAY)
    assert await revenue(pos, date(2026, 10, 1), date(2026, 10, 31)) == Decimal("196164.50")
    assert await revenue(pos, date(2026, 9, 1), date(2026, 9, 30)) == Decimal("201360.41")


async def test_the_best_category_of_november(store: RecordStore) -> None:
    pos = await store.open(SANKOFA, "GHS", TODAY)
    categories = {product.id: product.category for product in await pos.products()}
    sold: Counter[str] = Counter()
    for sale in await pos.sales(since=date(2026, 11, 1)):
        for item in sale.items if counts(sale) else ():
            sold[categories[item.product]] += int(item.unit_price * 100) * int(item.quantity)
    assert sold.most_common(1) == [("Groceries", 7_483_682)]


async def test_the_balances_of_an_earlier_day_follow_from_what_had_been_paid_by_then(store: RecordStore) -> None:
    then, now = [await store.open(SANKOFA, "GHS", day) for day in (date(2026, 7, 15), TODAY)]
    written_off = {invoice.customer for invoice in await now.invoices() if invoice.status == "WRITTEN_OFF"}
    owed: Counter[str] = Counter()
    for invoice in await now.invoices():
        owed[invoice.customer] += int(invoice.original_amount * 100) * (invoice.issue_date <= then.as_of)
    for payment in await now.payments():
        owed[payment.customer] -= int(payment.amount * 100) * (payment.payment_date <= then.as_of)
    balances = {customer.id: int(customer.outstanding_balance * 100) for customer in await then.customers()}
    compared = balances.keys() - written_off
    assert {key: balances[key] for key in compared} == {key: owed[key] for key in compared}
    assert sum(balances.values()) > 0


async def test_the_tenants_see_nothing_of_each_other(store: RecordStore) -> None:
    ours, theirs = [await store.open(business, "GHS", TODAY) for business in (SANKOFA, AKWAABA)]
    for name in SCHEMA:
        rows = [{row.id for row in await getattr(pos, name)() if hasattr(row, "id")} for pos in (ours, theirs)]
        assert not rows[0] & rows[1]
    for customer in await theirs.customers():
        assert await ours.customer(customer.id) is None
        assert not await ours.invoices(customer_id=customer.id)
    namesake = [c for c in await ours.customers() if c.name == "Akwaaba Mini Mart"]
    assert len(namesake) == 1 and len(await theirs.sales()) == 146


async def test_the_empty_tenant_has_staff_and_nothing_to_tell(store: RecordStore) -> None:
    pos = await store.open(VOLTA, "GHS", TODAY)
    present = {name for name in SCHEMA if len(await getattr(pos, name)())}
    assert present == {"storefronts", "employees", "suppliers"}
