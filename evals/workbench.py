"""Drives one feature through the whole pipeline for a golden case, with a free ledger and records held in memory."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from evals.checks.registry import Output
from evals.suite import Case
from gateway.app import feature_modules
from gateway.domain.answer import Source
from gateway.domain.caller import Business, Caller
from gateway.domain.evidence import Evidence
from gateway.domain.ledger import Claim, Hold, Settlement
from gateway.domain.records import Record
from gateway.domain.reply import Delta, ModelCall, Reply
from gateway.errors import GatewayError, ValidationFailed
from gateway.library.catalog import Catalog, PromptVersion
from gateway.library.policy import Policy
from gateway.masking.masker import Masker
from gateway.masking.vault import Vault
from gateway.pipeline.answer import answer
from gateway.pipeline.ask import Answered, Ask
from gateway.pipeline.breaker import Breakers
from gateway.pipeline.gathering import gather
from gateway.pipeline.kit import Kit
from gateway.ports import Clock, Model, PosData
from gateway.store.records import open_in_memory, parse_inline

DEFAULT_PLAN = "ENTERPRISE"
_decode = msgspec.json.Decoder().decode


@dataclass(slots=True)
class Spy:
    """A model that keeps what was sent to it; with `reply` it says that instead of asking the real one."""

    inner: Model
    reply: str | None = None
    outgoing: list[str] = field(default_factory=list)
    vault: Vault | None = None

    async def complete(self, call: ModelCall) -> Reply:
        """Return the scripted reply or the inner model's."""
        self.outgoing.append("\n".join(message.content for message in call.messages))
        self.vault = call.guard.keywords["vault"]  # type: ignore[attr-defined]
        if self.reply is not None:
            return Reply(self.reply, "scripted")
        return await self.inner.complete(call)

    async def stream(self, call: ModelCall) -> AsyncIterator[Delta | Reply]:
        """Yield the whole reply at once."""
        yield await self.complete(call)


class FreeLedger:
    """Admits everything and keeps nothing: golden cases cost no tenant anything."""

    async def reserve(self, claim: Claim) -> Hold:
        """Return a hold without limits."""
        return Hold(claim, claim.units, claim.budget_cap)

    async def extend(self, hold: Hold, amount: int) -> bool:
        """Return True."""
        return True

    async def mark_sent(self, hold: Hold) -> None:
        """Keep nothing."""

    async def settle(self, hold: Hold, settlement: Settlement) -> None:
        """Keep nothing."""

    async def release(self, hold: Hold) -> None:
        """Keep nothing."""

    async def settle_direct[T](self, claim: Claim, units: int, finish: Callable[[Hold], tuple[T, Settlement]]) -> T:
        """Return what `finish` makes."""
        return finish(Hold(claim, claim.units, claim.budget_cap))[0]

    async def sweep(self) -> int:
        """Return 0."""
        return 0
