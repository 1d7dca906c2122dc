"""Plans, models, routes, prices and exchange rates, as the pipeline asks for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeVar

from gateway.domain.caller import Mode
from gateway.domain.money import ExchangeRate
from gateway.domain.reply import ModelParams
from gateway.library.prices import Price

OFFLINE = "offline"
"""The model that answers without a provider; it accepts every parameter and costs nothing."""

K = TypeVar("K")
V = TypeVar("V")
Dialect = Literal["responses", "chat"]
Priority = Literal["normal", "high"]
_SEED_METERS = ("insights_per_month", "forecasts_per_month", "chatbot_messages_per_day")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a subscription buys. -1 is unlimited, 0 not in the plan; `trial_days` is set for time-boxed plans only.

    `real_time` plans are scanned for alerts as soon as their records change, not only once a day. `cost_share` is the
    share of the price that the plan's AI may cost where that is not the usual one, for a stated reason.
    """

    name: str
    title: str
    price_ghs: Decimal
    budget_usd_nano: int
    meters: Mapping[str, int]
    modes: Mapping[str, Mode]
    priority: Priority
    requests_per_minute: int
    trial_days: int | None = None
    real_time: bool = False
    cost_share: Decimal | None = None
    cost_share_reason: str = ""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model's capabilities and dated prices. `reasoning_efforts` empty: the model does not reason."""

    id: str
    dialect: Dialect
    prices: tuple[Price, ...]
    shutdown_date: date | None
    temperature_allowed: bool
    reasoning_efforts: tuple[str, ...]
    structured_output: bool
    context_tokens: int
    max_output_tokens: int

    def price(self, at: date) -> Price | None:
        """Return the price in force on a day, None before the first one."""
        valid = [price for price in self.prices if price.valid_from <= at]
        return valid[-1] if valid else None

    def routable(self, at: date) -> bool:
        """Tell whether the model may be called on a day: priced, and not shut down."""
        return self.price(at) is not None and (self.shutdown_date is None or at < self.shutdown_date)

    def refuses(self, params: ModelParams) -> str:
        """Return why the model would refuse these parameters, and what to write; "" when it accepts them."""
        effort = params.reasoning_effort
        sampling = params.temperature is not None or params.top_p is not None
        if params.max_output_tokens > self.max_output_tokens:
            return f"{self.id} writes at most {self.max_output_tokens} tokens; lower max_output_tokens."
        if effort is not None and self.reasoning_efforts and effort not in self.reasoning_efforts:
            return f"{self.id} has no reasoning_effort `{effort}`; use one of {', '.join(self.reasoning_efforts)}."
        if sampling and not self.temperature_allowed:
            return f"{self.id} accepts no temperature or top_p; take them out, or use a route whose models do."
        if sampling and self.reasoning_efforts and effort != "none":
            return f"{self.id} accepts temperature and top_p only with `reasoning_effort: none`; add it."
        return ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole of `plans.yaml` and `models.yaml`. `meters` maps a meter's name to what it counts.

    `plans` are those that are sold now: what administrators save replaces those of the file while processes run.
    `plans_of_file` stay what the file says.
    """

    plans: Mapping[str, Plan]
    meters: Mapping[str, str]
    models: Mapping[str, ModelSpec]
    routes: Mapping[str, tuple[str, ...]]
    rates: tuple[ExchangeRate, ...]
    plans_of_file: Mapping[str, Plan]

    def sell(self, plans: Mapping[str, Plan]) -> None:
        """Put other plans in force, from the next request on, for everything that holds this policy."""
        object.__setattr__(self, "plans", frozen(plans))

    def rate(self, at: date) -> ExchangeRate:
        """Return the exchange rate in force on a day; the first one also stands for earlier days."""
        valid = [rate for rate in self.rates if rate.valid_from <= at]
        return valid[-1] if valid else self.rates[0]

    def route(self, name: str, at: date) -> tuple[ModelSpec, ...]:
        """Return a route's models that may be called on a day, best first."""
        return tuple(spec for spec in map(self.models.__getitem__, self.routes[name]) if spec.routable(at))


def subscription_fields(plan: Plan) -> dict[str, int | bool]:
    """Return a plan as the POS's own `SubscriptionPlan` columns name it."""
    return {
        "ai_insights_limit": plan.meters.get("insights_per_month", 0),
        "ai_forecasting_limit": plan.meters.get("forecasts_per_month", 0),
        "ai_chatbot_enabled": plan.meters.get("chatbot_messages_per_day", 0) != 0,
        "ai_report_narratives": plan.modes.get("report_narrative", "ai") != "none",
    }


def ai_rate_limits(policy: Policy) -> dict[str, dict[str, int]]:
    """Return the POS's `AI_RATE_LIMITS` setting: plan → its three meters; trial plans are not part of it."""
    sold = (plan for plan in policy.plans.values() if plan.trial_days is None)
    return {plan.name: {meter: plan.meters.get(meter, 0) for meter in _SEED_METERS} for plan in sold}


def frozen(mapping: Mapping[K, V]) -> Mapping[K, V]:
    """Return a read-only view of a copy."""
    return MappingProxyType(dict(mapping))
