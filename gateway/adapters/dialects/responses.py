"""The Responses dialect: `POST /responses`."""

import msgspec

from gateway.adapters.dialects.outcome import FAULT_BY_CODE, Outcome, counted
from gateway.domain.reply import Fault, ModelCall
from gateway.domain.usage import Usage


class _Message(msgspec.Struct):
    role: str
    content: str


class _Format(msgspec.Struct):
    name: str
    schema: msgspec.Raw
    type: str
    strict: bool


class _Text(msgspec.Struct):
    format: _Format


class _Reasoning(msgspec.Struct):
    effort: str


class _Request(msgspec.Struct, omit_defaults=True, kw_only=True):
    model: str
    instructions: str | None = None
    input: list[_Message]
    text: _Text
    max_output_tokens: int
    store: bool
    temperature: float | None = None
    top_p: float | None = None
    reasoning: _Reasoning | None = None
    prompt_cache_key: str = ""
    safety_identifier: str = ""
    stream: bool = False


class _InputDetails(msgspec.Struct):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _OutputDetails(msgspec.Struct):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    input_tokens: int = 0
    input_tokens_details: _InputDetails | None = None
    output_tokens: int = 0
    output_tokens_details: _OutputDetails | None = None

    def counted(self) -> Usage | None:
        read, wrote = self.input_tokens_details or _InputDetails(), self.output_tokens_details or _OutputDetails()
        return counted(
            self.input_tokens, read.cached_tokens, read.cache_write_tokens, self.output_tokens, wrote.reasoning_tokens
        )


class _Part(msgspec.Struct):
    type: str = ""
    text: str | None = None


class _Item(msgspec.Struct):
    type: str = ""
    content: list[_Part] | None = None
    phase: str | None = None


class _Error(msgspec.Struct):
    code: str | int | None = None


class _Incomplete(msgspec.Struct):
    reason: str | None = None


class _Response(msgspec.Struct):
    id: str = ""
    model: str = ""
    status: str | None = None
    output: list[_Item] | None = None
    usage: _Usage | None = None
    error: _Error | None = None
    incomplete_details: _Incomplete | None = None

    def outcome(self) -> Outcome:
        parts = [
            part
            for item in self.output or ()
            if item.type == "message" and item.phase != "commentary"
            for part in item.content or ()
        ]
        text = "".join(part.text or "" for part in parts if part.type == "output_text")
        refused = any(part.type == "refusal" for part in parts)
        usage = self.usage.counted() if self.usage else None
        return Outcome(text, self.model, self.id, usage, Fault.REFUSED if refused else self._fault())

    def _fault(self) -> Fault | None:
        if self.error is not None:
            return FAULT_BY_CODE.get(str(self.error.code), Fault.SERVER_ERROR)
        if self.status == "incomplete":
            reason = self.incomplete_details.reason if self.incomplete_details else None
            return Fault.REFUSED if reason == "content_filter" else Fault.TRUNCATED
        return None if self.status == "completed" else Fault.SERVER_ERROR


class _Kind(msgspec.Struct):
    type: str = ""


class _Delta(msgspec.Struct):
    delta: str = ""


class _Carrier(msgspec.Struct):
    response: _Response


class _ErrorEvent(msgspec.Struct):
    code: str | int | None = None
    error: _Error | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Response).decode
_kind = msgspec.json.Decoder(_Kind).decode
_delta = msgspec.json.Decoder(_Delta).decode
_carrier = msgspec.json.Decoder(_Carrier).decode
_error = msgspec.json.Decoder(_ErrorEvent).decode

_LAST = frozenset({"response.completed", "response.incomplete", "response.failed"})


class ResponsesDialect:
    """Asks and reads the way OpenAI recommends today."""

    name = "responses"
    path = "/responses"

    def encode(self, call: ModelCall, *, stream: bool = False) -> bytes:
        """Return the request's body as JSON; nothing is stored upstream."""
        params = call.params
        system = "\n\n".join(message.content for message in call.messages if message.role == "system")
        request = _Request(
            model=call.model,
            instructions=system or None,
            input=[_Message(message.role, message.content) for message in call.messages if message.role != "system"],
            text=_Text(_Format(call.schema_name, msgspec.Raw(call.wire_schema), "json_schema", True)),
            max_output_tokens=params.max_output_tokens,
            store=False,
            temperature=params.temperature,
            top_p=params.top_p,
            reasoning=_Reasoning(params.reasoning_effort) if params.reasoning_effort else None,
            prompt_cache_key=call.prompt_cache_key,
            safety_identifier=call.safety_identifier,
            stream=stream,
        )
        return _encode(request)

    def decode(self, body: bytes) -> Outcome:
        """Return what a whole answer says. Raises `msgspec.MsgspecError` when it is not a Responses body."""
        return _decode(body).outcome()

    def reader(self) -> "ResponsesReader":
        """Return a reader for one streamed answer."""
        return ResponsesReader()


class ResponsesReader:
    """Reads `response.*` events; the last one carries the status and the usage."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.finished = False

    def feed(self, event: bytes) -> str:
        """Return the text that the event adds; other events only move `outcome`."""
        if event == b"[DONE]":
            return ""
        kind = _kind(event).type
        if kind == "response.output_text.delta":
            text = _delta(event).delta
            self.outcome.text += text
            return text
        if kind in _LAST:
            return self._finish(_carrier(event).response.outcome())
        if kind == "response.created":
            begun = _carrier(event).response
            self.outcome.model, self.outcome.upstream_id = begun.model, begun.id
        elif kind == "error":
            told = _error(event)
            code = told.error.code if told.error else told.code
            self.outcome.fault = FAULT_BY_CODE.get(str(code), Fault.SERVER_ERROR)
            self.finished = True
        return ""

    def _finish(self, last: Outcome) -> str:
        # Some servers send no deltas at all: then the last event's text is the whole piece.
        unseen = "" if self.outcome.text else last.text
        last.text = self.outcome.text or last.text
        self.outcome, self.finished = last, True
        return unseen
