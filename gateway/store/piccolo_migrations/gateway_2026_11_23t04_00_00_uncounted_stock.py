"""A product may have no stock on record: services, and goods that nobody counts."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-23T04:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Products without a stock on record"

TABLES = ()
SQLITE_ONLY = (
    "ALTER TABLE pos_products ADD COLUMN counted_stock DOUBLE PRECISION",
    "UPDATE pos_products SET counted_stock = current_stock",
    "ALTER TABLE pos_products DROP COLUMN current_stock",
    "ALTER TABLE pos_products RENAME COLUMN counted_stock TO current_stock",
)
POSTGRESQL_ONLY = ("ALTER TABLE pos_products ALTER COLUMN current_stock DROP NOT NULL",)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
