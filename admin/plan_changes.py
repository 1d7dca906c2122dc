"""Changing what plans sell: read a form or a file, say what changes for whom, and save it as a revision.

Nothing is in force before it is saved, and what can cost more of its price than is accepted is saved only for a stated
reason, which is kept with the plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_UP, Decimal, InvalidOperation
from typing import cast

from gateway.domain.caller import Mode
from gateway.domain.ledger import UNLIMITED
from gateway.domain.money import nano_from_usd
from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import Catalog, Feature
from gateway.library.policy_types import Plan, Policy, frozen
from gateway.library.windows import kind_of_meter
from gateway.pipeline.economics import PlanCost, plan_costs

MODES = {"ai": "a model", "rules": "the rules", "none": "not in this plan"}
HIGHEST_LIMIT, HIGHEST_MONEY = 10_000_000, Decimal(1_000_000)
LEAST_REASON = 20
Plans = Mapping[str, Plan]


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One thing of one plan that becomes another: `what` in words, `key` as forms and scripts name it."""

    plan: str
    key: str
    what: str
    old: str
    new: str


def limit_words(limit: int | None) -> str:
    """Return a limit as people read it."""
    if limit is None or limit == 0:
        return "none"
    return "no limit" if limit == UNLIMITED else f"{limit:,}"


def meter_titles(meters: Mapping[str, str]) -> dict[str, str]:
    """Return what each meter counts, with its window where that is not the month."""
    return {name: f"{title}, per day" if kind_of_meter(name) == "day" else title for name, title in meters.items()}


def mode_of(feature: Feature, plan: Plan) -> str:
    """Return how a plan would be served if its quota allowed it."""
    return plan.modes.get(feature.name) or feature.modes.get(plan.name) or "ai"


def edited(plans: Plans, fields: Mapping[str, str], catalog: Catalog) -> dict[str, Plan]:
    """Return the plans with the given fields changed; `STARTER.meters.insights_per_month` names one.

    Raises ValidationFailed naming every field that cannot be meant.
    """
    found, errors = dict(plans), []
    for name, given in fields.items():
        plan_name, _, key = name.partition(".")
        if not key:
            continue
        plan = found.get(plan_name)
        try:
            if plan is None:
                raise ValueError("is not known")
            found[plan_name] = _with(plan, key, given.strip(), catalog)
        except ValueError as error:
            errors.append(FieldError(f"/{name}", str(error)))
    if errors:
        raise ValidationFailed("Nothing was changed: correct what is named here.", errors)
    return found


def _with(plan: Plan, key: str, given: str, catalog: Catalog) -> Plan:
    kind, _, name = key.partition(".")
    if key == "price_ghs":
        return replace(plan, price_ghs=_money(given, Decimal(0)))
    if key == "budget_usd":
        return replace(plan, budget_usd_nano=nano_from_usd(_money(given, Decimal("0.01"))))
    if key == "requests_per_minute":
        return replace(plan, requests_per_minute=_whole(given, 1, 100_000))
    if kind == "meters" and name in plan.meters:
        return replace(plan, meters=frozen({**plan.meters, name: _whole(given, UNLIMITED, HIGHEST_LIMIT)}))
    feature = catalog.features.get(name)
    if kind == "modes" and feature is not None:
        if given not in MODES:
            raise ValueError("must be ai, rules or none")
        if given == mode_of(feature, plan):
            return plan
        return replace(plan, modes=frozen({**plan.modes, name: cast(Mode, given)}))
    raise ValueError("is not known")


def _whole(given: str, least: int, most: int) -> int:
    digits = given.removeprefix("-")
    number = int(given) if digits.isascii() and digits.isdigit() and len(digits) < 9 else None
    if number is None or not least <= number <= most:
        raise ValueError(f"must be a whole number from {least:,} to {most:,}" + (" (-1 is no limit)" * (least < 0)))
    return number


def _money(given: str, least: Decimal) -> Decimal:
    try:
        amount = Decimal(given)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not least <= amount <= HIGHEST_MONEY or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"must be an amount from {least} to {HIGHEST_MONEY:,}, with at most two decimals")
    return amount


def changes(old: Plans, new: Plans, meters: Mapping[str, str], catalog: Catalog) -> list[PlanChange]:
    """Return everything that becomes another, plan by plan."""
    found: list[PlanChange] = []
    for name in [*new, *(gone for gone in old if gone not in new)]:
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            words = ("not sold", "sold")
            found.append(
                PlanChange(name, "plan", "The plan itself", words[before is not None], words[after is not None])
            )
        elif before != after:
            found += _of_plan(before, after, meters, catalog)
    return found


def _of_plan(old: Plan, new: Plan, meters: Mapping[str, str], catalog: Catalog) -> list[PlanChange]:
    rows = [
        ("title", "Name", old.title, new.title),
        ("price_ghs", "Price", f"GHS {old.price_ghs:f}", f"GHS {new.price_ghs:f}"),
        ("budget_usd", "Budget for models", _usd(old), _usd(new)),
        ("requests_per_minute", "Calls in a minute", f"{old.requests_per_minute:,}", f"{new.requests_per_minute:,}"),
        ("trial_days", "Days of the trial", str(old.trial_days or "none"), str(new.trial_days or "none")),
        ("priority", "Place in the queue", old.priority, new.priority),
        ("real_time", "Watched as records change", *("yes" if it.real_time else "no" for it in (old, new))),
        ("cost_share", "Share of the price that its AI may cost", *(str(it.cost_share or "0.30") for it in (old, new))),
    ]
    rows += [
        (f"meters.{name}", title, limit_words(old.meters.get(name)), limit_words(new.meters.get(name)))
        for name, title in meters.items()
    ]
    rows += [
        (f"modes.{feature.name}", feature.title, MODES[mode_of(feature, old)], MODES[mode_of(feature, new)])
        for feature in sorted(catalog.features.values(), key=lambda each: each.title)
    ]
    return [PlanChange(new.name, key, what, was, becomes) for key, what, was, becomes in rows if was != becomes]


def _usd(plan: Plan) -> str:
    return f"USD {Decimal(plan.budget_usd_nano) / 1_000_000_000:.2f}"


def costs_of(plans: Plans, policy: Policy, catalog: Catalog, day: date) -> list[PlanCost]:
    """Return what each of these plans can cost at most, at the prices of a day."""
    return plan_costs(replace(policy, plans=frozen(plans)), catalog, day)


def unsound(plans: Plans, policy: Policy, catalog: Catalog, day: date) -> list[PlanCost]:
    """Return the plans whose worst month costs more of their price than is accepted for them."""
    return [cost for cost in costs_of(plans, policy, catalog, day) if cost.too_dear]


def excused(plans: Plans, dear: list[PlanCost], reason: str, by: str) -> dict[str, Plan]:
    """Return the plans with what these can cost accepted, for a reason. Raises ValidationFailed without one."""
    if dear and len(reason) < LEAST_REASON:
        error = FieldError("/reason", f"has at least {LEAST_REASON} characters")
        names = ", ".join(cost.plan for cost in dear)
        said = f"{names} can cost more of the price than is accepted. Lower a quota or the budget, raise the price, or"
        raise ValidationFailed(f"{said} say why it may.", [error])
    found = dict(plans)
    for cost in dear:
        share = (cost.share or Decimal(0)).quantize(Decimal("0.01"), ROUND_UP)
        found[cost.plan] = replace(found[cost.plan], cost_share=share, cost_share_reason=f"{reason} ({by})")
    return found
