"""What `python -m evals gate` does: choose who answers, tell the price, judge, show."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from evals.changes import NoSuchRevision
from evals.commands.gate import Mode
from evals.demo_tenants import open_workbench
from evals.estimate import estimate
from evals.gate import GateRun, Wish, load, run_gate
from evals.replies import RecordedModel, RecordingModel, Shelf
from evals.report import as_json as outcome
from evals.report import write_reports
from evals.workbench import Workbench
from gateway.domain.money import usd_from_nano
from gateway.library.problems import LibraryError
from gateway.ports import Model
from gateway.settings import Settings

CLOSED = 100
INTERRUPTED = 130
"""The exit status of a closed gate, as promptfoo's of a failed run."""


class NotRun(Exception):
    """The run cannot begin; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask: `model` is empty in offline mode, `max_cost` in US dollars."""

    mode: Mode
    model: str
    record: bool
    afresh: bool
    max_cost: float | None
    replies: Path


async def judged(settings: Settings, asked: Asked, wish: Wish, console: Console) -> GateRun:
    """Return what the gate found, with progress on the console. Raises LibraryError, NotRun or NoSuchRevision."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    async with open_workbench(settings) as offline, asking(settings, asked, offline) as bench:
        total = await _agree(offline, asked, wish, console)
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("Cases", total=total)
            return await run_gate(bench, replace(wish, progress=lambda result: progress.advance(task)))


@asynccontextmanager
async def asking(settings: Settings, asked: Asked, offline: Workbench) -> AsyncIterator[Workbench]:
    """Yield a workbench that asks whom the command names. Raises NotRun."""
    if asked.mode == "offline":
        yield offline
        return
    if asked.model not in offline.policy.models:
        known = ", ".join(sorted(offline.policy.models))
        raise NotRun(f"There is no model `{asked.model}`. Name one with --model: {known}.")
    shelf = Shelf(asked.replies)
    if asked.mode == "recorded":
        yield offline.asking(RecordedModel(shelf), asked.model, is_timed=False)
        return
    if settings.offline:
        raise NotRun("A live run needs a provider: set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server.")
    model = _provider(settings)
    try:
        chosen = RecordingModel(model, shelf, afresh=asked.afresh) if asked.record else model
        yield offline.asking(chosen, asked.model)
    finally:
        await model.aclose()  # type: ignore[attr-defined]


def _provider(settings: Settings) -> Model:
    from gateway.adapters.openai_model import OpenAIModel

    return OpenAIModel(
        settings.openai_api_key or "not-needed", settings.openai_base_url,
        organization=settings.openai_organization, dialect=settings.openai_dialect,
    )  # fmt: skip


async def _agree(offline: Workbench, asked: Asked, wish: Wish, console: Console) -> int:
    """Tell the price of a live run and refuse one that is too dear; returns how many runs of cases there will be."""
    pairs = [
        (load(path), prompt)
        for prompt in offline.catalog.prompts.values()
        if (not wish.features or prompt.feature in wish.features)
        and (path := wish.suites / f"{prompt.feature}.yaml").exists()
    ]
    if asked.mode == "live":
        cost = wish.repeat * await estimate(offline, pairs, asked.model, datetime.now(UTC).date())
        told = f"{usd_from_nano(cost):.4f}"
        console.print(f"This run will cost about USD {told} with {asked.model}.", markup=False)
        if asked.max_cost is not None and float(told) > asked.max_cost:
            raise NotRun(f"That is more than --max-cost {asked.max_cost:g}. Choose fewer features or a cheaper model.")
    return wish.repeat * sum(len(suite.cases) for suite, _ in pairs)


def judge_and_show(settings: Settings, asked: Asked, wish: Wish, reports: Path, *, as_json: bool) -> int:
    """Run the gate, write and print what it found, and return the exit status: 0 open, 100 closed, 1 not run,
    130 interrupted."""
    console = Console(stderr=True)
    try:
        run = asyncio.run(judged(settings, asked, wish, console))
    except (LibraryError, NotRun, NoSuchRevision) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted. The same command goes on with the cases that are left.", style="red")
        return INTERRUPTED
    write_reports(reports, run.judgements, run.complaints)
    if as_json:
        print(json.dumps(outcome(run.judgements, run.complaints), ensure_ascii=False))
    else:
        show(run)
    return CLOSED if run.complaints else 0


def show(run: GateRun) -> None:
    """Print what a gate run found."""
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
    _say(console, run.complaints)
    if run.skipped:
        console.print(f"Not touched by the change: {', '.join(run.skipped)}", style="dim", markup=False)


def _say(console: Console, complaints: Sequence[str]) -> None:
    for complaint in complaints:
        console.print(complaint, style="bold red", markup=False)
