"""Drives one feature through the whole pipeline for a golden case, with a free ledger and records held in memory."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

import msgspec

from evals.checks.registry import Output
from evals.suite import Case
from gateway.app import feature_modules
from gateway.domain.caller import Business, Caller
from gateway.domain.evidence import Evidence
from gateway.domain.ledger import Claim, Hold, Settlement
from gateway.domain.reply import Delta, ModelCall, Reply
from gateway.errors import GatewayError
from gateway.library.catalog import Catalog, PromptVersion
from gateway.library.policy_types import Policy
from gateway.masking.masker import Masker
from gateway.masking.vault import Vault
from gateway.pipeline.answer import answer
from gateway.pipeline.ask import Ask
from gateway.pipeline.breaker import Breakers
from gateway.pipeline.checking import check_input
from gateway.pipeline.gathering import gather
from gateway.pipeline.kit import Kit
from gateway.ports import Clock, Model
from gateway.store.records import RecordStore

DEFAULT_PLAN = "ENTERPRISE"
T = TypeVar("T")
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

    async def settle_direct(self, claim: Claim, units: int, finish: Callable[[Hold], tuple[T, Settlement]]) -> T:
        """Return what `finish` makes."""
        return finish(Hold(claim, claim.units, claim.budget_cap))[0]

    async def sweep(self) -> int:
        """Return 0."""
        return 0


class NoCache:
    """Remembers nothing, so that every case is answered afresh."""

    async def get(self, business_id: str, key: str, *, stale_ok: bool = False) -> bytes | None:
        """Return None."""
        return None

    async def put(self, business_id: str, key: str, body: bytes, ttl_seconds: int, subjects: Sequence[str]) -> None:
        """Keep nothing."""


class NoLimits:
    """Neither rate limits nor replays."""

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> float:
        """Return 0."""
        return 0.0

    async def begin(self, business_id: str, key: str, feature: str, request_hash: str) -> tuple[int, bytes] | None:
        """Return None."""
        return None

    async def abandon(self, business_id: str, key: str) -> None:
        """Keep nothing."""


@dataclass(frozen=True, slots=True)
class OnlyThis:
    """A switchboard on which one version is live and proven: the one that is being judged."""

    prompt: PromptVersion

    def enabled(self, business_id: str, flag: str) -> bool | None:
        """Return True."""
        return True

    def opted_out(self, business_id: str, feature: str) -> bool:
        """Return False."""
        return False

    def live(self, feature: str) -> str | None:
        """Return the judged version's hash."""
        return self.prompt.content_hash

    def proven(self, content_hash: str, model: str) -> bool:
        """Return True."""
        return True


@dataclass(frozen=True, slots=True)
class Workbench:
    """Answers golden cases with one version of one feature."""

    catalog: Catalog
    policy: Policy
    businesses: Mapping[str, Business]
    records: RecordStore
    model: Model
    clock: Clock
    masker: Masker

    async def run(self, case: Case, prompt: PromptVersion) -> Output:
        """Return the answer of a case. A documented refusal is an answer too: its problem code is the text."""
        feature = self.catalog.features[prompt.feature]
        modules = feature_modules(self.catalog)
        reply = case.vars.get("reply")
        spy = Spy(self.model, reply if reply is None or isinstance(reply, str) else json.dumps(reply))
        kit = self._kit(prompt, spy, modules)
        ask = self._ask(case, prompt)
        try:
            check_input(feature, ask.body)
            answered, evidence = await answer(kit, ask), (await gather(kit, ask)).evidence
        except GatewayError as refused:
            return self._output(prompt, ask, {"code": refused.code, "status": refused.status}, None, spy)
        return self._output(prompt, ask, _decode(answered.body), evidence, spy)

    def _output(
        self, prompt: PromptVersion, ask: Ask, body: dict[str, Any], evidence: Evidence | None, spy: Spy
    ) -> Output:
        meta = body.pop("meta", {"source": "refused"})
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        feature = self.catalog.features[prompt.feature]
        return Output(text, body, meta, dict(ask.body), evidence, tuple(spy.outgoing), spy.vault, feature, prompt)

    def _ask(self, case: Case, prompt: PromptVersion) -> Ask:
        business = self._named(str(case.vars["business"])) if "business" in case.vars else _NOBODY
        business = replace(business, plan=str(case.vars.get("plan", DEFAULT_PLAN)))
        inline = case.vars.get("records")
        now = self.clock.now()
        return Ask(
            feature=self.catalog.features[prompt.feature],
            caller=Caller(business, "evals", "evals", frozenset({"*"})),
            body=dict(case.vars.get("request", {})),
            as_of=date.fromisoformat(str(case.vars.get("as_of", DEMO_DAY))),
            inline=None if inline is None else self.records.parse_inline(business.id, inline),
            request_id=f"eval-{case.index}",
            ledger_id=f"eval-{case.index}",
            request_hash=hashlib.sha256(str(case.index).encode()).hexdigest(),
            started=self.clock.monotonic(),
            received_at=now,
        )

    def _named(self, name: str) -> Business:
        for business in self.businesses.values():
            if name.lower() in (business.id, business.name.lower()) or business.name.lower().startswith(name.lower()):
                return business
        raise KeyError(f"no business `{name}`; known: {', '.join(b.name for b in self.businesses.values())}")

    def _kit(self, prompt: PromptVersion, spy: Spy, modules: Mapping[str, Any]) -> Kit:
        return Kit(
            catalog=self.catalog, policy=self.policy, features=modules, records=self.records, ledger=FreeLedger(),
            cache=NoCache(), idempotency=NoLimits(), limiter=NoLimits(), switches=OnlyThis(prompt),
            models={"responses": spy, "chat": spy}, masker=self.masker, clock=self.clock,
            sign=lambda purpose, text: hashlib.sha256(f"{purpose}|{text}".encode()).hexdigest(),
            flag_default=lambda name: True, offline=True, model_proof="warn", deadline_ms=60_000, cache_seconds=0,
            breakers=Breakers(),
        )  # fmt: skip


DEMO_DAY = "2026-11-20"
_NOBODY = Business("00000000-0000-4000-8000-000000000000", "Nobody", DEFAULT_PLAN)
