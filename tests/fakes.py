"""Stand-ins behind the ports: a clock that is set, a model that says what it is told, a ledger in memory."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from gateway.adapters.offline_model import find_evidence
from gateway.domain.ledger import BudgetExhausted, Claim, Hold, Settlement
from gateway.domain.reply import Delta, ModelCall, Reply
from gateway.domain.support import Conversation, Exchange, Passage
from gateway.domain.usage import Usage
from gateway.errors import NotFound
from gateway.ports import Allowance

NOON = 1_795_176_000_000_000
"""2026-11-20T12:00:00Z, on the last day of the demo tenant's records, in microseconds since the epoch."""

TYPICAL = Usage(input_tokens=1000, cached_tokens=200, output_tokens=300)
T = TypeVar("T")


@dataclass
class FakeClock:
    """Both clocks move only when told to."""

    at: int = NOON

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOON) / 1e6 + 1000.0

    def advance(self, seconds: float) -> None:
        self.at += round(seconds * 1e6)


Step = str | dict[str, Any] | Exception | Callable[[ModelCall], Any]
"""What the model does next: say a text or an object, fail, or whatever the function of the call gives."""


def by_rules(call: ModelCall) -> dict[str, Any]:
    """Answer as a careful model would: with the feature's own rules on the masked facts it was shown."""
    facts = find_evidence(next(m.content for m in call.messages if "<evidence" in m.content))
    written: dict[str, Any] = import_module(f"gateway.features.{call.feature}").fallback(facts)
    return written


@dataclass
class FakeModel:
    """Takes one step of its script per call, then does the same thing `always`: by default it answers well."""

    script: list[Step] = field(default_factory=list)
    always: Step = by_rules
    usage: Usage = TYPICAL
    piece: int = 24
    calls: list[ModelCall] = field(default_factory=list)

    async def complete(self, call: ModelCall) -> Reply:
        self.calls.append(call)
        call.guard(msgspec.json.encode([message.content for message in call.messages]))
        step = self.script.pop(0) if self.script else self.always
        if callable(step):
            step = step(call)
            if inspect.isawaitable(step):
                step = await step
        if isinstance(step, Exception):
            raise step
        text = step if isinstance(step, str) else msgspec.json.encode(step).decode()
        return Reply(text, call.model, self.usage)

    async def stream(self, call: ModelCall) -> AsyncIterator[Delta | Reply]:
        reply = await self.complete(call)
        for start in range(0, len(reply.text), self.piece):
            yield Delta(reply.text[start : start + self.piece])
            await asyncio.sleep(0)
        yield reply

    @property
    def sent(self) -> str:
        """Everything that was shown to the model."""
        return "\n".join(message.content for call in self.calls for message in call.messages)


@dataclass
class MemoryLedger:
    """Keeps the same promises as the stored one for one business, and a list of what was done."""

    cap: int | None = None
    spent: int = 0
    used: int = 0
    open: dict[str, int] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)
    pause: Callable[[str], None] = lambda step: None

    async def _step(self, name: str) -> None:
        """Give way before and after the work, where a cancellation can arrive."""
        self.pause(f"before {name}")
        await asyncio.sleep(0)
        self.log.append(name)

    async def _done(self, name: str) -> None:
        self.pause(f"after {name}")
        await asyncio.sleep(0)

    async def reserve(self, claim: Claim) -> Hold:
        await self._step("reserve")
        cap = claim.budget_cap if self.cap is None else self.cap
        if self.spent + sum(self.open.values()) + claim.amount > cap:
            raise BudgetExhausted
        self.open[claim.request_id] = claim.amount
        self.used += claim.units
        await self._done("reserve")
        return Hold(claim, self.used, cap - self.spent - sum(self.open.values()))

    async def extend(self, hold: Hold, amount: int) -> bool:
        await self._step("extend")
        cap = hold.claim.budget_cap if self.cap is None else self.cap
        if self.spent + sum(self.open.values()) + amount > cap:
            return False
        self.open[hold.claim.request_id] += amount
        return True

    async def mark_sent(self, hold: Hold) -> None:
        await self._step("mark_sent")
        await self._done("mark_sent")

    async def settle(self, hold: Hold, settlement: Settlement) -> None:
        await self._step("settle")
        del self.open[hold.claim.request_id]
        self.spent += settlement.cost
        self.used += settlement.units - hold.claim.units
        self.settled.append(settlement)
        await self._done("settle")

    async def release(self, hold: Hold) -> None:
        await self._step("release")
        del self.open[hold.claim.request_id]
        self.used -= hold.claim.units

    async def settle_direct(self, claim: Claim, units: int, finish: Callable[[Hold], tuple[T, Settlement]]) -> T:
        await self._step("settle_direct")
        cap = claim.budget_cap if self.cap is None else self.cap
        self.used += units
        result, settlement = finish(Hold(replace(claim, units=units), self.used, cap - self.spent))
        self.settled.append(settlement)
        return result

    async def sweep(self) -> int:
        return 0


