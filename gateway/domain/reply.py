"""What goes to a model and what comes back, in no provider's dialect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from gateway.domain.usage import NO_USAGE, Usage

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered message; `content` holds masked text only."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ModelParams:
    """Sampling parameters, already checked against the model's capabilities; None means the model's default."""

    max_output_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    reasoning_effort: str | None = None


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One upstream attempt.

    `wire_schema` is the strict JSON Schema of the answer, already encoded as JSON. `guard` is the egress guard: the
    transport hands it the final bytes and it raises `EgressBlocked`. `timeout` is in seconds, for the whole attempt.
    """

    model: str
    dialect: Literal["responses", "chat"]
    messages: tuple[Message, ...]
    params: ModelParams
    schema_name: str
    wire_schema: bytes
    feature: str
    prompt_cache_key: str
    safety_identifier: str
    guard: Callable[[bytes], None]
    timeout: float
    request_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's finished answer: `text` is the JSON it wrote, still masked. `model` is the one that really answered."""

    text: str
    model: str
    usage: Usage = NO_USAGE
    finish_reason: str = "stop"
    upstream_id: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed answer's JSON text."""

    text: str


class Fault(StrEnum):
    """Why an attempt gave no answer; the breaker and the retry rule decide by it."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    QUOTA_EXHAUSTED = "quota_exhausted"
    AUTHENTICATION = "authentication"
    BAD_REQUEST = "bad_request"
    MODEL_GONE = "model_gone"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    INVALID = "invalid"


class UpstreamFault(Exception):
    """An attempt failed. `usage` is what the upstream reported all the same (priced once), `sent` whether bytes left.

    `retry_after` is in seconds. The text never holds the upstream's own words: they may repeat the prompt.
    """

    def __init__(
        self,
        fault: Fault,
        *,
        usage: Usage = NO_USAGE,
        sent: bool = True,
        retry_after: float | None = None,
        upstream_id: str = "",
    ) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.usage = usage
        self.sent = sent
        self.retry_after = retry_after
        self.upstream_id = upstream_id


@dataclass(frozen=True, slots=True)
class Attempt:
    """One upstream attempt as it went: `began_at` in microseconds since the epoch (UTC), `cost` in nano-USD.

    `fault` is empty when an answer came; `answered_by` is the model that the upstream named.
    """

    model: str
    dialect: str
    began_at: int
    seconds: float
    usage: Usage
    cost: int
    fault: str = ""
    answered_by: str = ""
    finish_reason: str = ""


class EgressBlocked(Exception):
    """The egress guard found a personal value, or could not finish looking; nothing was sent. `kind` names no value."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


Answer = dict[str, Any]
"""A response body in the seed's keys, without `meta`."""
