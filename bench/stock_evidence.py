"""Measures the evidence of forecast, pricing and unusual patterns on a tenant that is loaded already.

    python -m bench.stock_evidence --database-url sqlite:////tmp/large.sqlite

The business with most sales answers. "first" asks the database for everything, as after a push; "later" is what the
next questions take while the records stay as they are. Milliseconds, median and 95th percentile over the products.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from gateway.features import anomalies, fraud_alerts, inventory_forecast, pricing_optimizer
from gateway.store.database import open_database
from gateway.store.records import RecordStore
from gateway.store.records_memo import Memo
from gateway.store.scope import OPERATOR, enter

TODAY = date(2026, 11, 20)
BUSIEST = "SELECT business_id FROM pos_sales GROUP BY business_id ORDER BY COUNT(*) DESC LIMIT 1"
ASKED: dict[str, tuple[Callable[..., Awaitable[Any]], dict[str, Any], int]] = {
    "inventory_forecast": (inventory_forecast.gather, {}, 44),
    "pricing_optimizer": (pricing_optimizer.gather, {"optimization_goal": "volume"}, 44),
    "fraud_alerts": (fraud_alerts.gather, {}, 5),
}


def forget() -> None:
    """Empty what features remember between requests."""
    inventory_forecast._FACTORS._kept.clear()
    anomalies._HITS._kept.clear()


async def main() -> None:
    """Read the command line, measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", required=True)
    enter(OPERATOR)
    database = open_database(parser.parse_args().database_url)
    await database.open()
    business = (await database.fetch(BUSIEST))[0][0]
    products = [one.id for one in await (await RecordStore(database).open(business, "GHS", TODAY)).products()]
    print("| feature | first | later |\n|---|---:|---:|")
    for name, (gather, request, times) in ASKED.items():
        told = []
        for first in (True, False):
            store = RecordStore(database, memo=Memo(limit_bytes=0) if first else None)
            took = []
            for product in products[:times]:
                if first:
                    forget()
                asked = request if name == "fraud_alerts" else {**request, "product_id": product}
                started = time.perf_counter()
                await gather(await store.open(business, "GHS", TODAY), asked, TODAY)
                took.append((time.perf_counter() - started) * 1000)
            took.sort()
            told.append(f"{took[len(took) // 2]:.0f} / {took[int(0.95 * (len(took) - 1))]:.0f}")
        print(f"| {name} | {' | '.join(told)} |")
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