@dataclass
class MemoryCache:
    """Answers by business and key, for ever."""

    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def get(self, business_id: str, key: str, *, stale_ok: bool = False) -> bytes | None:
        return self.kept.get((business_id, key))

    async def put(self, business_id: str, key: str, body: bytes, ttl_seconds: int, subjects: Sequence[str]) -> None:
        self.kept[business_id, key] = body


@dataclass
class Switches:
    """A switchboard that is set by hand; `live` None means no release at all."""

    hashes: dict[str, str] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)
    out: set[str] = field(default_factory=set)
    unproven: set[str] = field(default_factory=set)

    def enabled(self, business_id: str, flag: str) -> bool | None:
        return False if flag in self.off else None

    def opted_out(self, business_id: str, feature: str) -> bool:
        return feature in self.out

    def live(self, feature: str, business_id: str = "", plan: str = "") -> str | None:
        return self.hashes.get(feature)

    def proven(self, content_hash: str, model: str) -> bool:
        return model not in self.unproven


@dataclass
class OpenDoor:
    """Neither rate limits, unless `wait` is set, nor replays."""

    wait: float = 0.0

    async def take(self, business_id: str, user_id: str | None, limit_per_minute: int) -> Allowance:
        return Allowance(self.wait)

    async def begin(self, business_id: str, key: str, feature: str, request_hash: str) -> tuple[int, bytes] | None:
        return None

    async def keep(self, business_id: str, key: str, status: int, body: bytes) -> None:
        return None

    async def abandon(self, business_id: str, key: str) -> None:
        return None


@dataclass
class Shelf:
    """Documents behind `ports.Knowledge`: the passages it was given, whatever is asked, and a list of questions."""

    passages: Sequence[Passage] = ()
    asked: list[str] = field(default_factory=list)

    async def search(self, business_id: str, question: str, limit: int) -> Sequence[Passage]:
        self.asked.append(question)
        return self.passages[:limit]


@dataclass
class Talks:
    """Conversations in memory, and what was kept."""

    known: dict[tuple[str, str, str], Conversation] = field(default_factory=dict)
    kept: list[tuple[str, Exchange]] = field(default_factory=list)

    async def open(self, business_id: str, user: str, conversation_id: str) -> Conversation:
        if (business_id, user, conversation_id) not in self.known:
            raise NotFound("There is no conversation with this id for this user.")
        return self.known[business_id, user, conversation_id]

    async def add(self, business_id: str, exchange: Exchange) -> None:
        self.kept.append((business_id, exchange))


@dataclass
class Used:
    """Units used by (meter, period)."""

    units: dict[tuple[str, str], int] = field(default_factory=dict)

    async def counters(self, business_id: str, periods: Sequence[str]) -> dict[tuple[str, str], int]:
        return self.units
