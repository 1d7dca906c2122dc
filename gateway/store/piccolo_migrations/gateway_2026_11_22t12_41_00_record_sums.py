"""Indexes that answer sums over a period of sales without reading the rows themselves."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T12:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Sums over sales"

TABLES = ()
INDEXES = (
    """CREATE INDEX pos_sales_sums ON pos_sales (
        business_id, "day", "status", total_amount, amount_refunded, discount_amount, payment_type, created_at,
        cancelled_at, currency, id
    )""",
    """CREATE INDEX pos_sales_customer_sums ON pos_sales (
        business_id, customer, "day", "status", total_amount, amount_refunded, discount_amount, cancelled_at, currency
    ) WHERE customer IS NOT NULL""",
    """CREATE INDEX pos_sale_items_sums ON pos_sale_items (
        business_id, "day", product, sale, quantity, unit_price, cost_price, discount_amount
    )""",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
