"""Plans as data: what `plans.yaml` holds is also how a revision is kept and how plans are exported and imported."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import yaml

from gateway.domain.money import usd_from_nano
from gateway.library.policy import read_plans
from gateway.library.policy_types import Plan, frozen
from gateway.library.yamlfile import read_yaml

FILE = "plans.yaml"


def plan_data(plan: Plan) -> dict[str, Any]:
    """Return one plan as an entry of `plans.yaml`."""
    data: dict[str, Any] = {
        "title": plan.title, "price_ghs": f"{plan.price_ghs:f}",
        "budget_usd": money_text(usd_from_nano(plan.budget_usd_nano)),
        "priority": plan.priority, "requests_per_minute": plan.requests_per_minute,
        "meters": dict(plan.meters), "modes": dict(plan.modes),
    }  # fmt: skip
    if plan.trial_days is not None:
        data["trial_days"] = plan.trial_days
    if plan.real_time:
        data["real_time"] = True
    if plan.cost_share is not None:
        data |= {"cost_share": f"{plan.cost_share:f}", "cost_share_reason": plan.cost_share_reason}
    return data


def money_text(amount: Decimal) -> str:
    """Return an amount with all its decimals, at least two: `2.00`, `0.125`."""
    whole, _, decimals = f"{amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def as_data(plans: Mapping[str, Plan], meters: Mapping[str, str]) -> dict[str, Any]:
    """Return plans as the whole content of `plans.yaml`."""
    return {"meters": dict(meters), "plans": {name: plan_data(plan) for name, plan in plans.items()}}


def as_yaml(plans: Mapping[str, Plan], meters: Mapping[str, str]) -> str:
    """Return plans as the text of a `plans.yaml`."""
    return yaml.safe_dump(as_data(plans, meters), sort_keys=False, allow_unicode=True, width=110)


def as_json(plans: Mapping[str, Plan], meters: Mapping[str, str]) -> str:
    """Return plans as a revision keeps them."""
    return json.dumps(as_data(plans, meters), ensure_ascii=False)


def plans_from(text: str, seed: Mapping[str, Plan], meters: Mapping[str, str]) -> dict[str, Plan]:
    """Return the plans of a YAML or JSON text, made to fit this release. Raises `LibraryError`.

    Meters that this release counts and the text does not know get the limit of the file's plan of that name, else 0;
    meters that are counted no more are dropped. Plans of the file that the text does not have stay as the file has
    them, so that a release can add one.
    """
    found = read_plans(read_yaml(text, FILE))
    return {name: _fitted(plan, seed.get(name), meters) for name, plan in found.items()} | {
        name: plan for name, plan in seed.items() if name not in found
    }


def _fitted(plan: Plan, before: Plan | None, meters: Mapping[str, str]) -> Plan:
    old = before.meters if before else {}
    return replace(plan, meters=frozen({name: plan.meters.get(name, old.get(name, 0)) for name in meters}))
