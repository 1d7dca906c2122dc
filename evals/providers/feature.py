"""Answers with a feature of the gateway: the whole pipeline over the demo tenants, the offline rules as its model.

The rendered prompt names the feature; the test's variables say who asks for what: `business`, `plan`, `as_of`,
`request`, `records`, `reply` (a scripted answer of a model) and `version` (the newest if it is not given).
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from evals.checks.registry import CheckError, Outcome, Output, inverted, own_checks
from evals.config.providers import ProviderSpec
from evals.demo_tenants import open_workbench
from evals.providers.base import Answered, ProviderError
from evals.scripting.values import dump
from evals.suite import Case
from evals.workbench import Workbench
from gateway.library.catalog import PromptVersion
from gateway.library.problems import LibraryError
from gateway.settings import Settings


@dataclass(slots=True)
class FeatureProvider:
    """Opens the workbench at the first call and keeps it until the run ends."""

    spec: ProviderSpec
    settings: Mapping[str, str]
    _bench: Workbench | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def call(self, prompt: str, context: Mapping[str, Any]) -> Answered:
        """Return the feature's answer. Raises ProviderError for a feature, version or business that does not exist."""
        try:
            bench = await self._workbench()
            version = self._version(bench, prompt.strip(), context["vars"])
            test = context.get("test") or {}
            case = Case(
                int(context.get("testIdx") or 0), str(test.get("description", "")), context["vars"], (), "all", False, 0
            )
            async with self._lock:  # one at a time: the pipeline works against the clock
                output = await bench.run(case, version)
        except (LibraryError, KeyError, ValueError, TypeError) as error:
            raise ProviderError(str(error.args[0] if error.args else error)) from None
        return Answered(self._response(output, test), output)

    async def close(self) -> None:
        """Throw the workbench away."""
        await self._stack.aclose()

    async def _workbench(self) -> Workbench:
        async with self._lock:
            if self._bench is None:
                settings = Settings.from_environ(self.settings)
                self._bench = await self._stack.enter_async_context(open_workbench(settings))
            return self._bench

    def _version(self, bench: Workbench, feature: str, variables: Mapping[str, Any]) -> PromptVersion:
        if feature not in bench.catalog.features:
            raise ProviderError(f"there is no feature `{feature}`; known: {', '.join(sorted(bench.catalog.features))}")
        versions = {version.version: version for version in bench.catalog.versions(feature)}
        wanted = variables.get("version") or self.spec.config.get("version") or max(versions, default=0)
        if wanted not in versions:
            raise ProviderError(f"{feature} has no version {wanted}; it has: {', '.join(map(str, sorted(versions)))}")
        return versions[wanted]

    def _response(self, output: Output, test: Mapping[str, Any]) -> dict[str, Any]:
        meta = dict(output.meta)
        found: dict[str, Any] = {"output": dict(output.body), "metadata": meta}
        if isinstance(meta.get("latency_ms"), int | float):
            found["latencyMs"] = meta["latency_ms"]
        if wanted := (test.get("metadata") or {}).get("ownChecks"):
            found["metadata"] = {**meta, "checks": {dump(item): verdict(output, item) for item in wanted}}
        return found


def verdict(output: Output, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one of our own checks says, in the shape a JavaScript assertion returns."""
    name = str(item.get("type"))
    try:
        outcome = own_checks()[name.removeprefix("not-")](output, item.get("value"))
    except (CheckError, KeyError) as error:
        outcome = Outcome(False, f"cannot be carried out: {error}")
        return {"pass": False, "score": 0, "reason": outcome.reason, "error": True}
    outcome = inverted(outcome) if name.startswith("not-") else outcome
    return {"pass": outcome.passed, "score": outcome.points, "reason": outcome.reason}
