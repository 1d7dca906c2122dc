"""Every check by its name; a new one is a function in a file of this package, marked with `@check("name")`."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import evals.checks
from gateway.domain.evidence import Evidence
from gateway.library.catalog import Feature, PromptVersion
from gateway.masking.vault import Vault


@dataclass(frozen=True, slots=True)
class Output:
    """What a check may look at: the answer's text and object, its `meta`, and what stood behind it."""

    text: str
    body: Mapping[str, Any]
    meta: Mapping[str, Any]
    request: Mapping[str, Any]
    evidence: Evidence | None
    outgoing: tuple[str, ...]
    vault: Vault | None
    feature: Feature
    prompt: PromptVersion


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found; `reason` is a sentence for a person."""

    passed: bool
    reason: str
    score: float = -1.0

    @property
    def points(self) -> float:
        """The score: as given, else 1 for passed and 0 for failed."""
        return self.score if self.score >= 0 else float(self.passed)


Check = Callable[[Output, Any], Outcome]
_CHECKS: dict[str, Check] = {}


class CheckError(Exception):
    """The check cannot be carried out as written: the row is an error, never a pass."""


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under the name that suites use."""

    def register(function: Check) -> Check:
        if name in _CHECKS:
            raise ValueError(f"two checks are called {name}")
        _CHECKS[name] = function
        return function

    return register


@cache
def all_checks() -> Mapping[str, Check]:
    """Return every check of this package by name."""
    for module in pkgutil.iter_modules(evals.checks.__path__):
        importlib.import_module(f"evals.checks.{module.name}")
    return dict(sorted(_CHECKS.items()))


def judge(name: str, output: Output, value: Any) -> Outcome:
    """Return the outcome of the check, turned round for a `not-` name. Raises CheckError."""
    inverted = name.startswith("not-")
    outcome = all_checks()[name.removeprefix("not-")](output, value)
    if not inverted:
        return outcome
    return Outcome(not outcome.passed, f"must not hold: {outcome.reason}", 1.0 - outcome.points)
