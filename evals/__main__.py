"""`python -m evals gate`: judge every prompt of the repository."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from evals.demo_tenants import open_workbench
from evals.gate import GateRun, run_gate
from evals.report import as_json, write_reports
from evals.run import CaseResult
from gateway.library.problems import LibraryError
from gateway.settings import ROOT, Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Judge prompts by their golden cases.")
Features = Annotated[list[str] | None, typer.Option("--feature", help="Only these features; may be repeated.")]


@app.callback()
def evals() -> None:
    """Judge prompts by their golden cases."""


@app.command()
def gate(
    feature: Features = None,
    write: Annotated[bool, typer.Option("--write", help="Keep the verdicts of versions that passed.")] = False,
    suites: Annotated[Path, typer.Option(help="Folder of the suites.")] = ROOT / "evals" / "suites",
    reports: Annotated[Path, typer.Option(help="Folder for JSON, JUnit and Markdown.")] = Path("test-results"),
    as_json_: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Run the golden suites and close the gate unless every version carries a passed, unchanged verdict."""
    console = Console(stderr=True)
    settings = Settings.from_environ(os.environ)
    try:
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("Cases", total=None)
            run = asyncio.run(
                _gate(settings, suites, feature or (), write=write, progress=lambda result: progress.advance(task))
            )
    except LibraryError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    write_reports(reports, run.judgements, run.complaints)
    if as_json_:
        print(json.dumps(as_json(run.judgements, run.complaints), ensure_ascii=False))
    else:
        _print(run)
    if run.complaints:
        raise typer.Exit(100)


async def _gate(
    settings: Settings, suites: Path, features: Sequence[str], *, write: bool, progress: Callable[[CaseResult], None]
) -> GateRun:
    async with open_workbench(settings) as bench:
        return await run_gate(bench, suites, settings.verdicts_dir, features=features, write=write, progress=progress)


def _print(run: GateRun) -> None:
    console = Console()
    table = Table("prompt", "model", "cases", "passed", "verdict", title="Golden suites")
    for judgement in run.judgements:
        verdict = judgement.verdict
        style = "green" if verdict.outcome == "passed" else "red"
        counts = str(verdict.figures["cases"]), str(verdict.figures["passed"])
        table.add_row(f"{verdict.feature}@{verdict.version}", verdict.model, *counts, f"[{style}]{verdict.outcome}[/]")
    console.print(table)
    for judgement in run.judgements:
        for result in judgement.results:
            if not result.passed:
                console.print(f"✗ {judgement.verdict.feature}: {result.case.description}", style="red", markup=False)
                console.print(f"    {result.reason}", markup=False)
    for complaint in run.complaints:
        console.print(complaint, style="bold red", markup=False)


if __name__ == "__main__":
    app()
