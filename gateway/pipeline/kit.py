"""What the steps work with: the ports, the library and the compiled engines, joined once at start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Literal

from gateway.library.catalog import Catalog, Feature, PromptVersion
from gateway.library.policy_types import Policy
from gateway.masking.masker import Masker
from gateway.pipeline.breaker import Breakers
from gateway.pipeline.flights import Flights
from gateway.pipeline.validating import Judge
from gateway.ports import AnswerCache, Clock, Idempotency, Ledger, Model, RateLimiter, Records, Switchboard


@dataclass(frozen=True, slots=True)
class Kit:
    """One process's tools. `models` maps a dialect to its adapter; `sign` is a keyed hash for opaque ids.

    `reservation_grace_s` is how long past its deadline a reservation stays open before the sweeper closes it.
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
    reservation_grace_s: int = 20
    flights: Flights = field(default_factory=Flights)
    judges: dict[tuple[str, str], Judge] = field(default_factory=dict)

    def cache_time(self, feature: Feature) -> int:
        """Return for how many seconds an answer of this feature may be reused; 0 is never."""
        return self.cache_seconds if feature.cache_seconds is None else feature.cache_seconds

    def judge(self, feature: Feature, prompt: PromptVersion | None) -> Judge:
        """Return the judge of a prompt version, made on its first use; without a version it serves the rules alone."""
        key = (feature.name, prompt.content_hash if prompt else "")
        if (judge := self.judges.get(key)) is None:
            judge = self.judges[key] = Judge(feature, prompt, self.features[feature.name])
        return judge
