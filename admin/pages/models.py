"""Which model answers what, at which price, until when, and on which proof: rules in words."""

from dataclasses import dataclass
from datetime import date, timedelta

from litestar.handlers import HTTPRouteHandler

from admin.web.faces import Context, Visit, view
from admin.web.money import amount
from admin.web.office import Office
from admin.web.page import Page
from gateway.domain.money import usd_from_nano
from gateway.library.policy_types import OFFLINE, ModelSpec
from gateway.pipeline.routing import ECONOMY_FROM_SHARE, ECONOMY_ROUTE

PAGE = Page("Models and routes", "/admin/models", "Platform", 5, "models", key="m")
SOON = timedelta(days=60)
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A price per million tokens in both currencies; `now` is the one in force."""

    since: date
    now: bool
    input: str
    cached: str
    output: str


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model: `state` is `good`, `warn` or `bad` with its words; `breaker` is empty for one that no route names."""

    id: str
    state: str
    words: str
    breaker: str
    routes: list[str]
    prices: list[PriceLine]
    context_tokens: int


@dataclass(frozen=True, slots=True)
class Serving:
    """A feature's live prompt: who may answer it now, in order, and who has no proof for it."""

    feature: str
    title: str
    version: int | None
    route: str
    proven: list[str]
    unproven: list[str]


def routes(office: Office) -> list[HTTPRouteHandler]:
    """Return the page."""
    return view(office, "/models", "models.html", load)


async def load(visit: Visit) -> Context:
    """Return rules, models and proofs as of today."""
    office, today = visit.office, visit.office.today()
    kit = office.site.kit
    models = [model_line(office, spec, today) for spec in kit.policy.models.values() if spec.id != OFFLINE]
    models.sort(key=lambda line: (not line.routes, line.words.startswith("shut"), line.id))
    return {
        "rules": _rules(office),
        "warnings": retiring(office, today),
        "models": models,
        "serving": _serving(office),
        "offline": kit.offline,
        "rate": office.rate(today),
    }


def retiring(office: Office, today: date) -> list[tuple[str, date, list[str]]]:
    """Return the models of a route that their provider shuts down soon or has shut down: (id, day, routes)."""
    policy = office.site.kit.policy
    found = []
    for name in sorted({name for names in policy.routes.values() for name in names}):
        end = policy.models[name].shutdown_date
        if end is not None and end <= today + SOON:
            found.append((name, end, [route for route, names in policy.routes.items() if name in names]))
    return found


def model_line(office: Office, spec: ModelSpec, today: date) -> ModelLine:
    """Return a model with its state in words."""
    kit = office.site.kit
    named = [route for route, names in kit.policy.routes.items() if spec.id in names]
    rate, current = office.rate(today).ghs_per_usd, spec.price(today)

    def words(nano: int) -> str:
        usd = usd_from_nano(nano * MILLION)
        return f"GHS {amount(usd * rate)} · USD {amount(usd)}"

    prices = [
        PriceLine(
            price.valid_from, price is current, words(price.input), words(price.cached_input), words(price.output)
        )
        for price in reversed(spec.prices)
    ]
    state, said = _state(spec, today, bool(named))
    breaker = kit.breakers.of(spec.id).state(kit.clock.monotonic()) if named and not kit.offline else ""
    return ModelLine(spec.id, state, said, breaker, named, prices, spec.context_tokens)


def _state(spec: ModelSpec, today: date, named: bool) -> tuple[str, str]:
    end = spec.shutdown_date
    if end is not None and end <= today:
        return ("bad" if named else "none"), "shut down by its provider"
    if spec.price(today) is None:
        return "bad", "no price: never called"
    if end is not None and end <= today + SOON:
        return "warn", f"is shut down in {(end - today).days} days"
    return ("good", "may be called") if named else ("none", "named by no route")


def _rules(office: Office) -> list[str]:
    kit = office.site.kit
    rules = []
    if kit.offline:
        rules.append("No provider key is set: the offline rules stand in for every model, free of charge.")
    for route, names in kit.policy.routes.items():
        features = sorted(each.title for each in kit.catalog.features.values() if each.route == route)
        first, *others = names
        then = f", then {', then '.join(others)} when it fails or is left out after failures" if others else ""
        rules.append(f"Route {route}: ask {first}{then}. Used by {', '.join(features) or 'no feature'}.")
    rules.append(f"After a prompt's own route, the models of {ECONOMY_ROUTE} are asked; after those, the rules answer.")
    rules.append(
        f"From {ECONOMY_FROM_SHARE * 100:.0f} % of a business's budget on, the cheapest of these models is asked first."
    )
    proof = "never called" if kit.model_proof == "require" else "called, with a warning in the answer"
    rules.append(f"A model that no passed verdict proves for the live prompt is {proof}.")
    rules.append("A model without a price, or past its shutdown date, is never called.")
    return rules


def _serving(office: Office) -> list[Serving]:
    kit, found = office.site.kit, []
    for feature in sorted(kit.catalog.features.values(), key=lambda each: each.title):
        digest = kit.switches.live(feature.name)
        prompt = kit.catalog.by_hash.get(digest) if digest else None
        if prompt is None:
            found.append(Serving(feature.name, feature.title, None, feature.route, [], []))
            continue
        names = list(dict.fromkeys([*kit.policy.routes[prompt.route], *kit.policy.routes[ECONOMY_ROUTE]]))
        names = [OFFLINE] if kit.offline else names
        proven = [name for name in names if kit.switches.proven(prompt.content_hash, name)]
        unproven = [name for name in names if name not in proven]
        found.append(Serving(feature.name, feature.title, prompt.version, prompt.route, proven, unproven))
    return found
