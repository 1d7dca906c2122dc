"""Drives one feature through the whole pipeline for a golden case, with a free ledger and records held in memory."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

import msgspec

from evals.checks.registry import CheckError, Output
from evals.suite import Case
from evals.timing import ModelTime
from gateway.app import feature_modules
from gateway.domain.caller import Business, Caller
from gateway.domain.evidence import Evidence
from gateway.domain.ledger import Claim, Hold, Settlement
from gateway.domain.reply import Delta, ModelCall, Reply
from gateway.domain.support import Conversation, Exchange, Turn
from gateway.errors import GatewayError, NotFound
from gateway.library.catalog import Catalog, PromptVersion
from gateway.library.policy_types import Policy
from gateway.masking.masker import Masker
from gateway.masking.vault import Vault
from gateway.pipeline.admission import PAUSE
from gateway.pipeline.answer import answer
from gateway.pipeline.ask import Ask
from gateway.pipeline.breaker import Breakers
from gateway.pipeline.checking import check_input
from gateway.pipeline.gathering import gather
from gateway.pipeline.kit import Kit
from gateway.ports import Allowance, Clock, Knowledge, Ledger, Model
from gateway.store.records import RecordStore

DEFAULT_PLAN = "ENTERPRISE"
T = TypeVar("T")
_decode = msgspec.json.Decoder().decode


class Unanswered(CheckError):
    """The model under judgement was not to be reached or took too long, so nothing is known about the case."""


@dataclass(slots=True)
class Spy:
    """A model that keeps what was sent to it; with `reply` it says that instead of asking the real one.

    The request's clock runs while a model is asked that takes time of its own (`is_timed`).
    """

    inner: Model
    clock: ModelTime
    reply: str | None = None
    is_timed: bool = False
    outgoing: list[str] = field(default_factory=list)
    vault: Vault | None = None

    async def complete(self, call: ModelCall) -> Reply:
        """Return the scripted reply or the inner model's."""
        self.outgoing.append("\n".join(message.content for message in call.messages))
        self.vault = call.guard.keywords["vault"]  # type: ignore[attr-defined]
        if self.reply is not None:
            return Reply(self.reply, "scripted")
        if not self.is_timed:
            return await self.inner.complete(call)
        with self.clock.running():
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

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> Allowance:
        """Let everybody through."""
        return Allowance()

    async def begin(self, business_id: str, key: str, feature: str, request_hash: str) -> tuple[int, bytes] | None:
        """Return None."""
        return None

    async def keep(self, business_id: str, key: str, status: int, body: bytes) -> None:
        """Keep nothing."""

    async def abandon(self, business_id: str, key: str) -> None:
        """Keep nothing."""


