"""Measures the evidence of every feature on a large tenant, and prints a table.

    python -m bench.feature_evidence [--database-url postgresql://…/empty] [--tenant DIR] [--only credit_risk,…]

The tenant has about 91,000 sales with 160,000 lines. "start" is a process that has read nothing yet, and "warmed" the
same after its warm-up; before each round of "push" a till and an office sync: 20 sales, and with "push of all tables"
also 5 invoices, 5 payments, 3 reminders and a customer; "same" asks about the same records again. 95th percentiles of
the rounds in milliseconds: the wall clock, and this process's own time, which other work on the machine stretches less.
"tokens" is the largest evidence of the feature as it would stand in a prompt.
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
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from bench.features import Asked, asked
from demo.generate import simulate, write
from gateway.app import GC_THRESHOLDS
from gateway.domain.caller import Business
from gateway.domain.records import Record
from gateway.features.collection_board import read_board
from gateway.features.remembering import forget_everything
from gateway.library.tokens import estimate_tokens
from gateway.ports import PosData
from gateway.store.database import Database, open_database
from gateway.store.demo import load_tenant
from gateway.store.migrating import migrate_open
from gateway.store.records import RecordStore
from gateway.store.records_memo import Memo
from gateway.store.scope import OPERATOR, enter

TODAY = date(2026, 11, 20)
LARGE = {"seed": 5, "days": 365, "scale": 12.0, "walkins": 18.0, "customers": 120, "retail": 4800}
SHARED = {"as_of": TODAY.isoformat(), "horizon": 0, "products": 44, "fraud_rate": 1.0}
ROUNDS, STARTS = 12, 3
BUSIEST = "SELECT business_id FROM pos_sales GROUP BY business_id ORDER BY COUNT(*) DESC LIMIT 1"
Before = Callable[[int], Awaitable[None]]


class Shop:
    """One business's stored records, and the pushes that change them."""

    def __init__(self, store: RecordStore, business_id: str) -> None:
        self.store, self.business_id, self._rows = store, business_id, dict[str, list[Any]]()

    async def open(self) -> PosData:
        """Return today's view."""
        return await self.store.open(self.business_id, "GHS", TODAY)

    async def keep_samples(self) -> None:
        """Read the rows that later pushes send again, slightly changed."""
        pos = await self.open()
        self._rows = {
            "sales": list(await pos.sales(since=TODAY - timedelta(days=1)))[-400:],
            "invoices": list(await pos.invoices())[-200:],
            "payments": list(await pos.payments())[-200:],
            "reminders": list(await pos.reminders())[-200:],
            "customers": list(await pos.customers())[:200],
        }

    async def push_sales(self, turn: int) -> None:
        """Send 20 sales of today, new at first and changed later, so that the day stays as busy as others."""
        await self._push("sales", 20, turn, lambda row, n: {"id": f"bench-{n}", "total_amount": f"{turn % 997 + 1}.00"})

    async def push_everything(self, turn: int) -> None:
        """Send new sales, invoices and payments, more reminders and a changed customer."""
        await self.push_sales(turn)
        await self._push("invoices", 5, turn, lambda row, n: {"id": f"bench-{turn % 7}-{n}"})
        await self._push("payments", 5, turn, lambda row, n: {"id": f"bench-{turn % 7}-{n}"})
        await self._push("reminders", 3, turn, lambda row, n: {})
        await self._push("customers", 1, turn, lambda row, n: {"credit_limit": row.credit_limit + turn % 997})

    async def _push(self, table: str, size: int, turn: int, change: Callable[[Any, int], dict[str, Any]]) -> None:
        rows = self._rows[table]
        chosen: list[Record] = [rows[(turn * size + n) % len(rows)] for n in range(size)]
        lines = [msgspec.to_builtins(row) | msgspec.to_builtins(change(row, n)) for n, row in enumerate(chosen)]
        await self.store.upsert(self.business_id, table, b"\n".join(map(msgspec.json.encode, lines)))


