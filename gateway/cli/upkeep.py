"""`retention check|run`, `secrets rotate`, `privacy receipt` and `jobs list|restart`: an operator's upkeep."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.printing import Printer, table_of
from gateway.cli.running import fail, opened, run, say, settings
from gateway.domain.jobs import JobState
from gateway.store.audit import canonical
from gateway.store.crypto import Sealer
from gateway.store.migrating import migrate_open
from gateway.store.retention import overdue, policies, purge
from gateway.store.rotation import Rotated, rotate

retention_app = typer.Typer(no_args_is_help=True, help="How long each table keeps what: check it, enforce it.")
secrets_app = typer.Typer(no_args_is_help=True, help="The key that encrypts what rests.")
privacy_app = typer.Typer(no_args_is_help=True, help="Receipts of erasures.")
jobs_app = typer.Typer(no_args_is_help=True, help="Background jobs: list them, start dead ones again.")
out = Printer()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@retention_app.command("check")
def check(as_json: Json = False) -> None:
    """List every table with its policy; ends with status 1 when rows are kept longer than that."""
    found = settings()

    async def work() -> dict[str, int]:
        async with opened(found) as store:
            await migrate_open(store.database)
            return await overdue(store.database, store.clock.now())

    late = run(work)
    rows = [{"table": table, "policy": policy, "overdue": late.get(table, 0)} for table, policy in policies()]

    def show() -> None:
        table = table_of("table", "policy", "overdue")
        for row in rows:
            table.add_row(str(row["table"]), str(row["policy"]), str(row["overdue"]))
        out.print(table)

    say({"tables": rows}, as_json=as_json, human=show)
    if late:
        fail(f"Rows are kept too long in {', '.join(sorted(late))}. Run `python -m gateway retention run`.")


@retention_app.command("run")
def enforce(as_json: Json = False) -> None:
    """Delete what has been kept long enough; the service does so every hour by itself."""
    found = settings()

    async def work() -> int:
        async with opened(found) as store:
            await migrate_open(store.database)
            return await purge(store.database, store.clock.now())

    gone = run(work)
    say({"rows": gone}, as_json=as_json, human=lambda: out.print(f"{gone} rows."))


@secrets_app.command("rotate")
def rotate_secrets(as_json: Json = False) -> None:
    """Seal everything anew with SECRET_KEY; afterwards SECRET_KEY_PREVIOUS can be emptied."""
    found = settings()

    async def work() -> Rotated:
        async with opened(found) as store:
            await migrate_open(store.database)
            return await rotate(store.database, store.sealer)

    done = run(work)
    value = {"renewed": done.renewed, "current": done.current, "unreadable": done.unreadable}
    say(value, as_json=as_json, human=lambda: out.print(f"{done.renewed} sealed anew, {done.current} were current."))
    if done.unreadable:
        fail(f"{done.unreadable} values open with no listed key: list the earlier one in SECRET_KEY_PREVIOUS.")


@privacy_app.callback()
def privacy() -> None:
    """Receipts of erasures."""


@privacy_app.command("receipt")
def receipt(
    file: Annotated[Path, typer.Argument(help="JSON file of a receipt, as the erasure's job gives it.")],
    as_json: Json = False,
) -> None:
    """Check that a receipt of an erasure is ours and unchanged."""
    found = settings()
    try:
        given: dict[str, Any] = json.loads(file.read_text("utf-8"))
        signature = str(given.pop("signature"))
    except (OSError, ValueError, KeyError, AttributeError):
        fail("The file holds no receipt.")
    body = {key: value for key, value in given.items() if key not in ("algorithm", "public_key")}
    if not Sealer(found.secrets()).signed_by_us(canonical(body), signature):
        fail("The receipt was changed, or another service has signed it.")
    say({"genuine": True}, as_json=as_json, human=lambda: out.print("The receipt is genuine."))


@jobs_app.command("list")
def jobs_list(
    state: Annotated[str, typer.Option(help="queued, running, completed, failed, dead or cancelled.")] = "dead",
    as_json: Json = False,
) -> None:
    """List the newest jobs of a state; never their contents."""
    found = settings()
    states: dict[str, JobState] = {
        "queued": "queued", "running": "running", "completed": "completed", "failed": "failed", "dead": "dead",
        "cancelled": "cancelled",
    }  # fmt: skip
    if state not in states:
        fail(f"There is no state {state}. There are: {', '.join(states)}.")

    async def work() -> list[dict[str, Any]]:
        async with opened(found) as store:
            return await store.jobs.of_state(states[state])

    rows = run(work)

    def show() -> None:
        table = table_of("business", "id", "kind", "attempts", "fault")
        for row in rows:
            table.add_row(row["business_id"] or "–", row["id"], row["kind"], str(row["attempts"]), row["fault"])
        out.print(table)

    say({"jobs": rows}, as_json=as_json, human=show)


@jobs_app.command("restart")
def jobs_restart(
    job: Annotated[str, typer.Argument(help="Id of a dead job.")],
    business: Annotated[str, typer.Option(help="Its business; none for a job of the whole service.")] = "",
    as_json: Json = False,
) -> None:
    """Start a dead job again, with all its attempts."""
    found = settings()

    async def work() -> bool:
        async with opened(found) as store:
            return await store.jobs.restart(business, job)

    if not run(work):
        fail(f"There is no dead job {job}.")
    say({"restarted": job}, as_json=as_json, human=lambda: None)
