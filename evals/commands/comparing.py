"""What `python -m evals compare` does."""

import asyncio
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals.commands.gate import Mode
from evals.commands.judging import Asked, NotRun, asking
from evals.compare import Comparison, NotComparable, Side, compare, parse_side
from evals.demo_tenants import open_workbench
from evals.gate import OFFLINE, load
from evals.rounds import run_rounds
from evals.run import CaseResult
from evals.workbench import Workbench
from gateway.library.problems import LibraryError
from gateway.settings import Settings

STYLE = {"worse": "red", "better": "green", "changed": "yellow", "same": "dim"}


def compare_and_show(
    settings: Settings, before: str, after: str, mode: Mode, suites: Path, replies: Path, *, every: bool, as_json: bool
) -> int:
    """Print the comparison and return the exit status."""
    try:
        found = asyncio.run(_compared(settings, before, after, mode, suites, replies))
    except (LibraryError, NotRun, NotComparable) as error:
        Console(stderr=True).print(str(error), style="red", markup=False)
        return 1
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _show(found, every=every)
    return 0


async def _compared(settings: Settings, before: str, after: str, mode: Mode, suites: Path, replies: Path) -> Comparison:
    async with open_workbench(settings) as offline:
        versions = offline.catalog.prompts
        a, b = (parse_side(text, versions, OFFLINE) for text in (before, after))
        if a.prompt.feature != b.prompt.feature:
            raise NotComparable("Both sides must be versions of one feature: their cases are the same then.")
        results = [await _run(settings, offline, side, mode, suites, replies) for side in (a, b)]
        return compare(offline.catalog.features[a.prompt.feature], (before, after), *results)


async def _run(
    settings: Settings, offline: Workbench, side: Side, mode: Mode, suites: Path, replies: Path
) -> list[CaseResult]:
    live: Mode = "offline" if side.model == OFFLINE else mode
    asked = Asked(live, side.model, mode == "live", False, None, replies)
    async with asking(settings, asked, offline) as bench:
        return await run_rounds(bench, load(suites / f"{side.prompt.feature}.yaml"), side.prompt)


def _show(found: Comparison, *, every: bool) -> None:
    console = Console()
    for sentence in found.sentences():
        console.print(sentence, markup=False)
    table = Table("case", "change", "decision", title=f"{found.before} → {found.after}")
    for pair in found.pairs:
        if every or pair.change != "same":
            told = "; ".join(map(str, pair.flips)) or pair.reason
            table.add_row(pair.description, f"[{STYLE[pair.change]}]{pair.change}[/]", told)
    console.print(table)
