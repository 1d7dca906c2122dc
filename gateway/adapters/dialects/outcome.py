"""What both dialects boil down to, and the reply or fault that follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from gateway.domain.reply import Fault, ModelCall, Reply, UpstreamFault
from gateway.domain.usage import Usage

BYTES_PER_TOKEN = 4

FAULT_BY_CODE: Mapping[str, Fault] = {
    "rate_limit_exceeded": Fault.RATE_LIMITED,
    "insufficient_quota": Fault.QUOTA_EXHAUSTED,
    "billing_hard_limit_reached": Fault.QUOTA_EXHAUSTED,
    "billing_not_active": Fault.QUOTA_EXHAUSTED,
    "invalid_api_key": Fault.AUTHENTICATION,
    "model_not_found": Fault.MODEL_GONE,
    "model_deprecated": Fault.MODEL_GONE,
    "DeploymentNotFound": Fault.MODEL_GONE,
    "content_filter": Fault.REFUSED,
    "content_policy_violation": Fault.REFUSED,
    "invalid_prompt": Fault.REFUSED,
    "bio_policy": Fault.REFUSED,
    "misalignment_policy_violation": Fault.REFUSED,
    "context_length_exceeded": Fault.BAD_REQUEST,
    "data_residency_mismatch": Fault.BAD_REQUEST,
}
"""Stable error codes of the API, wherever they appear: in a status error, a failed response or a stream event."""


class EstimatedUsage(Usage):
    """Usage that the upstream did not report, estimated from the length of the texts."""

    __slots__ = ()
    estimated: ClassVar[bool] = True


def estimate(call: ModelCall, text: str) -> EstimatedUsage:
    """Return the likely usage of a call that produced `text`, for when an answer came without figures."""
    asked = sum(len(message.content.encode()) for message in call.messages) + len(call.wire_schema)
    return EstimatedUsage(
        input_tokens=max(1, -(-asked // BYTES_PER_TOKEN)),
        output_tokens=min(call.params.max_output_tokens, -(-len(text.encode()) // BYTES_PER_TOKEN)),
    )


def counted(prompt: int, cached: int | None, written: int | None, output: int, reasoning: int | None) -> Usage | None:
    """Return reported figures with parts never above their whole; None when nothing was really reported."""
    if prompt <= 0 and output <= 0:
        return None
    prompt, output = max(0, prompt), max(0, output)
    cached = min(max(0, cached or 0), prompt)
    return Usage(
        input_tokens=prompt,
        cached_tokens=cached,
        cache_write_tokens=min(max(0, written or 0), prompt - cached),
        output_tokens=output,
        reasoning_tokens=min(max(0, reasoning or 0), output),
    )


@dataclass(slots=True)
class Outcome:
    """A finished or broken-off answer; `fault` None means it is whole, `usage` None that none was reported."""

    text: str = ""
    model: str = ""
    upstream_id: str = ""
    usage: Usage | None = None
    fault: Fault | None = None

    def reply(self, call: ModelCall) -> Reply:
        """Return the answer. Raises `UpstreamFault`, with the usage all the same, when there is none to use."""
        usage = self.usage or estimate(call, self.text)
        fault = self.fault or (None if self.text.strip() else Fault.INVALID)
        if fault is not None:
            raise UpstreamFault(fault, usage=usage, upstream_id=self.upstream_id)
        return Reply(self.text, self.model or call.model, usage, "stop", self.upstream_id)


class StreamReader(Protocol):
    """Turns the events of one streamed answer into text; `outcome` is what is known so far."""

    outcome: Outcome
    finished: bool

    def feed(self, event: bytes) -> str:
        """Return the text that the event adds. Raises `msgspec.MsgspecError` when it is not the dialect's JSON."""


class Dialect(Protocol):
    """One way of asking and of reading the answer."""

    name: str
    path: str

    def encode(self, call: ModelCall, *, stream: bool = False) -> bytes:
        """Return the request's body as JSON."""

    def decode(self, body: bytes) -> Outcome:
        """Return what a whole answer says. Raises `msgspec.MsgspecError` when it is not the dialect's JSON."""

    def reader(self) -> StreamReader:
        """Return a reader for one streamed answer."""
