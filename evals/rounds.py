"""Runs a suite as often as asked, several cases at a time, and goes on where an interrupted run stopped."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from evals.checks.registry import Tools
from evals.graders.none import NoGrader
from evals.run import CaseResult, CheckResult, run_case
from evals.scripting.workers import Workers
from evals.suite import Case, Suite
from evals.workbench import Workbench
from gateway.library.catalog import PromptVersion

Progress = Callable[[CaseResult], None]


class Notes:
    """Finished runs of one content, model and suite, line by line in a file, so that they need not be made again."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[tuple[int, int], dict[str, Any]] = {}
        if path is not None and path.exists():
            whole, end, _ = path.read_text("utf-8").rpartition("\n")
            # A line without an end was cut off when the run was: that case is run again.
            path.write_text(whole + end, "utf-8")
            for line in whole.splitlines():
                entry = json.loads(line)
                self._known[entry.pop("index"), entry.pop("round")] = entry

    def find(self, case: Case, number: int) -> CaseResult | None:
        """Return the result of an earlier run of this case, or None."""
        entry = self._known.get((case.index, number))
        if entry is None:
            return None
        checks = tuple(CheckResult(**check) for check in entry["checks"])
        cost = Decimal(entry["cost_usd"])
        return CaseResult(**{**entry, "case": case, "checks": checks, "cost_usd": cost})

    def add(self, result: CaseResult, number: int) -> None:
        """Keep a result; errors are made again, as they may have been the network's."""
        if self._path is None or result.failure == "error":
            return
        entry = asdict(result)
        entry.update(index=entry.pop("case")["index"], round=number)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")

    def done(self) -> None:
        """Forget them: the run is complete."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


async def run_rounds(
    bench: Workbench,
    suite: Suite,
    prompt: PromptVersion,
    *,
    repeat: int = 1,
    concurrency: int = 1,
    notes: Notes | None = None,
    progress: Progress = lambda result: None,
) -> list[CaseResult]:
    """Return the results of `repeat` runs of every case, in the suite's order."""
    notes = notes or Notes(None)
    room = asyncio.Semaphore(max(1, concurrency))
    async with Workers({}) as workers:
        tools = Tools(workers, NoGrader(), suite.path.parent)

        async def one(case: Case, number: int) -> CaseResult:
            result = notes.find(case, number)
            if result is None:
                async with room:
                    result = await run_case(bench, case, prompt, tools)
                notes.add(result, number)
            progress(result)
            return result

        wanted = [(case, number) for case in suite.cases for number in range(repeat)]
        if concurrency <= 1:
            results = [await one(case, number) for case, number in wanted]
        else:
            results = list(await asyncio.gather(*(one(case, number) for case, number in wanted)))
    notes.done()
    return results
