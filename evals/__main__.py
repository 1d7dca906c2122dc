"""`python -m evals`: `gate` judges every prompt of the repository, `compare` shows two versions side by side, `run`
runs any promptfoo config.
"""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from evals import flags
from evals.commands.compare import compare_command
from evals.commands.gate import gate
from evals.config.loading import ConfigError
from evals.engine.filters import Filters
from evals.engine.session import RunOptions
from evals.exporting import exported
from evals.importing import imported
from evals.running_cli import run_command
from gateway import logs

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Judge prompts by their golden cases.")
app.command("gate")(gate)
app.command("compare")(compare_command)


@app.callback()
def evals(context: typer.Context) -> None:
    """Judge prompts by their golden cases."""
    context.with_resource(logs.silent())  # what a suite provokes is no news, and standard output is for results


@app.command("run")
def run_(
    config: Annotated[Path, typer.Argument(help="A promptfoo config: YAML or JSON.")],
    output: flags.Outputs = None,
    strict: flags.Strict = False,
    concurrency: flags.Concurrency = None,
    repeat: flags.Repeat = None,
    delay: flags.Delay = None,
    grader: flags.Grader = None,
    var: flags.Variables = None,
    filter_first_n: flags.FirstN = None,
    filter_pattern: flags.Pattern = None,
    filter_range: flags.Range = None,
    filter_metadata: flags.Metadata = None,
    filter_failing: flags.Failing = None,
    filter_failing_only: flags.FailingOnly = None,
    filter_errors_only: flags.ErrorsOnly = None,
    filter_sample: flags.Sample = None,
    filter_sample_seed: flags.Seed = None,
    filter_prompts: flags.Prompts = None,
    filter_providers: flags.Providers = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    table: flags.Table = False,
    cache: flags.Cache = False,
) -> None:
    """Run a promptfoo config: same verdicts, scores, result file and exit status as promptfoo."""
    filters = Filters(
        filter_first_n, filter_pattern, filter_range, filter_metadata or (), filter_failing, filter_failing_only,
        filter_errors_only, filter_sample, filter_sample_seed,
    )  # fmt: skip
    variables = dict(item.split("=", 1) for item in var or [] if "=" in item)
    options = RunOptions(
        filters, filter_prompts, filter_providers, repeat, concurrency, delay, grader, variables, strict
    )
    run_command(config, os.environ, options, output or [], as_json=as_json_, table=table)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV of tests, an exported promptfoo config, or a prompt object.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write the YAML; else it is shown.")
    ] = None,
) -> None:
    """Turn the tests or prompts of another tool into a promptfoo config."""
    try:
        made = imported(file, os.environ)
    except ConfigError as error:
        Console(stderr=True).print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    if output is None:
        print(made, end="")
    else:
        output.write_text(made, "utf-8")


@app.command("export")
def export_(
    suite: Annotated[Path, typer.Argument(help="One of our suites.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the config for promptfoo.")],
) -> None:
    """Write a suite so that promptfoo itself can run it, our own checks included."""
    try:
        output.write_text(exported(suite), "utf-8")
    except ConfigError as error:
        Console(stderr=True).print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
