"""What surrounds a request beside records: documents, earlier turns and the caller's account, for the caller alone."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from gateway.domain.alert_outcome import AlertOutcome
from gateway.domain.support import Account, Conversation, Exchange, MeterState, Passage
from gateway.library.windows import kind_of_meter, local_day, window
from gateway.pipeline.admission import plan_of
from gateway.pipeline.ask import Ask
from gateway.pipeline.kit import Kit

_SPACE = uuid.UUID("6f3d0a3e-6f0b-5c53-9d1e-9a1f5b6a7c10")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`ports.Around` for one request: every method is about the caller's own business."""

    kit: Kit
    ask: Ask
    fresh_id: str

    @classmethod
    def of(cls, kit: Kit, ask: Ask) -> Self:
        """Return the surroundings of a request; they are the same on a second look."""
        return cls(kit, ask, str(uuid.uuid5(_SPACE, f"{ask.caller.business.id}|{ask.ledger_id}")))

    async def passages(self, question: str, limit: int) -> Sequence[Passage]:
        """Return the passages for a question, best first."""
        return await self.kit.knowledge.search(self.ask.caller.business.id, question, limit)

    async def conversation(self, user_id: str, conversation_id: str | None) -> Conversation:
        """Return the user's conversation, a fresh one without an id. Raises NotFound for anybody else's."""
        business_id = self.ask.caller.business.id
        user = self.kit.sign("user", f"{business_id}|{user_id}")
        if conversation_id is None:
            return Conversation(self.fresh_id, user)
        return await self.kit.conversations.open(business_id, user, conversation_id)

    async def keep(self, exchange: Exchange) -> None:
        """Keep an exchange. Raises NotReady."""
        await self.kit.conversations.add(self.ask.caller.business.id, exchange)

    async def account(self) -> Account:
        """Return the plan, and the meters' state before this request."""
        business, now = self.ask.caller.business, self.ask.received_at
        plan = plan_of(self.kit.policy, business, now)
        windows = {kind: window(kind, now, business.timezone) for kind in ("day", "month")}
        used = await self.kit.counters.counters(business.id, [one.key for one in windows.values()])
        meters = []
        for meter, limit in plan.meters.items():
            current = windows[kind_of_meter(meter)]
            until = local_day(current.resets_at - 1, business.timezone).isoformat()
            count = used.get((meter, current.key), 0)
            meters.append(MeterState(meter, self.kit.policy.meters.get(meter, meter), limit, count, until))
        trial = business.trial_ends_at
        return Account(
            plan=plan.title,
            price_ghs=str(plan.price_ghs),
            meters=tuple(meters),
            modes={name: mode for name, mode in plan.modes.items() if mode != "ai"},
            opted_out=business.ai_opt_out,
            trial_until="" if trial is None else local_day(trial, business.timezone).isoformat(),
        )

    def may(self, scope: str) -> bool:
        """Return whether the caller's key has this scope."""
        return bool(self.ask.caller.scopes & {"*", scope})

    async def alert_outcomes(self) -> Sequence[AlertOutcome]:
        """Return what people of the business said of alerts, oldest first."""
        kept = self.kit.alert_outcomes
        return () if kept is None else await kept.of(self.ask.caller.business.id)
