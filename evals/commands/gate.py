"""`python -m evals gate`."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from gateway.settings import ROOT, Settings

Mode = Literal["offline", "recorded", "live"]
REPLIES = ROOT / "evals" / "replies"


def gate(
    feature: Annotated[list[str] | None, typer.Option(help="Only these features; may be repeated.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what changed since this Git revision.")] = None,
    bar: Annotated[str | None, typer.Option(help="Compare the suites with this revision (default: --since).")] = None,
    write: Annotated[bool, typer.Option("--write", help="Keep the verdicts of versions that passed.")] = False,
    mode: Annotated[Mode, typer.Option(help="Who answers: the rules, recorded replies or a model.")] = "offline",
    model: Annotated[str, typer.Option(help="The model of recorded and live runs.")] = "",
    record: Annotated[bool, typer.Option("--record", help="Keep the replies of a live run.")] = False,
    afresh: Annotated[bool, typer.Option("--afresh", help="Ask again what was recorded already.")] = False,
    max_cost: Annotated[float | None, typer.Option(help="Refuse a live run above so many US dollars.")] = None,
    repeat: Annotated[int, typer.Option(min=1, max=20, help="Run every case so often.")] = 1,
    concurrency: Annotated[int, typer.Option(min=1, max=32, help="Cases at a time.")] = 1,
    suites: Annotated[Path, typer.Option(help="Folder of the suites.")] = ROOT / "evals" / "suites",
    replies: Annotated[Path, typer.Option(help="Folder of recorded replies.")] = REPLIES,
    reports: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("test-results"),
    as_json_: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Run the golden suites and close the gate unless every version carries a passed, unchanged verdict."""
    # Imported here: the pipeline takes a second to load, and the other commands do without it.
    from evals.commands.judging import Asked, judge_and_show
    from evals.gate import Wish

    settings = Settings.from_environ(os.environ)
    asked = Asked(mode, model, record, afresh, max_cost, replies)
    wish = Wish(
        suites, settings.verdicts_dir, ROOT, feature or (), since, bar, write, repeat, concurrency,
        reports / "unfinished",
    )  # fmt: skip
    raise typer.Exit(judge_and_show(settings, asked, wish, reports, as_json=as_json_))