async def measure(database: Database, tenant: Path, only: str) -> None:
    """Load the tenant, gather the evidence of every feature and print what it took."""
    await migrate_open(database)
    gc.set_threshold(*GC_THRESHOLDS)
    store = RecordStore(database)
    if not await database.fetch("SELECT 1 FROM pos_sales LIMIT 1"):
        await load_tenant(tenant, store, _no_register)
    shop = Shop(store, (await database.fetch(BUSIEST))[0][0])
    await shop.keep_samples()
    pos = await shop.open()
    late = [one for one in (await read_board(pos, TODAY)).debtors if one.debt.overdue > 0]
    sale = (await pos.sales(since=TODAY))[-1].id
    every = asked(
        [one.debt.customer_id for one in late[:ROUNDS]], [one.id for one in (await pos.products())[:ROUNDS]], sale
    )
    print(f"{database.dialect}: {len(await pos.customers()):,} customers; wall / own time\n")
    print("| evidence | start | warmed | push of sales | push of all tables | same | tokens |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in only.split(",") if only else every:
        columns = [
            await _timed(shop, every[name], STARTS, lambda _: _forget(shop, database)),
            await _timed(shop, every[name], STARTS, lambda _: _warm(shop, database, list(every))),
            await _timed(shop, every[name], ROUNDS, shop.push_sales),
            await _timed(shop, every[name], ROUNDS, shop.push_everything),
            await _timed(shop, every[name], ROUNDS, _nothing),
        ]
        print(f"| {name} | {' | '.join(columns)} | {await _tokens(shop, every[name])} |", flush=True)


async def _timed(shop: Shop, feature: Asked, rounds: int, before: Before) -> str:
    walls, owns = [], []
    await feature.gather(await shop.open(), dict(feature.requests[0]), TODAY)
    for turn in range(rounds):
        await before(int(time.time() * 1000))
        gc.collect()
        wall, own = time.perf_counter(), time.process_time()
        # Nothing here may hold a view of an earlier round: letting go of all that it kept would be measured too.
        await feature.gather(await shop.open(), dict(feature.requests[turn % len(feature.requests)]), TODAY)
        walls.append((time.perf_counter() - wall) * 1000)
        owns.append((time.process_time() - own) * 1000)
    return f"{_p95(walls):.0f} / {_p95(owns):.0f}"


async def _tokens(shop: Shop, feature: Asked) -> int:
    told = [await feature.gather(await shop.open(), dict(request), TODAY) for request in feature.requests]
    return max(estimate_tokens(msgspec.json.encode(one.facts).decode()) for one in told)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


async def _nothing(_: int) -> None:
    """Leave the records as they are."""


async def _forget(shop: Shop, database: Database) -> None:
    """Empty what the store and the features keep, as in a process that has just begun."""
    shop.store = RecordStore(database, memo=Memo())
    forget_everything()


async def _warm(shop: Shop, database: Database, features: list[str]) -> None:
    """Begin afresh and prepare all features, as the service does after its start."""
    await _forget(shop, database)
    for name in features:
        module = import_module(f"gateway.features.{name}")
        if hasattr(module, "prepare"):
            await module.prepare(await shop.open(), TODAY)


async def _no_register(_: Business) -> None:
    """Records need no row of their business."""


async def main() -> None:
    """Read the command line, make the tenant if there is none, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", help="empty, or loaded before; a temporary SQLite file if absent")
    parser.add_argument("--tenant", type=Path, help="a directory of JSON Lines")
    parser.add_argument("--only", default="", help="features, by their names with commas between")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tenant = options.tenant or Path(folder) / "tenant"
        if not options.tenant:
            write(simulate(Namespace(**SHARED, **LARGE)), tenant)
        enter(OPERATOR)
        database = open_database(options.database_url or f"sqlite:///{folder}/bench.sqlite")
        await database.open()
        try:
            await measure(database, tenant, options.only)
        finally:
            await database.close()


if __name__ == "__main__":
    asyncio.run(main())
