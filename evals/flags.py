"""The flags of `evals run`, as promptfoo names them."""

from pathlib import Path
from typing import Annotated

import typer

_SEVERAL = "May be repeated."
Outputs = Annotated[
    list[Path] | None,
    typer.Option("--output", "-o", help=f"Write the result; the ending tells in which form. {_SEVERAL}"),
]
Strict = Annotated[bool, typer.Option("--strict/--no-strict", help="Refuse what promptfoo lets pass silently.")]
Concurrency = Annotated[int | None, typer.Option("--max-concurrency", "-j", help="How many cases at a time (4).")]
Repeat = Annotated[int | None, typer.Option(help="Run every case so many times.")]
Delay = Annotated[float | None, typer.Option(help="Milliseconds after each call.")]
Grader = Annotated[str | None, typer.Option(help="Provider for graded assertions that name none.")]
Variables = Annotated[list[str] | None, typer.Option("--var", help=f"name=value, unless a test sets it. {_SEVERAL}")]
FirstN = Annotated[int | None, typer.Option("--filter-first-n", "-n", min=1, help="Only the first so many tests.")]
Pattern = Annotated[str | None, typer.Option(help="Only tests whose description matches.")]
Range = Annotated[str | None, typer.Option(help="Only tests a:b, counted from 0.")]
Metadata = Annotated[list[str] | None, typer.Option(help=f"Only tests whose metadata holds key=value. {_SEVERAL}")]
Failing = Annotated[Path | None, typer.Option(help="Only tests that did not pass in this result file.")]
FailingOnly = Annotated[Path | None, typer.Option(help="Only tests that failed in this file, without errors.")]
ErrorsOnly = Annotated[Path | None, typer.Option(help="Only tests that were errors in this file.")]
Sample = Annotated[int | None, typer.Option(help="So many tests, chosen by chance.")]
Seed = Annotated[int | None, typer.Option(help="The same chance every time.")]
Prompts = Annotated[str | None, typer.Option(help="Only prompts whose label or id matches.")]
Providers = Annotated[
    str | None,
    typer.Option("--filter-providers", "--filter-targets", help="Only providers whose id or label matches."),
]
Table = Annotated[bool, typer.Option("--table/--no-table", help="Print a line for each case.")]
Cache = Annotated[bool, typer.Option("--cache/--no-cache", help="Taken for promptfoo's sake; nothing is cached.")]
