"""Measures loading and reading the records of a large tenant, and prints a table.

    python -m bench.evidence [--database-url postgresql://…/empty] [--tenant DIR] [--small]

Without `--tenant` one with about 91,000 sales is generated (`--small`: the demo's size). The database must be empty;
without a URL it is a temporary SQLite file. "cold" asks the database each time, "again" repeats a question within one
revision. Medians of seven, in milliseconds.
"""

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from argparse import Namespace
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from demo.generate import simulate, write
from gateway.domain.caller import Business
from gateway.store.database import Database, open_database
from gateway.store.demo import load_tenant
from gateway.store.migrating import migrate_open
from gateway.store.records import RecordStore
from gateway.store.records_memo import Memo
from gateway.store.records_view import RecordView
from gateway.store.scope import OPERATOR, enter

ROUNDS = 7
TODAY = date(2026, 11, 20)
DEMO = {"seed": 7, "days": 400, "scale": 1.0, "walkins": 3.6, "customers": 26, "retail": 50}
LARGE = {"seed": 5, "days": 365, "scale": 12.0, "walkins": 18.0, "customers": 120, "retail": 4800}
SHARED = {"as_of": TODAY.isoformat(), "horizon": 0, "products": 44, "fraud_rate": 1.0}

Question = Callable[[RecordView], Awaitable[Any]]


def questions(customer: str, product: str) -> dict[str, Question]:
    """Return what features ask, by the name in the table."""
    quarter = TODAY - timedelta(days=90)
    return {
        "one customer": lambda pos: pos.customer(customer),
        "its invoices": lambda pos: pos.invoices(customer_id=customer),
        "its payments": lambda pos: pos.payments(customer_id=customer),
        "its sales": lambda pos: pos.sales(customer_id=customer),
        "all customers": lambda pos: pos.customers(),
        "all invoices": lambda pos: pos.invoices(),
        "all payments": lambda pos: pos.payments(),
        "one product's sales, 90 days": lambda pos: pos.sales(product_id=product, since=quarter),
        "one product's sales, all": lambda pos: pos.sales(product_id=product),
        "all sales, 90 days": lambda pos: pos.sales(since=quarter),
    }


async def measure(database: Database, tenant: Path) -> None:
    """Load the tenant, ask every question and print what it took."""
    await migrate_open(database)
    store, forgetful = RecordStore(database), RecordStore(database, memo=Memo(limit_bytes=0))
    started = time.perf_counter()
    loaded = await load_tenant(tenant, store, _no_register)
    took = time.perf_counter() - started
    print(f"{database.dialect}: {sum(tenant.rows for tenant in loaded):,} rows loaded in {took:.1f} s\n")
    business = max(loaded, key=lambda tenant: tenant.rows).business
    pos = await store.open(business.id, business.currency, TODAY)
    busiest = max(await pos.customers(), key=lambda customer: customer.outstanding_balance).id
    asked = questions(busiest, (await pos.products())[0].id)
    print("| question | rows | cold | again | on a day half a year ago |")
    print("|---|---:|---:|---:|---:|")
    for name, question in asked.items():
        rows, cold = await _timed(forgetful, business, TODAY, question)
        _, again = await _timed(store, business, TODAY, question)
        _, earlier = await _timed(forgetful, business, TODAY - timedelta(days=180), question)
        print(f"| {name} | {rows:,} | {cold:.2f} | {again:.2f} | {earlier:.2f} |")


async def _timed(store: RecordStore, business: Business, as_of: date, question: Question) -> tuple[int, float]:
    """Return the number of rows and the median milliseconds of opening a view and asking it."""
    times, answer = [], None
    for _ in range(ROUNDS):
        answer = None
        gc.collect()
        started = time.perf_counter()
        answer = await question(await store.open(business.id, business.currency, as_of))
        times.append((time.perf_counter() - started) * 1000)
    return len(answer) if isinstance(answer, list | tuple) else 1, statistics.median(times)


async def _no_register(_: Business) -> None:
    """Records need no row of their business."""


async def main() -> None:
    """Read the command line, make the tenant if there is none, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", help="an empty database; a temporary SQLite file if absent")
    parser.add_argument("--tenant", type=Path, help="a directory of JSON Lines")
    parser.add_argument("--small", action="store_true", help="generate the demo's size instead of the large one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tenant = options.tenant or Path(folder) / "tenant"
        if not options.tenant:
            write(simulate(Namespace(**SHARED, **(DEMO if options.small else LARGE))), tenant)
        enter(OPERATOR)
        database = open_database(options.database_url or f"sqlite:///{folder}/bench.sqlite")
        await database.open()
        try:
            await measure(database, tenant)
        finally:
            await database.close()


if __name__ == "__main__":
    asyncio.run(main())
