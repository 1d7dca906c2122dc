"""Asking a real model with a draft: the same pipeline as every call, paid from the operator's budget for evaluations.

Masking, the guard before bytes leave, checks of the answer and the price are those of a business's call; only the
ledger is another one, so that no business pays for it or sees it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TypeVar

from admin.access import Refused
from evals.workbench import Workbench
from gateway.domain.ledger import AuditEntry, Claim, Hold, Settlement
from gateway.errors import FieldError, ValidationFailed
from gateway.library.catalog import PromptVersion
from gateway.library.policy_types import OFFLINE, Policy
from gateway.pipeline.admission import PAUSE
from gateway.pipeline.kit import Kit
from gateway.pipeline.rendering import schema_tokens
from gateway.pipeline.routing import ECONOMY_ROUTE
from gateway.ports import Clock
from gateway.settings import Settings
from gateway.store.admin_access import THE_SERVICE
from gateway.store.database import Database
from gateway.store.eval_budget import EvalBudget

NANO = 1_000_000_000
T = TypeVar("T")


@dataclass(slots=True)
class EvalLedger:
    """The ledger of one person's trial; implements `ports.Ledger`. Raises CapReached where a budget is used up."""

    budget: EvalBudget
    person: str
    model: str
    clock: Clock
    _held: dict[str, tuple[str, int]] = field(default_factory=dict)

    async def reserve(self, claim: Claim) -> Hold:
        """Hold the most that the call can cost."""
        period = claim.budget_window.key
        await self.budget.hold(self.person, period, claim.amount)
        self._held[claim.request_id] = (period, claim.amount)
        return Hold(claim, claim.units, claim.budget_cap)

    async def extend(self, hold: Hold, amount: int) -> bool:
        """Hold more for another attempt."""
        period, held = self._held[hold.claim.request_id]
        await self.budget.hold(self.person, period, amount)
        self._held[hold.claim.request_id] = (period, held + amount)
        return True

    async def mark_sent(self, hold: Hold) -> None:
        """Do nothing more: what is held stays held if this process dies."""

    async def settle(self, hold: Hold, settlement: Settlement) -> None:
        """Spend what it cost, and say in the service's chain who asked which model what it took."""
        claim, row = hold.claim, settlement.row
        details = {
            "feature": claim.feature, "model": row.model or self.model, "cost_nano_usd": settlement.cost,
            "prompt_hash": row.prompt_hash, "degraded": row.degraded,
        }  # fmt: skip
        entry = AuditEntry(THE_SERVICE, self.person, "evaluation.asked", claim.request_id, self.clock.now(), details)
        period, held = self._held.pop(claim.request_id, (claim.budget_window.key, 0))
        await self.budget.close(self.person, period, held, settlement.cost, entry)

    async def release(self, hold: Hold) -> None:
        """Give back what led to no call."""
        period, held = self._held.pop(hold.claim.request_id, ("", 0))
        if period:
            await self.budget.close(self.person, period, held, 0)

    async def settle_direct(self, claim: Claim, units: int, finish: Callable[[Hold], tuple[T, Settlement]]) -> T:
        """Return an answer that no model was asked for; it costs nothing."""
        return finish(Hold(claim, claim.units, claim.budget_cap))[0]

    async def sweep(self) -> int:
        """Return 0: holds of trials end with the month."""
        return 0


def budget_of(database: Database, clock: Clock, settings: Settings) -> EvalBudget:
    """Return the budget with the caps of the settings."""
    return EvalBudget(database, clock, (settings.eval_budget_usd * NANO, settings.eval_person_budget_usd * NANO))


def month_of(clock: Clock) -> str:
    """Return this month, UTC, such as `2026-11`."""
    return f"{datetime.fromtimestamp(clock.now() / 1e6, UTC):%Y-%m}"


def today_of(clock: Clock) -> date:
    """Return the day, UTC, whose prices hold."""
    return datetime.fromtimestamp(clock.now() / 1e6, UTC).date()


def models_for(policy: Policy, prompt: PromptVersion, day: date) -> list[str]:
    """Return the models that may be asked with a version: those of its route, then the economical ones."""
    routes = (prompt.route, ECONOMY_ROUTE)
    usable = [spec.id for route in routes for spec in policy.route(route, day) if not spec.refuses(prompt.params)]
    return [name for name in dict.fromkeys(usable) if name != OFFLINE]


def most(policy: Policy, prompt: PromptVersion, model: str, day: date) -> int:
    """Return the most that one call can cost in nano-USD."""
    price = policy.models[model].price(day)
    tokens = prompt.token_budget + schema_tokens(prompt.wire_schema)
    return price.upper_bound(tokens, prompt.params.max_output_tokens) if price else 0


def refuse_unless_askable(kit: Kit, prompt: PromptVersion, model: str, day: date) -> None:
    """Raise Refused without a provider or while models are paused, ValidationFailed for a model that cannot serve."""
    if kit.offline:
        raise Refused(409, "No model is connected", "Only the offline rules can be asked until a provider key is set.")
    if kit.switches.enabled("*", PAUSE):
        raise Refused(409, "All models are paused", "Nothing is asked until somebody lets models answer again.")
    known = models_for(kit.policy, prompt, day)
    if model not in known:
        error = FieldError("/model", f"one of {', '.join(known)}" if known else "none can serve this prompt today")
        raise ValidationFailed("Choose a model of the prompt's route.", [error])


def live_bench(bench: Workbench, kit: Kit, model: str, ledger: EvalLedger) -> Workbench:
    """Return a workbench that asks the real model, with the plans and prices in force and this ledger."""
    adapter = kit.models[kit.policy.models[model].dialect]
    return replace(replace(bench, policy=kit.policy).asking(adapter, model), ledger=ledger)
