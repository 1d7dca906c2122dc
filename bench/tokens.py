"""Counts the tokens of prompts and answers over the golden cases, and prints a table per feature.

    python -m bench.tokens [--feature credit_risk …]

Every golden case that asks a model is answered offline; the answer counted is what the rules write in the model's
place, in the form that a model must give. Tokens are the service's own estimate, which is never far below what
providers count. "Schema" is the answer's JSON Schema, which providers count as input too. Means over the cases, and the
largest prompt. Exit code 1 when a feature's mean of prompt and answer is above the goal.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean

from evals.checks.registry import CheckError
from evals.demo_tenants import open_workbench
from evals.gate import load
from evals.workbench import Workbench
from gateway.domain.reply import Delta, ModelCall, Reply
from gateway.library.catalog import PromptVersion
from gateway.library.tokens import estimate_tokens
from gateway.ports import Model
from gateway.settings import Settings

SUITES = Path(__file__).resolve().parents[1] / "evals" / "suites"
GOAL = 2_000


@dataclass(slots=True)
class Counting:
    """Passes calls on and notes what each prompt, schema and answer weighs."""

    inner: Model
    seen: list[tuple[int, int, int]] = field(default_factory=list)

    async def complete(self, call: ModelCall) -> Reply:
        """Return the inner model's reply."""
        reply = await self.inner.complete(call)
        prompt = sum(estimate_tokens(message.content) for message in call.messages)
        self.seen.append((prompt, estimate_tokens(call.wire_schema.decode()), estimate_tokens(reply.text)))
        return reply

    async def stream(self, call: ModelCall) -> AsyncIterator[Delta | Reply]:
        """Yield the whole reply at once."""
        yield await self.complete(call)


async def measured(bench: Workbench, prompt: PromptVersion, path: Path) -> list[tuple[int, int, int]]:
    """Return the tokens of prompt, schema and answer of every case of a suite that asks a model."""
    counting = Counting(bench.model)
    counted = replace(bench, model=counting)
    for case in load(path).cases:
        try:
            await counted.run(case, prompt)
        except CheckError as error:
            print(f"{path.stem}: {case.description}: {error}", file=sys.stderr)
    return counting.seen


async def main() -> int:
    """Read the command line, measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feature", action="append", default=[])
    chosen = parser.parse_args().feature
    print("| feature | calls | prompt | largest prompt | schema | answer | prompt + answer |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    worst = 0.0
    async with open_workbench(Settings.from_environ(os.environ)) as bench:
        for path in sorted(SUITES.glob("*.yaml")):
            if chosen and path.stem not in chosen:
                continue
            versions = bench.catalog.versions(path.stem)
            seen = await measured(bench, max(versions, key=lambda one: one.version), path)
            prompt, schema, answer = (fmean(row[at] for row in seen) for at in range(3))
            largest = max(row[0] for row in seen)
            worst = max(worst, prompt + answer)
            print(
                f"| {path.stem} | {len(seen)} | {prompt:.0f} | {largest} | {schema:.0f} | {answer:.0f} "
                f"| {prompt + answer:.0f} |",
                flush=True,
            )
    return 0 if worst <= GOAL else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
