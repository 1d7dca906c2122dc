"""`python -m evals run`: run a promptfoo config, show what happened, write the result, end with promptfoo's status."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evals.config.loading import ConfigError
from evals.engine.results import exit_status
from evals.engine.session import Ran, RunOptions, Watcher, run_config
from evals.engine.writers import mark, output, summary, title, write
from evals.providers.gateway import special_providers

SHOWN_ROWS = 50


def run_command(
    config: Path,
    settings: Mapping[str, str],
    options: RunOptions,
    outputs: Sequence[Path],
    *,
    as_json: bool,
    table: bool,
) -> None:
    """Carry out one run; raises typer.Exit with 1 for a refused config, else with promptfoo's status."""
    console = Console(stderr=True)
    try:
        ran = _run(config, settings, options, console)
        for path in [*outputs, *(config.parent / name for name in ran.outputs)]:
            write(path, ran.document)
    except ConfigError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    stats = ran.document["results"]["stats"]
    if as_json:
        print(json.dumps({"stats": stats, "status": exit_status(stats, settings)}, ensure_ascii=False))
    else:
        _show(ran, table)
    raise typer.Exit(exit_status(stats, settings))


def _run(config: Path, settings: Mapping[str, str], options: RunOptions, console: Console) -> Ran:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Cases", total=None)

        def advance(row: Mapping[str, Any]) -> None:
            progress.advance(task)

        def warned(text: str) -> None:
            console.print(text, style="yellow", markup=False)

        watcher = Watcher(lambda count: progress.update(task, total=count), advance, warned)
        return asyncio.run(run_config(config, settings, options, special_providers(settings), watcher))


def _show(ran: Ran, table: bool) -> None:
    console = Console()
    if table:
        for row in ran.document["results"]["results"][:SHOWN_ROWS]:
            first = output(row).splitlines()[0][:100] if output(row) else ""
            console.print(f"{mark(row):5} {title(row)}: {first}", markup=False, soft_wrap=True)
    console.print(summary(ran.document).rstrip(), markup=False, soft_wrap=True)
