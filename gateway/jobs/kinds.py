"""What a kind of job is, and how the kinds are found: every module of this package that has a `KIND`."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import gateway.jobs
from gateway.domain.jobs import Job
from gateway.jobs.context import JobContext
from gateway.store.jobs import Then


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job came to.

    `result` is JSON, or its bytes; `errors` name the items that failed. What the scripts of `then` write is written in
    the transaction that ends the job: exactly once, however often the handler ran.
    """

    result: Any = None
    errors: Sequence[Mapping[str, Any]] = ()
    then: Sequence[Then] = ()


class TryLater(Exception):
    """Not now: the job goes back and is taken up again, after `seconds` or when its retry policy says.

    `uncounted` tries do not use up attempts; what `then` yields is written when the job goes back, or dies.
    """

    def __init__(
        self, fault: str, *, seconds: float | None = None, uncounted: bool = False, then: Sequence[Then] = ()
    ) -> None:
        super().__init__(fault)
        self.fault, self.seconds, self.uncounted, self.then = fault, seconds, uncounted, tuple(then)


@dataclass(frozen=True, slots=True)
class Retry:
    """The pauses after each failed attempt, in seconds, each varied by `jitter`; one attempt more than pauses."""

    delays: tuple[float, ...] = (2, 10, 60, 300)
    jitter: float = 0.2

    @property
    def attempts(self) -> int:
        """How often a job is tried before it is a dead letter."""
        return len(self.delays) + 1

    def pause(self, attempt: int, dice: float) -> float:
        """Return the seconds to wait after attempt number `attempt`; `dice` is from 0 to 1."""
        return self.delays[min(attempt, len(self.delays)) - 1] * (1 - self.jitter + 2 * self.jitter * dice)


@dataclass(frozen=True, slots=True)
class Every:
    """Once in each stretch of `seconds`, for the whole service."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day after `hour`: for the whole service in UTC, or for each business in its own time zone.

    A day is made up for until six hours later; if the service was not up by then, that day is left out.
    """

    hour: int
    per_business: bool = False


Handler = Callable[[JobContext, Job], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. `public` jobs are shown by the API and told by `job.completed`.

    Jobs of a `lane` share its hands, so that slow deliveries never keep other work waiting.
    """

    name: str
    handler: Handler
    retry: Retry = field(default_factory=Retry)
    schedule: Every | Daily | None = None
    public: bool = False
    timeout_s: float = 900.0
    lane: Literal["work", "delivery"] = "work"


def job_kinds() -> dict[str, JobKind]:
    """Return every kind by name. Raises ValueError when two have the same."""
    kinds: dict[str, JobKind] = {}
    for _, name, _ in pkgutil.iter_modules(gateway.jobs.__path__, "gateway.jobs."):
        kind = getattr(importlib.import_module(name), "KIND", None)
        if isinstance(kind, JobKind):
            if kind.name in kinds:
                raise ValueError(f"Two modules of gateway.jobs name the kind {kind.name}.")
            kinds[kind.name] = kind
    return kinds
