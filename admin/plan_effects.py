"""What a change of plans means for each business that has one of them, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from admin.plan_changes import PlanChange, Plans
from gateway.domain.ledger import UNLIMITED
from gateway.library.policy_types import Plan
from gateway.store.plan_effects import ShopUse


@dataclass(frozen=True, slots=True)
class Effect:
    """One business and what is other for it; `at_once` are those that it notices today."""

    business_id: str
    name: str
    plan: str
    at_once: list[str]


def effects(old: Plans, new: Plans, changed: Sequence[PlanChange], shops: Sequence[ShopUse]) -> list[Effect]:
    """Return an effect for every business of a changed plan, those that notice it today first."""
    by_plan: dict[str, list[PlanChange]] = {}
    for change in changed:
        by_plan.setdefault(change.plan, []).append(change)
    found = []
    for shop in shops:
        before, after = old.get(shop.plan), new.get(shop.plan)
        said = [words for change in by_plan[shop.plan] if (words := _words(change, before, after, shop))]
        found.append(Effect(shop.business_id, shop.name, shop.plan, said))
    return sorted(found, key=lambda each: (not each.at_once, each.name.lower(), each.business_id))


def _words(change: PlanChange, old: Plan | None, new: Plan | None, shop: ShopUse) -> str:
    if old is None or new is None:
        return "its plan is not sold any more: it is refused until it has another" if new is None else ""
    if change.key == "price_ghs":
        more = new.price_ghs - old.price_ghs
        return f"pays GHS {abs(more):f} {'more' if more > 0 else 'less'} a month"
    if change.key == "budget_usd" and shop.spent >= new.budget_usd_nano:
        spent = Decimal(shop.spent) / 1_000_000_000
        return f"has spent USD {spent:.2f} this month: the rules answer for the rest of it"
    if change.key.startswith("modes."):
        feature = change.key.removeprefix("modes.")
        return f"{change.what}: {change.new}" if new.modes.get(feature) != "ai" else ""
    if change.key.startswith("meters."):
        return _met(change, new.meters[change.key.removeprefix("meters.")], shop)
    return ""


def _met(change: PlanChange, limit: int, shop: ShopUse) -> str:
    if limit == 0:
        return f"{change.what}: not in its plan any more"
    used = shop.used.get(change.key.removeprefix("meters."), 0)
    if limit == UNLIMITED or used < limit:
        return ""
    window = "today" if change.key.endswith("_per_day") else "this month"
    return f"{change.what}: {used:,} used {window} of {limit:,}, so it is refused until the window ends"
