"""The commands: serve, worker, migrate, demo, keys, prompts, knowledge, audit."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from admin.access import new_sign_in_link
from admin.demo import before_the_month, live_through
from admin.lifecycle import Synced
from admin.lifecycle import sync as sync_prompts
from gateway.adapters.heap import share_one_heap
from gateway.app import VERSION
from gateway.cli import demo as demo_command
from gateway.cli.books import backup, books_app
from gateway.cli.businesses import businesses_app
from gateway.cli.keys import keys_app
from gateway.cli.knowledge import knowledge_app, load_guides
from gateway.cli.printing import Printer, table_of
from gateway.cli.running import fail, opened, run, say, settings
from gateway.cli.serving import serve_forever, work_forever
from gateway.cli.upkeep import jobs_app, privacy_app, retention_app, secrets_app
from gateway.cli.webhooks import webhooks_app
from gateway.library.catalog import Catalog, load_catalog
from gateway.library.policy import load_policy
from gateway.pipeline.economics import PlanCost, plan_costs, plan_row
from gateway.ports import Clock
from gateway.settings import Settings
from gateway.store.migrating import let_log_in, migrate_open
from gateway.store.migrating import migrate as migrate_database
from gateway.store.scope import NOBODY

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The POS AI gateway."
)
prompts_app = typer.Typer(no_args_is_help=True, help="Prompt files: check them, bring the database in line.")
admin_app = typer.Typer(no_args_is_help=True, help="The admin's pages.")
plans_app = typer.Typer(no_args_is_help=True, help="What plans can cost against what they bring in.")
audit_app = typer.Typer(no_args_is_help=True, help="The hash-chained audit log.")
app.add_typer(businesses_app, name="businesses")
app.add_typer(keys_app, name="keys")
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(prompts_app, name="prompts")
app.add_typer(audit_app, name="audit")
app.add_typer(plans_app, name="plans")
app.add_typer(admin_app, name="admin")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(jobs_app, name="jobs")
app.add_typer(privacy_app, name="privacy")
app.add_typer(retention_app, name="retention")
app.add_typer(secrets_app, name="secrets")
app.add_typer(books_app, name="books")
app.command()(backup)
out = Printer()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; with more than one use PostgreSQL.")] = 1,
) -> None:
    """Migrate, bring the prompts in line and serve."""
    share_one_heap()
    found = settings()
    catalog = run(lambda: _prepare(found))
    serve_forever(found, host, port, workers, catalog)


@app.command()
def worker() -> None:
    """Do background jobs until told to stop, without serving requests; any number of these may run."""
    found = settings()
    run(lambda: _prepare(found))
    run(lambda: work_forever(found), within=NOBODY)


@app.command()
def migrate(as_json: Json = False) -> None:
    """Bring the database up to date."""
    found = settings()
    ran = run(lambda: _migrate(found))
    say({"migrations": ran}, as_json=as_json, human=lambda: out.print(f"{len(ran)} migrations ran."))


@app.command()
def demo(
    tenant: Annotated[Path | None, typer.Option(help="Folder of JSON Lines; the product's own by default.")] = None,
    as_json: Json = False,
) -> None:
    """Load the demo tenants and print a key for each business."""
    found = settings()

    async def load() -> list[demo_command.DemoBusiness]:
        async with opened(found) as store:
            await migrate_open(store.database)
            return await demo_command.load(store, tenant or demo_command.TENANT, quiet=as_json)

    businesses = run(load)
    value = {"businesses": [business.as_json() for business in businesses]}
    say(value, as_json=as_json, human=lambda: demo_command.show(businesses))


@app.command(hidden=True)
def quickstart(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000, host: str = "127.0.0.1", month: bool = True
) -> None:  # fmt: skip
    """Migrate, load the demo tenants, say how to use them, and serve: what `make run` does."""
    found = settings()

    url = f"http://{host}:{port}"

    async def ready() -> tuple[Catalog, list[demo_command.DemoBusiness], str]:
        await migrate_database(found.database_url)
        async with opened(found) as store:
            fresh = not await store.releases.known()
        # What the repository brings was there before the demo's first month, so that its history reads in order.
        catalog = await _prepare(found, before_the_month() if fresh else None)
        async with opened(found) as store:
            businesses = await demo_command.load(store, demo_command.TENANT, quiet=False)
            return catalog, businesses, await new_sign_in_link(store, url)

    catalog, businesses, sign_in = run(ready)
    demo_command.welcome(businesses, url, sign_in, found)
    if month:  # nobody has to wait for it: the pages fill while one looks
        subprocess.Popen([sys.executable, "-m", "gateway", "furnish"], stdin=subprocess.DEVNULL)
    serve_forever(found, host, port, 1, catalog)


@app.command(hidden=True)
def furnish(days: Annotated[int, typer.Option(min=1, max=60)] = 30) -> None:
    """Let the demo businesses live through a month up to now, with prompts in every stage of their life."""
    found = settings()
    os.nice(10)
    run(lambda: live_through(found, days))


@prompts_app.command("lint")
def lint(as_json: Json = False) -> None:
    """Check every prompt and policy file; says file, line and what to write instead."""
    found = settings()

    async def load() -> int:
        return len(_catalog(found).prompts)

    count = run(load)
    say(
        {"versions": count, "problems": []}, as_json=as_json, human=lambda: out.print(f"{count} versions, no problems.")
    )


@prompts_app.command("sync")
def sync(as_json: Json = False) -> None:
    """Import versions and verdicts from the repository and release what is proven."""
    found = settings()
    synced = run(lambda: _sync(found, _catalog(found)))
    value = {"imported": synced.imported, "released": list(synced.released), "unproven": list(synced.unproven)}
    say(value, as_json=as_json, human=lambda: _show_sync(synced))


@plans_app.command("lint")
def lint_plans(as_json: Json = False) -> None:
    """Compare what each plan can cost with its price; ends with status 1 when one can cost more than is accepted."""
    found = settings()

    async def load() -> list[PlanCost]:
        policy = load_policy(found.policy_dir)
        return plan_costs(policy, load_catalog(found.prompts_dir, policy), datetime.now(UTC).date())

    costs = run(load)
    rows = [plan_row(cost) for cost in costs]

    def show() -> None:
        table = table_of("plan", "worst month USD", "bounded by", "of its price", "accepted")
        for row in rows:
            table.add_row(*(str(value) for value in row.values()))
        out.print(table)

    say({"plans": rows}, as_json=as_json, human=show)
    if dear := [cost.plan for cost in costs if cost.too_dear]:
        fail(
            f"{', '.join(dear)} can cost more than is accepted. Lower a quota or the cap, raise the price, shorten a "
            "prompt, or state an exception with its reason in plans.yaml."
        )


@plans_app.callback()
def plans() -> None:
    """What plans can cost."""


@audit_app.command("verify")
def verify(as_json: Json = False) -> None:
    """Recompute every business's hash chain; ends with status 1 at the first entry that was altered."""
    found = settings()

    async def check() -> dict[str, int]:
        async with opened(found) as store:
            return await store.audit.verify_all()

    broken = run(check)
    say({"broken": broken}, as_json=as_json, human=lambda: None)
    if broken:
        fail("\n".join(f"Business {business}: entry {seq} does not fit the chain." for business, seq in broken.items()))
    if not as_json:
        out.print("Every chain is whole.")


