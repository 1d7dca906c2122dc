"""Claims, settlements and a clock for the tests of the store."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from msgspec.structs import replace

from gateway.domain.ledger import AuditEntry, Claim, Settlement, StoredAnswer, UsageRow, Window
from gateway.domain.usage import Usage
from gateway.store.crypto import Sealer
from gateway.store.database import Database
from gateway.store.jobs import Jobs
from gateway.store.ledger import DatabaseLedger

NOW = 1_795_341_600_000_000
MINUTE = 60_000_000
MONTH = Window("2026-11", NOW + 8 * 24 * 60 * MINUTE)
BUSINESS = "6c0f1a52-94f1-4d6e-9df8-a00000000001"
SECRET = "a secret of the tests, 32 characters or more"
_numbers = count(1)


@dataclass
class SetClock:
    """A clock that stands until it is set."""

    at: int = NOW

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / 1e6


def sealer() -> Sealer:
    return Sealer([SECRET])


def ledger_on(database: Database, clock: SetClock | None = None) -> DatabaseLedger:
    return DatabaseLedger(database, sealer(), clock or SetClock())


def jobs_on(database: Database, clock: SetClock | None = None) -> Jobs:
    return Jobs(database, sealer(), clock or SetClock())


def claim(**changes: Any) -> Claim:
    usual = Claim(
        request_id=f"request-{next(_numbers)}",
        business_id=BUSINESS,
        feature="credit_risk",
        meter="credit_assessments_per_month",
        units=1,
        quota_limit=10,
        quota_window=MONTH,
        budget_window=MONTH,
        budget_cap=1000,
        amount=100,
        expires_at=NOW + MINUTE,
    )
    return replace(usual, **changes)


def settlement(of: Claim, cost: int = 0, units: int = 1, stored: StoredAnswer | None = None) -> Settlement:
    row = UsageRow(
        request_id=of.request_id,
        business_id=of.business_id,
        feature=of.feature,
        prompt="credit_risk@1",
        prompt_hash="f" * 64,
        source="model",
        route="gpt-4",
        model="gpt-6.1-sol",
        degraded="",
        status=200,
        usage=Usage(input_tokens=40, output_tokens=2),
        cost=cost,
        attempts=1,
        latency_ms=12,
        user_hash="",
        created_at=NOW,
    )
    entry = AuditEntry(of.business_id, "key-1", "ai.credit_risk", of.request_id, NOW, {"status": 200, "cost": cost})
    return Settlement(cost, units, row, entry, stored)


async def money(database: Database, business_id: str = BUSINESS) -> tuple[int, int]:
    """Return (spent, reserved)."""
    rows = await database.fetch("SELECT spent, reserved FROM budget WHERE business_id = $1", business_id)
    return (rows[0][0], rows[0][1]) if rows else (0, 0)


async def counted(database: Database, business_id: str = BUSINESS) -> int:
    rows = await database.fetch("SELECT used FROM quota_counter WHERE business_id = $1", business_id)
    return rows[0][0] if rows else 0


async def assert_balanced(database: Database, business_id: str = BUSINESS) -> None:
    """Compare the counters with the rows that they sum up."""

    async def number(sql: str) -> int:
        return int((await database.fetch(sql, business_id))[0][0])

    costs = await number("SELECT COALESCE(SUM(cost), 0) FROM usage WHERE business_id = $1")
    held = await number(
        "SELECT COALESCE(SUM(amount), 0) FROM reservation WHERE business_id = $1 AND state IN ('open', 'sent')"
    )
    assert await money(database, business_id) == (costs, held)
