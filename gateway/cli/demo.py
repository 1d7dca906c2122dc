"""The demo tenants: loading them, and telling a newcomer what to do with them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.app import Store
from gateway.domain.caller import Business
from gateway.settings import ROOT, Settings
from gateway.store.demo import LoadedTenant, load_tenant
from gateway.store.records_kinds import decode_money

TENANT = ROOT / "demo" / "tenant"
EXAMPLE_DAY = "2026-11-20"


@dataclass(frozen=True, slots=True)
class DemoBusiness:
    """A loaded business with a fresh key, which is shown here only."""

    business: Business
    rows: int
    key: str
    customer_id: str | None
    credit_limit: int = 0
    """The example customer's, in whole units of its currency."""

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
    """Load every business of a folder, with progress, and make a key for each; an earlier demo key stays valid."""
    from rich.progress import Progress, SpinnerColumn, TextColumn  # a service that runs needs no rich

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), transient=True, disable=quiet) as progress:
        task = progress.add_task("Loading the demo tenants …")

        def tell(table: str, rows: int) -> None:
            progress.update(task, description=f"Loading {table}: {rows:,} rows")

        loaded = await load_tenant(tenant, store.records, register=store.businesses.put, progress=tell)
    return [await _with_key(store, each) for each in loaded]


async def _with_key(store: Store, loaded: LoadedTenant) -> DemoBusiness:
    business_id = loaded.business.id
    plain, _ = await store.keys.create("demo", business_id)
    customer_id, limit = await _customer(store, business_id)
    return DemoBusiness(loaded.business, loaded.rows, plain, customer_id, limit)


async def _customer(store: Store, business_id: str) -> tuple[str | None, int]:
    """Return the credit customer with the largest balance, an example that has something to say, and its limit."""
    rows = await store.database.fetch(
        "SELECT id, credit_limit FROM pos_customers WHERE business_id = $1 AND outstanding_balance > 0 "
        "ORDER BY outstanding_balance DESC, id LIMIT 1",
        business_id,
    )
    return (str(rows[0][0]), int(decode_money(rows[0][1] or 0))) if rows else (None, 0)


def show(businesses: list[DemoBusiness]) -> None:
    """Print the businesses with their keys, plainly: what is to be copied must not be wrapped or coloured."""
    width = max(len(each.business.name) for each in businesses)
    print("Demo businesses and their keys (shown once):")
    for each in businesses:
        print(f"  {each.business.name:{width}}  {each.business.plan:12}  {each.rows:>6,} rows  {each.key}")


def welcome(businesses: list[DemoBusiness], url: str, sign_in: str, settings: Settings) -> None:
    """Print where everything is and one request that works."""
    print()
    show(businesses)
    print(
        f"\nAPI docs   {url}/docs\nAdmin      {url}/admin/\n"
        f"  set up an account  {sign_in}  (works once, for 30 minutes)"
    )
    if settings.offline:
        print("\nNo OPENAI_API_KEY is set: the offline rules answer, and say so in every answer.")
    example = next((each for each in businesses if each.customer_id), None)
    if example is not None:
        print(f"\nTry it in another terminal:\n\n{curl(url, example)}\n", flush=True)


def curl(url: str, example: DemoBusiness) -> str:
    """Return a command that asks whether a demo customer may have a fifth more credit."""
    body = {
        "customer_id": example.customer_id,
        "requested_credit_limit": example.credit_limit * 6 // 5 or 5000,
        "assessment_type": "increase",
        "as_of": EXAMPLE_DAY,
    }
    return (
        f"curl -s {url}/api/ai/credit/risk-assessment/ \\\n  -H 'Authorization: Bearer {example.key}' \\\n"
        f"  -H 'Content-Type: application/json' \\\n  -d '{json.dumps(body)}'"
    )
