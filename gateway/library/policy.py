"""Reads `plans.yaml` and `models.yaml`, and refuses what cannot be meant: a price per token instead of per million."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from gateway.domain.caller import Mode
from gateway.domain.money import ExchangeRate, nano_from_usd
from gateway.library.filemodel import Day, DecimalText, FileModel, read_model
from gateway.library.policy_types import (
    OFFLINE,
    Dialect,
    ModelSpec,
    Plan,
    Policy,
    Priority,
    ai_rate_limits,
    frozen,
    subscription_fields,
)
from gateway.library.prices import NANO_PER_TOKEN, Price
from gateway.library.problems import Findings, LibraryError, suggestion
from gateway.library.yamlfile import Document, read_yaml_file

__all__ = [
    "OFFLINE", "ModelSpec", "Plan", "Policy", "Price", "ai_rate_limits", "load_policy", "subscription_fields",
]  # fmt: skip

LOWEST, HIGHEST = Decimal("0.001"), Decimal(200)
"""Bounds of a believable price in USD per million tokens."""


class PlanEntry(FileModel):
    """One plan of `plans.yaml`."""

    title: str
    price_ghs: DecimalText
    trial_days: int | None = Field(None, ge=1, le=365)
    real_time: bool = False
    budget_usd: DecimalText
    priority: Priority
    requests_per_minute: int = Field(ge=1, le=100_000)
    cost_share: DecimalText | None = None
    cost_share_reason: str = ""
    meters: dict[str, int]
    modes: dict[str, Mode]


class PlansFile(FileModel):
    """`plans.yaml`."""

    meters: dict[str, str]
    plans: dict[str, PlanEntry]


class PriceEntry(FileModel):
    """One dated price in USD per million tokens."""

    valid_from: Day = Field(alias="from")
    input: DecimalText
    cached_input: DecimalText | None = None
    cache_write: DecimalText | None = None
    output: DecimalText


class LongContext(FileModel):
    """What a call costs more above a number of input tokens."""

    over: int = Field(ge=1_000)
    input_factor: DecimalText
    output_factor: DecimalText


class ModelEntry(FileModel):
    """One model of `models.yaml`."""

    dialect: Dialect
    temperature: bool
    reasoning_efforts: list[Literal["none", "minimal", "low", "medium", "high", "xhigh"]]
    structured_output: bool
    context_tokens: int = Field(ge=1_000)
    max_output_tokens: int = Field(ge=100)
    shutdown_date: Day | None = None
    prices: list[PriceEntry] = Field(default_factory=list)
    long_context: LongContext | None = None
    free: bool = False


class RateEntry(FileModel):
    """One dated exchange rate."""

    valid_from: Day = Field(alias="from")
    ghs_per_usd: DecimalText


class ModelsFile(FileModel):
    """`models.yaml`."""

    unit: Literal["usd_per_million_tokens"]
    routes: dict[str, list[str]]
    models: dict[str, ModelEntry]
    exchange_rates: list[RateEntry] = Field(min_length=1)


def load_policy(policy_dir: Path) -> Policy:
    """Return the policy of a folder. Raises `LibraryError` with every problem of both files."""
    plans_document = read_yaml_file(policy_dir / "plans.yaml", "plans.yaml")
    models_document = read_yaml_file(policy_dir / "models.yaml", "models.yaml")
    in_plans, in_models = plans_document.findings(), models_document.findings()
    plans_file = read_model(PlansFile, plans_document.data, in_plans)
    models_file = read_model(ModelsFile, models_document.data, in_models)
    if plans_file:
        _check_plans(plans_file, in_plans)
    if models_file:
        _check_models(models_file, in_models)
    if in_plans.problems or in_models.problems or not plans_file or not models_file:
        raise LibraryError([*in_plans.problems, *in_models.problems])
    plans = frozen({name: _plan(name, entry) for name, entry in plans_file.plans.items()})
    return Policy(
        plans=plans,
        plans_of_file=plans,
        meters=frozen(plans_file.meters),
        models=frozen({name: _model(name, entry) for name, entry in models_file.models.items()}),
        routes=frozen({name: tuple(ids) for name, ids in models_file.routes.items()}),
        rates=tuple(ExchangeRate(entry.ghs_per_usd, entry.valid_from) for entry in models_file.exchange_rates),
    )


def read_plans(document: Document) -> dict[str, Plan]:
    """Return the plans of a text in the form of `plans.yaml`. Raises `LibraryError` with every problem."""
    findings = document.findings()
    file = read_model(PlansFile, document.data, findings)
    if file:
        _check_plans(file, findings)
    findings.raise_if_any()
    assert file
    return {name: _plan(name, entry) for name, entry in file.plans.items()}


def _check_plans(file: PlansFile, findings: Findings) -> None:
    for meter in file.meters:
        if not meter.endswith(("_per_day", "_per_month")):
            findings.add(("meters", meter), f"`{meter}` does not say its window.", "End it in _per_day or _per_month.")
    for name, plan in file.plans.items():
        here = findings.under("plans", name)
        for meter in file.meters.keys() - plan.meters.keys():
            here.add(("meters",), f"The limit of `{meter}` is missing.", "Add it; -1 is unlimited, 0 not in the plan.")
        for meter, limit in plan.meters.items():
            if meter not in file.meters:
                here.add(("meters", meter), f"`{meter}` is no declared meter.", suggestion(meter, file.meters))
            if limit < -1:
                here.add(("meters", meter), f"{limit} is no limit.", "-1 is unlimited, 0 not in the plan.")
        if plan.cost_share is not None and (plan.cost_share <= 0 or len(plan.cost_share_reason) < 20):
            here.add(("cost_share",), "An exception needs a share above 0 and a reason.", "Write cost_share_reason.")
        if plan.budget_usd <= 0 or plan.price_ghs < 0:
            here.add(("budget_usd",), "Budget and price cannot be negative, nor the budget 0.", "Write an amount.")


def _check_models(file: ModelsFile, findings: Findings) -> None:
    for route, ids in file.routes.items():
        if not ids:
            findings.add(("routes", route), f"The route `{route}` names no model.", "Name at least one.")
        for model in ids:
            if model not in file.models or model == OFFLINE:
                known = file.models.keys() - {OFFLINE}
                findings.add(
                    ("routes", route), f"The route names `{model}`, no model to route to.", suggestion(model, known)
                )
            elif not file.models[model].structured_output:
                findings.add(("routes", route), f"`{model}` writes no structured output.", "Take it out of the route.")
    for name, model_entry in file.models.items():
        _check_prices(model_entry, findings.under("models", name))
    _check_sorted([entry.valid_from for entry in file.exchange_rates], findings.under("exchange_rates"))
    for index, rate in enumerate(file.exchange_rates):
        if not Decimal("0.1") <= rate.ghs_per_usd <= 1_000:
            findings.add(("exchange_rates", index), "No believable exchange rate.", "Write cedis for one dollar.")


def _check_prices(model: ModelEntry, findings: Findings) -> None:
    if model.free == bool(model.prices):
        findings.add((), "A model has prices, or is `free: true`; one of the two.", "Add a dated price.")
    for index, price in enumerate(model.prices):
        here = findings.under("prices", index)
        parts = {"input": price.input, "output": price.output}
        parts |= {"cached_input": price.cached_input} if price.cached_input is not None else {}
        parts |= {"cache_write": price.cache_write} if price.cache_write is not None else {}
        for name, value in parts.items():
            if not LOWEST <= value <= HIGHEST:
                here.add(
                    (name,), f"{value} is no believable price.", "The unit is USD per million tokens, not per token."
                )
            elif value * NANO_PER_TOKEN != int(value * NANO_PER_TOKEN):
                here.add((name,), f"{value} has more than three decimal places.", "Round it up to 0.001.")
        if not parts.get("cached_input", price.input) <= price.input <= price.output:
            here.add((), "Prices must rise: cached_input ≤ input ≤ output.", "Check that none is swapped.")
        if not price.input <= parts.get("cache_write", price.input) <= 2 * price.input:
            here.add(("cache_write",), "cache_write lies outside input … 2 × input.", "Check that none is swapped.")
    _check_sorted([price.valid_from for price in model.prices], findings.under("prices"))
    factors = (model.long_context.input_factor, model.long_context.output_factor) if model.long_context else ()
    if any(not 1 <= factor <= 10 for factor in factors):
        findings.add(("long_context",), "Long-context factors lie between 1 and 10.", "2 means twice the price.")


def _check_sorted(days: Sequence[object], findings: Findings) -> None:
    for index in range(1, len(days)):
        if not str(days[index - 1]) < str(days[index]):
            findings.add((index,), "Dated entries must rise, one per day.", "Put the newest last.")


def _plan(name: str, entry: PlanEntry) -> Plan:
    return Plan(
        name=name,
        title=entry.title,
        price_ghs=entry.price_ghs,
        budget_usd_nano=nano_from_usd(entry.budget_usd),
        meters=frozen(entry.meters),
        modes=frozen(entry.modes),
        priority=entry.priority,
        requests_per_minute=entry.requests_per_minute,
        trial_days=entry.trial_days,
        cost_share=entry.cost_share,
        cost_share_reason=entry.cost_share_reason,
        real_time=entry.real_time,
    )


def _model(name: str, entry: ModelEntry) -> ModelSpec:
    free = (Price(date.min, 0, 0, 0, 0),) if entry.free else ()
    return ModelSpec(
        id=name,
        dialect=entry.dialect,
        prices=free or tuple(_price(price, entry.long_context) for price in entry.prices),
        shutdown_date=entry.shutdown_date,
        temperature_allowed=entry.temperature,
        reasoning_efforts=tuple(entry.reasoning_efforts),
        structured_output=entry.structured_output,
        context_tokens=entry.context_tokens,
        max_output_tokens=entry.max_output_tokens,
    )


def _price(entry: PriceEntry, long: LongContext | None) -> Price:
    def nano(usd: Decimal | None) -> int:
        # A part that is not priced apart costs what plain input costs.
        return int((entry.input if usd is None else usd) * NANO_PER_TOKEN)

    return Price(
        valid_from=entry.valid_from,
        input=nano(entry.input),
        cached_input=nano(entry.cached_input),
        cache_write=nano(entry.cache_write),
        output=nano(entry.output),
        long_context_over=long.over if long else None,
        long_input_factor=long.input_factor if long else Decimal(1),
        long_output_factor=long.output_factor if long else Decimal(1),
    )
