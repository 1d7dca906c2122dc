"""Every kind of assertion by its name; a new one is a function in a file of this package.

Two kinds register here. `@assertion("contains")` marks one with promptfoo's meaning: it sees a `Subject`, turns a
`not-` round itself and raises CheckError where promptfoo gives a row error. `@check("grounded")` marks one of our own:
it sees what stood behind a feature's answer, and `not-` simply turns its outcome round.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import evals.checks
from evals.scripting.values import UNDEFINED
from evals.scripting.workers import Workers
from gateway.domain.evidence import Evidence
from gateway.library.catalog import Feature, PromptVersion
from gateway.masking.vault import Vault


@dataclass(frozen=True, slots=True)
class Output:
    """What one of our own checks may look at: the answer's text and object, its `meta`, and what stood behind it."""

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
    """What an assertion found; `reason` is a sentence for a person. `extra` goes into the result as it is."""

    passed: bool
    reason: str
    score: float = -1.0
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """The score: as given, else 1 for passed and 0 for failed."""
        return self.score if self.score >= 0 or "score" in self.extra else float(self.passed)


class Grader(Protocol):
    """Asks models: `ask` for a graded assertion's text, `embed` for its vectors."""

    async def ask(self, provider: Any, prompt: str, variables: Mapping[str, Any]) -> Mapping[str, Any]: ...

    async def embed(self, provider: Any, text: str) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What assertions may use: script engines, graders, the folder that `file://` starts from, and the settings."""

    workers: Workers
    grader: Grader
    base: Path
    env: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One answer that is graded, with everything assertions may ask about it. `latency_ms` is None when unknown."""

    test: Mapping[str, Any]
    variables: Mapping[str, Any]
    prompt: str
    response: Mapping[str, Any]
    tools: Tools
    provider: Mapping[str, Any] = field(default_factory=dict)
    latency_ms: float | None = None
    answer: Output | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What one assertion looks at. `value` is rendered; `from_script` is what the file gave that the value named."""

    assertion: Mapping[str, Any]
    row: Row
    base: str
    inverse: bool
    output: Any
    text: str
    value: Any = UNDEFINED
    from_script: Any = UNDEFINED

    @property
    def wanted(self) -> Any:
        """The value a script gave, else the rendered one."""
        return self.value if self.from_script is UNDEFINED or self.from_script is None else self.from_script

    def threshold(self, default: Any = UNDEFINED) -> Any:
        """The assertion's threshold, or the default of its type."""
        found = self.assertion.get("threshold")
        return default if found is None else found

    def holds(self, found: bool, reason: str, otherwise: str = "") -> Outcome:
        """Return the outcome of a yes-or-no assertion, turned round for `not-`."""
        passed = found is not self.inverse
        return Outcome(passed, "Assertion passed" if passed else (otherwise if self.inverse and otherwise else reason))


Handler = Callable[[Subject], Outcome | Awaitable[Outcome]]
Check = Callable[[Output, Any], Outcome]
_HANDLERS: dict[str, Handler] = {}
_OWN: dict[str, Check] = {}


class CheckError(Exception):
    """The assertion cannot be carried out as written: the row is an error, never a pass."""


def assertion(*names: str) -> Callable[[Handler], Handler]:
    """Register an assertion with promptfoo's meaning under the names that configs use."""

    def register(function: Handler) -> Handler:
        for name in names:
            if name in _HANDLERS:
                raise ValueError(f"two checks are called {name}")
            _HANDLERS[name] = function
        return function

    return register


def check(name: str) -> Callable[[Check], Check]:
    """Register one of our own checks; it needs the answer of a feature."""

    def register(function: Check) -> Check:
        def handler(subject: Subject) -> Outcome:
            if subject.row.answer is None:
                raise CheckError(f"`{name}` needs the answer of a feature: use the provider file://…/evals/provider.py")
            value = subject.value if subject.value is not UNDEFINED else None
            return (
                inverted(function(subject.row.answer, value))
                if subject.inverse
                else function(subject.row.answer, value)
            )

        handler.__doc__ = function.__doc__
        assertion(name)(handler)
        _OWN[name] = function
        return function

    return register


def inverted(outcome: Outcome) -> Outcome:
    """Return the outcome turned round."""
    return Outcome(not outcome.passed, f"must not hold: {outcome.reason}", 1.0 - outcome.points)


@cache
def all_checks() -> Mapping[str, Handler]:
    """Return every assertion of this package by name."""
    for module in pkgutil.iter_modules(evals.checks.__path__):
        importlib.import_module(f"evals.checks.{module.name}")
    return dict(sorted(_HANDLERS.items()))


def own_checks() -> Mapping[str, Check]:
    """Return our own checks by name: the ones that promptfoo does not know."""
    all_checks()
    return dict(sorted(_OWN.items()))


async def carried_out(subject: Subject) -> Outcome:
    """Return the outcome of an assertion. Raises CheckError for a type that nobody knows."""
    handler = all_checks().get(subject.base)
    if handler is None:
        raise CheckError(f"Unknown assertion type: {subject.assertion.get('type')}")
    outcome = handler(subject)
    return await outcome if inspect.isawaitable(outcome) else outcome
