"""Kept requests asked again: which decisions would turn, said as a shopkeeper would, and what the change costs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.suite import Case
from gateway.domain.money import ExchangeRate
from gateway.library.catalog import PromptVersion
from gateway.library.policy_types import Plan
from gateway.store.canaries import Volume
from gateway.store.samples import Sample

_HUNDRED = 100


def replay_cases(samples: list[Sample]) -> list[Case]:
    """Return kept requests as cases without checks: both versions answer them over the business's own records."""
    return [
        Case(
            index=number,
            description=f"request {number + 1}",
            vars={"business": sample.business_id, "request": dict(sample.body), "as_of": sample.as_of},
            assertions=(),
            slice="replay",
            zero_tolerance=False,
            line=0,
        )
        for number, sample in enumerate(samples)
    ]


def flips(live: Mapping[str, Any], draft: Mapping[str, Any], prompt: PromptVersion) -> list[str]:
    """Return the decisions that turned, such as `action: approve partial → deny`; wording and figures are none."""
    before, after = dict(_decisions(live)), dict(_decisions(draft))
    return [
        f"{_words(name.rsplit('/', 1)[-1])}: {_words(before[name])} → {_words(after[name])}"
        for name in sorted(before.keys() & after.keys())
        if before[name] != after[name]
    ]


def in_words(figures: Mapping[str, Any]) -> list[str]:
    """Say which decisions turned in a run: `3 of 200 change action from approve to deny`."""
    said = []
    for flip, count in sorted(figures.get("flips", {}).items(), key=lambda each: -each[1]):
        name, _, change = flip.partition(": ")
        before, _, after = change.partition(" → ")
        said.append(f"{count} of {figures['cases']} change {name} from “{before}” to “{after}”")
    return said


@dataclass(frozen=True, slots=True)
class Margin:
    """A plan's month before and after, in GHS: its price times its businesses, less what the models cost."""

    plan: str
    businesses: int
    calls: int
    income: float
    cost: float
    cost_after: float

    @property
    def before(self) -> float | None:
        """The margin in percent, None without income."""
        return _HUNDRED * (1 - self.cost / self.income) if self.income else None

    @property
    def after(self) -> float | None:
        """The margin in percent with the draft, None without income."""
        return _HUNDRED * (1 - self.cost_after / self.income) if self.income else None


def margins(
    plans: Mapping[str, Plan], volumes: Mapping[str, Volume], delta_nano: float, rate: ExchangeRate
) -> list[Margin]:
    """Return each plan's month if every call of the last 30 days had cost `delta_nano` more or less."""
    rows = []
    for name, plan in plans.items():
        volume = volumes.get(name)
        if volume is None:
            continue
        cost = float(rate.ghs_from_nano(volume.all_cost))
        after = float(rate.ghs_from_nano(max(0, round(volume.all_cost + delta_nano * volume.calls))))
        income = float(plan.price_ghs) * volume.businesses
        rows.append(Margin(name, volume.businesses, volume.calls, income, cost, after))
    return rows


def _decisions(value: Any, at: str = "") -> list[tuple[str, str]]:
    """Return the words of an answer that decide something: short texts in capitals, and yes or no."""
    if isinstance(value, Mapping):
        return [found for key, item in value.items() for found in _decisions(item, f"{at}/{key}")]
    if isinstance(value, bool):
        return [(at, "yes" if value else "no")]
    if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z_]{1,40}", value):
        return [(at, value)]
    return []


def _words(name: str) -> str:
    return name.replace("_", " ").lower()
