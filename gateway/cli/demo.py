"""The demo tenants: loading them, and telling a newcomer what to do with them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from gateway.app import Store
from gateway.domain.caller import Business
from gateway.settings import ROOT, Settings
from gateway.store.demo import load_tenant

TENANT = ROOT / "demo" / "tenant"
EXAMPLE_DAY = "2026-11-20"


@dataclass(frozen=True, slots=True)
class DemoBusiness:
    """A loaded business with a fresh key, which is shown here only."""

    business: Business
    rows: int
    key: str
    customer_id: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "id": self.business.id,
            "name": self.business.name,
            "plan": self.business.plan,
            "rows": self.rows,
            "key": self.key,
            "example_customer_id": self.customer_id,
        }


async def load(store: Store, tenant: Path, *, quiet: bool) -> list[DemoBusiness]:
    """Load every business of a folder, with progress, and make a key for each."""
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), transient=True, disable=quiet) as progress:
        task = progress.add_task("Loading the demo tenants …")

        def tell(table: str, rows: int) -> None:
            progress.update(task, description=f"Loading {table}: {rows:,} rows")

        loaded = await load_tenant(tenant, store.records, register=store.businesses.put, progress=tell)
    return [
        DemoBusiness(each.business, each.rows, (await store.keys.create("demo", each.business.id))[0], await _customer(store, each.business.id))
        for each in loaded
    ]  # fmt: skip


async def _customer(store: Store, business_id: str) -> str | None:
    """Return the credit customer with the largest balance: an example that has something to say."""
    rows = await store.database.fetch(
        "SELECT id FROM pos_customers WHERE business_id = $1 AND outstanding_balance > 0 "
        "ORDER BY outstanding_balance DESC, id LIMIT 1",
        business_id,
    )
    return str(rows[0][0]) if rows else None


def show(out: Console, businesses: list[DemoBusiness]) -> None:
    """Print the businesses with their keys."""
    table = Table("business", "plan", "rows", "key (shown once)", title="Demo businesses")
    for each in businesses:
        table.add_row(each.business.name, each.business.plan, f"{each.rows:,}", each.key)
    out.print(table)


def welcome(out: Console, businesses: list[DemoBusiness], url: str, settings: Settings) -> None:
    """Print where everything is and one request that works."""
    show(out, businesses)
    out.print(f"API docs   {url}/docs", highlight=False)
    out.print(f"Admin      {url}/admin/", highlight=False)
    if settings.offline:
        out.print("No OPENAI_API_KEY is set: the offline rules answer and say so in every answer.", style="yellow")
    example = next((each for each in businesses if each.customer_id), None)
    if example is not None:
        out.print("\nTry it in another terminal:\n")
        # Plain print: a terminal must not break or colour what is to be copied.
        print(curl(url, example))
        print(flush=True)


def curl(url: str, example: DemoBusiness) -> str:
    """Return a command that asks for a credit assessment of a demo customer."""
    body = {
        "customer_id": example.customer_id,
        "requested_credit_limit": 5000,
        "assessment_type": "increase",
        "as_of": EXAMPLE_DAY,
    }
    return (
        f"curl -s {url}/api/ai/credit/risk-assessment/ \\\n  -H 'Authorization: Bearer {example.key}' \\\n"
        f"  -H 'Content-Type: application/json' \\\n  -d '{json.dumps(body)}'"
    )
