"""Evidence after pushes is, byte for byte, what a process works out that has just begun."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from random import Random
from typing import Any

import msgspec

from bench.features import asked
from gateway.errors import GatewayError
from gateway.features.remembering import EVERY
from gateway.ports import PosData
from gateway.store.database import Database
from gateway.store.demo import load_tenant
from gateway.store.records import RecordStore
from gateway.store.records_memo import Memo
from tests.features.fakes import AKWAABA, DEMO_DAY, DEMO_DIR
from tests.store.record_rows import ndjson

ROUNDS = 6


async def evidence(store: RecordStore, features: Any) -> dict[str, str]:
    """Return the evidence of every feature as text, or why there is none."""
    found = {}
    for name, feature in features.items():
        for n, request in enumerate(feature.requests):
            pos: PosData = await store.open(AKWAABA, "GHS", DEMO_DAY)
            try:
                told = repr(await feature.gather(pos, dict(request), DEMO_DAY))
            except GatewayError as problem:
                told = str(problem)
            found[f"{name} {n}"] = told
    return found


async def prepare_all(store: RecordStore, features: Any) -> None:
    """Work out ahead what can be, as the service does after pushes."""
    modules = [import_module(f"gateway.features.{name}") for name in features]
    able = [module for module in modules if hasattr(module, "prepare")]
    assert len(able) > len(modules) / 2
    for module in able:
        await module.prepare(await store.open(AKWAABA, "GHS", DEMO_DAY), DEMO_DAY)


@contextmanager
def nothing_remembered() -> Iterator[None]:
    """Let features begin afresh, and remember afterwards what they remembered before."""
    before = [(one, dict(vars(one))) for one in EVERY]
    for one, kept in before:
        vars(one).update(_kept=type(kept["_kept"])())
    yield
    for one, kept in before:
        vars(one).update(kept)


async def shaken(store: RecordStore, rng: Random, turn: int) -> None:
    """Push changed and new rows of a random table, or delete some."""
    pos = await store.open(AKWAABA, "GHS", DEMO_DAY)
    table = rng.choice(("sales", "sales", "invoices", "payments", "reminders", "customers", "products", "refunds"))
    rows = list(await getattr(pos, table)())
    picked = [msgspec.to_builtins(row) for row in rng.sample(rows, min(3, len(rows)))]
    if turn % 3 == 2 and table in ("sales", "payments", "invoices"):
        await store.delete(AKWAABA, table, [row["id"] for row in picked])
        return
    changes: dict[str, Any] = {
        "sales": {"total_amount": "77.70", "created_at": f"{DEMO_DAY}T10:00:00Z"},
        "payments": {"amount": "12.00"}, "invoices": {"issue_date": "2026-10-02", "due_date": "2026-11-02"},
        "customers": {"credit_limit": "4321.00"}, "products": {"current_stock": 3}, "refunds": {"amount": "50.00"},
    }  # fmt: skip
    for n, row in enumerate(picked):
        made_new = n == 0 and table in ("sales", "payments", "invoices")
        row.update(changes.get(table, {}), **({"id": f"new-{turn}"} if made_new else {}))
    await store.upsert(AKWAABA, table, ndjson(picked))


async def test_every_feature_sees_pushes_as_a_fresh_process_does(database: Database) -> None:
    async def register(_: Any) -> None:
        """Records need no row of their business."""

    writer, reader, rng = RecordStore(database), RecordStore(database), Random(11)
    await load_tenant(DEMO_DIR, writer, register)
    pos = await writer.open(AKWAABA, "GHS", DEMO_DAY)
    customers = [row.id for row in await pos.customers() if row.credit_limit > 0][:2]
    features = asked(customers, [row.id for row in (await pos.products())[:2]], (await pos.sales())[-1].id)
    before = await evidence(reader, features)
    for turn in range(ROUNDS):
        await shaken(writer, rng, turn)
        if turn % 2:
            await prepare_all(reader, features)
        warm = await evidence(reader, features)
        with nothing_remembered():
            cold = await evidence(RecordStore(database, memo=Memo(limit_bytes=0)), features)
        assert warm == cold
    assert warm != before
