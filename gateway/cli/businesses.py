"""`businesses add|change|list`: the tenants that keys belong to and records are pushed for."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import available_timezones

import typer

from gateway.cli.printing import Printer, table_of
from gateway.cli.running import fail, opened, run, say, settings
from gateway.domain.caller import Business
from gateway.domain.names import one_line
from gateway.library.policy import load_policy
from gateway.library.policy_types import Plan
from gateway.settings import Settings

businesses_app = typer.Typer(no_args_is_help=True, help="Businesses: add, change, list.")
out = Printer()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Zone = Annotated[str | None, typer.Option(help="IANA name, such as Africa/Accra: quotas count its days and months.")]
Money = Annotated[str | None, typer.Option(help="ISO 4217 code of its records, such as GHS.")]
_MICROS = 1_000_000


@businesses_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The business's name, as its letters are signed.")],
    id: Annotated[str | None, typer.Option(help="The POS's own UUID of it; one is made without it.")] = None,
    plan: Annotated[str, typer.Option(help="A plan of plans.yaml.")] = "STARTER",
    timezone: Zone = "Africa/Accra",
    currency: Money = "GHS",
    as_json: Json = False,
) -> None:
    """Register a business; the next step is a key for it: `keys create NAME --business ID`."""
    found = settings()
    made = _checked(found, Business(_uuid(id), one_line(name), plan.upper(), timezone or "", currency or ""))
    now = datetime.now(UTC)
    if (days := _plans(found)[made.plan].trial_days) is not None:
        made = replace(made, trial_ends_at=int((now + timedelta(days=days)).timestamp() * _MICROS))

    async def work() -> Business:
        async with opened(found) as store:
            there = {one.id: one.name for one in await store.businesses.list()}
            if made.id in there:
                fail(f"The id {made.id} belongs to {there[made.id]} already. Use `businesses change`.")
            await store.businesses.put(made)
            return made

    done = run(work)
    say(_json(done), as_json=as_json, human=lambda: out.print(done.id, markup=False, highlight=False))


@businesses_app.command("change")
def change(
    id: Annotated[str, typer.Argument(help="Its id.")],
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    timezone: Zone = None,
    currency: Money = None,
    as_json: Json = False,
) -> None:
    """Change a business's name, time zone or currency; plans and opt-outs are changed in the admin."""
    found = settings()
    wanted = {"name": name and one_line(name), "timezone": timezone, "currency": currency}
    given: dict[str, Any] = {key: value for key, value in wanted.items() if value is not None}
    if not given:
        fail("Say what to change: --name, --timezone or --currency.")

    async def work() -> Business:
        async with opened(found) as store:
            changed = _checked(found, replace(await store.businesses.get(id), **given))
            await store.businesses.put(changed)
            return changed

    done = run(work)
    say(_json(done), as_json=as_json, human=lambda: _show([done]))


@businesses_app.command("list")
def list_businesses(as_json: Json = False) -> None:
    """List all businesses."""
    found = settings()

    async def work() -> list[Business]:
        async with opened(found) as store:
            return await store.businesses.list()

    every = run(work)
    say({"businesses": [_json(one) for one in every]}, as_json=as_json, human=lambda: _show(every))


def _uuid(given: str | None) -> str:
    try:
        return str(uuid.UUID(given) if given else uuid.uuid4())
    except ValueError:
        fail("--id is a UUID, such as 6e9c975b-3ac7-4aaf-b2a0-1653d504e150.")


def _checked(found: Settings, business: Business) -> Business:
    if not business.name:
        fail("The name must not be empty.")
    if business.plan not in (plans := _plans(found)):
        fail(f"There is no plan {business.plan}. Plans: {', '.join(plans)}.")
    if business.timezone not in available_timezones():
        fail(f"There is no time zone {business.timezone}. Use an IANA name such as Africa/Accra.")
    if not re.fullmatch("[A-Z]{3}", business.currency):
        fail("A currency is three capital letters, such as GHS.")
    return business


def _plans(found: Settings) -> Mapping[str, Plan]:
    return load_policy(found.policy_dir).plans


def _json(business: Business) -> dict[str, Any]:
    ends = business.trial_ends_at
    return {
        "id": business.id,
        "name": business.name,
        "plan": business.plan,
        "timezone": business.timezone,
        "currency": business.currency,
        "ai_opt_out": business.ai_opt_out,
        "trial_ends_at": None if ends is None else f"{datetime.fromtimestamp(ends / _MICROS, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _show(businesses: list[Business]) -> None:
    table = table_of("id", "name", "plan", "time zone", "currency", "opted out", "trial until")
    for one in businesses:
        row = _json(one)
        last = (row["currency"], "yes" if one.ai_opt_out else "", row["trial_ends_at"] or "")
        table.add_row(one.id, one.name, one.plan, one.timezone, *last)
    out.print(table)
