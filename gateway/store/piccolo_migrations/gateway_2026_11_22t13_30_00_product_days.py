"""Units sold by product, day and type of sale: derived from the sales, so that a year of a product is a small read.

`void_day` is the day since the epoch on which the sales were cancelled (`NEVER` of `product_days`: not at all),
so that an earlier `as_of` still sees them. Amounts are ten-thousandths.
"""

from typing import Any

from gateway.store.migrating import manager_of
from gateway.store.product_days import FILL

ID = "2026-11-22T13:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Units sold by product and day"

TABLES = (
    """CREATE TABLE pos_product_days (
        business_id TEXT NOT NULL,
        product TEXT NOT NULL,
        "day" TEXT NOT NULL,
        "type" TEXT NOT NULL,
        currency TEXT NOT NULL,
        void_day BIGINT NOT NULL,
        units DOUBLE PRECISION NOT NULL,
        amount BIGINT NOT NULL,
        PRIMARY KEY (business_id, product, "day", "type", currency, void_day)
    )""",
)

INDEXES = ('CREATE INDEX pos_product_days_day ON pos_product_days (business_id, "day")', FILL)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
