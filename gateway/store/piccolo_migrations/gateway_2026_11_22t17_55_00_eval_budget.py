"""What trying prompts with a real model has cost, by month. Money is nano-USD."""

from typing import Any

from gateway.store.migrating import manager_of

ID = "2026-11-22T17:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Budget for evaluations"

TABLES = (
    """CREATE TABLE eval_budget (
        holder TEXT NOT NULL,
        period TEXT NOT NULL,
        spent BIGINT NOT NULL,
        reserved BIGINT NOT NULL,
        PRIMARY KEY (holder, period)
    )""",
)


async def forwards() -> Any:
    """Piccolo's entry point."""
    return manager_of(ID, DESCRIPTION)
