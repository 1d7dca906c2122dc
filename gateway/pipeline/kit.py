"""What the steps work with: the ports, the library and the compiled engines, joined once at start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal

from gateway.domain.ledger import UsageRow
from gateway.domain.reply import Attempt
from gateway.features.remembering import Remembered
from gateway.library.catalog import Catalog, Feature, PromptVersion
from gateway.library.policy_types import Policy
from gateway.masking.masker import Masker
from gateway.pipeline.breaker import Breakers
from gateway.pipeline.bulkhead import Bulkheads
from gateway.pipeline.caching import RecentQuestions
from gateway.pipeline.flights import Flights
from gateway.pipeline.marks import mark
from gateway.pipeline.retries import RetryBudget
from gateway.pipeline.validating import Judge
from gateway.ports import (
    AlertOutcomes,
    AnswerCache,
    Clock,
    Conversations,
    Counters,
    Idempotency,
    Journal,
    Knowledge,
    Ledger,
    Model,
    RateLimiter,
    Records,
    Switchboard,
    Telemetry,
)

CANARY_LENGTH = 20
GATHERED = 64
"""Questions whose evidence is kept: a repeated one costs no work while its records stay what they are."""


class Silence:
    """Telemetry that keeps nothing, for evaluations and tests."""

    def answered(self, row: UsageRow, attempts: Sequence[Attempt], trace: Mapping[str, str]) -> None:
        """Keep nothing."""

    def looked_up(self, feature: str, result: str) -> None:
        """Keep nothing."""

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        """Keep nothing."""

    def close(self) -> None:
        """Have nothing to send."""


@dataclass(frozen=True, slots=True)
class Kit:
    """One process's tools. `models` maps a dialect to its adapter; `sign` is a keyed hash for opaque ids.

    `reservation_grace_s` is how long past its deadline a reservation stays open before the sweeper closes it.
    `is_patient` lets records be read for as long as it takes: evaluations must not depend on the machine.
    """

    catalog: Catalog
    policy: Policy
    features: Mapping[str, ModuleType | None]
    records: Records
    ledger: Ledger
    cache: AnswerCache
    idempotency: Idempotency
    limiter: RateLimiter
    switches: Switchboard
    models: Mapping[str, Model]
    masker: Masker
    clock: Clock
    sign: Callable[[str, str], str]
    flag_default: Callable[[str], bool]
    offline: bool
    model_proof: Literal["require", "warn"]
    deadline_ms: int
    cache_seconds: int
    breakers: Breakers
    knowledge: Knowledge
    conversations: Conversations
    counters: Counters
    reservation_grace_s: int = 20
    is_patient: bool = False
    alert_outcomes: AlertOutcomes | None = None
    journal: Journal | None = None
    flights: Flights = field(default_factory=Flights)
    bulkheads: Bulkheads = field(default_factory=Bulkheads)
    recent: RecentQuestions = field(default_factory=RecentQuestions)
    gathered: Remembered[Any] = field(default_factory=lambda: Remembered(GATHERED))
    telemetry: Telemetry = field(default_factory=Silence)
    judges: dict[tuple[str, str], Judge] = field(default_factory=dict)
    canaries: dict[str, str] = field(init=False, default_factory=dict)
    able: dict[tuple[str, int], Any] = field(init=False, default_factory=dict)
    retries: RetryBudget = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "retries", RetryBudget(self.clock.monotonic))

    def cache_time(self, feature: Feature) -> int:
        """Return for how many seconds an answer of this feature may be reused; 0 is never."""
        return self.cache_seconds if feature.cache_seconds is None else feature.cache_seconds

    def breaker_states(self) -> dict[str, str]:
        """Return `closed`, `open` or `half_open` for every model that a route names."""
        now = self.clock.monotonic()
        names = {"offline"} if self.offline else {name for route in self.policy.routes.values() for name in route}
        return {name: self.breakers.of(name).state(now) for name in sorted(names)}

    def judge(self, feature: Feature, prompt: PromptVersion | None) -> Judge:
        """Return the judge of a prompt version, made on its first use; without a version it serves the rules alone."""
        key = (feature.name, prompt.content_hash if prompt else "")
        if (judge := self.judges.get(key)) is None:
            canary = self.canary(prompt) if prompt else ""
            judge = self.judges[key] = Judge(feature, prompt, self.features[feature.name], canary)
        return judge

    def canary(self, prompt: PromptVersion) -> str:
        """Return the mark that this deployment puts into a version's instructions and looks for in answers.

        The same for every call, so that a provider's prompt cache keeps working.
        """
        if (canary := self.canaries.get(prompt.content_hash)) is None:
            canary = self.canaries[prompt.content_hash] = mark(self.sign("canary", prompt.content_hash)[:CANARY_LENGTH])
        return canary
