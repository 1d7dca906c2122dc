"""Step 9: which models may answer, in which order, and why."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from gateway.library.catalog import PromptVersion
from gateway.library.policy_types import ModelSpec
from gateway.library.prices import Price
from gateway.pipeline.admission import Admission
from gateway.pipeline.ask import Ask
from gateway.pipeline.kit import Kit

ECONOMY_ROUTE = "gpt-3.5"
OFFLINE = "offline"
ECONOMY_FROM_SHARE = 0.8
EPOCH = date(1970, 1, 1)
DAY_US = 86_400_000_000
MOST_KEPT = 512
"""Prompts and days whose able models are kept."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may answer, with today's price and the reason it stands where it stands."""

    spec: ModelSpec
    price: Price
    route: str
    reason: str
    proven: bool

    @property
    def offline(self) -> bool:
        """True for the rules that stand in for a model where there is no key: nothing leaves and nothing is spent."""
        return self.spec.id == OFFLINE

    def bound(self, input_tokens: int, max_output_tokens: int) -> int:
        """Return the most one attempt can cost, in nano-USD."""
        return self.price.upper_bound(input_tokens, max_output_tokens)


@dataclass(frozen=True, slots=True)
class Route:
    """Candidates in order; empty when no model with a verdict is left (`unproven` says that this was the cause)."""

    candidates: tuple[Candidate, ...]
    unproven: bool = False


def route(kit: Kit, ask: Ask, prompt: PromptVersion) -> Route:
    """Return the models that can serve this prompt today: priced, not retired, able, and proven where that is asked."""
    day = ask.received_at // DAY_US
    able = kit.able.get((prompt.content_hash, day))
    if able is None:
        able = _able(kit, prompt, EPOCH + timedelta(days=day))
        if len(kit.able) >= MOST_KEPT:
            kit.able.clear()
        kit.able[prompt.content_hash, day] = able
    proofs = tuple([kit.switches.proven(prompt.content_hash, name) for name in able.names])
    if (found := able.routes.get(proofs)) is None:
        found = able.routes[proofs] = able.route(proofs, required=kit.model_proof == "require")
    return found


@dataclass(frozen=True, slots=True)
class Able:
    """What does not change in the course of a day: who can serve a prompt, and the routes for each state of proofs."""

    models: tuple[tuple[ModelSpec, Price, str, str], ...]
    names: tuple[str, ...]
    routes: dict[tuple[bool, ...], Route] = field(default_factory=dict)

    def route(self, proofs: tuple[bool, ...], *, required: bool) -> Route:
        """Return the route when these of the models are proven."""
        candidates = tuple(
            Candidate(*model, proven)
            for model, proven in zip(self.models, proofs, strict=True)
            if proven or not required
        )
        return Route(candidates, unproven=bool(self.models) and not candidates)


def _able(kit: Kit, prompt: PromptVersion, today: date) -> Able:
    if kit.offline:
        names = [(OFFLINE, prompt.route, "no provider key is set")]
    else:
        names = [(name, prompt.route, "the prompt's route") for name in kit.policy.routes[prompt.route]]
        names += [(name, ECONOMY_ROUTE, "next after the prompt's route") for name in kit.policy.routes[ECONOMY_ROUTE]]
    found: dict[str, tuple[ModelSpec, Price, str, str]] = {}
    for name, route_name, reason in names:
        spec = kit.policy.models[name]
        price = spec.price(today)
        if name in found or price is None or not spec.routable(today) or spec.refuses(prompt.params):
            continue
        found[name] = (spec, price, route_name, reason)
    return Able(tuple(found.values()), tuple(found))


def economise(found: Route, admission: Admission, budget_left: int) -> Route:
    """Return the route with the cheapest model first once four fifths of the month's budget are gone."""
    used_share = 1 - budget_left / max(1, admission.plan.budget_usd_nano)
    if used_share < ECONOMY_FROM_SHARE or len(found.candidates) < 2:
        return found
    return cheapest_first(found, f"{used_share:.0%} of the month's budget is used")


def cheapest_first(found: Route, reason: str) -> Route:
    """Return the same candidates by price, each with `reason`."""
    ordered = sorted(found.candidates, key=lambda candidate: candidate.bound(1000, 1000))
    return Route(tuple(Candidate(c.spec, c.price, c.route, reason, c.proven) for c in ordered), found.unproven)