@admin_app.callback()
def admin() -> None:
    """The admin's pages."""


@admin_app.command("link")
def link(
    url: Annotated[str, typer.Option(help="Where the service is reached.")] = "http://127.0.0.1:8000",
    email: Annotated[str, typer.Option(help="Whose password is to be set anew; none makes a new account.")] = "",
    as_json: Json = False,
) -> None:
    """Print a link that sets up an administrator's account, or a new password; it works once, within 30 minutes."""
    found = settings()

    async def make() -> str:
        async with opened(found) as store:
            return await new_sign_in_link(store, url, email)

    made = run(make)
    say({"link": made}, as_json=as_json, human=lambda: print(made))


@app.command()
def version() -> None:
    """Print the version."""
    print(VERSION)


async def _migrate(found: Settings) -> list[str]:
    ran = await migrate_database(found.database_url)
    if found.database_app_password and not found.database_url.startswith("sqlite:"):
        await let_log_in(found.database_url, found.database_app_password)
    return ran


async def _prepare(found: Settings, clock: Clock | None = None) -> Catalog:
    await migrate_database(found.database_url)
    catalog = _catalog(found)
    found.check_flags({feature.flag for feature in catalog.features.values()})
    synced = await _sync(found, catalog, clock)
    async with opened(found) as store:
        await load_guides(store, found.guides_dir)
    for sentence in synced.unproven:
        typer.secho(sentence, fg="yellow", err=True)
    return catalog


def _catalog(found: Settings) -> Catalog:
    return load_catalog(found.prompts_dir, load_policy(found.policy_dir))


async def _sync(found: Settings, catalog: Catalog, clock: Clock | None = None) -> Synced:
    async with opened(found, clock) as store:
        return await sync_prompts(catalog, found.verdicts_dir, store.releases)


def _show_sync(synced: Synced) -> None:
    table = table_of("what", "which")
    table.add_row("new versions", str(synced.imported))
    table.add_row("released", ", ".join(synced.released) or "–")
    out.print(table)
    for sentence in synced.unproven:
        out.print(sentence, style="yellow", markup=False)
