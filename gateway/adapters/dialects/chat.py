"""The Chat Completions dialect: `POST /chat/completions`, which most compatible servers speak."""

import msgspec

from gateway.adapters.dialects.outcome import FAULT_BY_CODE, Outcome, counted
from gateway.domain.reply import Fault, ModelCall
from gateway.domain.usage import Usage


class _Message(msgspec.Struct):
    role: str
    content: str


class _Schema(msgspec.Struct):
    name: str
    schema: msgspec.Raw
    strict: bool


class _Format(msgspec.Struct):
    type: str
    json_schema: _Schema


class _StreamOptions(msgspec.Struct):
    include_usage: bool


class _Request(msgspec.Struct, omit_defaults=True, kw_only=True):
    model: str
    messages: list[_Message]
    response_format: _Format
    max_completion_tokens: int
    store: bool
    temperature: float | None = None
    top_p: float | None = None
    reasoning_effort: str | None = None
    prompt_cache_key: str = ""
    safety_identifier: str = ""
    stream: bool = False
    stream_options: _StreamOptions | None = None


class _PromptDetails(msgspec.Struct):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _CompletionDetails(msgspec.Struct):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens: int = 0
    completion_tokens_details: _CompletionDetails | None = None

    def counted(self) -> Usage | None:
        read = self.prompt_tokens_details or _PromptDetails()
        wrote = self.completion_tokens_details or _CompletionDetails()
        return counted(
            self.prompt_tokens,
            read.cached_tokens,
            read.cache_write_tokens,
            self.completion_tokens,
            wrote.reasoning_tokens,
        )


class _Words(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Words | None = None
    delta: _Words | None = None
    finish_reason: str | None = None


class _Error(msgspec.Struct):
    code: str | int | None = None


class _Completion(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: _Error | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Completion).decode

_FAULTS = {"length": Fault.TRUNCATED, "content_filter": Fault.REFUSED}


class ChatDialect:
    """Asks and reads the older way."""

    name = "chat"
    path = "/chat/completions"

    def encode(self, call: ModelCall, *, stream: bool = False) -> bytes:
        """Return the request's body as JSON; nothing is stored upstream."""
        params = call.params
        request = _Request(
            model=call.model,
            messages=[_Message(message.role, message.content) for message in call.messages],
            response_format=_Format("json_schema", _Schema(call.schema_name, msgspec.Raw(call.wire_schema), True)),
            max_completion_tokens=params.max_output_tokens,
            store=False,
            temperature=params.temperature,
            top_p=params.top_p,
            reasoning_effort=params.reasoning_effort,
            prompt_cache_key=call.prompt_cache_key,
            safety_identifier=call.safety_identifier,
            stream=stream,
            stream_options=_StreamOptions(True) if stream else None,
        )
        return _encode(request)

    def decode(self, body: bytes) -> Outcome:
        """Return what a whole answer says. Raises `msgspec.MsgspecError` when it is not a completion."""
        completion = _decode(body)
        outcome = Outcome()
        _note(outcome, completion)
        choice = (completion.choices or [_Choice()])[0]
        words = choice.message or _Words()
        outcome.text = words.content or ""
        outcome.fault = outcome.fault or (Fault.REFUSED if words.refusal else _FAULTS.get(choice.finish_reason or ""))
        return outcome

    def reader(self) -> "ChatReader":
        """Return a reader for one streamed answer."""
        return ChatReader()


class ChatReader:
    """Reads `chat.completion.chunk` events; the usage comes in a chunk of its own after the last word."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.finished = False

    def feed(self, event: bytes) -> str:
        """Return the text that the event adds."""
        if event == b"[DONE]":
            return ""
        chunk = _decode(event)
        _note(self.outcome, chunk)
        if self.outcome.fault is not None:
            self.finished = True
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        words = choice.delta or _Words()
        if words.refusal:
            self.outcome.fault = Fault.REFUSED
        if choice.finish_reason:
            self.finished = True
            self.outcome.fault = self.outcome.fault or _FAULTS.get(choice.finish_reason)
        self.outcome.text += words.content or ""
        return words.content or ""


def _note(outcome: Outcome, told: _Completion) -> None:
    outcome.model = told.model or outcome.model
    outcome.upstream_id = told.id or outcome.upstream_id
    if told.usage is not None:
        outcome.usage = told.usage.counted() or outcome.usage
    if told.error is not None:
        outcome.fault = FAULT_BY_CODE.get(str(told.error.code), Fault.SERVER_ERROR)
