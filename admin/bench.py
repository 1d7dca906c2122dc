"""The place where drafts are tried: a workbench over the demo tenants, and suites with the cases that people added."""

import json
import re
import tempfile
from collections import deque
from collections.abc import Mapping
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from admin.examples import check_in_words
from evals.checks.registry import CheckError, Output, Tools, all_checks
from evals.demo_tenants import open_workbench
from evals.engine.grading import RowError, grade
from evals.graders.none import NoGrader
from evals.run import row_of, test_of
from evals.scripting.workers import Workers
from evals.suite import Case, Suite, load_suite
from evals.workbench import Unanswered, Workbench
from gateway import logs
from gateway.domain.money import nano_from_usd
from gateway.domain.usage import Usage
from gateway.library.catalog import PromptVersion
from gateway.library.policy import Policy
from gateway.library.tokens import estimate_tokens
from gateway.library.yamlfile import read_yaml_file
from gateway.masking.vault import Vault
from gateway.pipeline.rendering import schema_tokens
from gateway.settings import ROOT, Settings
from gateway.store.examples import Example

SUITES = ROOT / "evals" / "suites"
MODEL = "offline"
UNANSWERED = "unanswered"
"""The source of a side that a real model was asked for and did not give."""
MOST_TRIED = 100
_TRIED: deque[str] = deque()
_PLACEHOLDER = re.compile(r"<([A-Z]+(?:_[A-Z]+)*?)_([0-9]+)>")


@dataclass(frozen=True, slots=True)
class Side:
    """One answer to one case: what came out, what the model saw, what it takes, and which checks held.

    `cost` is nano-USD: what a real model took, else the price of the prompt's route as if a model of it had answered.
    `degraded` is why the rules answered, empty where they did not.
    """

    passed: bool
    reason: str
    text: str
    body: Mapping[str, Any]
    source: str
    seen: str
    masked: Mapping[str, str]
    checks: tuple[Mapping[str, Any], ...]
    input_tokens: int
    output_tokens: int
    cost: int
    latency_ms: int
    degraded: str = ""

    def kept(self) -> dict[str, Any]:
        """Return what a run keeps of it."""
        return {
            "passed": self.passed, "reason": self.reason, "text": self.text, "source": self.source,
            "checks": list(self.checks), "input_tokens": self.input_tokens, "output_tokens": self.output_tokens,
            "cost": self.cost, "latency_ms": self.latency_ms, "degraded": self.degraded,
        }  # fmt: skip


@dataclass(slots=True)
class Bench:
    """Opens the workbench once, on its first use, and closes it with the process."""

    settings: Settings
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _open: Workbench | None = None

    async def workbench(self) -> Workbench:
        """Return the workbench over the demo tenants."""
        if self._open is None:
            self._open = await self._stack.enter_async_context(open_workbench(self.settings))
        return self._open

    async def close(self) -> None:
        """Remove what the workbench made."""
        self._open = None
        await self._stack.aclose()


async def answered(bench: Workbench, case: Case, prompt: PromptVersion, policy: Policy) -> Side:
    """Return a version's answer to a case with its grades; a case that cannot be graded has failed."""
    _lend(bench, prompt)
    try:
        # What an example provokes with the offline rules is no news; what a real model does is.
        with nullcontext() if bench.chosen else logs.unheard():
            output = await bench.run(case, prompt)
    except Unanswered as silence:
        return replace(_nothing(str(silence)), source=UNANSWERED)
    except (CheckError, KeyError) as error:
        return _nothing(str(error.args[0]))
    async with Workers({}) as workers:
        try:
            grading = await grade(row_of(output, test_of(case), case.vars, Tools(workers, NoGrader(), SUITES)))
        except (CheckError, RowError) as error:
            return replace(_side(bench, output, prompt, policy), passed=False, reason=str(error))
    checks = tuple(
        {
            "type": str(c["assertion"]["type"]),
            "passed": bool(c["pass"]),
            "reason": str(c["reason"]),
            "words": check_in_words(str(c["assertion"]["type"]), c["assertion"].get("value")),
        }
        for c in grading.components
    )
    reason = "; ".join(f"{c['type']}: {c['reason']}" for c in checks if not c["passed"])
    return replace(_side(bench, output, prompt, policy), passed=grading.passed, reason=reason, checks=checks)


def _lend(bench: Workbench, prompt: PromptVersion) -> None:
    """Let the workbench know a draft; of those that are only tried, the oldest are forgotten again."""
    if prompt.content_hash in bench.catalog.by_hash:
        return
    bench.catalog.add(prompt)
    _TRIED.append(prompt.content_hash)
    while len(_TRIED) > MOST_TRIED:
        bench.catalog.drop(_TRIED.popleft())


def _side(bench: Workbench, output: Output, prompt: PromptVersion, policy: Policy) -> Side:
    seen = output.outgoing[-1] if output.outgoing else ""
    tokens = estimate_tokens(seen) + schema_tokens(prompt.wire_schema) if seen else 0
    written = estimate_tokens(output.text) if seen else 0
    spent = route_cost(policy, prompt.route, tokens, written)
    if bench.chosen:  # a real model says itself what it took
        usage = output.meta.get("usage", {})
        tokens, written = int(usage.get("input_tokens", 0)), int(usage.get("output_tokens", 0))
        spent = nano_from_usd(Decimal(str(usage.get("cost_usd", "0"))))
    masked = _masked(output.vault, seen)
    return Side(
        passed=True, reason="", text=output.text, body=dict(output.body), source=str(output.meta.get("source", "")),
        seen=seen, masked=masked, checks=(), input_tokens=tokens, output_tokens=written,
        cost=spent, latency_ms=int(output.meta.get("latency_ms", 0)),
        degraded=str((output.meta.get("degraded") or {}).get("reason", "")),
    )  # fmt: skip


def _masked(vault: Vault | None, seen: str) -> dict[str, str]:
    """Return placeholder → true value for what the model saw in place of a person's data."""
    found = {}
    for kind, number in dict.fromkeys(_PLACEHOLDER.findall(seen)):
        surface = vault.surface(kind, "", int(number)) if vault else None
        if surface is not None:
            found[f"<{kind}_{number}>"] = surface
    return found


def route_cost(policy: Policy, route: str, input_tokens: int, output_tokens: int) -> int:
    """Return what a call of this size costs on a route's first model at its newest price, in nano-USD."""
    prices = policy.models[policy.routes[route][0]].prices
    return prices[-1].cost(Usage(input_tokens, 0, 0, output_tokens)) if prices else 0


def _nothing(reason: str) -> Side:
    return Side(False, reason, "", {}, "error", "", {}, (), 0, 0, 0, 0)


def suite_of(feature: str, examples: list[Example], folder: Path = SUITES) -> Suite | None:
    """Return the repository's suite of a feature with the added cases after its own; None without any suite.

    Raises LibraryError when an added case is not one any more.
    """
    path = folder / f"{feature}.yaml"
    if not path.exists():
        return None
    return _suite(path, path.stat().st_mtime_ns, tuple(example.body for example in examples))


@lru_cache(maxsize=64)
def _suite(path: Path, _: int, added: tuple[str, ...]) -> Suite:
    """Read a suite once for each state of its file and of the added cases: a preview asks for it on every save."""
    if not added:
        return load_suite(path, list(all_checks()))
    data = dict(read_yaml_file(path).data)
    data["tests"] = [*data["tests"], *map(json.loads, added)]
    with tempfile.TemporaryDirectory(prefix="suite-") as made:
        whole = Path(made) / path.name
        whole.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        return replace(load_suite(whole, list(all_checks())), path=path)
