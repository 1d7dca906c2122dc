"""`python -m evals compare`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from evals.commands.gate import REPLIES, Mode
from gateway.settings import ROOT, Settings


def compare_command(
    before: Annotated[str, typer.Argument(help="feature@1, or feature@1:model")],
    after: Annotated[str, typer.Argument(help="feature@2, or feature@2:model")],
    mode: Annotated[Mode, typer.Option(help="Recorded replies of a named model, or the model itself.")] = "recorded",
    every: Annotated[bool, typer.Option("--all", help="Also show the cases that stayed the same.")] = False,
    suites: Annotated[Path, typer.Option(help="Folder of the suites.")] = ROOT / "evals" / "suites",
    replies: Annotated[Path, typer.Option(help="Folder of recorded replies.")] = REPLIES,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Show what two versions or models make of the same golden cases."""
    from evals.commands.comparing import compare_and_show  # with the pipeline, which takes a second to load

    settings = Settings.from_environ(os.environ)
    raise typer.Exit(compare_and_show(settings, before, after, mode, suites, replies, every=every, as_json=as_json))