@dataclass(frozen=True, slots=True)
class Said:
    """The conversation that a case brings along in `history`, whatever its id; keeps nothing of its own."""

    turns: tuple[Turn, ...]

    async def open(self, business_id: str, user: str, conversation_id: str) -> Conversation:
        """Return the case's conversation. Raises NotFound for a case without one."""
        if not self.turns:
            raise NotFound("This case has no conversation.")
        return Conversation(conversation_id, user, self.turns, len(self.turns), is_new=False)

    async def add(self, business_id: str, exchange: Exchange) -> None:
        """Keep nothing."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The units that a case brings along in `used`, by meter; in every window."""

    used: Mapping[str, int]

    async def counters(self, business_id: str, periods: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return the case's units."""
        return {(meter, period): count for meter, count in self.used.items() for period in periods}


@dataclass(frozen=True, slots=True)
class OnlyThis:
    """A switchboard on which one version is live and proven: the one that is being judged."""

    prompt: PromptVersion

    def enabled(self, business_id: str, flag: str) -> bool | None:
        """Return True for every feature; nothing is paused."""
        return flag != PAUSE

    def opted_out(self, business_id: str, feature: str) -> bool:
        """Return False."""
        return False

    def live(self, feature: str, business_id: str = "", plan: str = "") -> str | None:
        """Return the judged version's hash."""
        return self.prompt.content_hash

    def proven(self, content_hash: str, model: str) -> bool:
        """Return True."""
        return True


@dataclass(frozen=True, slots=True)
class Workbench:
    """Answers golden cases with one version of one feature; `chosen` is the model to ask, empty: the offline rules.

    Deadlines count the time of a model that `is_timed`, never our own: a slow machine changes no answer.
    """

    catalog: Catalog
    policy: Policy
    businesses: Mapping[str, Business]
    records: RecordStore
    model: Model
    clock: Clock
    masker: Masker
    knowledge: Knowledge
    chosen: str = ""
    is_timed: bool = False
    ledger: Ledger = field(default_factory=FreeLedger)

    def asking(self, model: Model, name: str, *, is_timed: bool = True) -> "Workbench":
        """Return a workbench that asks a model of the policy instead of the offline rules."""
        policy = replace(self.policy, routes=dict.fromkeys(self.policy.routes, (name,)))
        return replace(self, model=model, chosen=name, policy=policy, is_timed=is_timed)

    async def run(self, case: Case, prompt: PromptVersion) -> Output:
        """Return the answer of a case. A documented refusal is an answer too: its problem code is the text."""
        feature = self.catalog.features[prompt.feature]
        modules = feature_modules(self.catalog)
        reply = case.vars.get("reply")
        scripted = reply if reply is None or isinstance(reply, str) else json.dumps(reply)
        began = self.clock.monotonic()
        spy = Spy(self.model, ModelTime(self.clock), scripted, self.is_timed)
        kit = self._kit(case, prompt, spy, modules)
        ask = self._ask(case, prompt, spy.clock)
        try:
            check_input(feature, ask.body)
            answered, took = await answer(kit, ask), self.clock.monotonic() - began
            evidence = (await gather(kit, ask)).evidence
        except GatewayError as refused:
            return self._output(prompt, ask, {"code": refused.code, "status": refused.status}, None, spy)
        body = _decode(answered.body)
        body["meta"]["latency_ms"] = round(took * 1000)
        self._check_answered(body["meta"], reply)
        return self._output(prompt, ask, body, evidence, spy)

    def _check_answered(self, meta: Mapping[str, Any], scripted: object) -> None:
        """Raise Unanswered when the model under judgement did not answer: the rules' words prove nothing about it."""
        reason = (meta["degraded"] or {}).get("reason")
        if self.chosen and scripted is None and reason in _UNANSWERED:
            raise Unanswered(f"{self.chosen} did not answer ({reason}); run the case again")

    def _output(
        self, prompt: PromptVersion, ask: Ask, body: dict[str, Any], evidence: Evidence | None, spy: Spy
    ) -> Output:
        meta = body.pop("meta", {"source": "refused"})
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        feature = self.catalog.features[prompt.feature]
        return Output(text, body, meta, dict(ask.body), evidence, tuple(spy.outgoing), spy.vault, feature, prompt)

    def _ask(self, case: Case, prompt: PromptVersion, clock: Clock) -> Ask:
        business = self._named(str(case.vars["business"])) if "business" in case.vars else _NOBODY
        business = replace(business, plan=str(case.vars.get("plan", DEFAULT_PLAN)))
        inline = case.vars.get("records")
        return Ask(
            feature=self.catalog.features[prompt.feature],
            caller=Caller(business, "evals", "evals", frozenset({"*"})),
            body=dict(case.vars.get("request", {})),
            as_of=date.fromisoformat(str(case.vars.get("as_of", DEMO_DAY))),
            inline=None if inline is None else self.records.parse_inline(business.id, inline),
            request_id=f"eval-{case.index}",
            ledger_id=f"eval-{case.index}",
            request_hash=hashlib.sha256(str(case.index).encode()).hexdigest(),
            started=clock.monotonic(),
            received_at=clock.now(),
        )

    def _named(self, name: str) -> Business:
        for business in self.businesses.values():
            if name.lower() in (business.id, business.name.lower()) or business.name.lower().startswith(name.lower()):
                return business
        raise KeyError(f"no business `{name}`; known: {', '.join(b.name for b in self.businesses.values())}")

    def _kit(self, case: Case, prompt: PromptVersion, spy: Spy, modules: Mapping[str, Any]) -> Kit:
        said = tuple(Turn(turn["role"], turn["content"]) for turn in case.vars.get("history", ()))
        return Kit(
            catalog=self.catalog, policy=self.policy, features=modules, records=self.records, ledger=self.ledger,
            cache=NoCache(), idempotency=NoLimits(), limiter=NoLimits(), switches=OnlyThis(prompt),
            models={"responses": spy, "chat": spy}, masker=self.masker, clock=spy.clock,
            sign=lambda purpose, text: hashlib.sha256(f"{purpose}|{text}".encode()).hexdigest(),
            flag_default=lambda name: True, offline=not self.chosen, model_proof="warn", deadline_ms=60_000,
            is_patient=True, cache_seconds=0, breakers=Breakers(), knowledge=self.knowledge, conversations=Said(said),
            counters=Counted(dict(case.vars.get("used", {}))),
        )  # fmt: skip


DEMO_DAY = "2026-11-20"
_UNANSWERED = frozenset({"upstream_unavailable", "deadline"})
_NOBODY = Business("00000000-0000-4000-8000-000000000000", "Nobody", DEFAULT_PLAN)
