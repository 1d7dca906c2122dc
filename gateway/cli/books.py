"""`backup` and `books check`: a copy of the database while it is in use, and whether its counters fit its rows."""

import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.printing import Printer
from gateway.cli.running import fail, opened, run, say, settings
from gateway.store.books import Drift, drifts
from gateway.store.sqlite import sqlite_path

books_app = typer.Typer(no_args_is_help=True, help="The ledger's books.")
out = Printer()
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@books_app.callback()
def books() -> None:
    """The ledger's books."""


@books_app.command("check")
def check(as_json: Json = False) -> None:
    """Compare what every business has spent and reserved with its rows; ends with status 1 when they differ."""
    found = settings()

    async def work() -> list[Drift]:
        async with opened(found) as store:
            return await drifts(store.database, store.clock.now())

    wrong = run(work)
    say({"drifts": [asdict(one) for one in wrong]}, as_json=as_json, human=lambda: None)
    if wrong:
        fail("\n".join(
            f"Business {one.business_id}: spent {one.spent}, rows say {one.charged}; reserved {one.reserved}, "
            f"rows say {one.held} (nano-USD)." for one in wrong
        ))  # fmt: skip
    if not as_json:
        out.print("Every counter is the sum of its rows.")


def backup(
    file: Annotated[Path, typer.Argument(help="The copy; it must not exist yet.")],
) -> None:
    """Copy a SQLite database while the service runs; the copy is one instant's, whole and checked."""
    found = settings()
    if not found.database_url.startswith("sqlite:"):
        fail("This copies SQLite. For PostgreSQL: pg_dump --format=custom --file FILE DATABASE_URL")
    if file.exists():
        fail(f"{file} exists already; name a new file.")
    try:
        _copy(sqlite_path(found.database_url), file)
    except sqlite3.Error as error:
        file.unlink(missing_ok=True)
        fail(f"The copy failed: {error}")


def _copy(source: Path, target: Path) -> None:
    address = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=30)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        ((verdict,),) = copy.execute("PRAGMA integrity_check").fetchall()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)
